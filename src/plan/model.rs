use super::{Branch, BundlePin, Pattern, Toolchain};
use crate::facts::Provider;
use crate::spec::{Access, Auth, Details, Manager, Mode, ResolvedPackage};

/// Every pipeline of a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// One entry a provider, in the spec's order.
    pub targets: Vec<TargetPlan>,
}

/// One provider's pipeline: a pack job without identity, then a publish job with nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetPlan {
    /// Whose.
    pub provider: Provider,
    /// File to write, relative to the repository.
    pub file: String,
    /// Whether the provider reads `file` by itself.
    pub entry: bool,
    /// How the publish job proves who it is.
    pub auth: Auth,
    /// Publish at once or stage.
    pub mode: Mode,
    /// What starts the pipeline.
    pub trigger: TriggerPlan,
    /// The packages, dependencies first.
    pub packages: Vec<ResolvedPackage>,
    /// Dist-tag of prerelease versions.
    pub prerelease_tag: String,
    /// The job that installs, tests, builds and packs.
    pub pack: PackJob,
    /// The job that publishes.
    pub publish: PublishJob,
    /// The member of the bundle that the pipeline refers to; none where it carries everything itself.
    pub bundle: Option<BundlePin>,
    /// What only this provider has.
    pub details: Details,
}

/// What starts a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerPlan {
    /// A pushed tag.
    Tag(Pattern),
    /// A push to a branch.
    Branch(Branch),
    /// A published GitHub release, by its tag.
    Release(Pattern),
    /// By hand, from a branch.
    Manual(Branch),
}

impl TriggerPlan {
    /// The full git references from which this trigger publishes; `*` stands for any run of characters.
    pub fn reference(&self) -> String {
        match self {
            Self::Tag(pattern) | Self::Release(pattern) => format!("refs/tags/{}", pattern.as_str()),
            Self::Branch(branch) | Self::Manual(branch) => format!("refs/heads/{}", branch.as_str()),
        }
    }

    /// The tag pattern, where tags publish.
    pub fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Tag(pattern) | Self::Release(pattern) => Some(pattern),
            Self::Branch(_) | Self::Manual(_) => None,
        }
    }

    /// The branch, where a branch publishes.
    pub fn branch(&self) -> Option<&Branch> {
        match self {
            Self::Branch(branch) | Self::Manual(branch) => Some(branch),
            Self::Tag(_) | Self::Release(_) => None,
        }
    }
}

/// The job that installs, tests, builds and packs. It holds no identity and no token that can write.
#[derive(Debug, Clone, PartialEq)]
pub struct PackJob {
    /// Longest run time in minutes.
    pub timeout_minutes: u32,
    /// Its Node: the project's own.
    pub node: PackNode,
    /// The project's package manager.
    pub manager: Manager,
    /// Whether that is Yarn 1.
    pub classic: bool,
    /// How the package manager comes to the job.
    pub setup: ManagerSetup,
    /// How dependencies are installed; none installs nothing.
    pub install: Option<Install>,
    /// Commands between install and pack.
    pub run: Vec<String>,
}

/// The Node of the pack job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackNode {
    /// An exact version.
    Exact(String),
    /// A version file of the project, which the provider's set-up reads.
    File(String),
    /// An image that brings its own.
    Image(String),
}

/// How the package manager comes to the pack job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManagerSetup {
    /// It comes with Node.
    Bundled,
    /// By the corepack that Node bundles, which checks what it fetches and reads the version in package.json.
    Corepack,
    /// By corepack, which is told the exact version, as in `pnpm@10.34.9`.
    CorepackExact(String),
    /// From the registry by exact version, as in `pnpm@10.34.9`.
    Exact(String),
}

/// How dependencies are installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// The command, as the spec has it.
    pub command: String,
    /// Name of the secret with the read-only token.
    pub token: Option<String>,
    /// Whether an `.npmrc` of the project names that variable: it then says itself which registry gets the token.
    pub token_in_npmrc: bool,
    /// Whether dependencies may run install scripts.
    pub scripts: bool,
}

/// The variable in which the runtime finds the token for the default registry.
pub const READ_TOKEN: &str = "NPM_READ_TOKEN";

