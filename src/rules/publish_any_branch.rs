//! # Every branch's pipeline publishes
//!
//! ## What it does
//! Reports a publish job that a push to any branch starts, with no filter, condition or environment in between. A CircleCI
//! context is none: where it is restricted, every other branch's pipeline fails.
//!
//! ## Why is this bad?
//! Each push publishes or tries to, and whoever may push any branch may publish.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: push
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
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
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: `on: push` without filters means every branch and tag.

use super::engine::{Availability, Context, Meta};
use crate::ci::{GuardKind, PublishPath, Tool, TriggerKind};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "publish-any-branch", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let conditional =
            |path: &&PublishPath| context.step(path).is_some_and(|step| step.condition.is_some());
        if publishing.paths.iter().any(|path| is_guarded(path))
            || !publishing.job.conditions.iter().all(|condition| is_open(&condition.text))
            || publishing.paths.iter().all(conditional)
        {
            continue;
        }
        let open = publishing.pipeline.triggers.iter().find(|trigger| {
            trigger.kind == TriggerKind::Push && trigger.branches.is_empty() && trigger.tags.is_empty()
        });
        let Some(trigger) = open else { continue };
        findings.push(
            META.finding(
                &trigger.at,
                publishing.provider(),
                format!("a push to any branch starts job `{}`, which publishes to npm", publishing.job.id),
            )
            .with_help(
                "Limit it to your release branch or tags, and guard it with an environment or context.",
            ),
        );
    }
}

/// Whether something keeps branches out. A context refuses some at best, and then each of their pipelines fails; tools that
/// look at the branch themselves may run on all.
fn is_guarded(path: &PublishPath) -> bool {
    let plain = matches!(path.command.tool, Tool::Npm | Tool::Pnpm | Tool::Yarn);
    match path.guard() {
        GuardKind::None => false,
        GuardKind::Context => !plain || path.guards.iter().any(|guard| guard.kind == GuardKind::BranchFilter),
        _ => true,
    }
}

/// Whether a GitLab condition lets every branch in by its last word: `rules: [{when: on_success}]`, `changes` alone.
/// What an earlier rule keeps out is not judged.
fn is_open(condition: &str) -> bool {
    let Some((_, rules)) = condition.split_once("rules: ").filter(|(before, _)| before.is_empty()) else {
        return condition == "when: on_success" || condition == "when: always";
    };
    let open =
        |rule: &str| rule == "when: on_success" || rule == "when: always" || rule.starts_with("changes ");
    !rules.contains("when: never") && rules.split(" | ").any(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_let_every_branch_in() {
        assert!(is_open("rules: when: on_success"));
        assert!(is_open("rules: $CI_COMMIT_TAG | changes package.json"));
        for closed in [
            "rules: $CI_COMMIT_BRANCH == null when: never | when: on_success",
            "rules: $CI_COMMIT_TAG",
            "when: manual",
            "only: tags",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
