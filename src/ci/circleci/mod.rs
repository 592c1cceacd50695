//! CircleCI: workflows, jobs, commands, executors, parameters and inline orbs of one configuration file.
//!
//! A job of the model is one entry of a workflow: contexts, filters and parameters stand there. What a
//! registry's orb brings is not in the repository and is [`Unknown`].

mod condition;
mod executor;
mod job;
mod scope;
mod step;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::sync::Arc;

use super::bundle;
use super::repository::{Repository, entry_place, place};
use super::{Input, Pipeline, Scalar, Trigger, TriggerKind, Unknown, Value, skeleton};
use crate::facts::Provider;
use crate::yaml::{Node, Tree};
use scope::Scope;

/// The file that CircleCI reads.
const CONFIG: &str = ".circleci/config.yml";
/// How many steps and jobs one file may grow to.
const BUDGET: u32 = 20_000;
/// How deep commands may call commands.
const DEPTH: usize = 16;

/// Whether `path` may be a configuration file of CircleCI.
pub(super) fn is_config(path: &str) -> bool {
    path.starts_with(".circleci/")
}

/// Shared by the whole walk of one file.
struct Walk<'r, 'a, 't> {
    repository: &'r Repository<'a>,
    /// The configuration.
    root: Node<'t>,
    /// trustpub's own orb, with the reference by which the configuration imports it.
    own: Option<(&'t str, Node<'t>)>,
    budget: Cell<u32>,
}

/// Where names are looked up: the configuration itself, or an inline orb of it.
#[derive(Clone, Copy)]
struct Library<'t> {
    node: Node<'t>,
}

/// What a name such as `node/install` stands for.
enum Found<'t> {
    /// Defined in the file, with the library that its own names are looked up in.
    Here(Node<'t>, Library<'t>),
    /// Part of an orb that is not in the repository: the orb's reference as written.
    Orb(Node<'t>),
    /// Nothing.
    Missing,
}

impl<'t> Walk<'_, '_, 't> {
    fn spend(&self, cost: u32) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(cost));
        left > 0
    }

    /// Looks up `name` in `section` (`commands`, `jobs`, `executors`) of `library`, or of one of its orbs.
    fn find(&self, library: Library<'t>, section: &str, name: &str) -> Found<'t> {
        if let Some((orb, inner)) = name.split_once('/') {
            let imported =
                library.node.get_path(&["orbs", orb]).or_else(|| self.root.get_path(&["orbs", orb]));
            return match imported {
                Some(node) if node.is_mapping() => match node.get_path(&[section, inner]) {
                    Some(found) => Found::Here(found, Library { node }),
                    None => Found::Missing,
                },
                Some(node) => match self.own.filter(|(reference, _)| node.as_str() == Some(reference)) {
                    Some((_, orb)) => match orb.get_path(&[section, inner]) {
                        Some(found) => Found::Here(found, Library { node: orb }),
                        None => Found::Missing,
                    },
                    None => Found::Orb(node),
                },
                None => Found::Missing,
            };
        }
        match library.node.get_path(&[section, name]) {
            Some(found) => Found::Here(found, library),
            None => Found::Missing,
        }
    }
}

/// The configuration at `path`; none where there is none or it holds no jobs.
pub(super) fn read(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    let tree = repository.yaml(path, Provider::Circleci)?;
    let root = tree.root().filter(|root| root.is_mapping())?;
    let main = path == CONFIG;
    if !main && root.get("jobs").is_none() && root.get("workflows").is_none() {
        return None;
    }
    let orb = own_orb(repository, root);
    let own = orb.as_ref().and_then(|(reference, tree)| Some((*reference, tree.root()?)));
    let walk = Walk { repository, root, own, budget: Cell::new(BUDGET) };
    let scope = Scope::of_pipeline(root.get("parameters"));
    let mut pipeline = Pipeline {
        tree: Some(Arc::clone(&tree)),
        entry: main || continues(repository),
        triggers: triggers(root),
        inputs: inputs(root.get("parameters")),
        imports: root.get("orbs").into_iter().flat_map(Node::entries).map(|(_, orb)| import(orb)).collect(),
        ..skeleton::pipeline(Provider::Circleci, tree.source())
    };
    if let Some((key, setup)) = root.entry("setup").filter(|(_, setup)| setup.as_bool() == Some(true)) {
        pipeline.unknowns.push(Unknown {
            what: "the configuration that this setup workflow generates".to_owned(),
            at: entry_place(key, setup),
        });
    }
    pipeline.jobs = job::read_all(&walk, &scope, &mut pipeline.unknowns);
    Some(pipeline)
}

