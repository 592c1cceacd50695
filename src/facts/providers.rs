//! What each CI system can do for a publish to npm, and what is unproven about the registry's side.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Fact, Listed, Origin, Provider, entry};

/// What keeps others from publishing, on the provider's side and out of the YAML's reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// An environment with deployment branch and tag rules.
    Environment,
    /// A protected environment (GitLab Premium).
    ProtectedEnvironment,
    /// A context with a restriction.
    Context,
    /// Nothing that npm's side could bind to.
    None,
}

/// One CI system's capabilities.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Capability {
    /// The system.
    pub id: Provider,
    /// Whether npm exchanges its id token.
    pub oidc: bool,
    /// Whether npm signs provenance there.
    pub provenance: bool,
    /// The variable by which npm knows that it runs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_variable: Option<String>,
    /// The audience that its id token must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The variables with which a job asks for its id token (GitHub).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_token_request: Vec<String>,
    /// The variable from which npm reads the id token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_variable: Option<String>,
    /// The command that prints an id token (`CircleCI`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_command: Option<String>,
    /// The variable from which npm reads the id token for provenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance_token_variable: Option<String>,
    /// The audience of that token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance_audience: Option<String>,
    /// Who issues the id token, where it is one and the same for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Where its pipelines are configured; the default first.
    pub config_files: Vec<String>,
    /// What a trusted publisher compares.
    pub matches: Vec<String>,
    /// What it cannot compare, though people expect it to.
    pub cannot_match: Vec<String>,
    /// What can keep others from publishing.
    pub guard: Guard,
    /// Whether npm documents the provider's own machines as the only ones.
    pub hosted_only: bool,
    /// The provider's own expression syntax, which quoting does not stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The gist, in one line.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Capability {
    fn id(&self) -> String {
        self.id.id().to_owned()
    }
    fn says(&self) -> String {
        self.says.clone()
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Something that nobody has seen to hold: to be shown as unproven.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unproven {
    /// Its name.
    pub id: String,
    /// The systems that it concerns.
    pub providers: Vec<Provider>,
    /// What is unproven.
    pub says: String,
    /// What is known of it.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Unproven {
    fn id(&self) -> String {
        format!("unproven-{}", self.id)
    }
    fn says(&self) -> String {
        format!("unproven: {}", self.says)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: Vec<Capability>,
    unproven: Vec<Unproven>,
}

const TEXT: &str = include_str!("../../facts/providers.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

/// What `provider` can do.
pub fn capability(provider: Provider) -> &'static Capability {
    let found = file().provider.iter().find(|capability| capability.id == provider);
    found.expect("a test checks that the file has every provider")
}

/// What is unproven about `provider`.
pub fn unproven(provider: Provider) -> impl Iterator<Item = &'static Unproven> {
    file().unproven.iter().filter(move |unproven| unproven.providers.contains(&provider))
}

pub(super) fn list(into: &mut Vec<Listed>) {
    let file = file();
    into.extend(file.provider.iter().map(|fact| Listed::new("providers", fact)));
    into.extend(file.unproven.iter().map(|fact| Listed::new("providers", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
