//! The one table of inputs. `action.yml`, `spec:inputs`, orb parameters and the READMEs' tables are all written
//! from it, so they cannot disagree.

/// A place that takes inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The Action that does everything in one job.
    ActionAll,
    /// The Action's pack half.
    ActionPack,
    /// The Action's publish half.
    ActionPublish,
    /// The Action that runs `trustpub check`.
    ActionCheck,
    /// The GitLab component.
    Component,
    /// The orb's pack command and job.
    OrbPack,
    /// The orb's publish command and job.
    OrbPublish,
}

use Part::{ActionAll, ActionCheck, ActionPack, ActionPublish, Component, OrbPack, OrbPublish};

/// The script that an input reaches, as an environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Installs dependencies.
    Install,
    /// Runs the caller's commands.
    Build,
    /// Packs and seals.
    Pack,
    /// Publishes.
    Publish,
    /// Checks.
    Check,
}

/// What an input holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// True or false.
    Flag,
    /// Text that matches the whole of this pattern (RE2).
    Text(&'static str),
    /// Shell commands of the caller: any text.
    Commands,
    /// A secret's value, or on CircleCI the name of the variable that holds it.
    Secret,
}

/// What holds where the caller says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Default {
    /// The caller must say.
    Required,
    /// This text.
    Text(&'static str),
    /// The Node of the provider's publish job.
    Node,
    /// The token of the workflow run.
    GithubToken,
}

/// An input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input {
    /// Its name in the Action and the component; the orb writes `_` for `-`.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) kind: Kind,
    /// What holds where the caller says nothing.
    pub(super) default: Default,
    /// What it is for, in one or two sentences.
    pub(super) description: &'static str,
    /// Who takes it.
    pub(super) parts: &'static [Part],
    /// The environment variable through which it reaches the scripts, and which ones; none where it
    /// shapes the pipeline instead.
    pub(super) reaches: Option<(&'static str, &'static [Step])>,
}

const PACKING: &[Part] = &[ActionAll, ActionPack, Component, OrbPack];
const PUBLISHING: &[Part] = &[ActionAll, ActionPublish, Component, OrbPublish];

