//! Stages and jobs.

use super::scope::Scope;
use super::step;
use super::walk::{Frame, Walk, items, template};
use crate::ci::repository::{entry_place, place};
use crate::ci::{
    Cache, Condition, Container, EnvVar, Environment, Job, Level, Pipeline, Runner, Scalar, StepKind,
    Unknown, skeleton,
};
use crate::facts::runners::Runner as Class;
use crate::yaml::Node;

/// How many variables one level may set.
const MAX_VARIABLES: usize = 500;

/// What a job inherits from the pipeline and its stage.
#[derive(Clone, Default)]
struct Around {
    env: Vec<EnvVar>,
    groups: Vec<Scalar>,
    conditions: Vec<Condition>,
    runner: Option<Runner>,
    containers: Vec<(String, Scalar)>,
    stage: Option<String>,
}

/// Reads a pipeline, or a template by itself, into `pipeline`.
pub(super) fn read_root(
    walk: &Walk<'_, '_>,
    root: Node<'_>,
    scope: &Scope<'_>,
    frame: &Frame,
    pipeline: &mut Pipeline,
) {
    let mut unknowns = Vec::new();
    let mut jobs = Vec::new();
    content(walk, root, scope, frame, &Around::default(), &mut unknowns, &mut jobs);
    if let Some(extends) = root.get("extends") {
        let mut around = Around::default();
        let mut scope = scope.clone();
        variables(walk, root, Level::Pipeline, &mut scope, frame, &mut around, &mut unknowns);
        let (reference, given) = (extends.get("template"), extends.get("parameters"));
        pipeline.imports.extend(reference.and_then(skeleton::plain));
        let mut read_template =
            |root: Node<'_>, scope: &Scope<'_>, frame: &Frame, unknowns: &mut Vec<Unknown>| {
                content(walk, root, scope, frame, &around, unknowns, &mut jobs);
            };
        let seen = reference.is_some_and(|reference| {
            template(walk, reference, given, &scope, frame, &mut unknowns, &mut read_template)
        });
        // A template that is not seen runs the stages that it is handed.
        if let Some(given) = given.filter(|_| !seen) {
            read_template(given, &scope, frame, &mut unknowns);
        }
    }
    pipeline.unknowns = unknowns;
    pipeline.env = jobs
        .first()
        .map(|job: &Job| job.env.iter().filter(|var| var.level == Level::Pipeline).cloned().collect())
        .unwrap_or_default();
    pipeline.jobs = jobs;
}

/// Stages, jobs or steps of a pipeline, template or stage.
fn content<'t>(
    walk: &Walk<'_, '_>,
    node: Node<'t>,
    scope: &Scope<'t>,
    frame: &Frame,
    outer: &Around,
    unknowns: &mut Vec<Unknown>,
    jobs: &mut Vec<Job>,
) {
    let mut around = outer.clone();
    let mut scope = scope.clone();
    let level = if outer.stage.is_some() { Level::Inherited } else { Level::Pipeline };
    variables(walk, node, level, &mut scope, frame, &mut around, unknowns);
    if let Some(pool) = scope.entry(node, "pool") {
        around.runner = Some(runner(pool, &scope));
    }
    for container in node.get_path(&["resources", "containers"]).into_iter().flat_map(Node::items) {
        if let (Some(name), Some(image)) =
            (container.get("container").and_then(Node::as_str), container.get("image"))
        {
            around.containers.push((name.to_owned(), scope.scalar(image)));
        }
    }
    let around = around;
    if let Some(stages) = scope.get(node, "stages") {
        items(walk, stages, "stages", &scope, frame, unknowns, &mut |stage, scope, frame, unknowns| {
            let mut inner = around.clone();
            let name = scope.get(stage, "stage").map(|name| scope.scalar(name).shown().to_owned());
            inner.stage = Some(name.unwrap_or_default());
            inner.conditions.extend(own_condition(stage, scope));
            content(walk, stage, scope, frame, &inner, unknowns, jobs);
        });
    }
    if let Some(list) = scope.get(node, "jobs") {
        items(walk, list, "jobs", &scope, frame, unknowns, &mut |job, scope, frame, unknowns| {
            jobs.extend(read(walk, job, scope, frame, &around, unknowns));
        });
    }
    if let Some((key, list)) = scope.entry(node, "steps") {
        // One job that is not written out.
        let mut job = skeleton::job(
            around.stage.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| "job".to_owned()),
            place(key),
            entry_place(key, list),
        );
        fill(walk, node, list, &scope, frame, &around, unknowns, &mut job);
        jobs.push(job);
    }
}

