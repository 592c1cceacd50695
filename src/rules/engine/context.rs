use std::collections::HashMap;

use crate::ci::{
    Auth, Guard, GuardKind, IdentityState, Job, Model, Pipeline, PublishPath, Registry, Step, Tool,
};
use crate::diagnostic::{Finding, Location};
use crate::facts::npm::Feature;
use crate::facts::tools::{self, Exchange};
use crate::facts::{Date, Provider, Range, Version};
use crate::project::{Manager, Package, Project};
use crate::settings::Verdict;
use crate::spec::Resolved;
use crate::text::Span;

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
    /// What is wrong with the spec, where `generate` would refuse it.
    pub spec_faults: &'a [Finding],
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

    /// The paths to the npm registry that surely publish `package`.
    pub fn paths_of(&self, package: &Package) -> impl Iterator<Item = &'a PublishPath> {
        self.npm_paths().filter(|path| path.packages.iter().any(|name| Some(name.as_str()) == package.name()))
    }

    /// The paths that may reach the npm registry with the jobs that run them.
    pub fn npm_path_jobs(&self) -> impl Iterator<Item = (&'a PublishPath, &'a Job)> + use<'a> {
        let model = self.model;
        self.npm_paths().filter_map(move |path| Some((path, model.job(path)?)))
    }

    /// Every job that publishes to npm, once, however many callers it has.
    pub fn publishing_jobs(&self) -> Vec<PublishingJob<'a>> {
        let mut jobs: Vec<PublishingJob<'a>> = Vec::new();
        let mut known: HashMap<(&str, Span, &str), usize> = HashMap::new();
        for (path, job) in self.npm_path_jobs() {
            let place = (job.key.source.path(), job.key.span, job.id.as_str());
            let index = *known.entry(place).or_insert(jobs.len());
            match jobs.get_mut(index) {
                Some(found) => found.paths.push(path),
                None => {
                    jobs.push(PublishingJob { pipeline: self.model.pipeline(path), job, paths: vec![path] });
                }
            }
        }
        jobs
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

    /// The guards of `path` that stand outside of the file, with what the settings say of each.
    pub fn outer_guards(&self, path: &'a PublishPath) -> Vec<(&'a Guard, Option<Verdict>)> {
        let outer = path.guards.iter().filter(|guard| guard.kind <= GuardKind::Context);
        outer.map(|guard| (guard, self.model.verdict(path.provider, guard))).collect()
    }

    /// Whether something outside of the file may hold `path` back: a guard that is not proven to be open.
    pub fn may_be_guarded(&self, path: &'a PublishPath) -> bool {
        self.outer_guards(path).iter().any(|(_, verdict)| !matches!(verdict, Some(Verdict::Open(_))))
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
    let Some(tool) = tool_facts(path.command.tool) else { return Client::Unseen };
    // npm uploads even where the tool has an exchange of its own: npm's floor holds too.
    if tool.needs_npm {
        return Client::Npm;
    }
    let version = tool_version(context, path, tool);
    match tool.exchange(path.provider, version.as_ref()) {
        Some(Exchange::Manager) => manager_client(context, path),
        Some(exchange) => of_exchange(exchange),
        None => Client::Unseen,
    }
}

/// Who exchanges where a tool calls the project's package manager.
fn manager_client(context: &Context<'_>, path: &PublishPath) -> Client {
    let choice = &context.project.manager;
    // These tools publish with pnpm where that is the manager, and with npm everywhere else.
    if choice.manager != Manager::Pnpm {
        return Client::Npm;
    }
    let version = choice.version.as_deref().and_then(lowest);
    let exchange =
        tools::get(choice.manager.command()).and_then(|tool| tool.exchange(path.provider, version.as_ref()));
    exchange.map_or(Client::Unseen, of_exchange)
}

const fn of_exchange(exchange: Exchange) -> Client {
    match exchange {
        Exchange::Own => Client::Itself,
        Exchange::Npm => Client::Npm,
        Exchange::None => Client::Nobody,
        Exchange::Manager => Client::Unseen,
    }
}

/// What the facts know of a tool.
pub(in crate::rules) fn tool_facts(tool: Tool) -> Option<&'static tools::Tool> {
    let id = serde_json::to_value(tool).ok()?;
    tools::get(id.as_str()?)
}

/// The version of the tool that `path` runs: named in the command, in a lockfile, or the project's package manager's.
pub(in crate::rules) fn tool_version(
    context: &Context<'_>,
    path: &PublishPath,
    tool: &tools::Tool,
) -> Option<Version> {
    let locked = || Some(context.project.locked(&tool.package)?.1.version.clone());
    let choice = &context.project.manager;
    let manager = || (choice.manager.command() == tool.id).then(|| choice.version.clone()).flatten();
    // A command names the tool's own version, which for semantic-release is not that of its npm plugin.
    let named = if tool.needs_npm { None } else { path.command.version.clone() };
    let version = named.or_else(locked).or_else(manager).as_deref().and_then(lowest);
    // `yarn publish` is a command of Yarn 1 alone: later ones take it for a script of the package.
    let classic = path.command.tool == Tool::Yarn && path.command.text.starts_with("yarn publish");
    if version.is_none() && classic && choice.manager != Manager::Yarn {
        return Version::parse("1.0.0").ok();
    }
    // `yarn npm publish` is a command of Yarn 2 and later, whatever a leftover pin of Yarn 1 says.
    let modern = path.command.tool == Tool::Yarn && path.command.text.contains("npm publish");
    version.filter(|version| !modern || version.major() > 1)
}

/// The tool of `path` with its version and the first one that can use the identity, where it is older. Not where
/// the npm on the PATH decides (pnpm below its floor), nor of Yarn 1, which no later version of itself mends.
pub(in crate::rules) fn outdated(
    context: &Context<'_>,
    path: &PublishPath,
) -> Option<(&'static tools::Tool, Version, &'static Version)> {
    let tool = tool_facts(path.command.tool)?;
    let version = tool_version(context, path, tool)?;
    let floor = tool.floor(path.provider)?;
    let hands_over = tool.exchange(path.provider, Some(&version)) == Some(Exchange::Npm);
    let classic = path.command.tool == Tool::Yarn && version.major() < 2;
    (version < *floor && !hands_over && !classic).then_some((tool, version, floor))
}

/// The least version that a version or range admits.
fn lowest(text: &str) -> Option<Version> {
    Version::parse(text).ok().or_else(|| Range::parse(text).ok()?.min_version())
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