/// Every input, in the order in which they are shown. A name may stand twice where its default differs, for
/// different parts.
pub(super) const INPUTS: &[Input] = &[
    Input {
        name: "packages",
        kind: Kind::Text(r#"^[A-Za-z0-9@/._~=#{}\[\]":, \n-]+$"#),
        default: Default::Required,
        description: "The packages to publish, one a line: NAME [FOLDER] [access=public|restricted] [tag=DIST-TAG]. FOLDER is relative to the repository; without it the package stands at the root. A JSON list of objects with these keys (name, path, access, tag) is taken too. Nothing else is ever published.",
        parts: &[ActionAll, ActionPack, ActionPublish, Component, OrbPack, OrbPublish],
        reaches: Some(("TRUSTPUB_PACKAGES", &[Step::Pack, Step::Publish])),
    },
    Input {
        name: "package-manager",
        kind: Kind::Choice(&["npm", "pnpm", "yarn", "bun"]),
        default: Default::Text("npm"),
        description: "The project's package manager: it installs and packs. pnpm and yarn come by corepack where they are missing; bun must be set up before.",
        parts: PACKING,
        reaches: Some(("TRUSTPUB_MANAGER", &[Step::Install, Step::Pack])),
    },
    Input {
        name: "node-version",
        kind: Kind::Text(r"^[A-Za-z0-9.*/_-]*$"),
        default: Default::Text(""),
        description: "Node version to build with, as actions/setup-node takes it. By default that of node-version-file, else the one that publishes.",
        parts: &[ActionAll, ActionPack],
        reaches: None,
    },
    Input {
        name: "node-version-file",
        kind: Kind::Text(r"^[A-Za-z0-9./_-]*$"),
        default: Default::Text(""),
        description: "File of the project that names the Node version to build with, as actions/setup-node takes it (.nvmrc, package.json).",
        parts: &[ActionAll, ActionPack],
        reaches: None,
    },
    Input {
        name: "node-version",
        kind: Kind::Text(r"^[0-9]+\.[0-9]+\.[0-9]+$"),
        default: Default::Node,
        description: "Exact Node version to build with: a tag of the image. The publish job has its own.",
        parts: &[Component, OrbPack],
        reaches: None,
    },
    Input {
        name: "install-command",
        kind: Kind::Commands,
        default: Default::Text("auto"),
        description: "How dependencies are installed. auto is the package manager's install with a frozen lockfile; none installs nothing.",
        parts: PACKING,
        reaches: Some(("TRUSTPUB_INSTALL", &[Step::Install])),
    },
    Input {
        name: "ignore-scripts",
        kind: Kind::Flag,
        default: Default::Text("true"),
        description: "Keep dependencies from running install scripts. In one job with the identity this is what keeps them from taking it: to turn it off, use the pack and publish halves.",
        parts: &[ActionAll],
        reaches: Some(("TRUSTPUB_IGNORE_SCRIPTS", &[Step::Install])),
    },
    Input {
        name: "ignore-scripts",
        kind: Kind::Flag,
        default: Default::Text("false"),
        description: "Keep dependencies from running install scripts. They run without the identity in any case.",
        parts: &[ActionPack, Component, OrbPack],
        reaches: Some(("TRUSTPUB_IGNORE_SCRIPTS", &[Step::Install])),
    },
    Input {
        name: "read-token",
        kind: Kind::Secret,
        default: Default::Text(""),
        description: "Read-only token for private dependencies. The install step alone sees it. Never a token that can publish.",
        parts: &[ActionAll, ActionPack],
        reaches: Some(("NPM_READ_TOKEN", &[Step::Install])),
    },
    Input {
        name: "read-token",
        kind: Kind::Secret,
        default: Default::Text("NPM_READ_TOKEN"),
        description: "Name of the variable with a read-only token for private dependencies, of a context of the pack job's own. The install step alone uses it. Never a token that can publish.",
        parts: &[OrbPack],
        reaches: Some(("NPM_READ_TOKEN", &[Step::Install])),
    },
    Input {
        name: "build-command",
        kind: Kind::Commands,
        default: Default::Text(""),
        description: "Commands between install and pack (test, build), in one shell that stops at the first failure.",
        parts: PACKING,
        reaches: Some(("TRUSTPUB_BUILD", &[Step::Build])),
    },
    Input {
        name: "tag",
        kind: Kind::Text(r"^[A-Za-z0-9._-]*$"),
        default: Default::Text(""),
        description: "Dist-tag of ordinary versions. By default the package's own, else latest.",
        parts: PACKING,
        reaches: Some(("TRUSTPUB_TAG", &[Step::Pack])),
    },
    Input {
        name: "prerelease-tag",
        kind: Kind::Text(r"^[A-Za-z][A-Za-z0-9._-]*$"),
        default: Default::Text("auto"),
        description: "Dist-tag of prerelease versions. auto takes the prerelease's first word (1.0.0-beta.2 gives beta), else next.",
        parts: PACKING,
        reaches: Some(("TRUSTPUB_PRERELEASE_TAG", &[Step::Pack])),
    },
    Input {
        name: "mode",
        kind: Kind::Choice(&["direct", "stage"]),
        default: Default::Text("direct"),
        description: "direct publishes at once. stage leaves each version for a maintainer to approve with `npm stage approve`.",
        parts: PUBLISHING,
        reaches: Some(("TRUSTPUB_MODE", &[Step::Publish])),
    },
    Input {
        name: "provenance",
        kind: Kind::Choice(&["auto", "true", "false"]),
        default: Default::Text("auto"),
        description: "Signed provenance. auto leaves it to npm, which signs where project and package are public.",
        parts: &[ActionAll, ActionPublish, Component],
        reaches: Some(("TRUSTPUB_PROVENANCE", &[Step::Publish])),
    },
    Input {
        name: "dry-run",
        kind: Kind::Flag,
        default: Default::Text("false"),
        description: "Do everything up to the publish, the real exchange of the identity included, then stop.",
        parts: PUBLISHING,
        reaches: Some(("TRUSTPUB_DRY_RUN", &[Step::Publish])),
    },
    Input {
        name: "environment",
        kind: Kind::Text(r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$"),
        default: Default::Text("npm"),
        description: "Environment of the publish job, as npm's trusted publisher names it. Its protection decides who may publish.",
        parts: &[Component],
        reaches: Some(("TRUSTPUB_EXPECT_ENVIRONMENT", &[Step::Publish])),
    },
    Input {
        name: "environment",
        kind: Kind::Text(r"^[A-Za-z0-9 ._/-]*$"),
        default: Default::Text("npm"),
        description: "Environment that the job must run in, as npm's trusted publisher names it. An action cannot set it: write `environment:` on the job. Empty compares nothing.",
        parts: &[ActionAll, ActionPublish],
        reaches: Some(("TRUSTPUB_EXPECT_ENVIRONMENT", &[Step::Publish])),
    },
    Input {
        name: "workflow",
        kind: Kind::Text(r"^[A-Za-z0-9 ._-]*$"),
        default: Default::Text(""),
        description: "File name of the workflow that must have started the run, as npm's trusted publisher names it (publish.yml). Empty compares nothing.",
        parts: &[ActionAll, ActionPublish],
        reaches: Some(("TRUSTPUB_EXPECT_WORKFLOW", &[Step::Publish])),
    },
    Input {
        name: "ref",
        kind: Kind::Text(r"^[A-Za-z0-9@#%=,!+*._/ \n-]*$"),
        default: Default::Text("refs/tags/v*"),
        description: "Full git references that may publish, by blanks; * stands for anything (refs/tags/v*, refs/heads/main). Empty compares nothing.",
        parts: &[ActionAll, ActionPublish, OrbPublish],
        reaches: Some(("TRUSTPUB_EXPECT_REF", &[Step::Publish])),
    },
    Input {
        name: "vcs-origin",
        kind: Kind::Text(r"^[A-Za-z0-9._/-]*$"),
        default: Default::Text(""),
        description: "Origin that the identity must name, without a scheme (github.com/acme/tools). Empty compares nothing.",
        parts: &[OrbPublish],
        reaches: Some(("TRUSTPUB_EXPECT_ORIGIN", &[Step::Publish])),
    },
    Input {
        name: "context-id",
        kind: Kind::Text(r"^[0-9a-f-]*$"),
        default: Default::Text(""),
        description: "Id of the restricted context that must be attached to the publish job. Empty takes any context; without one nothing is published.",
        parts: &[OrbPublish],
        reaches: Some(("TRUSTPUB_EXPECT_CONTEXT", &[Step::Publish])),
    },
    Input {
        name: "manifest-sha256",
        kind: Kind::Text(r"^[0-9a-f]*$"),
        default: Default::Text(""),
        description: "Output manifest-sha256 of the pack half: it comes by another way than the tarballs, so tarballs that were exchanged on their way are refused.",
        parts: &[ActionPublish],
        reaches: Some(("TRUSTPUB_MANIFEST_SHA256", &[Step::Publish])),
    },
    Input {
        name: "artifact",
        kind: Kind::Text(r"^[A-Za-z0-9._-]+$"),
        default: Default::Text("npm-tarballs"),
        description: "Name of the artifact that takes the tarballs from one job to the other.",
        parts: &[ActionPack, ActionPublish],
        reaches: None,
    },
    Input {
        name: "job-prefix",
        kind: Kind::Text(r"^[A-Za-z0-9][A-Za-z0-9_-]*$"),
        default: Default::Text("npm"),
        description: "The jobs are called PREFIX-pack and PREFIX-publish.",
        parts: &[Component],
        reaches: None,
    },
    Input {
        name: "pack-stage",
        kind: Kind::Text(r"^[A-Za-z0-9._][A-Za-z0-9 ._-]*$"),
        default: Default::Text("build"),
        description: "Stage of the pack job; it must stand in the project's `stages`.",
        parts: &[Component],
        reaches: None,
    },
    Input {
        name: "publish-stage",
        kind: Kind::Text(r"^[A-Za-z0-9._][A-Za-z0-9 ._-]*$"),
        default: Default::Text("deploy"),
        description: "Stage of the publish job; it must stand in the project's `stages`.",
        parts: &[Component],
        reaches: None,
    },
    Input {
        name: "tag-regex",
        // No slash inside but an escaped one, no blank, no quote, no dollar sign: it stays one term of the rule.
        kind: Kind::Text(r"^/\^(\\/|[A-Za-z0-9@._*+?()|\[\]^\\-])+\$/$"),
        default: Default::Text(r"/^v[^\/]*$/"),
        description: "Anchored regular expression of the tags that publish, between slashes. Only protected tags do, whatever it says.",
        parts: &[Component],
        reaches: None,
    },
    Input {
        name: "image",
        kind: Kind::Text(r"^[A-Za-z0-9][A-Za-z0-9._/:-]*$"),
        default: Default::Text("node"),
        description: "Image of both jobs without a tag, for a mirror of the official node image.",
        parts: &[Component],
        reaches: None,
    },
    Input {
        name: "image",
        kind: Kind::Text(r"^[a-z0-9][a-z0-9._/:-]*$"),
        default: Default::Text("cimg/node"),
        description: "Image of the job without a tag, for a mirror of cimg/node.",
        parts: &[OrbPack, OrbPublish],
        reaches: None,
    },
    Input {
        name: "resource-class",
        kind: Kind::Text(r"^[a-z0-9+._/-]+$"),
        default: Default::Text("medium"),
        description: "Resource class of the job: one of CircleCI's own. npm refuses self-hosted runners.",
        parts: &[OrbPack, OrbPublish],
        reaches: None,
    },
    Input {
        name: "fail-on",
        kind: Kind::Choice(&["error", "warning", "info", "never"]),
        default: Default::Text("error"),
        description: "Fail where a finding is at least this severe.",
        parts: &[ActionCheck],
        reaches: Some(("TRUSTPUB_FAIL_ON", &[Step::Check])),
    },
    Input {
        name: "sarif",
        kind: Kind::Flag,
        default: Default::Text("true"),
        description: "Upload the findings to code scanning. Needs `security-events: write`; without it the annotations remain.",
        parts: &[ActionCheck],
        reaches: Some(("TRUSTPUB_SARIF", &[Step::Check])),
    },
    Input {
        name: "github-token",
        kind: Kind::Secret,
        default: Default::GithubToken,
        description: "Token that uploads the findings. By default the run's own.",
        parts: &[ActionCheck],
        reaches: Some(("TRUSTPUB_GITHUB_TOKEN", &[Step::Check])),
    },
];

/// The inputs of `part`, in the table's order.
pub(super) fn of(part: Part) -> impl Iterator<Item = &'static Input> {
    INPUTS.iter().filter(move |input| input.parts.contains(&part))
}

impl Input {
    /// Its name in the orb.
    pub(super) fn parameter(&self) -> String {
        self.name.replace('-', "_")
    }
}