fn read<'t>(
    walk: &Walk<'_, '_>,
    node: Node<'t>,
    scope: &Scope<'t>,
    frame: &Frame,
    around: &Around,
    unknowns: &mut Vec<Unknown>,
) -> Option<Job> {
    let (key, name) = scope.entry(node, "job").or_else(|| scope.entry(node, "deployment"))?;
    let written = scope.scalar(name);
    let named = name.as_str().is_some_and(|name| !name.is_empty());
    let id = if named { written.shown().to_owned() } else { "job".to_owned() };
    let mut job = skeleton::job(id, entry_place(key, name), place(node));
    job.name = scope.get(node, "displayName").map(|name| scope.scalar(name).shown().to_owned());
    let mut around = around.clone();
    let mut scope = scope.clone();
    variables(walk, node, Level::Job, &mut scope, frame, &mut around, unknowns);
    if let Some(pool) = scope.entry(node, "pool") {
        around.runner = Some(runner(pool, &scope));
    }
    job.environment = scope.entry(node, "environment").and_then(|(key, node)| {
        let name = if node.is_mapping() { scope.get(node, "name")? } else { node };
        let mut name = scope.scalar(name);
        // `environment.resource`: the checks belong to the environment.
        name.value = name.value.map(|name| name.split('.').next().unwrap_or_default().to_owned());
        Some(Environment { name, entry: entry_place(key, node) })
    });
    job.conditions.extend(own_condition(node, &scope));
    let list = scope.entry(node, "steps");
    let lists = list.map(|(_, list)| list).into_iter().chain(deployment_steps(node, &scope));
    for list in lists.collect::<Vec<_>>() {
        fill(walk, node, list, &scope, frame, &around, unknowns, &mut job);
    }
    Some(job)
}

/// The step lists of a deployment's strategy, in the order in which they run.
fn deployment_steps<'t>(node: Node<'t>, scope: &Scope<'t>) -> Vec<Node<'t>> {
    let Some(strategy) = scope.get(node, "strategy") else { return Vec::new() };
    let kinds = ["runOnce", "rolling", "canary"].into_iter().filter_map(|kind| scope.get(strategy, kind));
    let hooks = ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic"];
    let on = |kind| scope.get(kind, "on").and_then(|on| scope.get(scope.get(on, "success")?, "steps"));
    kinds
        .flat_map(|kind| {
            let steps = hooks.iter().filter_map(move |hook| scope.get(scope.get(kind, hook)?, "steps"));
            steps.chain(on(kind)).collect::<Vec<_>>()
        })
        .collect()
}

/// Everything of a job that is the same whether it is written out or made up of steps alone.
#[allow(clippy::too_many_arguments, reason = "the walk's own state, handed on")]
fn fill<'t>(
    walk: &Walk<'_, '_>,
    node: Node<'t>,
    list: Node<'t>,
    scope: &Scope<'t>,
    frame: &Frame,
    around: &Around,
    unknowns: &mut Vec<Unknown>,
    job: &mut Job,
) {
    if job.steps.is_empty() {
        job.conditions.extend(around.conditions.iter().chain(&frame.conditions).cloned());
        job.guards = skeleton::guards(job.environment.as_ref(), &job.conditions);
        job.env.clone_from(&around.env);
        if let Some(runner) = &around.runner {
            job.runner = runner.clone();
        }
        job.contexts.clone_from(&around.groups);
        job.origin.clone_from(&frame.origin);
        job.needs = scope
            .get(node, "dependsOn")
            .into_iter()
            .flat_map(Node::scalars_or_one)
            .map(|name| scope.scalar(name))
            .collect();
        job.timeout = scope.get(node, "timeoutInMinutes").map(|node| scope.scalar(node));
        job.allow_failure = scope.get(node, "continueOnError").map(|node| scope.scalar(node));
        job.container = container(node, scope, around);
    }
    let windows = job.runner.labels.iter().any(|label| label.to_ascii_lowercase().starts_with("win"));
    let outer = frame.conditions.len();
    items(walk, list, "steps", scope, frame, unknowns, &mut |item, scope, frame, _| {
        let conditions = frame.conditions.get(outer..).unwrap_or_default();
        job.steps.extend(step::read(item, scope, frame, conditions, windows));
    });
    job.caches = job.steps.iter().filter_map(cache).collect();
}

fn cache(step: &crate::ci::Step) -> Option<Cache> {
    let StepKind::Uses { reference, action, .. } = &step.kind else { return None };
    action.starts_with("cache").then(|| Cache {
        by: reference.written.clone(),
        at: reference.at.clone(),
        implicit: false,
        restores: true,
        saves: true,
    })
}

