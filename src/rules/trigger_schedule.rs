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
        // A schedule runs on a branch: where every rule asks for a tag it starts nothing.
        if publishing.provider() == Provider::Gitlab
            && publishing.job.conditions.iter().any(|condition| asks_for_tag(&condition.text))
        {
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

/// Whether every rule of the condition that says yes asks for a tag.
fn asks_for_tag(condition: &str) -> bool {
    let Some((word, rules)) =
        condition.split_once(": ").filter(|(word, _)| matches!(*word, "rules" | "only"))
    else {
        return false;
    };
    let mut open = rules.split(" | ").filter(|rule| !rule.ends_with("when: never")).peekable();
    open.peek().is_some()
        && open.all(|rule| {
            if word == "only" {
                rule == "tags"
            } else {
                rule.starts_with("$CI_COMMIT_TAG") && !rule.contains("||")
            }
        })
}
