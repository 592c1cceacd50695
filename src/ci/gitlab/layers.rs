//! What a job is made of: its definitions, what it extends, and the defaults, strongest first.

use std::collections::HashMap;

use super::document::Document;
use crate::ci::repository::place;
use crate::ci::{Hop, HopKind};
use crate::yaml::Node;

/// How deep `extends` and `!reference` are followed (GitLab allows eleven and ten).
const DEPTH: usize = 11;
/// Most parents of one job.
const MAX_LAYERS: usize = 64;

/// Keywords that `default` gives to jobs.
const INHERITED: [&str; 12] = [
    "after_script",
    "artifacts",
    "before_script",
    "cache",
    "hooks",
    "id_tokens",
    "image",
    "interruptible",
    "retry",
    "services",
    "tags",
    "timeout",
];

/// Top-level keywords that are no jobs.
const GLOBAL: [&str; 12] = [
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "spec",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "types",
];

/// One layer.
#[derive(Clone, Copy)]
pub(super) struct Layer<'t> {
    pub(super) node: Node<'t>,
    /// Index of its document.
    pub(super) document: usize,
    /// Whether it is a default, not part of the job or what it extends.
    pub(super) default: bool,
    /// Whether it is the job's own definition.
    pub(super) own: bool,
}

/// All documents, and names in them.
pub(super) struct Config<'t> {
    documents: &'t [Document<'t>],
    /// Top-level name → the entry in each document that has it, in their order: jobs are looked up by name
    /// many times, and a document can have thousands.
    names: HashMap<&'t str, Vec<Named<'t>>>,
}

/// A top-level entry.
#[derive(Clone, Copy)]
struct Named<'t> {
    document: usize,
    key: Node<'t>,
    value: Node<'t>,
}

/// A job's layers with the hops that led to them.
pub(super) struct Stack<'t> {
    pub(super) layers: Vec<Layer<'t>>,
    pub(super) hops: Vec<Hop>,
}

impl<'t> Config<'t> {
    pub(super) fn new(documents: &'t [Document<'t>]) -> Self {
        let mut names: HashMap<&str, Vec<Named<'t>>> = HashMap::new();
        for (document, read) in documents.iter().enumerate() {
            for (key, value) in read.root.entries() {
                let Some(name) = key.as_str() else { continue };
                let found = names.entry(name).or_default();
                // Where a key stands twice in one document, the last one counts.
                found.pop_if(|last| last.document == document);
                found.push(Named { document, key, value });
            }
        }
        Self { documents, names }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = Named<'t>> + use<'_, 't> {
        self.names.get(name).into_iter().flatten().copied()
    }

    /// The document at `index`.
    pub(super) fn document(&self, index: usize) -> &'t Document<'t> {
        &self.documents[index]
    }

    /// The names of jobs that run, with their strongest key, each once, in the order of the files.
    pub(super) fn jobs(&self) -> Vec<(&'t str, Node<'t>)> {
        let mut names: Vec<(&str, Node<'t>)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for (key, node) in self.documents.iter().flat_map(|document| document.root.entries()) {
            let Some(name) = key.as_str() else { continue };
            let job = !name.starts_with('.') && !GLOBAL.contains(&name) && node.is_mapping();
            if job && seen.insert(name) {
                names.push((name, key));
            }
        }
        names
    }

    /// Every setting of a top-level keyword, strongest first.
    pub(super) fn global(&self, key: &str) -> Vec<Layer<'t>> {
        let layers = self.named(key).map(|found| Layer {
            node: found.value,
            document: found.document,
            default: true,
            own: false,
        });
        layers.collect()
    }

    /// The definitions of `name`, the including file's before those of included files.
    fn definitions(&self, name: &str) -> Vec<Layer<'t>> {
        let jobs = self.named(name).filter(|found| found.value.is_mapping());
        let layers = jobs.map(|found| Layer {
            node: found.value,
            document: found.document,
            default: false,
            own: true,
        });
        layers.collect()
    }

    /// The layers of the job `name`.
    pub(super) fn stack(&self, name: &str) -> Stack<'t> {
        let mut stack = Stack { layers: Vec::new(), hops: Vec::new() };
        self.push(name, 0, &mut stack);
        for layer in &mut stack.layers {
            layer.default = false;
        }
        stack
    }

    fn push(&self, name: &str, depth: usize, stack: &mut Stack<'t>) {
        let definitions = self.definitions(name);
        let extends = definitions.iter().find_map(|layer| layer.node.get("extends"));
        stack.layers.extend(definitions.into_iter().map(|layer| Layer { own: depth == 0, ..layer }));
        let parents: Vec<Node<'t>> = extends.into_iter().flat_map(Node::scalars_or_one).collect();
        // The last parent is the strongest.
        for parent in parents.iter().rev() {
            let Some(name) = parent.as_str() else { continue };
            if depth >= DEPTH || stack.layers.len() >= MAX_LAYERS {
                return;
            }
            let target = self.definitions(name).first().map(|layer| layer.node.source().path().to_owned());
            stack.hops.push(Hop {
                kind: HopKind::Extends,
                name: name.to_owned(),
                at: place(*parent),
                target,
            });
            self.push(name, depth + 1, stack);
        }
    }

    /// The strongest setting of `key` for the job.
    pub(super) fn entry(&self, stack: &Stack<'t>, key: &str) -> Option<(Node<'t>, Layer<'t>)> {
        self.all(stack, key).into_iter().next()
    }

    /// Every setting of `key` that the job sees, strongest first, with its key node.
    pub(super) fn all(&self, stack: &Stack<'t>, key: &str) -> Vec<(Node<'t>, Layer<'t>)> {
        let own = stack.layers.iter().filter_map(|layer| {
            let (key, node) = layer.node.entry(key)?;
            Some((key, Layer { node, ..*layer }))
        });
        let mut found: Vec<_> = own.collect();
        if INHERITED.contains(&key) && inherits(stack, key) {
            let section = self.named("default").filter_map(|found| {
                let (key, value) = found.value.entry(key)?;
                Some((0, Named { key, value, ..found }))
            });
            let old = self.named(key).map(|found| (1, found));
            let mut defaults: Vec<(u8, Named<'_>)> = section.chain(old).collect();
            // Document by document; in each, `default` before the old top-level keyword.
            defaults.sort_by_key(|(rank, found)| (found.document, *rank));
            found.extend(defaults.into_iter().map(|(_, found)| {
                let layer = Layer { node: found.value, document: found.document, default: true, own: false };
                (found.key, layer)
            }));
        }
        found
    }

    /// Follows `!reference [job, key …]`; none where it leads nowhere.
    pub(super) fn reference(&self, node: Node<'t>) -> Option<Layer<'t>> {
        let mut path = node.items().filter_map(Node::as_str);
        let stack = self.stack(path.next()?);
        let (_, mut layer) = self.entry(&stack, path.next()?)?;
        for key in path {
            layer.node = layer.node.get(key)?;
        }
        Some(layer)
    }
}

/// Whether `inherit: default` lets `key` through.
fn inherits(stack: &Stack<'_>, key: &str) -> bool {
    let inherit = stack.layers.iter().find_map(|layer| layer.node.get_path(&["inherit", "default"]));
    match inherit {
        None => true,
        Some(node) if node.is_sequence() => node.items().any(|item| item.as_str() == Some(key)),
        Some(node) => node.as_bool() != Some(false),
    }
}
