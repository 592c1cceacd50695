//! `trustpub.yml` as written: every field that has a default is optional here; defaults are
//! applied last, by `resolve`. The doc comments are the JSON Schema's descriptions.
//!
//! Keyed maps everywhere, no tagged or untagged enums: serde would buffer those and lose the place
//! of an error.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to publish, from where, and what guards it: the source of every generated pipeline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Version of this format. Write `1`.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// The CI systems that publish. Name at least one.
    pub providers: Providers,
    /// The packages to publish, by name. Default: every workspace package that is not private.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages: Option<BTreeMap<String, Package>>,
    /// When to publish, for every provider. Default: on a tag that matches `v*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// The pack job: it installs, tests, builds and packs, and holds no identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// The publish job: it holds the identity and does nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
    /// Whether generated files carry the whole pipeline (`inline`, the default) or refer to the
    /// published Action, component or orb by an exact pin (`bundle`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// The exact pin of each member of the bundle, for `runtime: bundle`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<Bundle>,
    /// What `trustpub check` leaves out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
}

/// The CI systems that publish, each with its own settings; `{}` takes every default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Providers {
    /// GitHub Actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub github: Option<Github>,
    /// GitLab CI/CD on gitlab.com.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gitlab: Option<Gitlab>,
    /// CircleCI cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circleci: Option<Circleci>,
    /// Azure Pipelines: no trusted publishing, staged publishing with a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure: Option<TokenProvider>,
    /// Jenkins: no trusted publishing, staged publishing with a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jenkins: Option<TokenProvider>,
    /// Bitbucket Pipelines: no trusted publishing, staged publishing with a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bitbucket: Option<TokenProvider>,
    /// Buildkite: no trusted publishing, staged publishing with a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buildkite: Option<TokenProvider>,
}

/// How the publish job proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// The provider's id token, exchanged for a short-lived publish token (trusted publishing).
    Oidc,
    /// A stored stage-only token; a maintainer approves each release.
    Token,
}

/// GitHub Actions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Github {
    /// Workflow file, a name in `.github/workflows/`. Default: `publish.yml`. npm's trusted
    /// publisher names exactly this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// `owner/name`, exactly as GitHub spells it. Default: from the git remote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Deployment environment of the publish job. Default: `npm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Runner label of both jobs: a GitHub-hosted one. Default: `ubuntu-24.04`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
    /// Runner label of the pack job, where it differs; it may be a self-hosted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_runner: Option<String>,
    /// When to publish, where it differs from the spec's own `trigger`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// `oidc` (the default) or `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
}

/// GitLab CI/CD on gitlab.com.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gitlab {
    /// File to generate. Default: `.gitlab-ci.yml` where there is none yet, else
    /// `.gitlab/publish.gitlab-ci.yml`, to be included from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Full project path with its groups. Default: from the git remote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Deployment environment of the publish job. Default: `npm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Image of the publish job without a tag, for a mirror of the official `node` image. Default: `node`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// `sha256:…` digest of the publish job's image. Cannot be found offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    /// Image of the pack job, with its exact tag. Default: `node` at the project's own Node version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_image: Option<String>,
    /// Runner tags; only GitLab.com hosted runners can publish. Default: none (the hosted default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// When to publish, where it differs from the spec's own `trigger`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// `oidc` (the default) or `token`, for a self-managed GitLab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
}

/// How a CircleCI project is connected to its repository: it decides what a context's restriction can test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CircleciIntegration {
    /// The GitHub App.
    GithubApp,
    /// GitHub by OAuth.
    GithubOauth,
    /// Bitbucket.
    Bitbucket,
    /// GitLab.
    Gitlab,
}

/// CircleCI cloud.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Circleci {
    /// File to generate. Default: `.circleci/config.yml` where there is none yet, else
    /// `.circleci/publish.yml`, for a pipeline definition of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Restricted context of the publish job. Default: `npm-publish`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// How the project is connected. Default: `github-app`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<CircleciIntegration>,
    /// `provider/owner/name` without a scheme, as in `github.com/acme/tools`. Default: from the git remote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_origin: Option<String>,
    /// Organization id (a UUID), for the `npm trust` command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_id: Option<String>,
    /// Project id (a UUID), for the `npm trust` command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Pipeline definition id (a UUID), for the `npm trust` command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline_definition_id: Option<String>,
    /// Context id (a UUID), for the `npm trust` command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_id: Option<String>,
    /// Image of the publish job without a tag. Default: `cimg/node`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// `sha256:…` digest of the publish job's image. Cannot be found offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    /// Image of the pack job, with its exact tag. Default: `cimg/node` at the project's own Node version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_image: Option<String>,
    /// Resource class of both jobs. Default: `medium`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_class: Option<String>,
    /// When to publish, where it differs from the spec's own `trigger`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// `oidc` (the default) or `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
}

