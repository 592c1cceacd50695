//! What the provider's settings say, exported from its API: the protection of environments, tags and
//! branches, the restrictions of contexts. The YAML of a pipeline shows none of it.

mod circleci;
mod expression;
mod github;
mod gitlab;
mod load;
mod model;
mod schema;
#[cfg(test)]
mod tests;

pub use load::load;
pub use model::*;
pub use schema::{JSON_SCHEMA, generate_schema};

use crate::facts::Provider;

/// What the settings say of an environment or a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It lets only some through: who or what, in words that go on after a colon.
    Holds(String),
    /// Whoever can push a branch passes it: why, in words that go on after the guard's name.
    Open(String),
    /// The export does not show it: what it lacks.
    Unproven(String),
}

/// A kind of ref.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refs {
    /// Branches alone.
    Branches,
    /// Tags alone.
    Tags,
}

impl Settings {
    /// Which kind of ref alone may deploy to a GitHub environment; none where both may or it is not known.
    pub fn deploying_refs(&self, environment: &str) -> Option<Refs> {
        self.github.as_ref()?.deploying_refs(environment)
    }

    /// What they say of the environment `name` of a job; none where nothing was exported for the provider.
    pub fn environment(&self, provider: Provider, name: &str) -> Option<Verdict> {
        match provider {
            Provider::Github => self.github.as_ref()?.environment(name),
            Provider::Gitlab => self.gitlab.as_ref()?.environment(name),
            _ => None,
        }
    }

    /// What they say of the CircleCI context `name`; none where it was not exported.
    pub fn context(&self, name: &str) -> Option<Verdict> {
        self.circleci.as_ref()?.contexts.get(name)?.verdict()
    }

    /// The variables that the CircleCI context `name` holds, by name; none where the export does not list them all.
    pub fn context_variables(&self, name: &str) -> Option<Vec<&str>> {
        self.circleci.as_ref()?.contexts.get(name)?.variables()
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
