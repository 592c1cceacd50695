//! # Nothing but the file itself decides who may publish
//!
//! ## What it does
//! Reports a job that publishes to npm without a deployment environment (GitHub, GitLab, Azure
//! Pipelines, Bitbucket) or a context (CircleCI).
//!
//! ## Why is this bad?
//! npm's trusted publisher names a repository and a file, not a branch: whoever may push a branch may edit
//! the file there and publish from it. Branch filters, `if:` conditions and `rules:` stand in that same
//! file and go with it. Only a protected environment or a restricted context stands outside of it.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
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
//!
//! ## Evidence
//! - code: `npm trust` sends repository, file and environment (GitHub, GitLab) or context ids (CircleCI), no branch.

use super::engine::{Availability, Context, Meta};
use crate::ci::GuardKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "guard-missing",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[
        Provider::Github,
        Provider::Gitlab,
        Provider::Circleci,
        Provider::Azure,
        Provider::Bitbucket,
    ],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let provider = publishing.provider();
        let path = publishing.paths[0];
        if !META.providers.contains(&provider)
            || publishing.paths.iter().any(|path| path.guard() <= GuardKind::Context)
        {
            continue;
        }
        let job = publishing.job;
        let (what, help) = match provider {
            Provider::Circleci => (
                "no context",
                "Attach a context whose expression restriction names the branch or tag, and name its id in the \
                 trusted publisher (`npm trust circleci … --context-id`).",
            ),
            Provider::Gitlab => (
                "no environment",
                "Add `environment: npm`, protect it (Premium), and name it in the trusted publisher; on the Free tier \
                 stage instead (`npm stage publish`).",
            ),
            Provider::Azure => (
                "no environment",
                "Publish from a `deployment` job on an environment with a branch control check and an approval, and \
                 put the same checks on the variable group or service connection that holds the token.",
            ),
            Provider::Bitbucket => (
                "no deployment",
                "Add `deployment: production`, keep the token as a secured variable of that deployment, and limit the \
                 deployment to your release branch (Premium).",
            ),
            // GitHub refuses an environment on a job that calls a workflow.
            _ if job.call.is_some() => (
                "no environment",
                "A job with `uses` takes no environment: the job in the called workflow needs it. Give that workflow an \
                 input for its name, or publish from a job of your own with `environment: npm`.",
            ),
            _ => (
                "no environment",
                "Add `environment: npm`, limit it to your release branch or tags in the repository's settings, and \
                 name it in the trusted publisher.",
            ),
        };
        let filter = if path.guard() == GuardKind::BranchFilter {
            "; its branch or tag filter can be deleted on a branch"
        } else {
            ""
        };
        findings.push(
            META.finding(
                &job.key,
                provider,
                format!(
                    "job `{}` publishes with {what}: whoever may push a branch may publish{filter}",
                    job.id
                ),
            )
            .with_help(help)
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}
