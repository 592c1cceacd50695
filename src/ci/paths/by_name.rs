//! Actions and workflows that are not seen, but whose name says that they publish.

use super::credential;
use super::session::Found;
use crate::ci::command::{Confidence, confidence_of_name, speaks_of_release};
use crate::ci::{
    Call, Credential, CredentialKind, Input, Job, Reach, Repository, Step, StepKind, Tool, Value,
};
use crate::facts::actions::{Publishes, publisher};

/// What an action does of which only the name is known. A credential must say so too.
pub(super) fn action(step: &Step, job: &Job, repository: &Repository<'_>) -> Option<Found> {
    let StepKind::Uses { reference, inputs, .. } = &step.kind else { return None };
    let written = reference.written.split('@').next().unwrap_or_default();
    let local = written.starts_with("./") || written.starts_with("$/");
    // The owner's name says nothing.
    let name = if local { written } else { written.split_once('/')?.1 };
    let own = tokens(inputs);
    let tokened = !own.is_empty() || has_token(step);
    // With a token of npm's at hand, a word of the name or of an input says enough.
    let told = |input: &Input| {
        input.text.value.as_deref().is_some_and(|text| {
            !text.contains(char::is_whitespace) && words(text).any(|word| word == "publish")
        })
    };
    let likely = !local && tokened && (speaks_of_release(name) || inputs.iter().any(told));
    if confidence_of_name(name).is_none() && !likely {
        return None;
    }
    if is_rehearsal(step) || repository.project.publishable().next().is_none() {
        return None;
    }
    // A job can have an identity for many things; without a token the name must say what is published.
    let says_npm = local || words(name).any(|word| word == "npm") || tokened || guarded_for_npm(job);
    let tool = tool_of_name(name).unwrap_or(Tool::Action);
    says_npm.then(|| Found { own, ..Found::of_reference(tool, reference, Confidence::Possible) })
}

/// Whether the environment or a context of the job is named for npm.
fn guarded_for_npm(job: &Job) -> bool {
    let names = job.environment.iter().map(|environment| &environment.name).chain(&job.contexts);
    names.flat_map(|name| words(name.shown())).any(|word| word == "npm")
}

/// Whether the job has its identity for another registry: an action that exchanges it there runs beside.
pub(super) fn identity_is_for_another(job: &Job) -> bool {
    const ACTIONS: [&str; 5] = [
        "pypa/gh-action-pypi-publish",
        "rust-lang/crates-io-auth-action",
        "rubygems/release-gem",
        "rubygems/configure-rubygems-credentials",
        "nuget/login",
    ];
    job.leaves().iter().any(|step| step.action().is_some_and(|action| ACTIONS.contains(&action)))
}

/// The tool that the name of an action or workflow speaks of.
fn tool_of_name(name: &str) -> Option<Tool> {
    let words: Vec<String> = words(name).collect();
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    if has("changesets") || has("changeset") {
        Some(Tool::Changesets)
    } else if has("semantic") && has("release") {
        Some(Tool::SemanticRelease)
    } else if has("lerna") {
        Some(Tool::Lerna)
    } else if has("pnpm") {
        Some(Tool::Pnpm)
    } else {
        None
    }
}

/// What a reusable workflow does of which only the name is known. A credential must say so too.
pub(super) fn call(call: &Call, repository: &Repository<'_>) -> Option<Found> {
    let name = call.reference.written.split('@').next().unwrap_or_default();
    let file = name.rsplit('/').next().unwrap_or(name);
    let known = publisher(name);
    if known.is_some_and(|known| known.publishes == Publishes::Never) || is_off(&call.inputs) {
        return None;
    }
    if known.is_none() {
        confidence_of_name(file)?;
        repository.project.publishable().next()?;
    }
    let mut own = tokens(&call.secrets);
    // A name that speaks of npm, and every secret there is.
    if let Some(at) = &call.inherits_secrets
        && own.is_empty()
        && (known.is_some() || confidence_of_name(file) == Some(Confidence::Likely))
    {
        own.push(Credential {
            kind: CredentialKind::Token,
            name: "secrets".to_owned(),
            value: Value::Secret("inherit".to_owned()),
            reach: Reach::Inherited,
            at: at.clone(),
            entry: None,
        });
    }
    let tool = known.and_then(|known| Tool::of_id(&known.tool)).or_else(|| tool_of_name(file));
    Some(Found {
        own,
        ..Found::of_reference(tool.unwrap_or(Tool::Other), &call.reference, Confidence::Possible)
    })
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

/// Whether an input tells a called workflow not to publish, or to rehearse.
fn is_off(inputs: &[Input]) -> bool {
    inputs.iter().any(|input| match input.text.value.as_deref() {
        Some("false") => words(&input.name).eq(["publish"]) || words(&input.name).eq(["npm"]),
        Some("true") => words(&input.name).any(|word| word == "dry" || word == "dryrun"),
        _ => false,
    })
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
