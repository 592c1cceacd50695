//! Steps.

use super::expression::Scope;
use super::{Frame, Walk, action, env, job};
use crate::ci::bundle;
use crate::ci::repository::place;
use crate::ci::{Level, Scalar, Script, Step, StepKind, Unknown};
use crate::files;
use crate::yaml::Node;

/// `defaults.run` of a workflow or job over what is inherited: shell and folder.
pub(super) fn defaults(
    node: Node<'_>,
    scope: &Scope,
    shell: Option<Scalar>,
    directory: Option<String>,
) -> (Option<Scalar>, Option<String>) {
    let Some(run) = node.get_path(&["defaults", "run"]) else { return (shell, directory) };
    let shell = run.get("shell").map(|node| env::scalar(node, scope)).or(shell);
    let directory = match run.get("working-directory") {
        Some(node) => folder(node, scope),
        None => directory,
    };
    (shell, directory)
}

/// A `working-directory`, relative to the repository; none where it is not known or outside.
fn folder(node: Node<'_>, scope: &Scope) -> Option<String> {
    let text = node.as_str()?;
    let text = text
        .trim()
        .strip_prefix("${{ github.workspace }}")
        .or_else(|| text.trim().strip_prefix("${{github.workspace}}"))
        .map_or(text, |rest| rest.trim_start_matches('/'));
    files::join("", &scope.text(text)?)
}

/// The steps of a `steps` list. The 2026 forms for parallel steps hold steps of their own.
pub(super) fn read_all(
    walk: &Walk<'_, '_>,
    steps: Option<Node<'_>>,
    frame: &Frame,
    unknowns: &mut Vec<Unknown>,
) -> Vec<Step> {
    let mut out = Vec::new();
    for node in steps.into_iter().flat_map(Node::items).filter(|node| node.is_mapping()) {
        if !walk.spend(1) {
            unknowns.push(super::unseen("steps beyond the many that are read".to_owned(), node));
            break;
        }
        match node.get("parallel") {
            Some(inner) => out.extend(read_all(walk, Some(inner), frame, unknowns)),
            None => out.extend(read(walk, node, frame, unknowns)),
        }
    }
    out
}

fn read(walk: &Walk<'_, '_>, node: Node<'_>, outer: &Frame, unknowns: &mut Vec<Unknown>) -> Option<Step> {
    // Only a step with variables of its own needs a scope of its own.
    let mut own = None;
    let env = match node.get("env") {
        Some(env) => env::read(Some(env), Level::Step, &mut own.insert(outer.clone()).scope),
        None => Vec::new(),
    };
    let frame = own.as_ref().unwrap_or(outer);
    let scope = &frame.scope;
    let kind = if let Some(run) = node.get("run") {
        let script = Script::of_node(run).substitute("${{", "}}", &mut |inner| scope.likely(inner));
        StepKind::Run {
            script,
            shell: node.get("shell").map(|node| env::scalar(node, scope)).or_else(|| frame.shell.clone()),
            directory: match node.get("working-directory") {
                Some(node) => folder(node, scope),
                None => frame.directory.clone(),
            },
        }
    } else {
        uses(walk, node, node.get("uses")?, frame, &env, unknowns)
    };
    Some(Step {
        id: node.get("id").and_then(Node::as_str).map(str::to_owned),
        name: node.get("name").and_then(Node::as_str).map(str::to_owned),
        at: place(node),
        kind,
        env,
        condition: node.get("if").map(|node| job::condition(node, scope)),
        continue_on_error: node.get("continue-on-error").and_then(Node::as_bool) == Some(true),
        origin: frame.origin.clone(),
    })
}

fn uses(
    walk: &Walk<'_, '_>,
    node: Node<'_>,
    uses: Node<'_>,
    frame: &Frame,
    env: &[crate::ci::EnvVar],
    unknowns: &mut Vec<Unknown>,
) -> StepKind {
    let reference = env::scalar(uses, &frame.scope);
    let local = reference.written.starts_with("./") || reference.written.starts_with("$/");
    let (name, version) = match reference.written.rsplit_once('@') {
        Some((name, version)) if !local => (name, Some(version.to_owned())),
        _ => (reference.written.as_str(), None),
    };
    let action = name.to_ascii_lowercase();
    let inputs = env::inputs(node.get("with"), &frame.scope);
    let comment = uses.tree().comment_on_line(uses.source().position(uses.span().start).line);
    let comment = comment.map(|comment| uses.tree().comment_text(comment).to_owned());
    let mut ours = || {
        inputs.iter().find(|input| input.name == "packages")?;
        let tree = bundle::action(walk.repository, &action)?;
        action::composite(walk, uses, &reference.written, &tree, None, &inputs, frame, env, unknowns)
    };
    let steps = if local {
        action::steps(walk, uses, &reference.written, &inputs, frame, env, unknowns)
    } else {
        ours()
    };
    StepKind::Uses { action, version, comment, inputs, steps, reference }
}
