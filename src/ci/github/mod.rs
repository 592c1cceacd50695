//! GitHub Actions: workflows, reusable workflows and composite actions.

mod action;
mod env;
mod event;
mod expression;
mod job;
mod matrix;
mod permissions;
mod reusable;
mod runner;
mod step;
#[cfg(test)]
mod tests;
mod triggers;

use std::cell::Cell;
use std::sync::Arc;

use super::repository::{Repository, place};
use super::{EnvVar, Hop, Input, Permissions, Pipeline, Unknown, Value, skeleton};
use crate::facts::Provider;
use crate::yaml::Node;
use expression::{Atom, Scope};

/// Where GitHub looks for workflows.
pub(super) const WORKFLOWS: &str = ".github/workflows";

/// How many jobs and steps one entry file may grow to; GitHub's own limits are far below.
const BUDGET: u32 = 5_000;
/// What following one call costs of it.
const CALL: u32 = 25;
/// How deep reusable workflows and composite actions may call each other (GitHub allows ten each).
const DEPTH: usize = 10;

/// Whether `path` is a workflow file.
pub(super) fn is_workflow(path: &str) -> bool {
    path.strip_prefix(WORKFLOWS)
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|name| !name.contains('/') && has_yaml_extension(name))
}

fn has_yaml_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && matches!(end, "yml" | "yaml"))
}

/// What is known at one point of the walk from the entry file inwards.
#[derive(Clone)]
struct Frame {
    scope: Scope,
    /// Workflow and job environment so far.
    env: Vec<EnvVar>,
    /// `defaults.run` so far.
    shell: Option<super::Scalar>,
    directory: Option<String>,
    /// What the workflow's `permissions` say.
    permissions: Option<Permissions>,
    /// In a called workflow: what the caller's job may do.
    caller: Option<permissions::Effective>,
    origin: Vec<Hop>,
    /// The files on the way from the entry file, against cycles.
    files: Vec<String>,
}

/// Shared by the whole walk of one entry file.
struct Walk<'r, 'a> {
    repository: &'r Repository<'a>,
    budget: Cell<u32>,
}

impl Walk<'_, '_> {
    /// Takes `cost` from the budget; false where it is used up.
    fn spend(&self, cost: u32) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(cost));
        left > 0
    }
}

/// The workflow at `path`; none where there is no such file or nothing in it.
pub(super) fn read(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    let tree = repository.yaml(path, Provider::Github)?;
    let walk = Walk { repository, budget: Cell::new(BUDGET) };
    let root = tree.root();
    let mut pipeline = Pipeline { entry: false, ..skeleton::pipeline(Provider::Github, tree.source()) };
    if let Some(root) = root.filter(|root| root.is_mapping()) {
        fill(&walk, root, &mut pipeline);
    }
    pipeline.tree = Some(Arc::clone(&tree));
    Some(pipeline)
}

fn fill(walk: &Walk<'_, '_>, root: Node<'_>, pipeline: &mut Pipeline) {
    pipeline.name = root.get("name").and_then(Node::as_str).map(str::to_owned);
    let on = triggers::entry(root);
    if let Some((key, on)) = on {
        pipeline.triggers = triggers::read(on);
        pipeline.triggers_at = Some(super::repository::entry_place(key, on));
        pipeline.inputs = triggers::inputs(on);
    }
    pipeline.entry = pipeline.triggers.iter().any(|trigger| trigger.kind != super::TriggerKind::Call);
    let starts = pipeline.triggers.iter().flat_map(super::Trigger::starts).collect();
    let mut inputs = seen_alone(&pipeline.inputs);
    for declared in on.into_iter().flat_map(|(_, on)| triggers::declarations(on)) {
        reusable::truth_values(Some(declared), &mut inputs);
    }
    let mut scope = Scope { inputs, starts, ..Scope::default() };
    // A workflow that only others call gets its secrets from them; alone, every one may be given.
    pipeline.permissions =
        root.entry("permissions").map(|(_, node)| permissions::read(node, super::Level::Pipeline));
    pipeline.env = env::read(root.get("env"), super::Level::Pipeline, &mut scope);
    let frame = Frame {
        env: pipeline.env.clone(),
        permissions: pipeline.permissions.clone(),
        caller: (!pipeline.entry).then_some(permissions::Effective::Unknown),
        origin: Vec::new(),
        files: vec![pipeline.source.path().to_owned()],
        ..Frame::of(root, scope)
    };
    pipeline.concurrency =
        root.entry("concurrency").map(|(key, node)| job::concurrency(key, node, &frame.scope));
    pipeline.jobs = job::read_all(walk, root, &frame);
}

impl Frame {
    /// The frame of a workflow's `defaults`, with nothing else known.
    fn of(root: Node<'_>, scope: Scope) -> Self {
        let (shell, directory) = step::defaults(root, &scope, None, Some(String::new()));
        Self {
            scope,
            env: Vec::new(),
            shell,
            directory,
            permissions: None,
            caller: None,
            origin: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// Inputs of a workflow that is seen by itself: what is given is not known, a default is one possibility.
fn seen_alone(inputs: &[Input]) -> std::collections::BTreeMap<String, Vec<Atom>> {
    inputs
        .iter()
        .map(|input| {
            let mut atoms = Vec::new();
            if let Value::Static(text) = &input.value {
                atoms.push(Atom::Text(text.clone()));
            }
            atoms.push(Atom::Input(input.name.clone()));
            (input.name.clone(), atoms)
        })
        .collect()
}

/// Says that something called at `node` is not seen.
fn unseen(what: String, node: Node<'_>) -> Unknown {
    Unknown { what, at: place(node) }
}
