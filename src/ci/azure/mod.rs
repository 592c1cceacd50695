//! Azure Pipelines: the pipeline file with its local templates. Templates of other repositories, variable
//! groups and what the pipeline's settings add are unknown.

mod expression;
mod job;
mod scope;
mod step;
mod task;
#[cfg(test)]
mod tests;
mod triggers;
mod walk;

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use super::repository::Repository;
use super::{Pipeline, skeleton};
use crate::facts::Provider;
use crate::yaml::Node;
use scope::Scope;
use walk::{Frame, Walk};

/// How deep templates, conditions and loops may stand in each other.
const DEPTH: usize = 20;

/// The pipeline in the file at `path`; none where there is no such file.
pub(super) fn read(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    let tree = repository.yaml(path, Provider::Azure)?;
    let mut pipeline = skeleton::pipeline(Provider::Azure, tree.source());
    let root = tree.root().filter(|root| root.is_mapping());
    pipeline.entry = root.is_some_and(|root| is_entry(path, root));
    if let Some(root) = root {
        pipeline.name = root.get("name").and_then(Node::as_str).map(str::to_owned);
        if pipeline.entry {
            (pipeline.triggers, pipeline.triggers_at) = triggers::read(root);
        }
        let walk = Walk { repository, budget: Cell::new(skeleton::BUDGET) };
        // Nobody hands over parameters here: what a person chooses when starting a run is not known.
        let scope = if pipeline.entry {
            Scope::of_entry(root.get("parameters"))
        } else {
            Scope::of_template(root.get("parameters"), None, &Scope::default())
        };
        let frame = Frame::of_file(path);
        job::read_root(&walk, root, &scope, &frame, &mut pipeline);
    }
    pipeline.tree = Some(Arc::clone(&tree));
    Some(pipeline)
}

/// Drops templates that a pipeline of this repository calls: they are read where they are called.
pub(super) fn without_called_templates(pipelines: &mut Vec<Pipeline>) {
    let called: HashSet<String> = pipelines
        .iter()
        .filter(|pipeline| pipeline.provider == Provider::Azure && pipeline.entry)
        .flat_map(|pipeline| &pipeline.jobs)
        .flat_map(|job| job.origin.iter().chain(job.steps.iter().flat_map(|step| &step.origin)))
        .filter_map(|hop| hop.target.clone())
        .collect();
    pipelines.retain(|pipeline| {
        pipeline.provider != Provider::Azure || pipeline.entry || !called.contains(pipeline.path())
    });
}

/// Whether somebody can have set up a pipeline on this file: it says what starts it or where it runs, or
/// has the default name. A file that only has parameters and steps is a template.
fn is_entry(path: &str, root: Node<'_>) -> bool {
    let says = ["trigger", "pr", "schedules", "resources", "extends", "pool", "name"];
    let template = root.get("parameters").is_some() && !path.ends_with("azure-pipelines.yml");
    let content = ["stages", "jobs", "steps", "extends"].iter().any(|key| root.get(key).is_some());
    content && (says.iter().any(|key| root.get(key).is_some()) || is_default_name(path) && !template)
}

fn is_default_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_start_matches('.').starts_with("azure-pipelines")
}
