//! Steps.

use super::scope::Scope;
use super::task;
use super::walk::{Frame, at_run_time};
use crate::ci::repository::{entry_place, place};
use crate::ci::{Condition, EnvVar, Input, Level, Scalar, Step, StepKind, skeleton};
use crate::files;
use crate::yaml::Node;

/// Steps that only Azure knows.
const BUILTINS: [&str; 6] = ["checkout", "download", "downloadBuild", "publish", "getPackage", "reviewApp"];

/// One step; none where it is none that is known.
pub(super) fn read<'t>(
    node: Node<'t>,
    scope: &Scope<'t>,
    frame: &Frame,
    around: &[Condition],
    windows: bool,
) -> Option<Step> {
    let shells = [
        ("bash", Some("bash")),
        ("pwsh", Some("pwsh")),
        ("powershell", Some("powershell")),
        ("script", windows.then_some("cmd")),
    ];
    let script = shells.iter().find_map(|(key, shell)| Some((scope.entry(node, key)?, *shell)));
    let mut connection = None;
    let kind = if let Some(((key, text), shell)) = script {
        StepKind::Run {
            script: scope.script(text),
            shell: shell.map(|shell| fixed(shell, key)),
            directory: directory(scope.get(node, "workingDirectory"), scope),
        }
    } else if let Some(reference) = scope.get(node, "task") {
        let inputs = scope.get(node, "inputs");
        connection = task::connection(reference, inputs, scope);
        task::read(reference, inputs, scope, windows)
    } else {
        let (name, value) = BUILTINS.iter().find_map(|name| Some((*name, node.get(name)?)))?;
        let text = scope.scalar(value);
        let value = scope.held(&text);
        let input = Input { name: name.to_owned(), text, value, entry: place(node) };
        StepKind::Builtin { name: name.to_owned(), inputs: vec![input] }
    };
    let mut step = skeleton::step(kind, place(node), &frame.origin);
    step.id = scope.get(node, "name").and_then(Node::as_str).map(str::to_owned);
    step.name = scope.get(node, "displayName").map(|name| scope.scalar(name).shown().to_owned());
    step.env = env(scope.get(node, "env"), scope);
    step.env.extend(connection);
    step.condition = scope.entry(node, "condition").and_then(|(key, text)| condition(key, text, scope));
    if let Some(around) = joined(around) {
        step.condition = Some(step.condition.map_or(around.clone(), |own| Condition {
            never: own.never || around.never,
            limits_ref: own.limits_ref || around.limits_ref,
            ..own
        }));
    }
    if scope.get(node, "enabled").and_then(|node| scope.scalar(node).value).as_deref() == Some("false") {
        let at = place(node);
        step.condition = Some(skeleton::condition("enabled: false", at, true, false));
    }
    let goes_on = scope.get(node, "continueOnError").and_then(|node| scope.scalar(node).value);
    step.continue_on_error = goes_on.is_some_and(|value| value.eq_ignore_ascii_case("true"));
    Some(step)
}

/// Template conditions around a step as one.
fn joined(conditions: &[Condition]) -> Option<Condition> {
    let last = conditions.last()?;
    let limits_ref = conditions.iter().any(|condition| condition.limits_ref);
    Some(Condition { limits_ref, ..last.clone() })
}

/// `condition`; none for one that only speaks of how the steps before ended.
pub(super) fn condition(key: Node<'_>, node: Node<'_>, scope: &Scope<'_>) -> Option<Condition> {
    let written = node.as_str()?;
    let text = scope.compile_time(written).unwrap_or_else(|| written.to_owned());
    let word = text.trim().to_ascii_lowercase();
    let of_outcome =
        matches!(word.as_str(), "" | "true" | "succeeded()" | "always()" | "succeededorfailed()");
    (!of_outcome).then(|| at_run_time(&text, entry_place(key, node)))
}

/// The `env` of a step or task.
fn env<'t>(mapping: Option<Node<'t>>, scope: &Scope<'t>) -> Vec<EnvVar> {
    let entries = mapping.map(|mapping| scope.entries(mapping)).unwrap_or_default();
    let variable = |(key, node): (Node<'t>, Node<'t>)| {
        let name = key.as_str()?;
        // The keys of `env` are names of the environment already.
        let var = scope.variable(name, node, Level::Step, entry_place(key, node));
        Some(EnvVar { name: name.to_owned(), ..var })
    };
    entries.into_iter().filter_map(variable).collect()
}

/// A folder, relative to the repository; none where that is not known.
pub(super) fn directory(node: Option<Node<'_>>, scope: &Scope<'_>) -> Option<String> {
    const ROOTS: [&str; 3] =
        ["$(Build.SourcesDirectory)", "$(System.DefaultWorkingDirectory)", "$(Build.Repository.LocalPath)"];
    let Some(node) = node else { return Some(String::new()) };
    let written = scope.scalar(node);
    let text = written.value.or_else(|| scope.compile_time(&written.written))?;
    let rest = ROOTS.iter().find_map(|root| {
        let head = text.get(..root.len())?;
        head.eq_ignore_ascii_case(root).then(|| text[root.len()..].trim_start_matches(['/', '\\']))
    });
    let path = rest.unwrap_or(&text).replace('\\', "/");
    if path.contains('$') || path.starts_with('/') { None } else { files::join("", &path) }
}

/// A word that the reader itself adds, at the key that means it.
pub(super) fn fixed(word: &str, at: Node<'_>) -> Scalar {
    Scalar { written: word.to_owned(), value: Some(word.to_owned()), at: place(at) }
}
