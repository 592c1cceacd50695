use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Date, registry};

/// How a fact is known, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Executed against a loopback registry, or a binary asked: proves the client, not the registry.
    Run,
    /// Read in the shipped package.
    Code,
    /// Read from the tag of the repository.
    Tag,
    /// Read in the package registry.
    Registry,
    /// Read in the vendor's documentation or release post.
    Documentation,
    /// Reported by users or maintainers in a public thread.
    IssueThread,
    /// Seen as a pin in several public repositories; the tag itself was not seen.
    Pin,
    /// Not seen: shown as unproven, never chosen.
    Open,
}

impl Evidence {
    /// The word that the facts files and every output use.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Code => "code",
            Self::Tag => "tag",
            Self::Registry => "registry",
            Self::Documentation => "documentation",
            Self::IssueThread => "issue-thread",
            Self::Pin => "pin",
            Self::Open => "open",
        }
    }
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

/// Where a fact comes from and how old it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Where it was read or how it was found out.
    pub source: String,
    /// The day on which it was last seen to hold.
    pub seen: Date,
    /// How it is known.
    pub evidence: Evidence,
}

impl Origin {
    /// Whether nobody saw it: such a fact is shown as unproven and never chosen.
    pub fn is_open(&self) -> bool {
        self.evidence == Evidence::Open
    }
}

/// A fact as a list shows it.
pub trait Fact {
    /// A short name, unique within its topic.
    fn id(&self) -> String;
    /// The fact in one line of prose.
    fn says(&self) -> String;
    /// Where it comes from.
    fn origin(&self) -> &Origin;
}

/// One line of `trustpub facts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The file that holds it, without `.toml`.
    pub topic: &'static str,
    /// A short name, unique within its topic.
    pub id: String,
    /// The fact in one line of prose.
    pub says: String,
    /// Where it was read or how it was found out.
    pub source: String,
    /// The day on which it was last seen to hold.
    pub seen: Date,
    /// How it is known.
    pub evidence: Evidence,
}

impl Listed {
    pub(super) fn new(topic: &'static str, fact: &dyn Fact) -> Self {
        let Origin { source, seen, evidence } = fact.origin().clone();
        Self { topic, id: fact.id(), says: fact.says(), source, seen, evidence }
    }
}

/// Reads one embedded facts file. `{registry}` in it stands for the default registry's host.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(&text.replace("{registry}", registry::HOST))
        .expect("the files are embedded at build and the tests read every one of them")
}
