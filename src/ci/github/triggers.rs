//! `on:` in all its forms.

use crate::ci::repository::{entry_place, place};
use crate::ci::{Input, RefFilter, Scalar, Trigger, TriggerKind, Value};
use crate::yaml::{Kind, Node};

/// The `on` entry. The key is matched as text: YAML 1.1 tools write it as `true`.
pub(super) fn entry(root: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    root.entry("on").or_else(|| root.entry("true"))
}

/// Every event of `on`.
pub(super) fn read(on: Node<'_>) -> Vec<Trigger> {
    match on.kind() {
        Kind::Mapping => on.entries().filter_map(|(name, value)| event(name, Some(value))).collect(),
        Kind::Null => Vec::new(),
        Kind::Scalar | Kind::Sequence => on.scalars_or_one().filter_map(|name| event(name, None)).collect(),
    }
}

fn event(name: Node<'_>, value: Option<Node<'_>>) -> Option<Trigger> {
    let event = name.as_str()?.to_owned();
    let kind = match event.as_str() {
        "push" | "create" => TriggerKind::Push,
        "pull_request" => TriggerKind::PullRequest,
        "pull_request_target" => TriggerKind::PullRequestTarget,
        "release" => TriggerKind::Release,
        "workflow_dispatch" => TriggerKind::Manual,
        "schedule" => TriggerKind::Schedule,
        "workflow_call" => TriggerKind::Call,
        "workflow_run" => TriggerKind::AfterPipeline,
        "issue_comment" | "pull_request_review_comment" | "discussion_comment" => TriggerKind::Comment,
        _ => TriggerKind::Other,
    };
    let list = |key: &str| value.and_then(|value| value.get(key)).into_iter().flat_map(Node::scalars_or_one);
    let refs = |including: &str, excluding: &str| {
        let filter = |node: Node<'_>, excludes: bool| {
            let pattern = scalar(node);
            let bare = pattern.written.strip_prefix('!').map(str::to_owned);
            let excludes = excludes || bare.is_some();
            let written = bare.unwrap_or_else(|| pattern.written.clone());
            RefFilter { pattern: Scalar { value: Some(written.clone()), written, ..pattern }, excludes }
        };
        list(including)
            .map(|node| filter(node, false))
            .chain(list(excluding).map(|node| filter(node, true)))
            .collect()
    };
    Some(Trigger {
        kind,
        event,
        at: value.map_or_else(|| place(name), |value| entry_place(name, value)),
        branches: refs("branches", "branches-ignore"),
        tags: refs("tags", "tags-ignore"),
        types: list("types").map(scalar).collect(),
        pipelines: list("workflows").map(scalar).collect(),
    })
}

fn scalar(node: Node<'_>) -> Scalar {
    let written = node.as_str().unwrap_or_default().to_owned();
    Scalar { value: Some(written.clone()), written, at: place(node) }
}

/// Where `workflow_call` and `workflow_dispatch` declare inputs.
pub(super) fn declarations(on: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    ["workflow_call", "workflow_dispatch"]
        .into_iter()
        .filter_map(move |event| on.get_path(&[event, "inputs"]))
}

/// The inputs of `workflow_dispatch` and `workflow_call`, with their defaults.
pub(super) fn inputs(on: Node<'_>) -> Vec<Input> {
    let mut out: Vec<Input> = Vec::new();
    for declared in declarations(on) {
        for input in declared_inputs(declared) {
            if out.iter().all(|known| known.name != input.name) {
                out.push(input);
            }
        }
    }
    out
}

/// Declared inputs of a workflow or action, each with its default.
pub(super) fn declared_inputs(declared: Node<'_>) -> Vec<Input> {
    declared
        .entries()
        .filter_map(|(key, value)| {
            let name = key.as_str()?.to_ascii_lowercase();
            let default = value.get("default");
            let written = default.and_then(Node::as_str).unwrap_or_default().to_owned();
            let known = if written.is_empty() { Value::Empty } else { Value::Static(written.clone()) };
            Some(Input {
                name,
                text: Scalar { value: Some(written.clone()), written, at: place(default.unwrap_or(key)) },
                value: known,
                entry: entry_place(key, value),
            })
        })
        .collect()
}