/// trustpub's own orb, where `root` imports it and calls it as it asks to be called.
fn own_orb<'t>(repository: &Repository<'_>, root: Node<'t>) -> Option<(&'t str, Arc<Tree>)> {
    let imports = root.get("orbs").into_iter().flat_map(Node::entries);
    let mut known = imports.filter_map(|(alias, orb)| {
        let reference = orb.as_str()?;
        Some((alias.as_str()?, reference, bundle::orb(repository, reference)?))
    });
    let (alias, reference, tree) = known.next()?;
    let job = format!("{alias}/publish");
    let workflows = root.get("workflows").into_iter().flat_map(Node::entries);
    let mut calls = workflows.filter_map(|(_, flow)| flow.get("jobs")).flat_map(Node::items);
    calls.any(|call| call.get_path(&[&job, "packages"]).is_some()).then_some((reference, tree))
}

/// Whether the main file is a setup workflow, which goes on with another file.
fn continues(repository: &Repository<'_>) -> bool {
    let main = repository.yaml(CONFIG, Provider::Circleci);
    main.and_then(|tree| tree.root()?.get("setup")?.as_bool()).unwrap_or_default()
}

fn import(orb: Node<'_>) -> Scalar {
    let written = if orb.is_mapping() { "inline orb" } else { orb.as_str().unwrap_or_default() };
    Scalar { written: written.to_owned(), value: Some(written.to_owned()), at: place(orb) }
}

/// Every push starts a pipeline, the API can, and schedules do where they are written or asked for.
fn triggers(root: Node<'_>) -> Vec<Trigger> {
    let at = root.entry("workflows").map_or_else(|| place(root), |(key, _)| place(key));
    let mut triggers = vec![
        skeleton::trigger(TriggerKind::Push, "push", at.clone()),
        skeleton::trigger(TriggerKind::Manual, "api", at),
    ];
    let workflows = || root.get("workflows").into_iter().flat_map(Node::entries);
    let asked = workflows().flat_map(|(_, workflow)| ["when", "unless"].map(|word| workflow.entry(word)));
    let asked = asked.flatten().find(|(_, statement)| condition::asks_for_schedule(*statement));
    if let Some((key, node)) = asked {
        triggers.push(skeleton::trigger(TriggerKind::Schedule, "schedule", entry_place(key, node)));
    }
    for (key, node) in workflows().filter_map(|(_, workflow)| workflow.entry("triggers")) {
        triggers.push(skeleton::trigger(TriggerKind::Schedule, "schedule", entry_place(key, node)));
    }
    triggers
}

/// Declared parameters with their defaults.
fn inputs(parameters: Option<Node<'_>>) -> Vec<Input> {
    let entries = parameters.into_iter().flat_map(Node::entries);
    entries
        .filter_map(|(key, node)| {
            let name = key.as_str()?.to_owned();
            let default = node.get("default").and_then(Node::as_str);
            let at = place(node);
            let text = Scalar { written: default.unwrap_or_default().to_owned(), value: None, at };
            let value = match default {
                Some("") => Value::Empty,
                Some(text) => Value::Static(text.to_owned()),
                None => Value::Unknown,
            };
            Some(Input { name, text, value, entry: entry_place(key, node) })
        })
        .collect()
}
