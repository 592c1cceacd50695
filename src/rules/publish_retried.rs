//! # A failed publish is retried or forgiven by the pipeline
//!
//! ## What it does
//! Reports a GitLab publish job with `retry` or `allow_failure: true`, and a publish step with `continue-on-error`.
//!
//! ## Why is this bad?
//! A second `npm publish` of the same version fails with "cannot publish over the previously published
//! versions" and hides the first error; a forgiven failure leaves a release half published and green.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   retry: 2
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   retry: 0
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - code: npm's publish command; documentation: GitLab's `retry` and `allow_failure`.

use super::engine::{Availability, Context, Meta};
use crate::ci::Scalar;
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "publish-retried", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let job = publishing.job;
        let set = |scalar: &&Scalar| !matches!(scalar.shown(), "0" | "false" | "");
        if let Some(retry) = job.retry.as_ref().filter(set) {
            findings.push(
                META.finding(
                    &retry.at,
                    publishing.provider(),
                    format!("job `{}` publishes and is run again when it fails: the retry fails on what is already published", job.id),
                )
                .with_help("Write `retry: 0`, and re-run by hand once the cause is known."),
            );
        }
        if let Some(forgiven) = job.allow_failure.as_ref().filter(set) {
            findings.push(
                META.finding(
                    &forgiven.at,
                    publishing.provider(),
                    format!("job `{}` publishes, and the pipeline stays green when it fails", job.id),
                )
                .with_help("Remove it: a failed publish must be seen."),
            );
        }
        for path in &publishing.paths {
            let Some(step) = context.step(path).filter(|step| step.continue_on_error) else { continue };
            findings.push(
                META.finding(
                    &step.at,
                    publishing.provider(),
                    "this step publishes, and the job goes on when it fails",
                )
                .with_help("Remove `continue-on-error`: a failed publish must be seen."),
            );
        }
    }
}
