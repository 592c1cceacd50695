//! What the readers have in common: a pipeline, job, step, trigger or condition with nothing in it, and, for CI systems
//! without an identity for npm, what YAML scalars of theirs hold.

use super::repository::{entry_place, place};
use super::{
    Condition, EnvVar, Environment, Guard, GuardKind, Hop, Identity, IdentityState, Job, Level, Pipeline,
    RefFilter, Runner, Scalar, Script, Start, Step, StepKind, Trigger, TriggerKind, Value,
};
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::facts::runners::Runner as RunnerClass;
use crate::text::Source;
use crate::yaml::Node;

/// How many jobs and steps one file may grow to.
pub(super) const BUDGET: usize = 2_000;

/// How long a chain of needed jobs is followed, where the file names them last first.
const ROUNDS: usize = 16;

/// A pipeline without jobs that the provider starts by itself.
pub(super) fn pipeline(provider: Provider, source: &Source) -> Pipeline {
    Pipeline {
        provider,
        source: source.clone(),
        tree: None,
        entry: true,
        name: None,
        triggers: Vec::new(),
        triggers_at: None,
        permissions: None,
        env: Vec::new(),
        concurrency: None,
        inputs: Vec::new(),
        jobs: Vec::new(),
        imports: Vec::new(),
        unknowns: Vec::new(),
    }
}

/// A job that does nothing and has no identity.
pub(super) fn job(id: impl Into<String>, key: Location, at: Location) -> Job {
    Job {
        id: id.into(),
        name: None,
        key,
        at,
        runner: Runner { class: RunnerClass::Unknown, labels: Vec::new(), at: None },
        container: None,
        environment: None,
        identity: Identity {
            state: IdentityState::Missing,
            level: None,
            at: None,
            write_all: false,
            tokens: Vec::new(),
        },
        permissions: None,
        contexts: Vec::new(),
        conditions: Vec::new(),
        refuses: Vec::new(),
        guards: Vec::new(),
        env: Vec::new(),
        needs: Vec::new(),
        caches: Vec::new(),
        concurrency: None,
        allow_failure: None,
        interruptible: None,
        retry: None,
        timeout: None,
        steps: Vec::new(),
        call: None,
        origin: Vec::new(),
        unknowns: Vec::new(),
    }
}

/// A step of this kind without anything around it.
pub(super) fn step(kind: StepKind, at: Location, origin: &[Hop]) -> Step {
    Step {
        id: None,
        name: None,
        at,
        kind,
        env: Vec::new(),
        condition: None,
        continue_on_error: false,
        origin: origin.to_vec(),
    }
}

/// A condition that every way of starting may pass.
pub(super) fn condition(text: impl Into<String>, at: Location, never: bool, limits_ref: bool) -> Condition {
    Condition { text: text.into(), at, never, limits_ref, refuses: Vec::new() }
}

/// Lets each job refuse what the jobs that it needs refuse, unless it is `free` of how these end. Where a needed name
/// stands for several jobs, one that runs is enough.
pub(super) fn inherit_refusals(jobs: &mut [Job], starts: &[Start], free: impl Fn(&Job) -> bool) {
    // Needs lead to earlier jobs, wherever they stand in the file: what is inherited settles in a few rounds.
    for _ in 0..ROUNDS {
        let mut settled = true;
        for index in 0..jobs.len() {
            let job = &jobs[index];
            let needed = |name: &str, start: &Start| {
                let mut named = jobs.iter().filter(|job| job.id == name).peekable();
                named.peek().is_none() || named.any(|job| job.may_start(start))
            };
            let more: Vec<Start> = starts
                .iter()
                .filter(|start| {
                    job.may_start(start) && !job.needs.iter().all(|name| needed(name.shown(), start))
                })
                .cloned()
                .collect();
            if !more.is_empty() && !free(job) {
                settled = false;
                jobs[index].refuses.extend(more);
            }
        }
        if settled {
            return;
        }
    }
}

/// A script in the repository's own folder and the provider's own shell.
pub(super) fn run(script: Script) -> StepKind {
    StepKind::Run { script, shell: None, directory: Some(String::new()) }
}

/// A trigger without filters.
pub(super) fn trigger(kind: TriggerKind, event: &str, at: Location) -> Trigger {
    Trigger {
        kind,
        event: event.to_owned(),
        at,
        branches: Vec::new(),
        tags: Vec::new(),
        types: Vec::new(),
        pipelines: Vec::new(),
    }
}

/// The patterns of a scalar or list; none where one of them lets everything through.
pub(super) fn filters<'t>(nodes: impl Iterator<Item = Node<'t>>, excludes: bool) -> Vec<RefFilter> {
    let filters: Vec<RefFilter> =
        nodes.filter_map(|node| Some(RefFilter { pattern: plain(node)?, excludes })).collect();
    let everything =
        filters.iter().any(|filter| !filter.excludes && matches!(filter.pattern.shown(), "*" | "**"));
    if everything { Vec::new() } else { filters }
}

/// What guards a job: its environment, and conditions that name branches or tags.
pub(super) fn guards(environment: Option<&Environment>, conditions: &[Condition]) -> Vec<Guard> {
    let environment = environment.map(|environment| Guard {
        kind: GuardKind::Environment,
        name: environment.name.shown().to_owned(),
        at: environment.entry.clone(),
    });
    let filters = conditions.iter().filter(|condition| condition.limits_ref).map(|condition| Guard {
        kind: GuardKind::BranchFilter,
        name: condition.text.clone(),
        at: condition.at.clone(),
    });
    environment.into_iter().chain(filters).collect()
}

/// A scalar whose value is what is written, unless a `$` in it is resolved at run time.
pub(super) fn plain(node: Node<'_>) -> Option<Scalar> {
    let written = node.as_str()?.to_owned();
    let value = (!written.contains('$')).then(|| written.clone());
    Some(Scalar { written, value, at: place(node) })
}

/// Variables of a mapping whose values may refer to others as a shell does.
pub(super) fn variables(mapping: Option<Node<'_>>, level: Level) -> Vec<EnvVar> {
    let entries = mapping.into_iter().flat_map(Node::entries);
    let variable = |(key, node): (Node<'_>, Node<'_>)| {
        let text = plain(node).unwrap_or_else(|| Scalar {
            written: String::new(),
            value: Some(String::new()),
            at: place(node),
        });
        let value = held(&text.written);
        let name = key.as_str()?.to_owned();
        Some(EnvVar { name, text, value, level, entry: entry_place(key, node) })
    };
    entries.filter_map(variable).collect()
}

/// What a text holds in which `$X` and `${X}` are variables: one that refers to another may hold what the
/// provider's settings give.
pub(super) fn held(text: &str) -> Value {
    if text.is_empty() {
        return Value::Empty;
    }
    if !text.contains('$') {
        return Value::Static(text.to_owned());
    }
    let rest = text.trim_start_matches('$');
    let name = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    let plain = !name.is_empty()
        && text.starts_with('$')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Value::Secret(name.to_owned()) } else { Value::Unknown }
}
