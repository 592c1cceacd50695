use crate::ci::{Auth, IdentityState, Job, Model, Pipeline, PublishPath, Registry, Step, Tool};
use crate::diagnostic::{Finding, Location};
use crate::facts::npm::Feature;
use crate::facts::{Date, Provider};
use crate::project::{Manager, Project};
use crate::spec::Resolved;

use super::Meta;

/// What a rule reads.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What the CI files say.
    pub model: &'a Model,
    /// What the repository is.
    pub project: &'a Project,
    /// The spec, where the repository has a valid one.
    pub spec: Option<&'a Resolved>,
    /// The day, where the caller wants rules about dates.
    pub today: Option<Date>,
}

/// A job that publishes to npm, with everything in it that does.
pub struct PublishingJob<'a> {
    /// The pipeline that it is first reached from.
    pub pipeline: &'a Pipeline,
    /// The job.
    pub job: &'a Job,
    /// Its publish commands; at least one.
    pub paths: Vec<&'a PublishPath>,
}

impl<'a> Context<'a> {
    /// The paths that may reach the npm registry.
    pub fn npm_paths(&self) -> impl Iterator<Item = &'a PublishPath> + use<'a> {
        self.model.paths.iter().filter(|path| path.registry != Registry::Other)
    }

    /// The paths that may reach the npm registry with the jobs that run them.
    pub fn npm_path_jobs(&self) -> impl Iterator<Item = (&'a PublishPath, &'a Job)> + use<'a> {
        let model = self.model;
        self.npm_paths().filter_map(move |path| Some((path, model.job(path)?)))
    }

    /// Every job that publishes to npm, once, however many callers it has.
    pub fn publishing_jobs(&self) -> Vec<PublishingJob<'a>> {
        let mut jobs: Vec<PublishingJob<'a>> = Vec::new();
        for (path, job) in self.npm_path_jobs() {
            let same = |other: &&mut PublishingJob<'_>| {
                other.job.key.span == job.key.span
                    && other.job.key.source.path() == job.key.source.path()
                    && other.job.id == job.id
            };
            match jobs.iter_mut().find(same) {
                Some(found) => found.paths.push(path),
                None => {
                    jobs.push(PublishingJob { pipeline: self.model.pipeline(path), job, paths: vec![path] });
                }
            }
        }
        jobs
    }

    /// Major version of the project's package manager, where it is this one and its version is known.
    fn manager_major(&self, manager: Manager) -> Option<u64> {
        let choice = &self.project.manager;
        (choice.manager == manager).then(|| choice.version.as_deref().and_then(major)).flatten()
    }

    /// Whether every package that `path` can publish is known to be restricted: then no provenance is made.
    pub fn private_packages(&self, path: &PublishPath) -> bool {
        !path.packages.is_empty()
            && path.packages.iter().all(|name| {
                self.project.package(name).is_some_and(|package| {
                    let access = package.manifest.publish_config.access.as_ref();
                    access.is_some_and(|access| access.value == "restricted")
                })
            })
    }

    /// The step that publishes.
    pub fn step(&self, path: &PublishPath) -> Option<&'a Step> {
        self.model.job(path)?.leaves().get(path.step).copied()
    }
}

impl PublishingJob<'_> {
    /// Whose pipeline it is.
    pub fn provider(&self) -> Provider {
        self.pipeline.provider
    }

    /// Whether its steps can have an id token.
    pub fn holds_identity(&self) -> bool {
        self.job.identity.state == IdentityState::Granted
    }
}

impl Meta {
    /// A finding of this rule, at its usual severity, about a provider's configuration.
    pub fn finding(&self, at: &Location, provider: Provider, message: impl Into<String>) -> Finding {
        Finding::new(self.id, self.severity, at.clone(), message).with_provider(provider)
    }
}

/// Who exchanges the id token and who uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Client {
    /// The `npm` on the PATH.
    Npm,
    /// The tool itself, from a version on.
    Itself,
    /// Nobody: the tool cannot publish by identity.
    Nobody,
    /// Not known: an action or script whose body is not seen.
    Unseen,
}

/// Who exchanges and uploads for `path`.
pub(in crate::rules) fn client(context: &Context<'_>, path: &PublishPath) -> Client {
    let version = path.command.version.as_deref().and_then(major);
    match path.command.tool {
        Tool::Pnpm => pnpm(version.or_else(|| context.manager_major(Manager::Pnpm))),
        Tool::Yarn => match version.or_else(|| context.manager_major(Manager::YarnClassic)) {
            Some(1) => Client::Nobody,
            _ => Client::Itself,
        },
        Tool::Lerna => Client::Itself,
        Tool::Bun => Client::Nobody,
        Tool::Npm | Tool::SemanticRelease | Tool::ReleaseIt | Tool::Np => Client::Npm,
        // These call the repository's package manager.
        Tool::Changesets | Tool::Nx => match context.project.manager.manager {
            Manager::Npm | Manager::YarnClassic => Client::Npm,
            Manager::Pnpm => pnpm(context.manager_major(Manager::Pnpm)),
            _ => Client::Unseen,
        },
        Tool::Other | Tool::Action | Tool::ReleasePlease => Client::Unseen,
    }
}

/// pnpm hands over to the npm on the PATH up to major 10 and exchanges itself from 11 on.
fn pnpm(major: Option<u64>) -> Client {
    match major {
        Some(11..) => Client::Itself,
        Some(_) => Client::Npm,
        None => Client::Unseen,
    }
}

fn major(version: &str) -> Option<u64> {
    version.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.').next()?.parse().ok()
}

/// Whether the npm that `path` finds has `feature`; none where that cannot be told.
pub(in crate::rules) fn npm_has(feature: Feature, path: &PublishPath) -> Option<bool> {
    path.toolchain.npm.value.as_ref()?.supports(feature, path.provider)
}

/// Whether the identity is what `path` publishes by: granted, and no stored token beside it.
pub(in crate::rules) fn relies_on_identity(path: &PublishPath) -> bool {
    path.identity.state == IdentityState::Granted
        && matches!(path.auth, Auth::Oidc | Auth::None)
        && path.tokens().next().is_none()
}
