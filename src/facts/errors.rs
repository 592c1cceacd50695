//! What failed publishes print, and what it means: the fingerprints that `diagnose` looks for.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Fact, Listed, Origin, Provider, entry};

/// How sure a fingerprint makes one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One of several explanations.
    Possible,
    /// The usual explanation.
    Likely,
    /// The text has this one cause.
    Certain,
}

/// One cause of a failed publish with the texts that show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The cause's id, kebab-case; several fingerprints may show one cause.
    pub cause: String,
    /// What went wrong, in a few words.
    pub title: String,
    /// How sure it makes one.
    pub confidence: Confidence,
    /// A line that matches one of these ([`matches`]) is the evidence.
    pub patterns: Vec<String>,
    /// Each of these must match some line too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// None of these may match any line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
    /// The systems on which it occurs; empty = everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Provider>,
    /// The tool that prints it, where it is one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Why it happens.
    pub explanation: String,
    /// What to do, one step each; alternatives begin with "Or".
    pub fix: Vec<String>,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Fingerprint {
    fn id(&self) -> String {
        format!("{}: {}", self.cause, self.patterns.first().map(String::as_str).unwrap_or_default())
    }
    fn says(&self) -> String {
        format!("{} ({}): {}", self.title, self.cause, self.patterns.join(" | "))
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Whether `line` matches `pattern`: the parts between the `*` stand in the line, in their order.
pub fn matches(pattern: &str, line: &str) -> bool {
    let mut rest = line;
    pattern.split('*').filter(|part| !part.is_empty()).all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    error: Vec<Fingerprint>,
}

const TEXT: &str = include_str!("../../facts/errors.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

/// Every fingerprint, the most specific first.
pub fn fingerprints() -> &'static [Fingerprint] {
    &file().error
}

pub(super) fn list(into: &mut Vec<Listed>) {
    into.extend(file().error.iter().map(|fact| Listed::new("errors", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