/// A CI system without npm trusted publishing: `npm stage publish` with a stage-only token.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TokenProvider {
    /// File to generate. Default: the provider's own (`azure-pipelines.yml`, `Jenkinsfile`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Only `token` works here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Day on which the stored token expires (`YYYY-MM-DD`); `check` warns before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_expires: Option<String>,
    /// When to publish, where it differs from the spec's own `trigger`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
}

/// When to publish. Name exactly one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trigger {
    /// A pushed tag that matches this pattern (`*` stands for anything but `/`, as in `v*`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// A push to this branch; a version that is already published is skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// A published GitHub release whose tag matches this pattern. GitHub alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// By hand, from this branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<String>,
}

/// One package.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Package {
    /// Its folder, relative to the repository. Default: where the workspace has a package of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who may read it. Default: `publishConfig.access`, else `public` for an unscoped name; for a
    /// scoped one the registry keeps what is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Its dist-tag for releases. Default: `publish.tag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The providers that publish it. Needed once the spec has more than one provider: two that
    /// publish the same package must be named here on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub providers: Option<Vec<crate::facts::Provider>>,
}

/// Who may read a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everyone.
    Public,
    /// Members with a paid plan.
    Restricted,
}

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn, classic or modern.
    Yarn,
    /// Bun.
    Bun,
}

/// The pack job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// The project's package manager. Default: from `packageManager` or the lockfile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<Manager>,
    /// Its exact version, as in `10.34.9`. Default: from `packageManager`, or what else pins it in the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_version: Option<String>,
    /// Exact Node version of the pack job. Default: the project's own pin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Install command. Default: the manager's frozen-lockfile install. `false` is written as `''`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<String>,
    /// Whether dependencies may run install scripts in the pack job. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_scripts: Option<bool>,
    /// Name of the secret with a read-only token for private dependencies, as in `NPM_READ_TOKEN`.
    /// The install step alone sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_token: Option<String>,
    /// Commands between install and pack, in order. Default: the `build` and `test` scripts that exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Vec<String>>,
}

/// Publish at once, or stage for a maintainer's approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// `npm publish`.
    Direct,
    /// `npm stage publish`: a maintainer approves with two-factor authentication.
    Stage,
}

/// The publish job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Publish {
    /// `direct` (the default with OIDC) or `stage` (the default with a token).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Dist-tag of releases. Default: `latest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Dist-tag of prerelease versions. Default: `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prerelease_tag: Option<String>,
    /// More dist-tags to set once a release is published; needs an npm that can do it by identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_tags: Option<Vec<String>>,
    /// Provenance. Default: automatic where the provider, the repository and the package allow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<bool>,
    /// Exact Node version of the publish job. Default: the solver's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Exact npm version of the publish job. Default: the solver's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npm: Option<String>,
}

/// What generated files carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// The whole pipeline.
    Inline,
    /// References to the published Action, component or orb.
    Bundle,
}

/// Where each member of the bundle stands: trustpub's own or an organization's copy (`trustpub bundle --out`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bundle {
    /// The GitHub Action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub github: Option<ActionPin>,
    /// The GitLab CI/CD component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gitlab: Option<ComponentPin>,
    /// The CircleCI orb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circleci: Option<OrbPin>,
}

/// A commit of the Action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ActionPin {
    /// `OWNER/npm-publish`, without the halves' `/pack` and `/publish`.
    pub action: String,
    /// The full commit, 40 hexadecimal digits: a tag can be moved.
    pub commit: String,
    /// The release that the commit is, for the comment beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A release of the component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentPin {
    /// `HOST/GROUP/npm-publish/npm-publish`: host, project and the component's name.
    pub component: String,
    /// A full commit, or an exact release such as `1.0.0`.
    pub version: String,
}

/// A release of the orb.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OrbPin {
    /// `NAMESPACE/npm-publish@1.0.0`: a release of the orb cannot be changed.
    pub orb: String,
}

/// What `trustpub check` leaves out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Rule ids, each with the files (globs) in which it is ignored; an empty list means everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<BTreeMap<String, Vec<String>>>,
}
