//! What a `CircleCI` context's restriction should say, and the values that expressions name.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Fact, Listed, Origin, entry};

/// One term of a restriction expression.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Term {
    /// How the project must be connected: ids as the spec writes them.
    pub integrations: Vec<String>,
    /// The term; `{reference}`, `{config}` and `{repository}` are to be filled in.
    pub term: String,
    /// What it keeps out or lets in.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Term {
    fn id(&self) -> String {
        format!("context-{}-{}", self.integrations.join("+"), self.term)
    }
    fn says(&self) -> String {
        format!("restrict a context by `{}`: {}", self.term, self.says)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// A pipeline value, which filters and conditions can name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PipelineValue {
    /// Its full name: `pipeline.git.tag`.
    pub name: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for PipelineValue {
    fn id(&self) -> String {
        format!("value-{}", self.name)
    }
    fn says(&self) -> String {
        format!("`{}` is a pipeline value", self.name)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    term: Vec<Term>,
    value: Vec<PipelineValue>,
}

const TEXT: &str = include_str!("../../facts/circleci-contexts.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

/// The terms for a project connected by `integration` (`github-app`, `github-oauth` …), to be joined by `and`.
pub fn terms(integration: &str) -> impl Iterator<Item = &'static Term> + use<'_> {
    file().term.iter().filter(move |term| term.integrations.iter().any(|id| id == integration))
}

/// The pipeline values that are known.
pub fn values() -> impl Iterator<Item = &'static PipelineValue> {
    file().value.iter()
}

/// Whether this is a known pipeline value.
pub fn is_value(name: &str) -> bool {
    values().any(|value| value.name == name)
}

pub(super) fn list(into: &mut Vec<Listed>) {
    into.extend(file().term.iter().map(|fact| Listed::new("circleci-contexts", fact)));
    into.extend(file().value.iter().map(|fact| Listed::new("circleci-contexts", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
