//! # The guard lets everyone through who can push
//!
//! ## What it does
//! With `--settings FILE`: reports an environment or context whose settings let any branch publish and ask nobody.
//!
//! ## Why is this bad?
//! npm's trusted publisher names a repository, a file and perhaps an environment, not a branch. An
//! environment without reviewers and without rules for branches and tags, or a context that every branch may
//! use, is a name and no guard: whoever may push a branch may edit the file there and publish from it.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```json trustpub-settings.json
//! {"schema": 1, "github": {"environments": {"total_count": 1, "environments": [
//!   {"name": "npm", "protection_rules": [], "deployment_branch_policy": null}
//! ]}}}
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
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
//! - documentation: GitHub environments, GitLab protected environments, CircleCI context restrictions; a GitHub
//!   environment limited to protected branches lets every branch deploy while none is protected.

use super::engine::{Availability, Context, Meta};
use crate::ci::GuardKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::settings::Verdict;

pub(super) static META: Meta = Meta {
    id: "guard-open",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let guards = context.outer_guards(path);
        if !guards.iter().all(|(_, verdict)| matches!(verdict, Some(Verdict::Open(_)))) {
            continue;
        }
        for (guard, verdict) in guards {
            let Some(Verdict::Open(why)) = verdict else { continue };
            let (what, help) = match (guard.kind, path.provider) {
                (GuardKind::Context, _) => (
                    "context",
                    "Restrict it by an expression that names the release branch or tags (`circleci context restriction create`).",
                ),
                (_, Provider::Gitlab) => (
                    "environment",
                    "Protect it (Settings > CI/CD > Protected environments) and let Maintainers alone deploy.",
                ),
                _ => (
                    "environment",
                    "Limit it to the protected release branch or the release tags, or ask for a reviewer (Settings > Environments).",
                ),
            };
            findings.push(
                META.finding(
                    &guard.at,
                    path.provider,
                    format!("{what} `{}` {why}: whoever may push a branch may publish", guard.name),
                )
                .with_help(help)
                .with_related(path.command.at.clone(), "the command that publishes"),
            );
        }
    }
}
