//! `when` and `unless`, and the filters of a workflow's jobs.

use super::scope::Scope;
use crate::ci::repository::{entry_place, place};
use crate::ci::{Condition, Guard, GuardKind};
use crate::yaml::Node;

/// Deepest nesting of `and`, `or` and `not`.
const DEPTH: usize = 32;

/// What a logic statement comes to; none where that is decided at run time.
pub(super) fn evaluate(scope: &Scope<'_>, node: Node<'_>) -> Option<bool> {
    evaluate_at(scope, node, 0)
}

fn evaluate_at<'t>(scope: &Scope<'_>, node: Node<'t>, depth: usize) -> Option<bool> {
    if depth > DEPTH {
        return None;
    }
    if let Some(text) = node.as_str() {
        let text = scope.text(text)?;
        return Some(!matches!(text.as_str(), "" | "false" | "0" | "null" | "no" | "off"));
    }
    let (key, value) = node.entries().next()?;
    let each = |value: Node<'t>| -> Vec<Option<bool>> {
        value.items().map(|item| evaluate_at(scope, item, depth + 1)).collect()
    };
    match key.as_str()? {
        "and" => {
            let parts = each(value);
            if parts.contains(&Some(false)) {
                Some(false)
            } else {
                parts.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        "or" => {
            let parts = each(value);
            if parts.contains(&Some(true)) {
                Some(true)
            } else {
                parts.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        "not" => evaluate_at(scope, value, depth + 1).map(|holds| !holds),
        "equal" => {
            let texts: Option<Vec<String>> = value.items().map(|item| scope.text(item.as_str()?)).collect();
            texts.map(|texts| texts.windows(2).all(|pair| pair[0] == pair[1]))
        }
        _ => None,
    }
}

/// The condition of a `when` or `unless` that cannot be decided here.
pub(super) fn unresolved(word: &str, node: Node<'_>) -> Condition {
    let source = node.source();
    let text = source.slice(node.span()).split_whitespace().collect::<Vec<_>>().join(" ");
    let limits_ref = ["pipeline.git.branch", "pipeline.git.tag"].iter().any(|name| text.contains(name));
    Condition { text: format!("{word} {text}"), at: place(node), never: false, limits_ref }
}

/// `filters` of a workflow's job, in either form: the condition and the guard that they are.
pub(super) fn filters(key: Node<'_>, node: Node<'_>) -> (Condition, Option<Guard>) {
    let at = entry_place(key, node);
    let text = match node.as_str() {
        Some(expression) => expression.to_owned(),
        None => described(node),
    };
    let only = |kind: &str| node.get_path(&[kind, "only"]).is_some();
    let ignores = |kind: &str| node.get_path(&[kind, "ignore"]).is_some();
    let names_ref = match node.as_str() {
        Some(expression) => expression.contains("pipeline.git."),
        // Tags alone start no job unless they are named; with every branch left out they are all that does.
        None => only("branches") || (only("tags") && ignores("branches")) || ignores("branches"),
    };
    let never = all(node, "branches") && !only("tags");
    let condition = Condition { text: text.clone(), at: at.clone(), never, limits_ref: names_ref };
    let guard = names_ref.then_some(Guard { kind: GuardKind::BranchFilter, name: text, at });
    (condition, guard)
}

/// Whether every ref of this kind is left out.
fn all(node: Node<'_>, kind: &str) -> bool {
    let ignored = node.get_path(&[kind, "ignore"]);
    ignored.into_iter().flat_map(Node::scalars_or_one).any(|item| matches!(item.as_str(), Some("/.*/")))
}

/// A map filter in words: `tags only /^v.*/; branches ignore /.*/`.
fn described(node: Node<'_>) -> String {
    let mut parts = Vec::new();
    for (kind, rules) in node.entries() {
        for (verb, refs) in rules.entries() {
            let refs: Vec<&str> = refs.scalars_or_one().filter_map(Node::as_str).collect();
            let (kind, verb) = (kind.as_str().unwrap_or_default(), verb.as_str().unwrap_or_default());
            parts.push(format!("{kind} {verb} {}", refs.join(", ")));
        }
    }
    parts.join("; ")
}
