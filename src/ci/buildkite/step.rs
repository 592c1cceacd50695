//! Steps, each of which is a job.

use super::plugin;
use crate::ci::repository::{entry_place, place};
use crate::ci::{Concurrency, Condition, EnvVar, Job, Level, Runner, Scalar, Script, Unknown, skeleton};
use crate::facts::Provider;
use crate::facts::runners::classify;
use crate::yaml::{Kind, Node};

/// How deep groups may stand in each other (Buildkite allows one level).
const DEPTH: usize = 3;

/// What holds for the steps of a list so far.
#[derive(Clone, Default)]
struct Around {
    /// The steps that wait for a person before.
    blocks: Vec<Condition>,
    /// The group's own conditions.
    group: Vec<Condition>,
}

/// The command steps of `list`, those in groups among them.
pub(super) fn read_all(root: Node<'_>, list: Node<'_>, env: &[EnvVar]) -> Vec<Job> {
    let mut jobs = Vec::new();
    gather(root, list, env, &mut Around::default(), 0, &mut jobs);
    jobs
}

fn gather(
    root: Node<'_>,
    list: Node<'_>,
    env: &[EnvVar],
    around: &mut Around,
    depth: usize,
    jobs: &mut Vec<Job>,
) {
    if depth > DEPTH {
        return;
    }
    for item in list.items() {
        if jobs.len() >= skeleton::BUDGET {
            return;
        }
        if let Some((key, node)) = item.entry("block").or_else(|| item.entry("input")) {
            let label = node.as_str().or_else(|| node.get("block")?.as_str()).unwrap_or_default();
            let text = format!("{}: {label}", key.as_str().unwrap_or_default());
            around.blocks.push(skeleton::condition(text, entry_place(key, node), false, false));
        } else if item.get("group").is_some() {
            let mut inner = Around { blocks: around.blocks.clone(), group: conditions(item) };
            if let Some(steps) = item.get("steps") {
                gather(root, steps, env, &mut inner, depth + 1, jobs);
            }
        } else if let Some(job) = command(root, item, env, around, jobs.len() + 1) {
            jobs.push(job);
        }
    }
}

/// A step that runs commands; none for `wait`, `trigger` and the like.
fn command(root: Node<'_>, item: Node<'_>, env: &[EnvVar], around: &Around, number: usize) -> Option<Job> {
    let commands = ["command", "commands", "script"].iter().find_map(|key| item.entry(key));
    let plugins = item.get("plugins");
    if commands.is_none() && plugins.is_none() {
        return None;
    }
    let named = ["key", "id", "identifier", "label", "name"].iter().find_map(|key| item.get(key));
    let named = named.and_then(skeleton::plain);
    let id = named.as_ref().map_or_else(|| format!("step {number}"), |name| name.written.clone());
    let key = named.map(|name| name.at).or_else(|| commands.map(|(key, _)| place(key)));
    let mut job = skeleton::job(id, key.unwrap_or_else(|| place(item)), place(item));
    job.name = item.get("label").or_else(|| item.get("name")).and_then(Node::as_str).map(str::to_owned);
    job.runner = runner(item.entry("agents").or_else(|| root.entry("agents")));
    job.conditions = conditions(item);
    job.conditions.extend(around.blocks.iter().chain(&around.group).cloned());
    job.guards = skeleton::guards(None, &job.conditions);
    job.needs = depends_on(item);
    job.concurrency = item.entry("concurrency_group").map(|(key, node)| Concurrency {
        group: skeleton::plain(node),
        cancel: None,
        at: entry_place(key, node),
    });
    job.timeout = item.get("timeout_in_minutes").and_then(skeleton::plain);
    job.allow_failure = item.get("soft_fail").and_then(skeleton::plain);
    job.retry = item.get_path(&["retry", "automatic"]).map(|node| Scalar {
        written: node.as_str().unwrap_or("automatic").to_owned(),
        value: None,
        at: place(node),
    });
    job.env = env.to_vec();
    // A job is one step here: what it sets reaches no other.
    job.env.extend(skeleton::variables(item.get("env"), Level::Step));
    job.env.extend(plugin::secrets(item.get("secrets"), Level::Step));
    plugin::read_all(plugins, &mut job);
    if let Some((key, node)) = commands {
        let mut script = Script::default();
        node.scalars_or_one().for_each(|line| script.push_node(line));
        // A dollar sign that shall reach the shell is written twice.
        let script = script.substitute("$$", "", &mut |_| Some("$".to_owned()));
        uploads(&script, &mut job.unknowns, || entry_place(key, node));
        job.steps.push(skeleton::step(skeleton::run(script), entry_place(key, node), &[]));
    }
    Some(job)
}

