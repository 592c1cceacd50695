//! The walk through lists that templates, conditions and loops make up.

use std::cell::Cell;

use super::expression::{self, Directive};
use super::scope::{Scope, Taken};
use crate::ci::repository::{Repository, place};
use crate::ci::{Condition, Hop, HopKind, Unknown, skeleton};
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::files;
use crate::yaml::Node;

/// How many items of one list a loop runs over.
const MAX_ITEMS: usize = 50;

/// Shared by the whole walk of one pipeline.
pub(super) struct Walk<'r, 'a> {
    pub(super) repository: &'r Repository<'a>,
    pub(super) budget: Cell<usize>,
}

impl Walk<'_, '_> {
    /// Takes one from the budget; false where it is used up.
    pub(super) fn spend(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }
}

/// What is known at one point of the walk from the entry file inwards.
#[derive(Clone)]
pub(super) struct Frame {
    /// The file that is being read.
    pub(super) file: String,
    /// The templates on the way from the entry file.
    pub(super) origin: Vec<Hop>,
    /// Conditions around that may hold.
    pub(super) conditions: Vec<Condition>,
    depth: usize,
}

impl Frame {
    pub(super) fn of_file(path: &str) -> Self {
        Self { file: path.to_owned(), origin: Vec::new(), conditions: Vec::new(), depth: 0 }
    }

    /// This frame one level further in; none where that is too deep.
    pub(super) fn inner(&self) -> Option<Self> {
        (self.depth < super::DEPTH).then(|| Self { depth: self.depth + 1, ..self.clone() })
    }
}

/// What a list's items are handed to: the item, what names mean there, where that is, and what is not seen.
pub(super) type Visit<'v> = &'v mut dyn for<'x> FnMut(Node<'x>, &Scope<'x>, &Frame, &mut Vec<Unknown>);

/// Calls `visit` with every item of `list`: conditions and loops are followed, and so are templates of
/// this repository, whose list is called `kind` (`stages`, `jobs`, `steps`).
pub(super) fn items<'t>(
    walk: &Walk<'_, '_>,
    list: Node<'t>,
    kind: &str,
    scope: &Scope<'t>,
    frame: &Frame,
    unknowns: &mut Vec<Unknown>,
    visit: Visit<'_>,
) {
    let list = list.as_str().and_then(|text| scope.whole(text)).unwrap_or(list);
    let mut taken = Taken::default();
    for item in list.items() {
        if !walk.spend() {
            let what = "jobs and steps beyond the many that are read".to_owned();
            unknowns.push(Unknown { what, at: place(item) });
            return;
        }
        let first = item.own_entries().next();
        let directive = first.and_then(|(key, _)| expression::directive(key.as_str()?));
        if directive.is_some() {
            for (key, body) in item.own_entries() {
                let Some(directive) = key.as_str().and_then(expression::directive) else { continue };
                let Some(mut inner) = frame.inner() else { return };
                match (&directive, scope.takes(&directive, &mut taken)) {
                    (_, Some(false)) => continue,
                    (Directive::Each(name, list), _) => {
                        each(walk, (name, list), body, kind, scope, &inner, unknowns, visit);
                        continue;
                    }
                    (_, None) => inner.conditions.push(condition(key)),
                    _ => {}
                }
                items(walk, body, kind, scope, &inner, unknowns, visit);
            }
        } else if let Some(text) = item.as_str() {
            // A list that a parameter holds, put in place of the expression.
            if let (Some(node), Some(inner)) = (scope.whole(text), frame.inner()) {
                if node.is_sequence() {
                    items(walk, node, kind, scope, &inner, unknowns, visit);
                } else {
                    visit(node, scope, &inner, unknowns);
                }
            }
        } else if let Some(reference) = item.get("template") {
            let given = item.get("parameters");
            let seen = template(
                walk,
                reference,
                given,
                scope,
                frame,
                unknowns,
                &mut |root, scope, frame, unknowns| {
                    if let Some(list) = scope.get(root, kind) {
                        items(walk, list, kind, scope, frame, unknowns, visit);
                    }
                },
            );
            // A template that is not seen runs what it is handed.
            let handed = given.filter(|_| !seen).into_iter().flat_map(|given| scope.entries(given));
            for (_, list) in handed.filter(|(_, list)| is_list_of(kind, *list)) {
                let Some(inner) = frame.inner() else { return };
                items(walk, list, kind, scope, &inner, unknowns, visit);
            }
        } else {
            visit(item, scope, frame, unknowns);
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "the walk's own state, handed on")]
fn each<'t>(
    walk: &Walk<'_, '_>,
    (name, list): (&str, &str),
    body: Node<'t>,
    kind: &str,
    scope: &Scope<'t>,
    frame: &Frame,
    unknowns: &mut Vec<Unknown>,
    visit: Visit<'_>,
) {
    let list = scope.whole(&format!("${{{{ {list} }}}}"));
    let values: Vec<Option<Node<'t>>> = match list {
        Some(list) if list.is_sequence() => list.items().take(MAX_ITEMS).map(Some).collect(),
        // What is not known runs once, for what the body says.
        _ => vec![None],
    };
    for value in values {
        let mut inner = scope.clone();
        inner.bind_name(name, value);
        items(walk, body, kind, &inner, frame, unknowns, visit);
    }
}

