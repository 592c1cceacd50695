//! Steps: scripts, commands of the file or of inline orbs, the provider's own steps.

use super::condition;
use super::scope::{Parameter, Scope};
use super::{DEPTH, Found, Library, Walk};
use crate::ci::repository::{entry_place, place};
use crate::ci::{Condition, Hop, HopKind, Level, Scalar, Step, StepKind, Unknown, skeleton};
use crate::files;
use crate::yaml::Node;

/// Steps that CircleCI itself knows.
const BUILTINS: [&str; 9] = [
    "checkout",
    "save_cache",
    "restore_cache",
    "persist_to_workspace",
    "attach_workspace",
    "store_artifacts",
    "store_test_results",
    "setup_remote_docker",
    "add_ssh_keys",
];

/// What is known at one point of the walk through commands.
#[derive(Clone)]
pub(super) struct Frame<'t> {
    pub(super) scope: Scope<'t>,
    pub(super) library: Library<'t>,
    pub(super) shell: Option<Scalar>,
    /// The folder that the repository is checked out into, where it is not CircleCI's own choice.
    pub(super) home: Option<String>,
    pub(super) origin: Vec<Hop>,
    pub(super) condition: Option<Condition>,
}

/// Where steps are gathered, with what is not seen of them.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) steps: Vec<Step>,
    pub(super) unknowns: Vec<Unknown>,
}

/// The steps of a list.
pub(super) fn read_all<'t>(
    walk: &Walk<'_, '_, 't>,
    list: Option<Node<'t>>,
    frame: &Frame<'t>,
    out: &mut Gathered,
) {
    let Some(list) = list else { return };
    if let Some(text) = list.as_str() {
        if let Some(Parameter::Node(steps)) = frame.scope.whole(text)
            && frame.origin.len() < DEPTH
        {
            each(walk, steps, frame, out);
        }
        return;
    }
    each(walk, list, frame, out);
}

fn each<'t>(walk: &Walk<'_, '_, 't>, list: Node<'t>, frame: &Frame<'t>, out: &mut Gathered) {
    for item in list.items() {
        if !walk.spend(1) {
            let what = "steps beyond the many that are read".to_owned();
            out.unknowns.push(Unknown { what, at: place(item) });
            return;
        }
        read(walk, item, frame, out);
    }
}

fn read<'t>(walk: &Walk<'_, '_, 't>, item: Node<'t>, frame: &Frame<'t>, out: &mut Gathered) {
    if let Some(name) = item.as_str() {
        match frame.scope.whole(name) {
            Some(Parameter::Node(steps)) if frame.origin.len() < DEPTH => each(walk, steps, frame, out),
            _ => call(walk, name, item, item, None, frame, out),
        }
        return;
    }
    let Some((key, value)) = item.entries().next() else { return };
    let Some(name) = key.as_str() else { return };
    match name {
        // `deploy` is the old form of a `run` that publishes.
        "run" | "deploy" => run(key, value, item, frame, out),
        "when" | "unless" => branch(walk, name, value, frame, out),
        "steps" => read_all(walk, Some(value), frame, out),
        _ => call(walk, name, key, item, Some(value), frame, out),
    }
}

/// `when: {condition, steps}`.
fn branch<'t>(walk: &Walk<'_, '_, 't>, word: &str, node: Node<'t>, frame: &Frame<'t>, out: &mut Gathered) {
    let Some(statement) = node.get("condition") else { return };
    let holds = condition::evaluate(&frame.scope, statement).map(|holds| holds == (word == "when"));
    match holds {
        Some(false) => {}
        Some(true) => read_all(walk, node.get("steps"), frame, out),
        None => {
            let condition = Some(condition::unresolved(word, statement, &frame.scope));
            read_all(walk, node.get("steps"), &Frame { condition, ..frame.clone() }, out);
        }
    }
}

