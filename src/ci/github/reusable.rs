//! Calls of reusable workflows.

use std::collections::BTreeMap;

use super::expression::{Atom, Scope};
use super::{CALL, DEPTH, Frame, Walk, action, env, job, permissions, triggers, unseen};
use crate::ci::repository::{entry_place, place};
use crate::ci::{Call, Hop, HopKind, Job, Level};
use crate::facts::Provider;
use crate::yaml::Node;

/// Fills `job` with what its `uses` calls.
pub(super) fn call(walk: &Walk<'_, '_>, node: Node<'_>, uses: Node<'_>, calling: &mut Job, outer: &Frame) {
    let reference = env::scalar(uses, &outer.scope);
    let inputs = env::inputs(node.get("with"), &outer.scope);
    let secrets_node = node.entry("secrets");
    let inherits = secrets_node.filter(|(_, value)| value.as_str() == Some("inherit"));
    let secrets =
        env::inputs(secrets_node.map(|(_, value)| value).filter(|value| value.is_mapping()), &outer.scope);
    let file = action::local(&reference.written);
    let mut call = Call {
        file: file.clone(),
        inputs,
        secrets,
        inherits_secrets: inherits.map(|(key, value)| entry_place(key, value)),
        jobs: None,
        reference,
    };
    let tree = file.as_deref().and_then(|path| walk.repository.yaml(path, Provider::Github));
    match (file, tree) {
        (Some(path), Some(tree))
            if !outer.files.contains(&path) && outer.files.len() <= DEPTH && walk.spend(CALL) =>
        {
            if let Some(root) = tree.root() {
                let frame = callee(root, &call, calling, outer, path, uses);
                call.jobs = Some(job::read_all(walk, root, &frame));
            }
        }
        (Some(path), Some(_)) => {
            calling
                .unknowns
                .push(unseen(format!("workflow {path}, which calls itself or nests too deep"), uses));
        }
        _ => {
            let what = format!("reusable workflow {}", call.reference.shown());
            calling.unknowns.push(unseen(what, uses));
        }
    }
    calling.call = Some(call);
}

/// What the called workflow `root` sees.
fn callee(root: Node<'_>, call: &Call, job: &Job, outer: &Frame, path: String, uses: Node<'_>) -> Frame {
    let declared = root
        .get_path(&["on", "workflow_call", "inputs"])
        .or_else(|| root.get_path(&["true", "workflow_call", "inputs"]));
    let known = declared.map(triggers::declared_inputs).unwrap_or_default();
    let mut inputs = env::handed_over(&known, &call.inputs, &outer.scope);
    truth_values(declared, &mut inputs);
    let mut scope = Scope { inputs, starts: outer.scope.starts.clone(), ..Scope::default() };
    scope.secrets = if call.inherits_secrets.is_some() {
        outer.scope.secrets.clone()
    } else {
        let given = call.secrets.iter();
        let given: BTreeMap<_, _> =
            given.map(|secret| (secret.name.clone(), outer.scope.render(&secret.text.written))).collect();
        Some(given)
    };
    // The caller's environment does not reach the callee.
    let env = env::read(root.get("env"), Level::Pipeline, &mut scope);
    let mut frame = Frame::of(root, scope);
    frame.env = env;
    frame.permissions = root.entry("permissions").map(|(_, node)| permissions::read(node, Level::Pipeline));
    frame.caller = Some(permissions::hand_on(&job.identity));
    frame.files.clone_from(&outer.files);
    frame.files.push(path.clone());
    frame.origin.clone_from(&outer.origin);
    frame.origin.push(Hop {
        kind: HopKind::ReusableWorkflow,
        name: call.reference.written.clone(),
        at: place(uses),
        target: Some(path),
    });
    frame
}

/// Makes truth values of inputs that are declared as such: the text `false` is true to an expression.
pub(super) fn truth_values(declared: Option<Node<'_>>, inputs: &mut BTreeMap<String, Vec<Atom>>) {
    let boolean = |node: &Node<'_>| node.get("type").and_then(Node::as_str) == Some("boolean");
    for (key, _) in declared.into_iter().flat_map(Node::entries).filter(|(_, node)| boolean(node)) {
        let name = key.as_str().unwrap_or_default().to_ascii_lowercase();
        for atom in inputs.get_mut(&name).into_iter().flatten() {
            match atom {
                Atom::Text(text) if text == "true" => *atom = Atom::Bool(true),
                Atom::Text(text) if text == "false" => *atom = Atom::Bool(false),
                _ => {}
            }
        }
    }
}
