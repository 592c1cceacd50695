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
mod logic;
mod model;
mod paths;
mod repository;
mod skeleton;

pub use model::*;
pub use repository::{Repository, entry_place, place};

use std::collections::HashSet;

use command::Finder;
use rayon::prelude::*;

use crate::facts::Provider;
use crate::files::Tree;
use crate::project::{CiFile, Project};

/// Reads every CI file of the repository in `tree`, which `project` was read from.
pub fn read(tree: &dyn Tree, project: &Project) -> Model {
    stream(tree, project, &|_| true)
}

/// How many files are read in one go by one thread; a repository with no more starts no second one.
const CHUNK: usize = 32;

/// As [`read`], in memory that does not grow with the GitHub workflows that publish nothing: `visit` sees every
/// file as a model of its own, and says whether it is wanted all the same. Of other providers every file is kept:
/// a repository has few of them, and they name each other.
///
/// Large repositories are read by several threads, so `visit` sees the files in any order; the model has them in
/// the project's.
pub fn stream(tree: &dyn Tree, project: &Project, visit: &(dyn Fn(&Model) -> bool + Sync)) -> Model {
    let start = || Reader::new(tree, project, visit);
    let files = &project.ci.files;
    let chunks: Vec<Chunk> = if files.len() <= CHUNK {
        vec![start().chunk(files)]
    } else {
        files.par_chunks(CHUNK).map_init(start, |reader, files| reader.chunk(files)).collect()
    };
    let mut model = Model::default();
    let mut azure = Vec::new();
    for chunk in chunks {
        model.absorb(chunk.model);
        azure.extend(chunk.azure);
    }
    let reader = start();
    if model.pipelines.iter().any(|pipeline| pipeline.provider == Provider::Gitlab) {
        for component in gitlab::components(&reader.repository) {
            model.files += 1;
            reader.take(component, &mut model);
        }
    }
    // Which of them are only templates is known when all are read.
    azure::without_called_templates(&mut azure);
    for pipeline in azure {
        reader.take(pipeline, &mut model);
    }
    paths::add_views(&reader.repository, &mut model);
    model.problems.extend(reader.repository.take_problems());
    let mut noted = HashSet::new();
    model.problems.retain(|problem| noted.insert(problem.key()));
    model
}

/// What one thread reads CI files with.
struct Reader<'a> {
    repository: Repository<'a>,
    finder: Finder<'a>,
    visit: &'a (dyn Fn(&Model) -> bool + Sync),
}

/// What some of the files say.
#[derive(Default)]
struct Chunk {
    model: Model,
    azure: Vec<Pipeline>,
}

impl<'a> Reader<'a> {
    fn new(tree: &'a dyn Tree, project: &'a Project, visit: &'a (dyn Fn(&Model) -> bool + Sync)) -> Self {
        Self { repository: Repository::new(tree, project), finder: Finder::new(tree, project), visit }
    }

    fn chunk(&self, files: &[CiFile]) -> Chunk {
        let mut chunk = Chunk::default();
        for file in files {
            let pipelines = read_file(&self.repository, file);
            chunk.model.files += usize::from(!pipelines.is_empty());
            for pipeline in pipelines {
                if pipeline.provider == Provider::Azure {
                    chunk.azure.push(pipeline);
                } else {
                    self.take(pipeline, &mut chunk.model);
                }
            }
            self.repository.forget(&file.path);
        }
        chunk.model.problems = self.repository.take_problems();
        chunk
    }

    /// Adds `pipeline` and its paths to `model` where they are needed once they were visited.
    fn take(&self, mut pipeline: Pipeline, model: &mut Model) {
        let paths = paths::of(&self.repository, &self.finder, &pipeline);
        pipeline.unknowns.extend(self.finder.take_unread());
        let kept = !paths.is_empty() || pipeline.provider != Provider::Github;
        let file = Model { pipelines: vec![pipeline], paths, ..Model::default() };
        if (self.visit)(&file) || kept {
            model.absorb(file);
        }
    }
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
