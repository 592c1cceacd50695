//! Called workflows seen by themselves.

use std::collections::{HashMap, HashSet};

use crate::ci::{Auth, Hop, HopKind, Pipeline, PublishPath, Repository, Trigger, bundle, github};
use crate::diagnostic::Location;
use crate::facts::Provider;

/// A called workflow publishes only through its callers. Where these are in the repository, what is
/// told from its own file is what its callers make of it, instead of what nobody can know.
pub(super) fn add_called(
    repository: &Repository<'_>,
    pipelines: &mut Vec<Pipeline>,
    paths: &mut Vec<PublishPath>,
) {
    let by_file = called_files(repository, pipelines, paths);
    let pipelines = pipelines.as_slice();
    let mut told: HashMap<Place, PublishPath> = HashMap::new();
    let mut order = Vec::new();
    for path in paths.iter().filter(|path| path.entry) {
        let calls = path.chain.iter().enumerate().filter(|(_, hop)| hop.kind == HopKind::ReusableWorkflow);
        for (depth, (at, hop)) in calls.enumerate() {
            let index = hop.target.as_deref().and_then(|file| by_file.get(file).copied().flatten());
            let called = index.filter(|&index| !pipelines[index].entry);
            let Some(seen) =
                called.and_then(|index| seen_from(pipelines, index, path, depth + 1, &path.chain[at + 1..]))
            else {
                continue;
            };
            let place = Place::of(&seen);
            if let Some(known) = told.get_mut(&place) {
                known.auth = join(known.auth, seen.auth);
            } else {
                order.push(place.clone());
                told.insert(place, seen);
            }
        }
    }
    for path in paths.iter_mut().filter(|path| !path.entry) {
        if let Some(seen) = told.remove(&Place::of(path)) {
            *path = seen;
        }
    }
    paths.extend(order.iter().filter_map(|place| told.remove(place)));
}

/// Every file that a path leads through, and its pipeline's index. One that publishes nothing by itself may
/// not have been kept: it is read again.
fn called_files(
    repository: &Repository<'_>,
    pipelines: &mut Vec<Pipeline>,
    paths: &[PublishPath],
) -> HashMap<String, Option<usize>> {
    let mut by_file: HashMap<String, Option<usize>> = (pipelines.iter().enumerate())
        .map(|(index, pipeline)| (pipeline.path().to_owned(), Some(index)))
        .collect();
    let hops = paths.iter().flat_map(|path| &path.chain);
    let calls = hops.filter(|hop| hop.kind == HopKind::ReusableWorkflow);
    for file in calls.filter_map(|hop| hop.target.as_deref()) {
        if !by_file.contains_key(file) {
            let read = github::is_workflow(file).then(|| github::read(repository, file)).flatten();
            by_file.insert(file.to_owned(), read.is_some().then_some(pipelines.len()));
            pipelines.extend(read);
        }
    }
    by_file
}

/// Tells what stands in an included file (GitLab) from that file, too.
pub(super) fn add_included(paths: &mut Vec<PublishPath>) {
    let mut told: HashSet<(String, usize)> = HashSet::new();
    let mut more = Vec::new();
    for path in paths.iter().filter(|path| path.entry && path.provider == Provider::Gitlab) {
        let places = std::iter::once(&path.command.at).chain(path.chain.iter().map(|hop| &hop.at));
        let included = |at: &&Location| {
            let file = at.source.path();
            let yaml = file.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "yml" | "yaml"));
            yaml && file != path.file && !bundle::is_member(file)
        };
        let Some(at) = places.into_iter().find(included) else { continue };
        let (file, line) = (at.source.path().to_owned(), at.start().line);
        if told.insert((file.clone(), line)) {
            more.push(PublishPath { file, line, entry: false, ..path.clone() });
        }
    }
    paths.extend(more);
}

/// `path` as it is told from the file of the pipeline `index`, which `calls` calls deep leads to.
fn seen_from(
    pipelines: &[Pipeline],
    index: usize,
    path: &PublishPath,
    calls: usize,
    chain: &[Hop],
) -> Option<PublishPath> {
    let pipeline = &pipelines[index];
    let job_index = path.job_index.get(calls..)?.to_vec();
    let job = pipeline.jobs.get(*job_index.first()?)?;
    let here = std::iter::once(&path.command.at)
        .chain(chain.iter().map(|hop| &hop.at))
        .find(|at| at.source.path() == pipeline.path())?;
    Some(PublishPath {
        file: pipeline.path().to_owned(),
        entry: false,
        trigger: pipeline.triggers.iter().map(Trigger::label).collect(),
        started_by: pipeline.triggers.iter().map(|trigger| trigger.kind).collect(),
        job: job.id.clone(),
        line: here.start().line,
        chain: chain.to_vec(),
        pipeline: index,
        job_index,
        ..path.clone()
    })
}

/// What tells two paths of one pipeline apart.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    pipeline: usize,
    jobs: Vec<usize>,
    step: usize,
    command: (String, usize),
}

impl Place {
    fn of(path: &PublishPath) -> Self {
        let at = &path.command.at;
        Self {
            pipeline: path.pipeline,
            jobs: path.job_index.clone(),
            step: path.step,
            command: (at.source.path().to_owned(), at.span.start),
        }
    }
}

/// With what a command authenticates that is reached in two ways.
fn join(a: Auth, b: Auth) -> Auth {
    match (a, b) {
        (a, b) if a == b => a,
        (Auth::Unknown | Auth::None, other) | (other, Auth::Unknown | Auth::None) => other,
        _ => Auth::Both,
    }
}
