//! Steps, each of which runs on a machine of its own and so is a job.

use crate::ci::repository::{entry_place, place};
use crate::ci::{
    Cache, Condition, Container, Environment, Input, Job, Runner, Scalar, Script, Step, StepKind, skeleton,
};
use crate::facts::Provider;
use crate::facts::runners::{Runner as Class, classify};
use crate::yaml::{Kind, Node};

/// How deep `stage` and `parallel` may stand in each other.
const DEPTH: usize = 4;

/// What the whole file sets for every step.
#[derive(Default)]
pub(super) struct Defaults<'t> {
    image: Option<(Node<'t>, Node<'t>)>,
    runs_on: Option<(Node<'t>, Node<'t>)>,
}

impl<'t> Defaults<'t> {
    pub(super) fn of(root: Option<Node<'t>>) -> Self {
        let Some(root) = root else { return Self::default() };
        let options = root.get("options");
        let of_options = |key: &str| options.and_then(|options| options.entry(key));
        Self {
            image: root.entry("image").or_else(|| of_options("image")),
            runs_on: root.entry("runs-on").or_else(|| of_options("runs-on")),
        }
    }
}

/// What a `stage` sets for the steps in it.
#[derive(Clone, Copy, Default)]
struct Stage<'t> {
    deployment: Option<(Node<'t>, Node<'t>)>,
    trigger: Option<(Node<'t>, Node<'t>)>,
}

/// The steps of a list, those in `parallel` and `stage` among them.
pub(super) fn read_all<'t>(defaults: &Defaults<'t>, list: Node<'t>, budget: &mut usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    gather(defaults, list, Stage::default(), 0, budget, &mut jobs);
    jobs
}

fn gather<'t>(
    defaults: &Defaults<'t>,
    list: Node<'t>,
    stage: Stage<'t>,
    depth: usize,
    budget: &mut usize,
    jobs: &mut Vec<Job>,
) {
    if depth > DEPTH {
        return;
    }
    for item in list.items() {
        if let Some((key, node)) = item.entry("step").filter(|(_, node)| node.is_mapping()) {
            if *budget == 0 {
                return;
            }
            *budget -= 1;
            let number = jobs.len() + 1;
            let job = read(defaults, key, node, stage, number);
            let piped: Vec<Job> = pipes(node).into_iter().map(|pipe| in_its_container(&job, pipe)).collect();
            jobs.push(job);
            jobs.extend(piped);
        } else if let Some(node) = item.get("parallel") {
            let list = if node.is_mapping() { node.get("steps").unwrap_or(node) } else { node };
            gather(defaults, list, stage, depth + 1, budget, jobs);
        } else if let Some(node) = item.get("stage") {
            let inner = Stage {
                deployment: node.entry("deployment").or(stage.deployment),
                trigger: node.entry("trigger").or(stage.trigger),
            };
            if let Some(steps) = node.get("steps") {
                gather(defaults, steps, inner, depth + 1, budget, jobs);
            }
        }
    }
}

fn read<'t>(defaults: &Defaults<'t>, key: Node<'t>, node: Node<'t>, stage: Stage<'t>, number: usize) -> Job {
    let name = node.get("name").and_then(skeleton::plain);
    let id = name.as_ref().map_or_else(|| format!("step {number}"), |name| name.written.clone());
    let mut job = skeleton::job(id, name.map_or_else(|| place(key), |name| name.at), entry_place(key, node));
    job.container = node.entry("image").or(defaults.image).and_then(|(key, image)| container(key, image));
    job.runner = runner(node.entry("runs-on").or(defaults.runs_on));
    job.environment = node.entry("deployment").or(stage.deployment).and_then(|(key, node)| {
        Some(Environment { name: skeleton::plain(node)?, entry: entry_place(key, node) })
    });
    job.conditions = conditions(node, stage);
    job.guards = skeleton::guards(job.environment.as_ref(), &job.conditions);
    job.timeout = node.get("max-time").and_then(skeleton::plain);
    job.caches = caches(node);
    for key in ["script", "after-script"] {
        if let Some((key, list)) = node.entry(key) {
            job.steps.extend(script(key, list));
        }
    }
    job
}

fn container(key: Node<'_>, image: Node<'_>) -> Option<Container> {
    let name = if image.is_mapping() { image.get("name")? } else { image };
    Some(Container { image: skeleton::plain(name)?, entry: entry_place(key, image) })
}

