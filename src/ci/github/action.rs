//! Actions of the repository itself.

use super::{CALL, DEPTH, Frame, Walk, env, step, triggers, unseen};
use crate::ci::repository::place;
use crate::ci::{EnvVar, Hop, HopKind, Input, Level, Step, Unknown};
use crate::facts::Provider;
use crate::files;
use crate::yaml::{Node, Tree};

/// The folder in the repository that a local reference means: `./x` and, since July 2026, `$/x`.
pub(super) fn local(reference: &str) -> Option<String> {
    let path = reference.strip_prefix("$/").or_else(|| reference.strip_prefix("./"))?;
    files::join("", path)
}

/// The steps of the composite action that `reference` means, with `given` filled in; none where it is
/// no composite action of the repository.
pub(super) fn steps(
    walk: &Walk<'_, '_>,
    uses: Node<'_>,
    reference: &str,
    given: &[Input],
    outer: &Frame,
    step_env: &[EnvVar],
    unknowns: &mut Vec<Unknown>,
) -> Option<Vec<Step>> {
    let folder = local(reference)?;
    let tree = ["action.yml", "action.yaml"].iter().find_map(|name| {
        let path = files::join(&folder, name)?;
        walk.repository.files.is_file(&path).then(|| walk.repository.yaml(&path, Provider::Github)).flatten()
    });
    let Some(tree) = tree else {
        unknowns.push(unseen(format!("action {reference}, which is not in the repository"), uses));
        return None;
    };
    composite(walk, uses, reference, &tree, Some(folder), given, outer, step_env, unknowns)
}

/// The steps of a composite action whose text is known, which stands in `folder` of the repository.
#[allow(clippy::too_many_arguments, reason = "the call, the action and where the walk is")]
pub(super) fn composite(
    walk: &Walk<'_, '_>,
    uses: Node<'_>,
    reference: &str,
    tree: &Tree,
    folder: Option<String>,
    given: &[Input],
    outer: &Frame,
    step_env: &[EnvVar],
    unknowns: &mut Vec<Unknown>,
) -> Option<Vec<Step>> {
    let path = tree.source().path().to_owned();
    if outer.files.contains(&path) || outer.files.len() > DEPTH || !walk.spend(CALL) {
        unknowns.push(unseen(format!("action {reference}, which calls itself or nests too deep"), uses));
        return None;
    }
    let root = tree.root()?;
    let runs = root.get("runs")?;
    if runs.get("using").and_then(Node::as_str) != Some("composite") {
        unknowns.push(unseen(format!("code of the action {reference}"), uses));
        return None;
    }
    let declared = root.get("inputs").map(triggers::declared_inputs).unwrap_or_default();
    let mut frame = outer.clone();
    frame.scope.inputs = env::handed_over(&declared, given, &outer.scope);
    // A composite action has no `secrets` context.
    frame.scope.secrets = Some(std::collections::BTreeMap::new());
    frame.scope.action_path = folder.map(|folder| if folder.is_empty() { ".".to_owned() } else { folder });
    frame.directory = Some(String::new());
    frame.shell = None;
    frame.files.push(path.clone());
    frame.origin.push(Hop {
        kind: HopKind::Action,
        name: reference.to_owned(),
        at: place(uses),
        target: Some(path),
    });
    let mut steps = step::read_all(walk, runs.get("steps"), &frame, unknowns);
    // The variables of the calling step reach every step of the action.
    let outer_env = step_env.iter().map(|var| EnvVar { level: Level::Step, ..var.clone() });
    let outer_env: Vec<EnvVar> = outer_env.collect();
    if !outer_env.is_empty() {
        for step in &mut steps {
            step.env.splice(0..0, outer_env.iter().cloned());
        }
    }
    Some(steps)
}
