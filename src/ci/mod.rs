//! Readers: what the YAML of every CI provider really says, in one provider-neutral model.
//!
//! `github/`, `gitlab/`, `circleci/` … turn files into [`Pipeline`]s (jobs and steps as they run:
//! reusable workflows, composite actions, includes, `extends`, commands and parameters already
//! followed), every node with its place. From these, one piece of code for all providers derives
//! the [`PublishPath`]s. What cannot be seen is [`Unknown`], never guessed.

mod azure;
mod bitbucket;
mod buildkite;
pub mod bundle;
mod cache;
mod circleci;
pub mod command;
mod github;
mod gitlab;
mod jenkins;
mod model;
mod paths;
mod repository;
mod skeleton;

pub use model::*;
pub use repository::{Repository, entry_place, place};

use command::Finder;

use crate::facts::Provider;
use crate::files::Tree;
use crate::project::{CiFile, Project};

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
    let mut take = |mut pipeline: Pipeline, model: &mut Model| {
        let paths = paths::of(&repository, &finder, &pipeline);
        pipeline.unknowns.extend(finder.take_unread());
        let kept = !paths.is_empty() || pipeline.provider != Provider::Github;
        let file = Model { pipelines: vec![pipeline], paths, ..Model::default() };
        if visit(&file) || kept {
            model.absorb(file);
        }
    };
    let mut azure = Vec::new();
    for file in &project.ci.files {
        let pipelines = read_file(&repository, file);
        model.files += usize::from(!pipelines.is_empty());
        for pipeline in pipelines {
            if pipeline.provider == Provider::Azure {
                azure.push(pipeline);
            } else {
                take(pipeline, &mut model);
            }
        }
        repository.forget(&file.path);
    }
    if model.pipelines.iter().any(|pipeline| pipeline.provider == Provider::Gitlab) {
        for component in gitlab::components(&repository) {
            model.files += 1;
            take(component, &mut model);
        }
    }
    // Which of them are only templates is known when all are read.
    azure::without_called_templates(&mut azure);
    for pipeline in azure {
        take(pipeline, &mut model);
    }
    paths::add_views(&repository, &mut model);
    model.problems = repository.take_problems();
    model
}

/// Reads one CI file: one pipeline, or several where the provider has several in one file (Bitbucket); none
/// where it is no CI file that a reader knows.
fn read_file(repository: &Repository<'_>, file: &CiFile) -> Vec<Pipeline> {
    let path = file.path.as_str();
    let found = match file.provider {
        Provider::Github if github::is_workflow(path) => github::read(repository, path),
        Provider::Circleci if circleci::is_config(path) => circleci::read(repository, path),
        Provider::Gitlab if gitlab::is_config(path) => gitlab::read(repository, path),
        Provider::Azure => azure::read(repository, path),
        Provider::Jenkins => jenkins::read(repository, path),
        Provider::Buildkite => buildkite::read(repository, path),
        Provider::Bitbucket => return bitbucket::read(repository, path),
        Provider::Github | Provider::Circleci | Provider::Gitlab => None,
    };
    found.into_iter().collect()
}
