//! The self-check: nothing is written that does not parse, that the provider's official schema
//! refuses, or that reads back as anything but what the plan meant.

use super::Rendered;
use crate::facts::Provider;
use crate::schema::{self, Official};
use crate::text::Source;
use crate::yaml;

/// Why rendered text must not be written: a fault of trustpub, or a command of the spec that publishes by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: what was rendered fails its own check; nothing was written. Unless a command of the spec does it, this is a fault of trustpub: {}", faults.join("; "))]
pub struct SelfCheckError {
    /// The file.
    pub path: String,
    /// What is wrong, one sentence each.
    pub faults: Vec<String>,
}

/// Checks that `rendered` is YAML that the official schema of `provider` accepts.
pub(super) fn well_formed(provider: Provider, rendered: &Rendered) -> Result<(), SelfCheckError> {
    let tree = yaml::parse(&Source::new(&rendered.path, &rendered.text));
    let at = |span: crate::text::Span| tree.source().position(span.start).line;
    let mut faults: Vec<String> =
        tree.errors().iter().map(|error| format!("line {}: {}", at(error.span), error.message)).collect();
    faults.extend(tree.duplicates().iter().map(|key| format!("line {}: a key stands twice", at(key.second))));
    if faults.is_empty()
        && let Some(official) = official(provider)
    {
        let errors = schema::validate_tree(official, &tree);
        faults.extend(errors.iter().map(|error| format!("line {}: {}", at(error.span), error.message)));
    }
    if faults.is_empty() { Ok(()) } else { Err(SelfCheckError { path: rendered.path.clone(), faults }) }
}

const fn official(provider: Provider) -> Option<Official> {
    match provider {
        Provider::Github => Some(Official::GithubWorkflow),
        Provider::Gitlab => Some(Official::GitlabCi),
        Provider::Circleci => Some(Official::CircleCi),
        _ => None,
    }
}
