//! Readers: what the YAML of every CI provider really says, in one provider-neutral model.
//!
//! `github/`, `gitlab/`, `circleci/` … turn files into [`Pipeline`]s (jobs and steps as they run:
//! reusable workflows, composite actions, includes, `extends`, commands and parameters already
//! followed), every node with its place. From these, one piece of code for all providers derives
//! the [`PublishPath`]s. What cannot be seen is [`Unknown`], never guessed.

pub mod bundle;
mod cache;
mod circleci;
pub mod command;
mod github;
mod gitlab;
mod model;
mod paths;
mod repository;

pub use model::*;
pub use repository::{Repository, entry_place, place};

use command::Finder;

use crate::facts::Provider;
use crate::files::Tree;
use crate::project::Project;

/// Reads every CI file of the repository in `tree`, which `project` was read from.
pub fn read(tree: &dyn Tree, project: &Project) -> Model {
    stream(tree, project, &mut |_| true)
}

/// As [`read`], in memory that does not grow with the GitHub workflows that publish nothing: `visit` sees every
/// file as a model of its own, and says whether it is wanted all the same. Of other providers every file is kept:
/// a repository has few of them, and they name each other.
pub fn stream(tree: &dyn Tree, project: &Project, visit: &mut dyn FnMut(&Model) -> bool) -> Model {
    let repository = Repository::new(tree, project);
    let finder = Finder::new(tree, project);
    let mut model = Model::default();
    let mut take = |pipeline: Pipeline, model: &mut Model| {
        let paths = paths::of(&repository, &finder, &pipeline);
        let kept = !paths.is_empty() || pipeline.provider != Provider::Github;
        let file = Model { files: 1, pipelines: vec![pipeline], paths, problems: Vec::new() };
        if visit(&file) || kept {
            model.absorb(file);
        } else {
            model.files += file.files;
        }
    };
    for file in &project.ci.files {
        if let Some(pipeline) = read_file(&repository, &file.path) {
            take(pipeline, &mut model);
            repository.forget(&file.path);
        }
    }
    if model.pipelines.iter().any(|pipeline| pipeline.provider == Provider::Gitlab) {
        for component in gitlab::components(&repository) {
            take(component, &mut model);
        }
    }
    paths::add_views(&repository, &mut model);
    model.problems = repository.take_problems();
    model
}

/// Reads the CI file at `path`; none where it is no CI file that a reader knows.
pub fn read_file(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    if github::is_workflow(path) {
        github::read(repository, path)
    } else if circleci::is_config(path) {
        circleci::read(repository, path)
    } else if gitlab::is_config(path) {
        gitlab::read(repository, path)
    } else {
        None
    }
}