fn run<'t>(key: Node<'t>, node: Node<'t>, item: Node<'t>, frame: &Frame<'t>, out: &mut Gathered) {
    let scope = &frame.scope;
    let command = if node.is_mapping() { node.get("command") } else { Some(node) };
    let Some(command) = command else { return };
    let own_folder = node.get("working_directory").and_then(Node::as_str);
    let directory = match own_folder {
        Some(path) => scope.text(path).and_then(|path| folder(frame.home.as_deref(), &path)),
        None => Some(String::new()),
    };
    let condition = node
        .get("when")
        .and_then(Node::as_str)
        .filter(|when| *when == "on_fail")
        .map(|when| skeleton::condition(when, place(node), false, false));
    let kind = StepKind::Run {
        script: scope.script(command),
        shell: node.get("shell").map(|shell| scope.scalar(shell)).or_else(|| frame.shell.clone()),
        directory,
    };
    let at = if item.is_mapping() { entry_place(key, node) } else { place(item) };
    out.steps.push(Step {
        name: node.get("name").and_then(Node::as_str).map(str::to_owned),
        env: scope.environment(node.get("environment"), Level::Step),
        condition: condition.or_else(|| frame.condition.clone()),
        ..skeleton::step(kind, at, &frame.origin)
    });
}

/// A step's folder relative to the repository, which is checked out into `home`.
fn folder(home: Option<&str>, path: &str) -> Option<String> {
    let path = path.trim();
    let homes = home.into_iter().chain(["~/project", "/home/circleci/project"]);
    let inside = homes
        .filter_map(|home| path.strip_prefix(home.trim_end_matches('/')))
        .find(|rest| rest.is_empty() || rest.starts_with('/'));
    match inside {
        Some(rest) => files::join("", rest.trim_start_matches('/')),
        None if path.starts_with(['~', '/', '$']) => None,
        None => files::join("", path),
    }
}

/// A step by name: the provider's own, a command of the file, or an orb's.
fn call<'t>(
    walk: &Walk<'_, '_, 't>,
    name: &str,
    key: Node<'t>,
    item: Node<'t>,
    given: Option<Node<'t>>,
    frame: &Frame<'t>,
    out: &mut Gathered,
) {
    let step = |kind| Step {
        name: given.and_then(|given| given.get("name")?.as_str()).map(str::to_owned),
        condition: frame.condition.clone(),
        ..skeleton::step(kind, place(item), &frame.origin)
    };
    if BUILTINS.contains(&name) {
        let inputs = frame.scope.inputs(given);
        out.steps.push(step(StepKind::Builtin { name: name.to_owned(), inputs }));
        return;
    }
    match walk.find(frame.library, "commands", name) {
        Found::Here(command, library) => {
            let hop = Hop {
                kind: if name.contains('/') { HopKind::Orb } else { HopKind::Command },
                name: name.to_owned(),
                at: place(key),
                target: Some(command.source().path().to_owned()),
            };
            if frame.origin.len() >= DEPTH || !walk.spend(5) {
                out.unknowns
                    .push(Unknown { what: format!("command {name}, called too deep"), at: place(key) });
                return;
            }
            let mut origin = frame.origin.clone();
            origin.push(hop);
            let scope = frame.scope.inner(command.get("parameters"), given);
            let inner = Frame { scope, library, origin, ..frame.clone() };
            read_all(walk, command.get("steps"), &inner, out);
        }
        Found::Orb(orb) => {
            let written = orb.as_str().unwrap_or_default();
            out.steps.push(step(orb_call(name, written, key, frame.scope.inputs(given))));
            out.unknowns.push(Unknown { what: format!("command {name} of orb {written}"), at: place(key) });
        }
        Found::Missing => {
            out.unknowns
                .push(Unknown { what: format!("command {name}, which is not defined"), at: place(key) });
        }
    }
}

/// A call of what an orb that is not seen brings: `node/install` of `circleci/node@5`.
pub(super) fn orb_call(name: &str, orb: &str, key: Node<'_>, inputs: Vec<crate::ci::Input>) -> StepKind {
    let version = orb.rsplit_once('@').map(|(_, version)| version.to_owned());
    StepKind::Uses {
        reference: Scalar { written: name.to_owned(), value: Some(name.to_owned()), at: place(key) },
        action: name.to_ascii_lowercase(),
        version,
        comment: None,
        inputs,
        steps: None,
    }
}