/// A label of one's own runners begins with `self.hosted`; without any the machine is Atlassian's.
fn runner(entry: Option<(Node<'_>, Node<'_>)>) -> Runner {
    let Some((key, node)) = entry else {
        let class = classify::<&str>(Provider::Bitbucket, &[]);
        return Runner { class, labels: Vec::new(), at: None };
    };
    let labels: Vec<String> = node.scalars_or_one().filter_map(Node::as_str).map(str::to_owned).collect();
    let cloud = node.get("cloud").is_some();
    let class = if cloud { Class::Hosted } else { classify(Provider::Bitbucket, &labels) };
    Runner { class, labels, at: Some(entry_place(key, node)) }
}

/// A step that waits for a person, and one that runs for changes to some files alone.
fn conditions(node: Node<'_>, stage: Stage<'_>) -> Vec<Condition> {
    let manual = node.entry("trigger").or(stage.trigger);
    let manual = manual.filter(|(_, node)| node.as_str() == Some("manual"));
    let of = |(key, node): (Node<'_>, Node<'_>)| {
        let at = entry_place(key, node);
        let text = at.source.slice(at.span).split_whitespace().collect::<Vec<_>>().join(" ");
        skeleton::condition(text, at, false, false)
    };
    manual.into_iter().chain(node.entry("condition")).map(of).collect()
}

fn caches(node: Node<'_>) -> Vec<Cache> {
    let names = node.get("caches").into_iter().flat_map(Node::scalars_or_one);
    // Docker layers hold nothing that a publish reads.
    let used = names.filter(|name| name.as_str().is_some_and(|name| name != "docker"));
    used.map(|name| Cache {
        by: format!("`caches: {}`", name.as_str().unwrap_or_default()),
        at: place(name),
        implicit: false,
        restores: true,
        saves: true,
    })
    .collect()
}

/// The lines of a script, which share one shell.
fn script(key: Node<'_>, list: Node<'_>) -> Option<Step> {
    let mut script = Script::default();
    for item in lines(list) {
        match item.kind() {
            // A list that an alias puts among the lines.
            Kind::Sequence => item.scalars_or_one().for_each(|line| script.push_node(line)),
            Kind::Scalar => script.push_node(item),
            Kind::Mapping | Kind::Null => {}
        }
    }
    let written = !script.text().is_empty();
    written.then(|| skeleton::step(skeleton::run(script), entry_place(key, list), &[]))
}

fn lines(list: Node<'_>) -> Vec<Node<'_>> {
    if list.is_sequence() { list.items().collect() } else { vec![list] }
}

/// The pipes among the lines of a step's scripts.
fn pipes(step: Node<'_>) -> Vec<Step> {
    let lists = ["script", "after-script"].iter().filter_map(|key| step.get(key));
    lists.flat_map(lines).filter_map(pipe).collect()
}

/// A pipe runs in a container of its own and so is a job beside that of its step.
fn in_its_container(job: &Job, pipe: Step) -> Job {
    let image = pipe.action().unwrap_or_default().to_owned();
    let image = Scalar { written: image, value: None, at: pipe.at.clone() };
    Job {
        container: Some(Container { image, entry: pipe.at.clone() }),
        caches: Vec::new(),
        steps: vec![pipe],
        ..job.clone()
    }
}

/// `pipe: account/name:version` with its variables.
fn pipe(item: Node<'_>) -> Option<Step> {
    let reference = skeleton::plain(item.get("pipe")?)?;
    let name = reference.written.strip_prefix("docker://").unwrap_or(&reference.written);
    let (name, version) = match name.rsplit_once(':') {
        Some((name, version)) if !version.contains('/') => (name, Some(version.to_owned())),
        _ => (name, None),
    };
    let variables = item.get("variables").into_iter().flat_map(Node::entries);
    let inputs = variables.filter_map(|(key, node)| {
        let text = skeleton::plain(node).unwrap_or_else(|| Scalar {
            written: String::new(),
            value: None,
            at: place(node),
        });
        let value = skeleton::held(&text.written);
        Some(Input { name: key.as_str()?.to_owned(), text, value, entry: entry_place(key, node) })
    });
    let inputs = inputs.collect();
    let action = name.to_ascii_lowercase();
    let kind = StepKind::Uses { action, version, comment: None, inputs, steps: None, reference };
    Some(skeleton::step(kind, place(item), &[]))
}
