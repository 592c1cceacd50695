//! The spec with every default applied: what `plan` works from.

use super::model::{Access, Auth, Bundle, CircleciIntegration, Manager, Mode, Runtime};
use crate::facts::Provider;

/// A spec in which nothing is left to decide but the publish toolchain.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// One entry a provider, in [`Provider::ALL`] order.
    pub targets: Vec<Target>,
    /// The pack job.
    pub build: ResolvedBuild,
    /// Dist-tag of releases.
    pub tag: String,
    /// Dist-tag of prerelease versions.
    pub prerelease_tag: String,
    /// More dist-tags to set by identity after a release.
    pub extra_tags: Vec<String>,
    /// None: automatic.
    pub provenance: Option<bool>,
    /// The publish toolchain as the spec pins it.
    pub pinned_node: Option<String>,
    /// The publish toolchain as the spec pins it.
    pub pinned_npm: Option<String>,
    /// What generated files carry.
    pub runtime: Runtime,
    /// The pins of the bundle.
    pub bundle: Bundle,
    /// Whether the source repository is known to be private: then no provenance.
    pub private_repository: Option<bool>,
}

/// One provider's pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Whose.
    pub provider: Provider,
    /// File to generate, relative to the repository.
    pub file: String,
    /// Whether the provider reads `file` by itself; else it must be included or configured by hand.
    pub entry: bool,
    /// How the publish job proves who it is.
    pub auth: Auth,
    /// Publish at once or stage.
    pub mode: Mode,
    /// When to publish.
    pub trigger: ResolvedTrigger,
    /// The packages that this provider publishes, dependencies first.
    pub packages: Vec<ResolvedPackage>,
    /// What only this provider has.
    pub details: Details,
}

/// What only one provider has.
#[derive(Debug, Clone, PartialEq)]
pub enum Details {
    /// GitHub Actions.
    Github {
        /// `owner/name`; none where no remote tells.
        repository: Option<String>,
        /// Deployment environment.
        environment: String,
        /// Runner label of the publish job.
        runner: String,
        /// Runner label of the pack job.
        build_runner: String,
    },
    /// GitLab CI/CD.
    Gitlab {
        /// Full project path; none where no remote tells.
        project: Option<String>,
        /// Deployment environment.
        environment: String,
        /// Image of the publish job without a tag.
        image: String,
        /// Its digest, `sha256:…`.
        image_digest: Option<String>,
        /// Image of the pack job with its tag.
        build_image: Option<String>,
        /// Runner tags.
        tags: Vec<String>,
    },
    /// CircleCI.
    Circleci {
        /// Restricted context.
        context: String,
        /// How the project is connected.
        integration: CircleciIntegration,
        /// `provider/owner/name`; none where no remote tells.
        vcs_origin: Option<String>,
        /// Organization id.
        org_id: Option<String>,
        /// Project id.
        project_id: Option<String>,
        /// Pipeline definition id.
        pipeline_definition_id: Option<String>,
        /// Context id.
        context_id: Option<String>,
        /// Image of the publish job without a tag.
        image: String,
        /// Its digest, `sha256:…`.
        image_digest: Option<String>,
        /// Image of the pack job with its tag.
        build_image: Option<String>,
        /// Resource class.
        resource_class: String,
    },
    /// A provider without npm trusted publishing.
    Token {
        /// Day on which the stored token expires.
        token_expires: Option<String>,
    },
}

impl Details {
    /// The repository of the image that brings Node to the publish job, where the provider runs it in one.
    pub fn image(&self) -> Option<&str> {
        match self {
            Self::Gitlab { image, .. } | Self::Circleci { image, .. } => Some(image),
            Self::Github { .. } | Self::Token { .. } => None,
        }
    }

    /// Whether the pack job's image is the spec's own, which brings its Node.
    pub fn brings_node(&self) -> bool {
        matches!(
            self,
            Self::Gitlab { build_image: Some(_), .. }
                | Self::Circleci { build_image: Some(_), .. }
                | Self::Token { .. }
        )
    }
}

/// When to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedTrigger {
    /// A pushed tag that matches the glob.
    Tag(String),
    /// A push to the branch.
    Branch(String),
    /// A published GitHub release whose tag matches the glob.
    Release(String),
    /// By hand, from the branch.
    Manual(String),
}

/// One package.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedPackage {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the repository; `.` for the root.
    pub path: String,
    /// Who may read it; none leaves what the registry has.
    pub access: Option<Access>,
    /// Its dist-tag for releases.
    pub tag: String,
    /// The version in its package.json, where one stands there.
    pub version: Option<String>,
}

/// The pack job.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedBuild {
    /// The project's package manager.
    pub manager: Manager,
    /// Whether the manager is Yarn 1.
    pub classic: bool,
    /// The manager's exact version; none for npm, which comes with Node.
    pub manager_version: Option<String>,
    /// Whether `packageManager` in package.json names that version, which corepack reads.
    pub corepack_reads: bool,
    /// Exact Node version, or none where `node_file` is used.
    pub node: Option<String>,
    /// What the project's own pin says: a version, a range or a name of one.
    pub node_pin: Option<String>,
    /// The project's own version file, where it has one that the provider can read.
    pub node_file: Option<String>,
    /// Install command; none installs nothing.
    pub install: Option<String>,
    /// Whether dependencies may run install scripts.
    pub install_scripts: bool,
    /// The read-only install token.
    pub install_token: Option<InstallToken>,
    /// Scopes whose registry lines the install token serves; empty means the default registry.
    pub install_scopes: Vec<String>,
    /// Commands between install and pack.
    pub run: Vec<String>,
}

/// The read-only token of the install step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallToken {
    /// Name of its secret.
    pub name: String,
    /// Whether an `.npmrc` of the project reads the variable of that name.
    pub in_npmrc: bool,
}

/// One choice that a default made, for `init` to explain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Choice {
    /// The spec key, dotted, as in `providers.github.environment`.
    pub key: String,
    /// The value chosen.
    pub value: String,
    /// Why.
    pub reason: String,
}
