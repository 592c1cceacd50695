use super::{Level, Scalar, Value};
use crate::diagnostic::Location;

/// Whether the steps of a job can have an id token, and from where.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Whether.
    pub state: IdentityState,
    /// At which level it is granted; none where it is not.
    pub level: Option<Level>,
    /// The words that grant it or take it away (`id-token: write`, `write-all`, `id_tokens:`).
    pub at: Option<Location>,
    /// Whether it comes along with every other permission (`write-all`).
    pub write_all: bool,
    /// Tokens by name: GitLab's `id_tokens`; on CircleCI those that a script fetches, and none elsewhere.
    pub tokens: Vec<IdToken>,
}

/// Whether the steps of a job can have an id token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityState {
    /// Yes. That alone is no proof that anything publishes with it.
    Granted,
    /// No: nothing grants it.
    Missing,
    /// No: something takes it away (`permissions: {}` on the job, a caller that does not have it).
    Withheld,
    /// Not seen from here (a reusable workflow without a caller in the repository).
    Unknown,
}

/// An id token with a name.
#[derive(Debug, Clone)]
pub struct IdToken {
    /// The variable that holds it.
    pub name: String,
    /// Its audiences; none where the provider's default applies.
    pub audiences: Vec<Scalar>,
    /// Where it is asked for.
    pub at: Location,
}

/// What a GitHub job token may do.
#[derive(Debug, Clone)]
pub struct Permissions {
    /// Where the permissions are set; none where the repository's default applies.
    pub level: Option<Level>,
    /// The value of `permissions`.
    pub at: Option<Location>,
    /// `read-all`, `write-all`, where written as one word.
    pub shorthand: Option<String>,
    /// Each scope that is named, with what it is set to (`read`, `write`, `none`) and where.
    pub scopes: Vec<(String, Scalar)>,
}

impl Permissions {
    /// What `scope` is set to; none where nothing is set and the repository's default applies.
    pub fn access(&self, scope: &str) -> Option<&str> {
        self.level?;
        if let Some(word) = &self.shorthand {
            let access = word.strip_suffix("-all")?;
            // `read-all` gives no id token: that scope knows only `write` and `none`.
            return Some(if scope == "id-token" && access == "read" { "none" } else { access });
        }
        let set = self.scopes.iter().find(|(name, _)| name == scope);
        Some(set.map_or("none", |(_, access)| access.shown()))
    }
}

/// A credential that reaches a publish command, or that could.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What kind.
    pub kind: CredentialKind,
    /// The variable, input or configuration key that carries it.
    pub name: String,
    /// What it holds.
    pub value: Value,
    /// How it reaches the command.
    pub reach: Reach,
    /// Where it is set.
    pub at: Location,
    /// The whole entry that sets it: what a fix deletes; none where no single entry does.
    pub entry: Option<Location>,
}

/// What kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A stored token of the npm registry.
    Token,
    /// An id token of the provider.
    Identity,
}

/// How a credential reaches a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// In the environment, set at this level.
    Env(Level),
    /// Through an input of the action.
    Input,
    /// Through an `.npmrc` (or `.yarnrc.yml`) of the repository.
    ConfigFile,
    /// Through an `.npmrc` that a step writes, or `npm config set`.
    Written,
    /// Through a flag on the command line.
    Flag,
    /// Through `secrets: inherit`: every secret reaches the called workflow.
    Inherited,
    /// By the job's permission or `id_tokens`.
    Granted,
}

/// With what a publish path authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// The identity alone.
    Oidc,
    /// A stored token alone.
    Token,
    /// Both reach the command: the token takes over in silence when the exchange fails.
    Both,
    /// Neither reaches the command.
    None,
    /// Not seen from here.
    Unknown,
}