/// Steps that a program makes up while the pipeline runs are not in any file.
fn uploads(script: &Script, unknowns: &mut Vec<Unknown>, at: impl Fn() -> crate::diagnostic::Location) {
    let text = script.text();
    let Some(upload) = text.find("pipeline upload") else { return };
    let rest = text[upload + "pipeline upload".len()..].lines().next().unwrap_or_default().trim();
    let piped = text[..upload].lines().last().is_some_and(|line| line.contains('|'));
    if piped || rest.contains('$') || rest.starts_with('<') {
        unknowns.push(Unknown { what: "steps that a script uploads".to_owned(), at: at() });
    }
}

fn depends_on(item: Node<'_>) -> Vec<Scalar> {
    let Some(node) = item.get("depends_on") else { return Vec::new() };
    let named = node.items().filter_map(|item| item.get("step"));
    node.scalars_or_one().chain(named).filter_map(skeleton::plain).collect()
}

/// A queue is somebody's own machines, or Buildkite's: only its settings say.
fn runner(entry: Option<(Node<'_>, Node<'_>)>) -> Runner {
    let mut labels = Vec::new();
    if let Some((_, node)) = entry {
        for (key, value) in node.entries() {
            labels.push(format!(
                "{}={}",
                key.as_str().unwrap_or_default(),
                value.as_str().unwrap_or_default()
            ));
        }
        labels.extend(node.scalars_or_one().filter_map(Node::as_str).map(str::to_owned));
    }
    let class = classify(Provider::Buildkite, &labels);
    Runner { class, labels, at: entry.map(|(key, node)| entry_place(key, node)) }
}

/// `branches`, `if` and `skip`.
fn conditions(item: Node<'_>) -> Vec<Condition> {
    let mut found = Vec::new();
    if let Some((key, node)) = item.entry("branches") {
        let written: Vec<&str> = node.scalars_or_one().filter_map(Node::as_str).collect();
        let text = written.join(" ");
        // `!x` leaves branches out, and `*` none.
        let limits_ref = text.split_whitespace().any(|word| !word.starts_with('!') && word != "*");
        let text = format!("branches: {text}");
        found.push(skeleton::condition(text, entry_place(key, node), false, limits_ref));
    }
    if let Some((key, node)) = item.entry("if") {
        let text = node.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let (never, limits_ref) = (text == "false", limits_ref(&text));
        found.push(skeleton::condition(text, entry_place(key, node), never, limits_ref));
    }
    if let Some((key, node)) = item.entry("skip") {
        let never = match node.kind() {
            Kind::Scalar => node.as_bool() != Some(false) && node.as_str() != Some(""),
            _ => false,
        };
        if never {
            let at = entry_place(key, node);
            found.push(skeleton::condition("skip", at, never, false));
        }
    }
    found
}

/// Whether a condition asks for named branches or tags.
fn limits_ref(text: &str) -> bool {
    let asks = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let rest = text[at + name.len()..].trim_start();
            let equal = rest.starts_with("==") || rest.starts_with("=~");
            equal || rest.starts_with("!=") && rest[2..].trim_start().starts_with("null")
        })
    };
    asks("build.branch") || asks("build.tag")
}
