//! # A pull request starts the workflow that publishes
//!
//! ## What it does
//! Reports a publish job that nothing but a pull or merge request starts, or that one reaches without a condition.
//!
//! ## Why is this bad?
//! From a fork such a run has no identity and no secrets, so the publish fails; from a branch of the
//! repository it publishes what nobody reviewed.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: [pull_request]
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
//! - documentation: GitHub gives runs of fork pull requests no id token; GitLab's merge request pipelines.

use super::engine::{Availability, Context, Meta};
use crate::ci::{PublishPath, TriggerKind};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "trigger-pull-request", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let conditional =
            |path: &&&PublishPath| context.step(path).is_some_and(|step| step.condition.is_some());
        let all_conditional = publishing.paths.iter().all(|path| conditional(&path));
        let Some(trigger) =
            publishing.pipeline.triggers.iter().find(|trigger| trigger.kind == TriggerKind::PullRequest)
        else {
            continue;
        };
        if !publishing.paths.iter().any(|path| path.started_by.contains(&TriggerKind::PullRequest)) {
            continue;
        }
        // GitLab's conditions name the event themselves.
        if let Some(condition) = publishing.job.conditions.iter().find(|condition| lets_in(&condition.text)) {
            findings.push(
                META.finding(
                    &condition.at,
                    publishing.provider(),
                    format!("a merge request starts job `{}`, which publishes to npm", publishing.job.id),
                )
                .with_help("Publish on a pushed tag or a push to the default branch."),
            );
            continue;
        }
        if all_conditional || !publishing.job.conditions.is_empty() {
            continue;
        }
        findings.push(
            META.finding(
                &trigger.at,
                publishing.provider(),
                format!(
                    "`{}` starts job `{}`, which publishes to npm, without a condition",
                    trigger.event, publishing.job.id
                ),
            )
            .with_help("Publish on a pushed tag or a push to the release branch."),
        );
    }
}

/// Whether one of the rules runs the job in a merge request's pipeline.
fn lets_in(condition: &str) -> bool {
    let Some((word, rules)) = condition.split_once(": ") else { return false };
    let event = |rule: &str| match word {
        "rules" => rule.replace([' ', '\''], "").contains("CI_PIPELINE_SOURCE==\"merge_request_event\""),
        "only" => rule.split_whitespace().any(|part| part == "merge_requests"),
        _ => false,
    };
    rules.split(" | ").any(|rule| event(rule) && !rule.ends_with("when: never"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_let_merge_requests_in() {
        assert!(lets_in(r#"rules: $CI_PIPELINE_SOURCE == "merge_request_event" when: manual"#));
        assert!(lets_in("only: merge_requests | tags"));
        assert!(!lets_in(
            r#"rules: $CI_PIPELINE_SOURCE == "merge_request_event" when: never | $CI_COMMIT_TAG"#
        ));
        assert!(!lets_in("except: merge_requests"));
        assert!(!lets_in(r#"rules: $CI_PIPELINE_SOURCE != "merge_request_event""#));
    }
}
