//! # The clock starts a publish
//!
//! ## What it does
//! Notes a publish job that a schedule starts.
//!
//! ## Why is this bad?
//! Nobody decides what is published then; nightly releases are legitimate and should be staged or have a
//! dist-tag of their own.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { schedule: [{ cron: '0 3 * * *' }] }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
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
//! - documentation: a trusted publisher is bound to a file, not to an event.

use super::engine::{Availability, Context, Meta};
use crate::ci::TriggerKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta =
    Meta { id: "trigger-schedule", severity: Severity::Info, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let scheduled =
            publishing.pipeline.triggers.iter().filter(|trigger| trigger.kind == TriggerKind::Schedule);
        if !publishing.paths.iter().any(|path| path.started_by.contains(&TriggerKind::Schedule)) {
            continue;
        }
        for trigger in scheduled {
            findings.push(
                META.finding(
                    &trigger.at,
                    publishing.provider(),
                    format!("a schedule starts job `{}`, which publishes to npm", publishing.job.id),
                )
                .with_help(if publishing.provider() == Provider::Circleci && !publishing.job.contexts.is_empty() {
                    "A schedule in the configuration cannot use a restricted context: use a schedule trigger of the project."
                } else {
                    "Stage (`npm stage publish`), or give nightly releases a dist-tag of their own."
                }),
            );
        }
    }
}
