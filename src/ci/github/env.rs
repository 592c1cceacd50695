//! `env:` and `with:`.

use super::expression::{Atom, Scope, is_dynamic};
use crate::ci::repository::{entry_place, place};
use crate::ci::{EnvVar, Input, Level, Scalar};
use crate::yaml::Node;

/// The variables of an `env` mapping; what is static becomes visible as `env.*` in `scope`.
pub(super) fn read(env: Option<Node<'_>>, level: Level, scope: &mut Scope) -> Vec<EnvVar> {
    let Some(env) = env else { return Vec::new() };
    let mut vars = Vec::new();
    for (key, node) in env.entries() {
        let Some(name) = key.as_str() else { continue };
        let text = scalar(node, scope);
        let value = scope.value(&text.written);
        vars.push(EnvVar { name: name.to_owned(), text, value, level, entry: entry_place(key, node) });
    }
    for var in &vars {
        scope.env.insert(var.name.clone(), scope.render(&var.text.written));
    }
    vars
}

/// The inputs of a `with` (or `secrets`) mapping.
pub(super) fn inputs(with: Option<Node<'_>>, scope: &Scope) -> Vec<Input> {
    let entries = with.into_iter().flat_map(Node::entries);
    entries
        .filter_map(|(key, node)| {
            let text = scalar(node, scope);
            let value = scope.value(&text.written);
            let name = key.as_str()?.to_ascii_lowercase();
            Some(Input { name, text, value, entry: entry_place(key, node) })
        })
        .collect()
}

/// A scalar with its value where `scope` knows it.
pub(super) fn scalar(node: Node<'_>, scope: &Scope) -> Scalar {
    // A written null is the empty text to GitHub.
    let written = if node.is_null() { "" } else { node.as_str().unwrap_or_default() }.to_owned();
    let value = if is_dynamic(&written) { scope.text(&written) } else { Some(written.clone()) };
    Scalar { written, value, at: place(node) }
}

/// What the declared inputs of a callee become when it is handed `given`.
pub(super) fn handed_over(
    declared: &[Input],
    given: &[Input],
    caller: &Scope,
) -> std::collections::BTreeMap<String, Vec<Atom>> {
    let mut out = std::collections::BTreeMap::new();
    for input in declared.iter().chain(given) {
        out.insert(input.name.clone(), caller.render(&input.text.written));
    }
    out
}