impl Install {
    /// The secret that the runtime hands to the default registry; none where there is none, or where an `.npmrc` reads it.
    pub fn handed_over(&self) -> Option<&str> {
        self.token.as_deref().filter(|_| !self.token_in_npmrc)
    }

    /// The variable in which the install step finds the token.
    pub fn variable(&self) -> Option<&str> {
        let token = self.token.as_deref()?;
        Some(if self.token_in_npmrc { token } else { READ_TOKEN })
    }
}

/// The job that publishes: the identity and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishJob {
    /// Longest run time in minutes; on GitLab it bounds the identity's life.
    pub timeout_minutes: u32,
    /// Exact Node and npm.
    pub toolchain: Toolchain,
    /// None: npm decides.
    pub provenance: Option<bool>,
    /// More dist-tags to set once a release is published.
    pub extra_tags: Vec<String>,
    /// What the identity must say before anything is published; none with a token.
    pub expect: Option<Expect>,
}

/// What the identity must say. Absent values are not compared.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Expect {
    /// GitHub's claims.
    Github {
        /// `owner/name`.
        #[serde(skip_serializing_if = "Option::is_none")]
        repository: Option<String>,
        /// File name of the entry workflow.
        workflow: String,
        /// Deployment environment.
        environment: String,
        /// Full git reference, `*` for anything.
        #[serde(rename = "ref")]
        reference: String,
        /// The event that started the run.
        event: &'static str,
        /// Whose machine.
        runner: &'static str,
    },
    /// GitLab's claims.
    Gitlab {
        /// Full project path.
        #[serde(skip_serializing_if = "Option::is_none")]
        project: Option<String>,
        /// The project's own CI file; none where the generated file is included from another.
        #[serde(skip_serializing_if = "Option::is_none")]
        config: Option<String>,
        /// Deployment environment.
        environment: String,
        /// Full git reference, `*` for anything.
        #[serde(rename = "ref")]
        reference: String,
        /// Whether the reference must be protected.
        protected: bool,
        /// Whose machine.
        runner: &'static str,
    },
    /// CircleCI's claims.
    Circleci {
        /// Organization id.
        #[serde(skip_serializing_if = "Option::is_none")]
        organization: Option<String>,
        /// Project id.
        #[serde(skip_serializing_if = "Option::is_none")]
        project: Option<String>,
        /// Pipeline definition id.
        #[serde(skip_serializing_if = "Option::is_none")]
        pipeline: Option<String>,
        /// `provider/owner/name`.
        #[serde(skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
        /// The context ids of which one must be there, or that any must be.
        contexts: Contexts,
        /// Full git reference, `*` for anything.
        #[serde(rename = "ref")]
        reference: String,
    },
}

/// Which CircleCI contexts the identity must name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Contexts {
    /// Any at all.
    Any(bool),
    /// One of these ids.
    Ids(Vec<String>),
}

impl TargetPlan {
    /// The packages as the runtime takes them: JSON objects with `name`, `path`, `tag` and, where
    /// something says it, `access`.
    pub fn packages_json(&self) -> String {
        let package = |package: &ResolvedPackage| {
            let mut object = serde_json::Map::new();
            object.insert("name".to_owned(), package.name.as_str().into());
            object.insert("path".to_owned(), package.path.as_str().into());
            object.insert("tag".to_owned(), package.tag.as_str().into());
            if let Some(access) = package.access {
                let access = if access == Access::Public { "public" } else { "restricted" };
                object.insert("access".to_owned(), access.into());
            }
            serde_json::Value::Object(object)
        };
        serde_json::Value::Array(self.packages.iter().map(package).collect()).to_string()
    }

    /// What the runtime calls the provider: its id, or `token` where no identity is used.
    pub fn runtime_provider(&self) -> &'static str {
        if self.auth == Auth::Oidc { self.provider.id() } else { "token" }
    }

    /// `direct` or `stage`, as the runtime takes it.
    pub fn runtime_mode(&self) -> &'static str {
        if self.mode == Mode::Stage { "stage" } else { "direct" }
    }

    /// The file's name without folders: what npm's trusted publisher compares.
    pub fn file_name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }
}
