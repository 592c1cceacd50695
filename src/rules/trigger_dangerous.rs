//! # Strangers can start the workflow that publishes
//!
//! ## What it does
//! Reports a workflow that publishes to npm and is started by `pull_request_target` or comments (an error
//! where neither an environment nor a condition holds strangers off) or by the end of another workflow (a warning).
//!
//! ## Why is this bad?
//! Such runs have the repository's identity and secrets while what starts them, and often what they check
//! out, comes from a contributor. One expression or one checked-out script is enough to publish.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { issue_comment: { types: [created] } }
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
//! - documentation: GitHub's secure-use page. Whether npm refuses such runs is open (issue thread: community
//!   discussion 208514 reports it for `issue_comment`).

use super::engine::{Availability, Context, Meta};
use crate::ci::TriggerKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "trigger-dangerous",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let guarded = publishing.paths.iter().all(|path| context.may_be_guarded(path));
        let held_off = guarded || !publishing.job.conditions.is_empty();
        for trigger in &publishing.pipeline.triggers {
            let severity = match trigger.kind {
                // An environment or a condition on the job may still hold strangers off.
                TriggerKind::PullRequestTarget | TriggerKind::Comment if !held_off => Severity::Error,
                TriggerKind::PullRequestTarget | TriggerKind::Comment | TriggerKind::AfterPipeline => {
                    Severity::Warning
                }
                _ => continue,
            };
            if !publishing.paths.iter().any(|path| path.started_by.contains(&trigger.kind)) {
                continue;
            }
            let mut finding = META
                .finding(
                    &trigger.at,
                    publishing.provider(),
                    format!("`{}` starts job `{}`, which publishes to npm", trigger.event, publishing.job.id),
                )
                .with_help("Publish on a pushed tag, a push to the release branch or by hand, in a workflow of its own.");
            finding.severity = severity;
            findings.push(finding);
        }
    }
}
