//! Bitbucket Pipelines: every section of `pipelines` (`default`, a branch, a tag, `custom` …) is a pipeline
//! of its own, started by its own event.

mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::repository::{Repository, entry_place, place};
use super::{Pipeline, Trigger, TriggerKind, skeleton};
use crate::facts::Provider;
use crate::yaml::Node;

/// The pipelines of the file at `path`, in order.
pub(super) fn read(repository: &Repository<'_>, path: &str) -> Vec<Pipeline> {
    let Some(tree) = repository.yaml(path, Provider::Bitbucket) else { return Vec::new() };
    let empty = || {
        let mut pipeline = skeleton::pipeline(Provider::Bitbucket, tree.source());
        pipeline.tree = Some(Arc::clone(&tree));
        pipeline
    };
    let mut found = Vec::new();
    let root = tree.root();
    let mut budget = skeleton::BUDGET;
    for (key, section) in root.and_then(|root| root.get("pipelines")).into_iter().flat_map(Node::entries) {
        let kind = key.as_str().unwrap_or_default();
        // `default` holds the steps itself; every other section holds lists of steps by pattern or name.
        let lists: Vec<_> =
            if kind == "default" { vec![(key, section)] } else { section.entries().collect() };
        for (name, list) in lists {
            let Some(trigger) = trigger(kind, name) else { continue };
            let mut pipeline = empty();
            pipeline.name = name.as_str().filter(|_| kind != "default").map(str::to_owned);
            pipeline.triggers_at = Some(entry_place(name, list));
            pipeline.triggers = vec![trigger];
            let (list, imports) = (steps_of(list), list.get("import"));
            if let Some(import) = imports {
                let what = format!("pipeline {}", import.as_str().unwrap_or_default());
                pipeline.unknowns.push(super::Unknown { what, at: place(import) });
            }
            let defaults = step::Defaults::of(root);
            pipeline.jobs = step::read_all(&defaults, list, &mut budget);
            found.push(pipeline);
        }
    }
    if found.is_empty() { vec![empty()] } else { found }
}

/// The list of steps, which newer files may put below `steps`.
fn steps_of(list: Node<'_>) -> Node<'_> {
    if list.is_mapping() { list.get("steps").unwrap_or(list) } else { list }
}

/// What starts the pipeline called `name` in the section `kind`; none where there is no such section.
fn trigger(kind: &str, name: Node<'_>) -> Option<Trigger> {
    let start = |kind, event: &str| skeleton::trigger(kind, event, place(name));
    let patterns = || skeleton::filters(std::iter::once(name), false);
    Some(match kind {
        "default" | "bookmarks" => start(TriggerKind::Push, "push"),
        "branches" => Trigger { branches: patterns(), ..start(TriggerKind::Push, "push") },
        "tags" => Trigger { tags: patterns(), ..start(TriggerKind::Push, "push") },
        "pull-requests" => {
            Trigger { branches: patterns(), ..start(TriggerKind::PullRequest, "pull-request") }
        }
        "custom" => start(TriggerKind::Manual, "custom"),
        _ => return None,
    })
}
