//! GitLab CI/CD: the configuration file with its local includes, own components and child pipelines.
//!
//! What a job inherits (`extends`, `default`, definitions of the same job in several files) is a stack of
//! layers that is looked through, strongest first. Includes from elsewhere are [`Unknown`].

mod document;
mod job;
mod layers;
mod starts;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::repository::{Repository, entry_place, place};
use super::{Input, Pipeline, Start, Trigger, TriggerKind, Value, skeleton};
use crate::facts::Provider;
use crate::yaml::Node;
use document::{Document, Loaded};
use layers::Config;

/// How deep child pipelines may start child pipelines (GitLab allows two levels).
const DEPTH: usize = 3;

/// Whether `path` is the file that GitLab reads.
pub(super) fn is_config(path: &str) -> bool {
    matches!(path, ".gitlab-ci.yml" | ".gitlab-ci.yaml")
}

/// The configuration at `path`; none where there is none.
pub(super) fn read(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    let mut loaded = Loaded::default();
    let tree = repository.yaml(path, Provider::Gitlab)?;
    loaded.add(repository, &tree, &[], None, 0);
    let documents = loaded.documents();
    let config = Config::new(&documents);
    let main = documents.first().map(|document| document.root)?;
    let mut pipeline = Pipeline {
        tree: Some(Arc::clone(&tree)),
        name: main.get_path(&["workflow", "name"]).and_then(Node::as_str).map(str::to_owned),
        triggers_at: main.entry("workflow").map(|(key, node)| entry_place(key, node)),
        env: job::variables(&config, config.global("variables"), super::Level::Pipeline),
        inputs: inputs(&documents),
        imports: loaded.imports.clone(),
        unknowns: loaded.unknowns.clone(),
        ..skeleton::pipeline(Provider::Gitlab, tree.source())
    };
    pipeline.jobs = job::read_all(repository, &config, &pipeline.env, 0);
    pipeline.triggers = triggers(main, &pipeline, &starts::refused_by_workflow(&config));
    Some(pipeline)
}

/// Most components of one project (GitLab allows 30).
const MAX_COMPONENTS: usize = 30;

/// The components of this project: files in `templates/` with a `spec` header. Each is seen by itself and without
/// jobs, for these are read where it is included.
pub(super) fn components(repository: &Repository<'_>) -> Vec<Pipeline> {
    let files = repository.files.list("templates").into_iter().filter_map(|entry| {
        let path = format!("templates/{}", entry.name);
        if entry.is_dir { Some(format!("{path}/template.yml")) } else { has_extension(&path).then_some(path) }
    });
    let with_spec = files.filter(|path| {
        let text = repository.files.read(path).ok().flatten();
        text.is_some_and(|source| source.text().lines().any(|line| line.starts_with("spec:")))
    });
    with_spec.take(MAX_COMPONENTS).filter_map(|path| component(repository, &path)).collect()
}

/// Whether the name ends as that of a component must.
fn has_extension(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == "yml")
}

fn component(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    let tree = repository.yaml(path, Provider::Gitlab)?;
    let tree_of = Some(Arc::clone(&tree));
    Some(Pipeline { tree: tree_of, entry: false, ..skeleton::pipeline(Provider::Gitlab, tree.source()) })
}

/// The jobs of a child pipeline's file.
fn child(repository: &Repository<'_>, path: &str, depth: usize) -> Option<Vec<super::Job>> {
    if depth >= DEPTH {
        return None;
    }
    let mut loaded = Loaded::default();
    let tree = repository.yaml(path, Provider::Gitlab)?;
    loaded.add(repository, &tree, &[], None, 0);
    let documents = loaded.documents();
    let config = Config::new(&documents);
    let env = job::variables(&config, config.global("variables"), super::Level::Pipeline);
    Some(job::read_all(repository, &config, &env, depth + 1))
}

/// Inputs that the file itself declares.
fn inputs(documents: &[Document<'_>]) -> Vec<Input> {
    let Some(main) = documents.first() else { return Vec::new() };
    let declared = main.spec.and_then(|spec| spec.get_path(&["spec", "inputs"]));
    let entries = declared.into_iter().flat_map(Node::entries);
    entries
        .filter_map(|(key, node)| {
            let default = node.get("default").and_then(Node::as_str);
            let text = super::Scalar {
                written: default.unwrap_or_default().to_owned(),
                value: None,
                at: place(node),
            };
            let value = default.map_or(Value::Unknown, |text| Value::Static(text.to_owned()));
            Some(Input { name: key.as_str()?.to_owned(), text, value, entry: entry_place(key, node) })
        })
        .collect()
}

/// What starts a pipeline: pushes, people and the clock always may, unless `workflow: rules` surely refuse them; merge
/// requests, the API and other pipelines are told of where a rule names them.
fn triggers(root: Node<'_>, pipeline: &Pipeline, refused: &[Start]) -> Vec<Trigger> {
    let at = root.entry("workflow").map_or_else(|| place(root), |(key, node)| entry_place(key, node));
    let named = |words: &[&str]| {
        let workflow = root.get("workflow").map(|node| node.source().slice(node.span()));
        let jobs =
            pipeline.jobs.iter().flat_map(|job| &job.conditions).map(|condition| condition.text.as_str());
        let mut texts = workflow.into_iter().chain(jobs);
        texts.any(|text| {
            let text = text.to_ascii_lowercase();
            words.iter().any(|word| text.contains(word))
        })
    };
    let usual = [
        (TriggerKind::Push, "push", true),
        (TriggerKind::PullRequest, "merge_request_event", named(&["merge_request"])),
        (TriggerKind::Manual, "web", true),
        (TriggerKind::Schedule, "schedule", true),
        (TriggerKind::Manual, "api", named(&["\"api\"", "'api'", "only: api"])),
        (TriggerKind::Manual, "trigger", named(&["\"trigger\"", "'trigger'", "only: triggers"])),
        (TriggerKind::Other, "pipeline", named(&["\"pipeline\"", "'pipeline'", "only: pipelines"])),
    ];
    let triggers: Vec<Trigger> = usual
        .into_iter()
        .filter(|(.., told)| *told)
        .map(|(kind, event, _)| skeleton::trigger(kind, event, at.clone()))
        .collect();
    let open = |trigger: &Trigger| trigger.starts().iter().any(|start| !refused.contains(start));
    // Rules that refuse all that is told of let in what is not told of.
    let some = triggers.iter().any(open);
    triggers.into_iter().filter(|trigger| !some || open(trigger)).collect()
}
