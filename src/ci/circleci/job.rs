//! Jobs, as the workflows run them.

use super::scope::Scope;
use super::step::{self, Frame, Gathered};
use super::{Found, Library, Walk, condition, executor};
use crate::ci::command::own::PUBLISH_WORD;
use crate::ci::command::{Deed, Finder, Setting};
use crate::ci::repository::{entry_place, place};
use crate::ci::{
    Cache, Concurrency, Condition, EnvVar, Guard, GuardKind, IdToken, IdentityState, Job, Reference, Scalar,
    Step, StepKind, Unknown, skeleton,
};
use crate::yaml::Node;

/// Every job of every workflow; without workflows the job `build`, as in version 2.0.
pub(super) fn read_all<'t>(
    walk: &Walk<'_, '_, 't>,
    scope: &Scope<'t>,
    unknowns: &mut Vec<Unknown>,
) -> Vec<Job> {
    let library = Library { node: walk.root };
    let mut jobs = Vec::new();
    let workflows = walk.root.get("workflows").filter(|workflows| workflows.is_mapping());
    let mut statements = workflows
        .into_iter()
        .flat_map(Node::entries)
        .flat_map(|(_, workflow)| ["when", "unless"].into_iter().filter_map(move |word| workflow.get(word)));
    let asked = statements.any(condition::asks_for_schedule);
    for (_, workflow) in
        workflows.into_iter().flat_map(Node::entries).filter(|(_, workflow)| workflow.is_mapping())
    {
        let Some(conditions) = conditions(workflow, scope) else { continue };
        // A workflow with a schedule of its own runs by that alone; one of the project's settings starts every workflow,
        // and is told of where one asks for it.
        let by_clock = workflow.get("triggers").is_some();
        let other = condition::starts(|start| match start.event.as_str() {
            "schedule" => !by_clock && !asked,
            _ => by_clock,
        });
        let first = jobs.len();
        for item in workflow.get("jobs").into_iter().flat_map(Node::items) {
            if !walk.spend(1) {
                return jobs;
            }
            let job = read(walk, library, item, &conditions, scope, unknowns);
            jobs.extend(job.map(|mut job| {
                job.refuses.extend(other.iter().cloned());
                job
            }));
        }
        skeleton::inherit_refusals(&mut jobs[first..], &condition::starts(|_| true), |_| false);
    }
    if workflows.is_none()
        && let Some((key, node)) = walk.root.get("jobs").and_then(|jobs| jobs.entry("build"))
    {
        let mut job = empty("build", key, node);
        fill(walk, library, node, None, scope, &mut job);
        jobs.push(job);
    }
    jobs
}

/// Conditions on a whole workflow; none where it never runs.
fn conditions<'t>(workflow: Node<'t>, scope: &Scope<'t>) -> Option<Vec<Condition>> {
    let mut found = Vec::new();
    for word in ["when", "unless"] {
        let Some(statement) = workflow.get(word) else { continue };
        // A pipeline parameter's default is only what a push gives: the API may give another.
        let fixed = Scope::default();
        match condition::evaluate(&fixed, statement).map(|holds| holds == (word == "when")) {
            Some(true) => {}
            Some(false) => return None,
            None => {
                found.push(condition::unresolved(word, statement, scope));
            }
        }
    }
    Some(found)
}

fn empty(id: &str, key: Node<'_>, node: Node<'_>) -> Job {
    let mut job = skeleton::job(id, place(key), entry_place(key, node));
    // Every job may ask for an id token; those that its scripts do ask for are added below.
    job.identity.state = IdentityState::Granted;
    job
}

/// One entry of a workflow's `jobs`: `NAME` or `NAME: {context, filters, parameters …}`.
fn read<'t>(
    walk: &Walk<'_, '_, 't>,
    library: Library<'t>,
    item: Node<'t>,
    conditions: &[Condition],
    scope: &Scope<'t>,
    unknowns: &mut Vec<Unknown>,
) -> Option<Job> {
    let (key, given) = match item.entries().next() {
        Some((key, given)) => (key, Some(given)),
        None => (item, None),
    };
    let name = key.as_str()?;
    let given = given.filter(|given| given.is_mapping());
    let get = |field: &str| given.and_then(|given| given.entry(field));
    let id = get("name").and_then(|(_, name)| scope.text(name.as_str()?)).unwrap_or_else(|| name.to_owned());
    let mut job = empty(&id, key, item);
    job.conditions = conditions.to_vec();
    job.guards = skeleton::guards(None, conditions);
    if let Some((key, node)) = get("filters") {
        let (condition, guard) = condition::filters(key, node, scope);
        job.conditions.push(condition);
        job.guards.extend(guard);
    } else {
        // No tag starts a job that does not name tags.
        job.refuses = condition::starts(|start| start.reference == Reference::Tag);
    }
    if let Some((_, node)) = get("context") {
        job.contexts = node.scalars_or_one().map(|name| scope.scalar(name)).collect();
        let contexts = job.contexts.iter().map(|context| Guard {
            kind: GuardKind::Context,
            name: context.shown().to_owned(),
            at: context.at.clone(),
        });
        job.guards = contexts.chain(job.guards.drain(..).collect::<Vec<_>>()).collect();
    }
    if let Some((_, node)) = get("requires") {
        let names =
            node.scalars_or_one().chain(node.items().filter_map(|item| Some(item.entries().next()?.0)));
        job.needs = names.filter(|name| name.as_str().is_some()).map(|name| scope.scalar(name)).collect();
    }
    if let Some((key, node)) = get("serial-group") {
        let at = entry_place(key, node);
        job.concurrency = Some(Concurrency { group: Some(scope.scalar(node)), cancel: None, at });
    }
    match walk.find(library, "jobs", name) {
        Found::Here(node, library) => fill(walk, library, node, given, scope, &mut job),
        Found::Orb(orb) => {
            let written = orb.as_str().unwrap_or_default();
            let unknown = Unknown { what: format!("job {name} of orb {written}"), at: place(key) };
            let mut inner = Gathered::default();
            let frame = frame(scope.clone(), library, None, None);
            step::read_all(walk, given.and_then(|given| given.get("pre-steps")), &frame, &mut inner);
            let call = step::orb_call(name, written, key, scope.inputs(given));
            inner.steps.push(skeleton::step(call, place(item), &[]));
            step::read_all(walk, given.and_then(|given| given.get("post-steps")), &frame, &mut inner);
            job.steps = inner.steps;
            job.unknowns = inner.unknowns;
            job.unknowns.push(unknown);
            identities(walk, &mut job);
        }
        // An approval waits for a person and runs nothing.
        Found::Missing if get("type").is_some() => {}
        Found::Missing => {
            unknowns.push(Unknown { what: format!("job {name}, which is not defined"), at: place(key) });
            return None;
        }
    }
    Some(job)
}

