//! `strategy.matrix`, as far as it stands in the file.

use std::collections::BTreeMap;

use super::expression::{Atom, Scope};
use crate::yaml::{Kind, Node};

/// What each `matrix.*` can become. Values are pooled over all combinations: which of them occur
/// together does not matter for what can reach a publish.
pub(super) fn read(job: Node<'_>, scope: &Scope) -> BTreeMap<String, Vec<Atom>> {
    let mut out = BTreeMap::new();
    let Some(matrix) = job.get_path(&["strategy", "matrix"]) else { return out };
    for (key, value) in matrix.entries() {
        match key.as_str() {
            Some("include") => {
                for combination in value.items() {
                    add_entries("", combination, scope, &mut out);
                }
            }
            Some("exclude") | None => {}
            Some(name) if value.is_sequence() => {
                for item in value.items() {
                    add(name, item, scope, &mut out);
                }
            }
            Some(name) => add(name, value, scope, &mut out),
        }
    }
    out
}

fn add(name: &str, value: Node<'_>, scope: &Scope, out: &mut BTreeMap<String, Vec<Atom>>) {
    match value.kind() {
        Kind::Mapping => add_entries(name, value, scope, out),
        Kind::Scalar => {
            let text = value.as_str().unwrap_or_default();
            // A whole list from an expression (`fromJSON(…)`) is one unknown.
            push(out.entry(name.to_owned()).or_default(), scope.render(text));
        }
        Kind::Null => push(out.entry(name.to_owned()).or_default(), vec![Atom::Falsy]),
        Kind::Sequence => push(out.entry(name.to_owned()).or_default(), vec![Atom::Unknown]),
    }
}

fn add_entries(prefix: &str, mapping: Node<'_>, scope: &Scope, out: &mut BTreeMap<String, Vec<Atom>>) {
    for (key, value) in mapping.entries() {
        let Some(key) = key.as_str() else { continue };
        let name = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        // Nested deeper than any expression in use reaches.
        if name.matches('.').count() < 4 {
            add(&name, value, scope, out);
        }
    }
}

fn push(atoms: &mut Vec<Atom>, more: Vec<Atom>) {
    for atom in more {
        if !atoms.contains(&atom) {
            atoms.push(atom);
        }
    }
}
