//! # `only` and `except`: refused beside `rules`, deprecated alone
//!
//! ## What it does
//! Reports a GitLab job with both `rules` and `only` or `except`, and notes `only` and `except` on a publish job, which
//! GitLab has deprecated.
//!
//! ## Why is this bad?
//! GitLab refuses a job that has both. Alone, `only` and `except` work and are no longer developed.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   only: [tags]
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - documentation: GitLab, `only` and `except` are deprecated and cannot be used with `rules`.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "keywords-conflict",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        if publishing.provider() != Provider::Gitlab {
            continue;
        }
        // `only: null` takes an inherited one back.
        let says = |text: &str, word: &str| {
            text.strip_prefix(word).is_some_and(|value| !matches!(value, "" | "null" | "~"))
        };
        let named =
            |word: &str| publishing.job.conditions.iter().find(|condition| says(&condition.text, word));
        let rules = named("rules: ");
        for (word, old) in [("only", named("only: ")), ("except", named("except: "))] {
            let Some(old) = old else { continue };
            let finding = if let Some(rules) = rules {
                META.finding(
                    &old.at,
                    Provider::Gitlab,
                    format!("job `{}` has `rules` and `{word}`: GitLab refuses the file", publishing.job.id),
                )
                .with_help("Say it in `rules` alone.")
                .with_related(rules.at.clone(), "its rules")
            } else {
                let mut finding = META.finding(&old.at, Provider::Gitlab, format!("`{word}` is deprecated"));
                finding.severity = Severity::Info;
                finding.with_help("Write `rules: [{if: $CI_COMMIT_TAG}]` or the like.")
            };
            findings.push(finding);
        }
    }
}