/// The frame of a job whose repository is checked out into `home`.
fn frame<'t>(
    scope: Scope<'t>,
    library: Library<'t>,
    shell: Option<Scalar>,
    home: Option<String>,
) -> Frame<'t> {
    Frame { scope, library, shell, home, origin: Vec::new(), condition: None }
}

/// Fills `job` from its definition `node`, with what the workflow hands over.
fn fill<'t>(
    walk: &Walk<'_, '_, 't>,
    library: Library<'t>,
    node: Node<'t>,
    given: Option<Node<'t>>,
    outer: &Scope<'t>,
    job: &mut Job,
) {
    let mut scope = outer.inner(node.get("parameters"), given);
    if let Some(parameters) = given.and_then(|given| given.get_path(&["matrix", "parameters"])) {
        scope.matrix(parameters);
    }
    let executor = executor::read(walk, library, node, &scope);
    job.runner = executor.runner;
    job.container = executor.container;
    job.env = executor.env;
    if node.get("executor").is_some() {
        job.env.extend(scope.environment(node.get("environment"), crate::ci::Level::Job));
    }
    job.unknowns.extend(executor.unknown);
    let inner = frame(scope, library, executor.shell, executor.directory);
    let caller = frame(outer.clone(), Library { node: walk.root }, inner.shell.clone(), inner.home.clone());
    let mut steps = Gathered::default();
    step::read_all(walk, given.and_then(|given| given.get("pre-steps")), &caller, &mut steps);
    step::read_all(walk, node.get("steps"), &inner, &mut steps);
    step::read_all(walk, given.and_then(|given| given.get("post-steps")), &caller, &mut steps);
    job.steps = steps.steps;
    job.unknowns.extend(steps.unknowns);
    job.caches = job.steps.iter().filter_map(cache).collect();
    identities(walk, job);
}

fn cache(step: &Step) -> Option<Cache> {
    let StepKind::Builtin { name, .. } = &step.kind else { return None };
    let (restores, saves) = (name == "restore_cache", name == "save_cache");
    (restores || saves).then(|| Cache {
        by: name.clone(),
        at: step.at.clone(),
        implicit: false,
        restores,
        saves,
    })
}

/// Id tokens that the job's scripts ask for.
fn identities(walk: &Walk<'_, '_, '_>, job: &mut Job) {
    let finder = Finder::new(walk.repository.files, walk.repository.project);
    let mut tokens = Vec::new();
    for step in &job.steps {
        let Some(script) = step.script().filter(|script| asks(script.text())) else { continue };
        let known = |var: &EnvVar| Some((var.name.clone(), var.text.value.clone()?));
        let env: Vec<(String, String)> = job.env.iter().chain(&step.env).filter_map(known).collect();
        let setting = Setting { directory: Some(""), env: &env, ..Setting::default() };
        for act in finder.acts(script, &setting) {
            let Deed::FetchIdentity(request) = act.deed else { continue };
            tokens.push(IdToken {
                name: request.variable.unwrap_or_default(),
                audiences: request.claims.iter().filter_map(|claims| audience(claims, &act.at)).collect(),
                at: act.at,
            });
        }
    }
    if let Some(first) = tokens.first() {
        job.identity.level = Some(crate::ci::Level::Script);
        job.identity.at = Some(first.at.clone());
    }
    job.identity.tokens = tokens;
}

/// Whether a script may ask for an id token: by itself, or through trustpub's runtime.
fn asks(text: &str) -> bool {
    text.contains("oidc") || text.contains(PUBLISH_WORD)
}

/// The audience that claims name; none where they are no valid JSON.
fn audience(claims: &str, at: &crate::diagnostic::Location) -> Option<Scalar> {
    let json: serde_json::Value = serde_json::from_str(claims).ok()?;
    let written = json.get("aud")?.as_str()?.to_owned();
    let value = (!written.contains('$')).then(|| written.clone());
    Some(Scalar { written, value, at: at.clone() })
}
