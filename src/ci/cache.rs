//! Caches that steps bring in.

use super::{Cache, Step, StepKind, Value};

/// The cache that a step of a GitHub action restores or saves.
pub(super) fn of_step(step: &Step) -> Option<Cache> {
    let StepKind::Uses { action, reference, .. } = &step.kind else { return None };
    let asked = |input: &str| step.input(input).filter(|input| is_on(&input.value));
    let (at, restores, saves) = match action.as_str() {
        "actions/cache/restore" => (reference.at.clone(), true, false),
        "actions/cache/save" => (reference.at.clone(), false, true),
        _ if names_a_cache(action) || ALWAYS.contains(&action.as_str()) => (reference.at.clone(), true, true),
        _ => {
            let input = asked("cache").or_else(|| asked("run-install-cache"))?;
            (input.entry.clone(), true, true)
        }
    };
    Some(Cache { by: action.clone(), at, implicit: false, restores, saves })
}

/// Actions that restore and save a cache whatever their inputs say.
const ALWAYS: [&str; 1] = ["bahmutov/npm-install"];

/// An input such as `cache: npm` or `cache: true`.
fn is_on(value: &Value) -> bool {
    match value {
        Value::Static(text) => text != "false",
        Value::Empty => false,
        _ => true,
    }
}

/// Actions whose own name says that they are a cache: `actions/cache`, `swatinem/rust-cache`.
fn names_a_cache(action: &str) -> bool {
    action.split(['/', '-']).any(|part| part == "cache")
}
