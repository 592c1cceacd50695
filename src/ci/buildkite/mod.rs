//! Buildkite: the pipeline files of a repository. What starts a pipeline, and which machines a queue has,
//! stands in Buildkite's own settings and is unknown here.

mod plugin;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::repository::{Repository, place};
use super::{Level, Pipeline, TriggerKind, skeleton};
use crate::facts::Provider;

/// The pipeline in the file at `path`; none where there is no such file.
pub(super) fn read(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    let tree = repository.yaml(path, Provider::Buildkite)?;
    let mut pipeline = skeleton::pipeline(Provider::Buildkite, tree.source());
    if let Some(root) = tree.root() {
        let list = if root.is_sequence() { Some(root) } else { root.get("steps") };
        // A plugin's description or a settings file lies here, too.
        pipeline.entry = list.is_some();
        let at = root.get("steps").unwrap_or(root);
        pipeline.triggers = vec![
            skeleton::trigger(TriggerKind::Other, "pipeline-settings", place(at)),
            skeleton::trigger(TriggerKind::Manual, "manual", place(at)),
        ];
        pipeline.env = skeleton::variables(root.get("env"), Level::Pipeline);
        pipeline.env.extend(plugin::secrets(root.get("secrets"), Level::Pipeline));
        pipeline.jobs = list.map(|list| step::read_all(root, list, &pipeline.env)).unwrap_or_default();
    }
    pipeline.tree = Some(Arc::clone(&tree));
    Some(pipeline)
}
