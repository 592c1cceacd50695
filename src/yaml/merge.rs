//! Merge keys `<<`: one mapping or a list of them, several times if need be.

use std::collections::HashSet;

use super::node::Node;

/// The entries of `mapping` with its merge keys resolved. Own entries win over merged ones,
/// earlier merged mappings over later ones (yaml.org merge-key draft; with several `<<` so do
/// js-yaml and `SnakeYAML`). Every source is visited once, so no chain of merges multiplies.
pub(super) fn entries(mapping: Node<'_>) -> Vec<(Node<'_>, Node<'_>)> {
    let mut merged = Merged { entries: Vec::new(), keys: HashSet::new(), visited: HashSet::new() };
    merged.visit(mapping);
    merged.entries
}

struct Merged<'t> {
    entries: Vec<(Node<'t>, Node<'t>)>,
    keys: HashSet<&'t str>,
    visited: HashSet<u32>,
}

impl<'t> Merged<'t> {
    fn visit(&mut self, mapping: Node<'t>) {
        if !self.visited.insert(mapping.id()) {
            return;
        }
        // The keys of one mapping are compared with those of the others, not with each other: a
        // duplicate key is the tree's to report, and both stay visible.
        let mut own = Vec::new();
        let mut sources = Vec::new();
        for (key, value) in mapping.own_entries() {
            if key.is_merge_key() {
                if value.is_sequence() {
                    sources.extend(value.items());
                } else {
                    sources.push(value);
                }
            } else if key.as_str().is_none_or(|text| !self.keys.contains(text)) {
                own.push((key, value));
            }
        }
        self.keys.extend(own.iter().filter_map(|(key, _)| key.as_str()));
        self.entries.append(&mut own);
        for source in sources.into_iter().filter(|source| source.is_mapping()) {
            self.visit(source);
        }
    }
}

impl Node<'_> {
    /// Whether the node is a plain `<<`.
    pub(super) fn is_merge_key(self) -> bool {
        self.as_str() == Some("<<") && self.style() == super::ScalarStyle::Plain && !self.is_alias()
    }
}