/// Whether the first item that says what it is belongs into a list called `kind`.
fn is_list_of(kind: &str, list: Node<'_>) -> bool {
    let keys: &[&str] = match kind {
        "steps" => &["script", "bash", "pwsh", "powershell", "task", "checkout"],
        "jobs" => &["job", "deployment"],
        "stages" => &["stage"],
        _ => &[],
    };
    list.items().any(|item| keys.iter().any(|key| item.get(key).is_some()))
}

/// Reads the template that `reference` names and calls `read` with its root; answers whether it is seen.
pub(super) fn template<'t>(
    walk: &Walk<'_, '_>,
    reference: Node<'t>,
    given: Option<Node<'t>>,
    scope: &Scope<'t>,
    frame: &Frame,
    unknowns: &mut Vec<Unknown>,
    read: Visit<'_>,
) -> bool {
    let written = scope.scalar(reference);
    let unseen = |what: String| Unknown { what, at: place(reference) };
    let files = written.value.as_deref().map(|text| local(text, &frame.file)).unwrap_or_default();
    // A template that is not there is no file that cannot be read.
    let named = files.into_iter().find(|path| walk.repository.files.is_file(path));
    let tree = named.as_deref().and_then(|path| walk.repository.yaml(path, Provider::Azure));
    let (Some(path), Some(tree)) = (named, tree) else {
        unknowns.push(unseen(format!("template {}", written.shown())));
        return false;
    };
    let Some(mut inner) = frame.inner() else { return true };
    let Some(root) = tree.root().filter(|_| walk.spend()) else { return true };
    let hop = Hop {
        kind: HopKind::Include,
        name: written.shown().to_owned(),
        at: place(reference),
        target: Some(path.clone()),
    };
    inner.origin.push(hop);
    inner.file = path;
    let scope = Scope::of_template(root.get("parameters"), given, scope);
    read(root, &scope, &inner, unknowns);
    true
}

/// The files of this repository that a template's name can mean: relative to the file that names it, or to
/// the root where it says `@self` or begins with `/`. One of another repository has its name after an `@`.
fn local(name: &str, from: &str) -> Vec<String> {
    let (name, own) = match name.rsplit_once('@') {
        Some((name, "self")) => (name, true),
        Some(_) => return Vec::new(),
        None => (name, false),
    };
    let name = name.replace('\\', "/");
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = files::join(folder, &name);
    let root = if own { files::join("", &name) } else { None };
    root.into_iter().chain(beside).collect()
}

/// The condition that a template expression is, where it depends on the run.
fn condition(key: Node<'_>) -> Condition {
    let text = key.as_str().unwrap_or_default().trim();
    let text = text.trim_start_matches("${{").trim_end_matches("}}").trim();
    let text = text.strip_prefix("if").unwrap_or(text).trim();
    at_run_time(text, place(key))
}

/// A condition of a stage, job or step.
pub(super) fn at_run_time(text: &str, at: Location) -> Condition {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let never = matches!(text.to_ascii_lowercase().as_str(), "false" | "never()" | "eq(true, false)");
    let limits_ref = limits_ref(&text);
    skeleton::condition(text, at, never, limits_ref)
}

/// Whether a condition asks for named branches or tags. One that only leaves some out does not.
fn limits_ref(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.match_indices("sourcebranch").any(|(at, _)| {
        let Some(open) = enclosing(&text[..at]) else { return false };
        let before = text[..open].trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |last| last + 1);
        let asks = matches!(&before[start..], "eq" | "startswith" | "in" | "endswith" | "contains");
        let negated = enclosing(&before[..start]).is_some_and(|open| text[..open].ends_with("not"));
        let of_pulls = text[at..].split(')').next().is_some_and(|rest| rest.contains("refs/pull"));
        asks && !negated && !of_pulls
    })
}

/// The innermost parenthesis that is open at the end of `text`.
fn enclosing(text: &str) -> Option<usize> {
    let mut closed = 0_usize;
    for (at, character) in text.char_indices().rev() {
        match character {
            ')' => closed += 1,
            '(' if closed == 0 => return Some(at),
            '(' => closed -= 1,
            _ => {}
        }
    }
    None
}
