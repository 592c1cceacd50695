//! `when` and `unless`, and the filters of a workflow's jobs.

use super::scope::Scope;
use crate::ci::logic::{self, Known, both, either};
use crate::ci::repository::{entry_place, place};
use crate::ci::{Condition, Guard, GuardKind, Reference, Start, skeleton};
use crate::yaml::Node;

/// Deepest nesting of `and`, `or` and `not`.
const DEPTH: usize = 32;

/// The ways in which a pipeline starts: the API may start one for any branch or tag, a schedule only where it is written.
const STARTS: [(&str, Reference); 5] = [
    ("push", Reference::Branch),
    ("push", Reference::Tag),
    ("api", Reference::Branch),
    ("api", Reference::Tag),
    ("schedule", Reference::Branch),
];

/// The ways of starting of which `refuses` says so.
pub(super) fn starts(refuses: impl Fn(&Start) -> bool) -> Vec<Start> {
    Start::each(&STARTS).filter(refuses).collect()
}

/// What a logic statement comes to; none where that is decided at run time.
pub(super) fn evaluate(scope: &Scope<'_>, node: Node<'_>) -> Option<bool> {
    evaluate_at(scope, None, node, 0)
}

/// A scalar of a logic statement.
fn value(scope: &Scope<'_>, start: Option<&Start>, text: &str) -> Known {
    if let Some((start, name)) = start.zip(super::scope::whole(text)) {
        let told = pipeline_value(start, name);
        if told != Known::Unknown {
            return told;
        }
    }
    scope.text(text).map_or(Known::Unknown, Known::Text)
}

/// A pipeline value, as far as the way of starting tells it.
fn pipeline_value(start: &Start, name: &str) -> Known {
    let filled = |is: bool| if is { Known::Filled } else { Known::text("") };
    match (name.trim(), start.event.as_str()) {
        ("pipeline.git.tag", _) => filled(start.reference == Reference::Tag),
        ("pipeline.git.branch", _) => filled(start.reference == Reference::Branch),
        ("pipeline.trigger_source", "push") => Known::text("webhook"),
        ("pipeline.trigger_source", "api") => Known::text("api"),
        ("pipeline.trigger_source", "schedule") => Known::text("scheduled_pipeline"),
        ("pipeline.schedule.name", event) => filled(event == "schedule"),
        _ => Known::Unknown,
    }
}

fn evaluate_at<'t>(scope: &Scope<'_>, start: Option<&Start>, node: Node<'t>, depth: usize) -> Option<bool> {
    if depth > DEPTH {
        return None;
    }
    if let Some(text) = node.as_str() {
        return match value(scope, start, text) {
            Known::Text(text) => scalar_truth(scope, start, &text),
            Known::Filled => Some(true),
            Known::Null => Some(false),
            Known::Unknown => None,
        };
    }
    let (key, statement) = node.entries().next()?;
    let inner = |node: Node<'t>| evaluate_at(scope, start, node, depth + 1);
    match key.as_str()? {
        "and" => statement.items().map(inner).fold(Some(true), both),
        "or" => statement.items().map(inner).fold(Some(false), either),
        "not" => inner(statement).map(|holds| !holds),
        "equal" => {
            let values: Option<Vec<Known>> =
                statement.items().map(|item| Some(value(scope, start, item.as_str()?))).collect();
            values?.windows(2).map(|pair| pair[0].equals(&pair[1])).fold(Some(true), both)
        }
        "matches" => {
            let pattern = scope.text(statement.get("pattern")?.as_str()?)?;
            value(scope, start, statement.get("value")?.as_str()?).matches(&pattern)
        }
        _ => None,
    }
}

/// Whether a text without templates counts as true: a condition in words, or a plain value.
fn scalar_truth(scope: &Scope<'_>, start: Option<&Start>, text: &str) -> Option<bool> {
    if text.contains("pipeline.") {
        let lookup = |name: &str| {
            let told = start.map_or(Known::Unknown, |start| pipeline_value(start, name));
            if told == Known::Unknown { scope.named(name).map_or(Known::Unknown, Known::Text) } else { told }
        };
        return logic::holds(text, &lookup);
    }
    Some(!matches!(text, "" | "false" | "0" | "null" | "no" | "off"))
}

/// Whether a logic statement asks for a schedule of the project's settings.
pub(super) fn asks_for_schedule(statement: Node<'_>) -> bool {
    let text = statement.source().slice(statement.span());
    text.contains("scheduled_pipeline") || text.contains("pipeline.schedule.")
}

/// The condition of a `when` or `unless` that cannot be decided for every way of starting. `scope` knows the parameters'
/// defaults, which are what a push has; the API and a schedule may give others.
pub(super) fn unresolved(word: &str, node: Node<'_>, scope: &Scope<'_>) -> Condition {
    let source = node.source();
    let text = source.slice(node.span()).split_whitespace().collect::<Vec<_>>().join(" ");
    let limits_ref = ["pipeline.git.branch", "pipeline.git.tag"].iter().any(|name| text.contains(name));
    let given = scope.without_defaults();
    let refuses = starts(|start| {
        let scope = if start.event == "push" { scope } else { &given };
        evaluate_at(scope, Some(start), node, 0).is_some_and(|holds| holds != (word == "when"))
    });
    Condition { refuses, ..skeleton::condition(format!("{word} {text}"), place(node), false, limits_ref) }
}

/// `filters` of a workflow's job, in either form: the condition and the guard that they are.
pub(super) fn filters(key: Node<'_>, node: Node<'_>, scope: &Scope<'_>) -> (Condition, Option<Guard>) {
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
    let refuses = starts(|start| match (node.as_str(), start.reference) {
        (Some(_), _) => evaluate_at(&scope.without_defaults(), Some(start), node, 0) == Some(false),
        (None, Reference::Tag) => all(node, "tags") || !(only("tags") || ignores("tags")),
        (None, _) => all(node, "branches"),
    });
    let condition = Condition { refuses, ..skeleton::condition(text.clone(), at.clone(), never, names_ref) };
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
