//! Which stored tokens of the npm registry reach a command.

use super::registry;
use crate::ci::{
    Credential, CredentialKind, EnvVar, Input, Job, Level, Reach, Repository, Step, StepKind, Value,
};
use crate::diagnostic::Location;
use crate::facts::actions::configurer;
use crate::project;

/// Whether a variable or secret of this name holds a credential of the npm registry, by the words in it.
pub(super) fn is_npm_token(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let of_npm = ["NPM", "NODE_AUTH", "NODEJS_AUTH"].iter().any(|word| name.contains(word));
    let secret = ["TOKEN", "AUTH", "PASS", "SECRET", "KEY", "CRED"].iter().any(|word| name.contains(word));
    of_npm && secret && !name.contains("ID_TOKEN") && !name.contains("GITHUB_TOKEN")
}

/// The token that a variable hands to a command, if it does.
pub(super) fn of_variable(var: &EnvVar) -> Option<Credential> {
    let named = is_npm_token(&var.name);
    let holds = match &var.value {
        Value::Secret(secret) => named || is_npm_token(secret),
        Value::Unknown | Value::Input(_) => named,
        Value::Static(text) => named && looks_like_a_token(text),
        Value::Empty | Value::JobToken => false,
    };
    holds.then(|| Credential {
        kind: CredentialKind::Token,
        name: var.name.clone(),
        value: var.value.clone(),
        reach: Reach::Env(var.level),
        at: var.text.at.clone(),
        entry: Some(var.entry.clone()),
    })
}

/// Tokens in the environment of `step`: of each name the innermost setting. A tool that `reads` named
/// variables alone gets no other.
pub(super) fn in_environment(job: &Job, step: &Step, reads: Option<&[String]>) -> Vec<Credential> {
    let visible = |var: &&EnvVar| job.variable(step, &var.name).is_some_and(|seen| std::ptr::eq(seen, *var));
    let read =
        |var: &&EnvVar| reads.is_none_or(|names| names.contains(&var.name)) || var.name == "NODE_AUTH_TOKEN";
    step.env.iter().chain(&job.env).filter(visible).filter(read).filter_map(of_variable).collect()
}

/// The token that an input hands to an action that publishes.
pub(super) fn of_input(input: &Input) -> Option<Credential> {
    let holds = match &input.value {
        Value::Static(text) => looks_like_a_token(text),
        value => value.may_be_credential(),
    };
    holds.then(|| Credential {
        kind: CredentialKind::Token,
        name: input.name.clone(),
        value: input.value.clone(),
        reach: Reach::Input,
        at: input.text.at.clone(),
        entry: Some(input.entry.clone()),
    })
}

/// Tokens that stand in the project's committed npm or yarn configuration. Where it names a variable,
/// that variable is the credential, if anything sets it.
pub(super) fn in_files(repository: &Repository<'_>) -> Vec<Credential> {
    let project = repository.project;
    let token = |name: &str, value: &str, at: Location| Credential {
        kind: CredentialKind::Token,
        name: name.to_owned(),
        value: Value::Static(value.to_owned()),
        reach: Reach::ConfigFile,
        entry: Some(at.clone()),
        at,
    };
    let npmrc = project.npmrc.iter().flat_map(|npmrc| npmrc.auth().map(move |auth| (npmrc, auth)));
    let npmrc = npmrc.filter(|(_, auth)| {
        auth.credential == project::Credential::Literal
            && matches!(auth.name, "_authToken" | "_auth" | "_password")
            && auth.registry.is_none_or(registry::may_be_npm)
    });
    npmrc
        .map(|(npmrc, auth)| {
            token(&auth.entry.key, &auth.entry.value, Location::new(&npmrc.source, auth.entry.span()))
        })
        .collect()
}

/// The token that a script writes into npm configuration. A variable that the file sets is what it
/// holds; one that nothing sets is a secret of the provider.
pub(super) fn written(text: &str, at: Location, job: &Job, step: &Step) -> Option<Credential> {
    let text = text.trim();
    let value = match variable_in(text) {
        Some(name) => match job.variable(step, name) {
            Some(var) => var.value.clone(),
            None if name.contains("ID_TOKEN") => return None,
            None => Value::Secret(name.to_owned()),
        },
        None if text.contains("secrets.") => Value::Secret(text.to_owned()),
        None if text.is_empty() => Value::Empty,
        None if text.contains(['$', '<', '{']) => Value::Unknown,
        None => Value::Static(text.to_owned()),
    };
    matches!(value, Value::Secret(_) | Value::Unknown | Value::Input(_) | Value::Static(_)).then(|| {
        Credential {
            kind: CredentialKind::Token,
            name: "_authToken".to_owned(),
            value,
            reach: Reach::Written,
            at,
            entry: None,
        }
    })
}

/// The token that a script hands to the steps after it in a variable, where its text is that of a secret.
pub(super) fn carried(name: &str, text: &str, at: Location, job: &Job, step: &Step) -> Option<Credential> {
    let value = match variable_in(text) {
        Some(variable) => job.variable(step, variable)?.value.clone(),
        None if text.contains("secrets.") => Value::Secret(text.to_owned()),
        None => return None,
    };
    (is_npm_token(name) && matches!(value, Value::Secret(_))).then(|| Credential {
        kind: CredentialKind::Token,
        name: name.to_owned(),
        value,
        reach: Reach::Env(Level::Job),
        at,
        entry: None,
    })
}

/// The one variable that a text consists of: `$X`, `${X}`, `${X:-…}`, `\${X}`, `$env:X`.
fn variable_in(text: &str) -> Option<&str> {
    let text = text.trim_matches(['"', '\'']).trim_start_matches('\\');
    let rest = text.strip_prefix('$')?;
    let rest = rest.strip_prefix("env:").or_else(|| rest.strip_prefix('{')).unwrap_or(rest);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    (end > 0 && !rest.starts_with(|c: char| c.is_ascii_digit())).then(|| &rest[..end])
}

/// The token that a step hands to setup-node: exported for all later steps.
pub(super) fn exported_by_setup(step: &Step) -> Option<Credential> {
    if step.action() != Some("actions/setup-node") || step.input("registry-url").is_none() {
        return None;
    }
    let var = step.env.iter().rev().find(|var| var.name == "NODE_AUTH_TOKEN")?;
    let exported = of_variable(var)?;
    Some(Credential { reach: Reach::Env(Level::Job), ..exported })
}

/// The stored npm configuration that a task or plugin puts in place for all later steps.
pub(super) fn left_by_configurer(step: &Step) -> Option<Credential> {
    let known = configurer(step.action()?)?;
    let input = step.input(&known.input).filter(|input| input.value != Value::Empty)?;
    let StepKind::Uses { inputs, .. } = &step.kind else { return None };
    let named = inputs.iter().any(|input| input.text.written.to_ascii_lowercase().contains("npm"));
    (named || !known.only_if_named).then(|| Credential {
        kind: CredentialKind::Token,
        name: input.name.clone(),
        value: Value::Secret(input.text.shown().to_owned()),
        reach: Reach::Written,
        at: input.text.at.clone(),
        entry: Some(input.entry.clone()),
    })
}

/// Whether a text has the form of an npm token, so that it stands in the file itself.
fn looks_like_a_token(text: &str) -> bool {
    text.starts_with("npm_") && text.len() >= 36
        || text.len() == 36 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
