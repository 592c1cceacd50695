//! # The environment refuses what starts the workflow
//!
//! ## What it does
//! With `--settings FILE`: reports a publish job that only tags start while its environment lets branches alone
//! deploy, or the other way round.
//!
//! ## Why is this bad?
//! GitHub compares the run's ref with the environment's rules. A pushed tag and a published release run on
//! `refs/tags/…`: an environment for the branch `main`, or for protected branches, rejects the job before its
//! first step.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { release: { types: [published] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```json trustpub-settings.json
//! {"schema": 1, "github": {
//!   "environments": {"total_count": 1, "environments": [
//!     {"name": "npm", "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}}
//!   ]},
//!   "deployment-branch-policies": {"npm": {"branch_policies": [{"name": "main", "type": "branch"}]}}
//! }}
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { release: { types: [published] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```json trustpub-settings.json
//! {"schema": 1, "github": {
//!   "environments": {"total_count": 1, "environments": [
//!     {"name": "npm", "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}}
//!   ]},
//!   "deployment-branch-policies": {"npm": {"branch_policies": [{"name": "v*", "type": "tag"}]}}
//! }}
//! ```
//!
//! ## Evidence
//! - documentation: an environment's rules are matched against `GITHUB_REF`, which is `refs/tags/…` for a release;
//!   branch patterns and tag patterns are separate lists. Not run against GitHub.

use super::engine::{Availability, Context, Meta};
use crate::ci::{GuardKind, Pipeline, TriggerKind};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::settings::Refs;

pub(super) static META: Meta = Meta {
    id: "environment-refuses-trigger",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(settings) = &context.model.settings else { return };
    for path in context.npm_paths().filter(|path| path.provider == Provider::Github) {
        let Some(runs) = started_by(context.model.pipeline(path)) else { continue };
        for guard in path.guards.iter().filter(|guard| guard.kind <= GuardKind::Environment) {
            let (runs, lets, write) = match (runs, settings.deploying_refs(&guard.name)) {
                (Refs::Tags, Some(Refs::Branches)) => {
                    ("tags", "branches", "Add a tag rule such as `v*` to the environment")
                }
                (Refs::Branches, Some(Refs::Tags)) => {
                    ("branches", "tags", "Add the release branch to the environment")
                }
                _ => continue,
            };
            findings.push(
                META.finding(
                    &guard.at,
                    path.provider,
                    format!(
                        "only {runs} start this job, and environment `{}` lets only {lets} deploy",
                        guard.name
                    ),
                )
                .with_help(format!("{write} (Settings > Environments), or start the workflow from {lets}."))
                .with_related(path.command.at.clone(), "the command that never runs"),
            );
        }
    }
}

/// The one kind of ref that every run is on; none where it may be either.
fn started_by(pipeline: &Pipeline) -> Option<Refs> {
    let kinds = pipeline.triggers.iter().map(|trigger| {
        match (trigger.kind, trigger.branches.is_empty(), trigger.tags.is_empty()) {
            (TriggerKind::Release, ..) | (TriggerKind::Push, true, false) => Some(Refs::Tags),
            (TriggerKind::Push, false, true) => Some(Refs::Branches),
            _ => None,
        }
    });
    let kinds: Vec<Refs> = kinds.collect::<Option<_>>()?;
    let first = *kinds.first()?;
    kinds.iter().all(|kind| *kind == first).then_some(first)
}
