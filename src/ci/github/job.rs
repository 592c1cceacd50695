//! Jobs.

use super::expression::Scope;
use super::{Frame, Walk, env, matrix, permissions, reusable, runner, step};
use crate::ci::repository::{entry_place, place};
use crate::ci::{Concurrency, Condition, Container, Environment, Job, Level, Scalar, cache, skeleton};
use crate::yaml::{Kind, Node};

/// Every job of the workflow `root`.
pub(super) fn read_all(walk: &Walk<'_, '_>, root: Node<'_>, frame: &Frame) -> Vec<Job> {
    let Some(jobs) = root.get("jobs") else { return Vec::new() };
    let mut jobs: Vec<Job> = jobs
        .entries()
        .take_while(|_| walk.spend(1))
        .filter(|(_, node)| node.is_mapping())
        .filter_map(|(key, node)| Some(read(walk, key.as_str()?, key, node, frame)))
        .collect();
    // A condition that speaks of how jobs ended is asked even where one of them did not run.
    let free = |job: &Job| {
        let status = ["always(", "cancelled(", "failure("];
        job.conditions.iter().any(|condition| status.iter().any(|call| condition.text.contains(call)))
    };
    skeleton::inherit_refusals(&mut jobs, &frame.scope.starts, free);
    jobs
}

fn read(walk: &Walk<'_, '_>, id: &str, key: Node<'_>, node: Node<'_>, outer: &Frame) -> Job {
    let mut frame = outer.clone();
    frame.scope.matrix = matrix::read(node, &outer.scope);
    frame.env.extend(env::read(node.get("env"), Level::Job, &mut frame.scope));
    (frame.shell, frame.directory) =
        step::defaults(node, &frame.scope, frame.shell.take(), frame.directory.take());
    let scope = &frame.scope;
    let permissions = permissions::of_job(node, &frame);
    let identity = permissions::identity(&permissions, &frame);
    let environment = node.entry("environment").and_then(|(key, node)| environment(key, node, scope));
    let conditions: Vec<Condition> = node.get("if").map(|node| condition(node, scope)).into_iter().collect();
    let mut job = Job {
        name: node.get("name").and_then(Node::as_str).map(str::to_owned),
        runner: runner::read(node.get("runs-on"), scope),
        container: node.entry("container").and_then(|(key, node)| container(key, node, scope)),
        guards: skeleton::guards(environment.as_ref(), &conditions),
        environment,
        identity,
        permissions: Some(permissions),
        conditions,
        env: frame.env.clone(),
        needs: node
            .get("needs")
            .into_iter()
            .flat_map(Node::scalars_or_one)
            .map(|node| env::scalar(node, scope))
            .collect(),
        concurrency: node.entry("concurrency").map(|(key, node)| concurrency(key, node, scope)),
        allow_failure: node.get("continue-on-error").map(|node| env::scalar(node, scope)),
        timeout: node.get("timeout-minutes").map(|node| env::scalar(node, scope)),
        origin: frame.origin.clone(),
        ..skeleton::job(id, place(key), entry_place(key, node))
    };
    if let Some(uses) = node.get("uses") {
        reusable::call(walk, node, uses, &mut job, &frame);
    } else {
        job.steps = step::read_all(walk, node.get("steps"), &frame, &mut job.unknowns);
        job.caches = job.leaves().into_iter().filter_map(cache::of_step).collect();
    }
    job
}

/// `environment`, a name or a mapping with one.
fn environment(key: Node<'_>, node: Node<'_>, scope: &Scope) -> Option<Environment> {
    let name = if node.is_mapping() { node.get("name")? } else { node };
    let name = env::scalar(name, scope);
    // GitHub takes an empty name for no environment.
    (name.value.as_deref() != Some("")).then(|| Environment { name, entry: entry_place(key, node) })
}

/// `container`, an image or a mapping with one.
fn container(key: Node<'_>, node: Node<'_>, scope: &Scope) -> Option<Container> {
    let image = if node.is_mapping() { node.get("image")? } else { node };
    let image = env::scalar(image, scope);
    (image.value.as_deref() != Some("")).then(|| Container { image, entry: entry_place(key, node) })
}

/// `concurrency`, a group or a mapping with one.
pub(super) fn concurrency(key: Node<'_>, node: Node<'_>, scope: &Scope) -> Concurrency {
    let (group, cancel) = match node.kind() {
        Kind::Mapping => (node.get("group"), node.get("cancel-in-progress")),
        _ => (Some(node), None),
    };
    let scalar = |node: Option<Node<'_>>| -> Option<Scalar> { node.map(|node| env::scalar(node, scope)) };
    Concurrency { group: scalar(group), cancel: scalar(cancel), at: entry_place(key, node) }
}

/// `if`.
pub(super) fn condition(node: Node<'_>, scope: &Scope) -> Condition {
    let written = node.as_str().unwrap_or_default().trim();
    let text = written.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(written).trim();
    let never = scope.expression(text).iter().all(|atom| {
        atom.clone().into_text().is_some_and(|text| {
            // What is empty or false in every alternative never holds.
            text.is_empty() || text == "false"
        })
    });
    let limits_ref =
        ["github.ref", "github.base_ref", "github.event.release", "github.event_name", "github.event.action"]
            .iter()
            .any(|word| text.contains(word));
    let refuses =
        scope.starts.iter().filter(|start| scope.holds(text, start) == Some(false)).cloned().collect();
    Condition { text: text.to_owned(), at: place(node), never, limits_ref, refuses }
}
