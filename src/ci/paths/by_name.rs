//! Actions and workflows that are not seen, but whose name says that they publish.

use super::credential;
use super::session::Found;
use crate::ci::command::{Confidence, confidence_of_name};
use crate::ci::{Call, Credential, Input, Repository, Step, StepKind, Tool, Value};

/// What an action does of which only the name is known. A credential must say so too.
pub(super) fn action(step: &Step, repository: &Repository<'_>) -> Option<Found> {
    let StepKind::Uses { reference, inputs, .. } = &step.kind else { return None };
    let written = reference.written.split('@').next().unwrap_or_default();
    let local = written.starts_with("./") || written.starts_with("$/");
    // The owner's name says nothing.
    let name = if local { written } else { written.split_once('/')?.1 };
    confidence_of_name(name)?;
    if is_rehearsal(step) || repository.project.publishable().next().is_none() {
        return None;
    }
    let own = tokens(inputs);
    // A job can have an identity for many things; without a token the name must say what is published.
    let says_npm = local || words(name).any(|word| word == "npm") || !own.is_empty() || has_token(step);
    says_npm.then(|| Found { own, ..Found::of_reference(Tool::Action, reference, Confidence::Possible) })
}

/// What a reusable workflow does of which only the name is known. A credential must say so too.
pub(super) fn call(call: &Call, repository: &Repository<'_>) -> Option<Found> {
    let name = call.reference.written.split('@').next().unwrap_or_default();
    let file = name.rsplit('/').next().unwrap_or(name);
    confidence_of_name(file)?;
    repository.project.publishable().next()?;
    let own = tokens(&call.secrets);
    Some(Found { own, ..Found::of_reference(Tool::Other, &call.reference, Confidence::Possible) })
}

/// The public name of an action of the repository itself: `owner/name/path` of `./path`.
pub(super) fn own_action(step: &Step, repository: &Repository<'_>) -> Option<String> {
    let StepKind::Uses { action, steps: None, .. } = &step.kind else { return None };
    let path = action.strip_prefix("./").or_else(|| action.strip_prefix("$/"))?.trim_end_matches('/');
    let origin = repository.project.origin()?.address.path;
    Some(if path.is_empty() { origin } else { format!("{origin}/{path}") })
}

/// Whether a step is told by an input or variable to publish nothing.
pub(super) fn is_rehearsal(step: &Step) -> bool {
    let on = |name: &str, value: Option<&str>| {
        matches!(value, Some("true" | "1" | "yes"))
            && words(name).any(|word| word == "dry" || word == "dryrun")
    };
    let inputs = match &step.kind {
        StepKind::Uses { inputs, .. } | StepKind::Builtin { inputs, .. } => inputs.as_slice(),
        StepKind::Run { .. } => &[],
    };
    inputs.iter().any(|input| on(&input.name, input.text.value.as_deref()))
        || step.env.iter().any(|var| on(&var.name, var.text.value.as_deref()))
}

/// The npm tokens among inputs.
fn tokens(inputs: &[Input]) -> Vec<Credential> {
    let is_token = |input: &&Input| match &input.value {
        Value::Secret(secret) => credential::is_npm_token(&input.name) || credential::is_npm_token(secret),
        _ => credential::is_npm_token(&input.name),
    };
    inputs.iter().filter(is_token).filter_map(credential::of_input).collect()
}

fn has_token(step: &Step) -> bool {
    step.env.iter().any(|var| credential::of_variable(var).is_some())
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase)
}
