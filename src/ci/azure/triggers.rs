//! `trigger`, `pr`, `schedules` and triggers by other pipelines.

use crate::ci::repository::{entry_place, place};
use crate::ci::{RefFilter, Trigger, TriggerKind, skeleton};
use crate::diagnostic::Location;
use crate::yaml::Node;

/// What starts the pipeline, and where that is written. Where nothing is written every push starts it; pull
/// requests then depend on where the repository is, and are left out.
pub(super) fn read(root: Node<'_>) -> (Vec<Trigger>, Option<Location>) {
    let mut triggers = Vec::new();
    let here = place(root).source.clone();
    let start = Location::new(&here, crate::text::Span::new(0, 0));
    match root.entry("trigger") {
        Some((_, node)) if is_none(node) => {}
        Some((key, node)) => {
            let mut push = skeleton::trigger(TriggerKind::Push, "push", entry_place(key, node));
            push.branches = branches(node, "branches");
            push.tags = branches(node, "tags");
            triggers.push(push);
        }
        None => triggers.push(skeleton::trigger(TriggerKind::Push, "push", start.clone())),
    }
    if let Some((key, node)) = root.entry("pr").filter(|(_, node)| !is_none(*node)) {
        let mut pull = skeleton::trigger(TriggerKind::PullRequest, "pr", entry_place(key, node));
        pull.branches = branches(node, "branches");
        triggers.push(pull);
    }
    if let Some((key, node)) = root.entry("schedules") {
        triggers.push(skeleton::trigger(TriggerKind::Schedule, "schedule", entry_place(key, node)));
    }
    for pipeline in root.get_path(&["resources", "pipelines"]).into_iter().flat_map(Node::items) {
        if let Some((key, node)) = pipeline.entry("trigger").filter(|(_, node)| !is_none(*node)) {
            let mut after = skeleton::trigger(TriggerKind::AfterPipeline, "pipeline", entry_place(key, node));
            after.pipelines = pipeline.get("source").and_then(skeleton::plain).into_iter().collect();
            triggers.push(after);
        }
    }
    triggers.push(skeleton::trigger(TriggerKind::Manual, "manual", start));
    let at = root.entry("trigger").or_else(|| root.entry("pr"));
    (triggers, at.map(|(key, node)| entry_place(key, node)))
}

fn is_none(node: Node<'_>) -> bool {
    node.as_str() == Some("none")
}

/// A list of branches, or `branches` and `tags` with `include` and `exclude`.
fn branches(node: Node<'_>, kind: &str) -> Vec<RefFilter> {
    if !node.is_mapping() {
        return if kind == "branches" { skeleton::filters(node.scalars_or_one(), false) } else { Vec::new() };
    }
    let Some(node) = node.get(kind) else { return Vec::new() };
    if !node.is_mapping() {
        return skeleton::filters(node.scalars_or_one(), false);
    }
    let of = |key: &str, excludes: bool| {
        let nodes = node.get(key);
        skeleton::filters(nodes.into_iter().flat_map(Node::scalars_or_one), excludes)
    };
    let include = of("include", false);
    // What only leaves something out limits nothing.
    if include.is_empty() { include } else { include.into_iter().chain(of("exclude", true)).collect() }
}