fn container(node: Node<'_>, scope: &Scope<'_>, around: &Around) -> Option<Container> {
    let (key, container) = node.entry("container")?;
    let image = if container.is_mapping() { container.get("image")? } else { container };
    let image = scope.scalar(image);
    let entry = entry_place(key, container);
    let alias = around.containers.iter().rev().find(|(name, _)| *name == image.written);
    Some(Container { image: alias.map_or(image, |(_, image)| image.clone()), entry })
}

fn own_condition(node: Node<'_>, scope: &Scope<'_>) -> Option<Condition> {
    let (key, condition) = node.entry("condition")?;
    step::condition(key, condition, scope)
}

/// The machine: an image of Microsoft's, or a pool by name, which is anybody's own but for two.
fn runner((key, node): (Node<'_>, Node<'_>), scope: &Scope<'_>) -> Runner {
    let at = Some(entry_place(key, node));
    let text = |key: &str| node.get(key).map(|node| scope.scalar(node));
    let name = if node.is_mapping() { text("name") } else { Some(scope.scalar(node)) };
    let hosted_pool = |name: &Scalar| {
        name.value.as_deref().map(|name| name.starts_with("Azure Pipelines") || name.starts_with("Hosted"))
    };
    if let Some(false) = name.as_ref().and_then(hosted_pool) {
        let labels = name.iter().map(|name| name.shown().to_owned()).collect();
        return Runner { class: Class::SelfHosted, labels, at };
    }
    let image = text("vmImage");
    let labels: Vec<String> = image.iter().map(|image| image.shown().to_owned()).collect();
    // Only Microsoft's own machines are asked for by image.
    let hosted = image.is_some() || name.as_ref().and_then(hosted_pool) == Some(true);
    let class = if hosted { Class::Hosted } else { Class::Unknown };
    Runner { class, labels, at }
}

/// Reads the `variables` of a level: values, groups and templates.
fn variables<'t>(
    walk: &Walk<'_, '_>,
    node: Node<'t>,
    level: Level,
    scope: &mut Scope<'t>,
    frame: &Frame,
    around: &mut Around,
    unknowns: &mut Vec<Unknown>,
) {
    let Some(list) = scope.get(node, "variables") else { return };
    let mut found: Vec<(String, EnvVar)> = Vec::new();
    if list.is_mapping() {
        mapping(list, level, scope, &mut found);
    } else {
        let at = scope.clone();
        items(walk, list, "variables", &at, frame, unknowns, &mut |item, scope, _, _| {
            if found.len() >= MAX_VARIABLES {
                return;
            }
            if let Some(group) = item.get("group") {
                around.groups.push(scope.scalar(group));
            } else if let (Some(name), Some(value)) =
                (item.get("name").map(|name| scope.scalar(name)), item.get("value"))
            {
                let var = scope.variable(name.shown(), value, level, place(item));
                found.push((name.shown().to_owned(), var));
            }
        });
        templates(walk, list, level, &at, frame, unknowns, &mut found);
    }
    for (name, var) in found {
        scope.set(&name, &var.text);
        around.env.push(var);
    }
}

/// Templates of variables hold a mapping as often as a list; a list the walk has read already.
fn templates<'t>(
    walk: &Walk<'_, '_>,
    list: Node<'t>,
    level: Level,
    scope: &Scope<'t>,
    frame: &Frame,
    unknowns: &mut Vec<Unknown>,
    found: &mut Vec<(String, EnvVar)>,
) {
    for item in list.items() {
        let Some(reference) = item.get("template") else { continue };
        let known = unknowns.len();
        template(
            walk,
            reference,
            item.get("parameters"),
            scope,
            frame,
            unknowns,
            &mut |root, scope, _, _| {
                if let Some(inner) = root.get("variables").filter(|inner| inner.is_mapping()) {
                    mapping(inner, level, scope, found);
                }
            },
        );
        unknowns.truncate(known);
    }
}

fn mapping<'t>(list: Node<'t>, level: Level, scope: &Scope<'t>, found: &mut Vec<(String, EnvVar)>) {
    let mut inner = scope.clone();
    for (key, value) in scope.entries(list).into_iter().take(MAX_VARIABLES) {
        let Some(name) = key.as_str() else { continue };
        let var = inner.variable(name, value, level, entry_place(key, value));
        inner.set(name, &var.text);
        found.push((name.to_owned(), var));
    }
}
