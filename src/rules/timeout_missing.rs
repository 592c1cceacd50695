//! # The publish job has no timeout, or a long one
//!
//! ## What it does
//! Notes a publish job with an identity and without a timeout (GitHub, GitLab), or with one above an hour (GitLab).
//!
//! ## Why is this bad?
//! On GitLab the id token lives as long as the job's timeout, one hour by default; on GitHub a job may hang
//! for six hours with the right to mint one.
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
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     timeout-minutes: 10
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - code: GitLab's `lib/gitlab/ci/jwt.rb` sets the token's expiry from the job's timeout.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "timeout-missing",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let help = match publishing.provider() {
            Provider::Github => "Add `timeout-minutes: 10` to the job.",
            Provider::Gitlab => "Add `timeout: 10 minutes` to the job: its id token lives no longer.",
            _ => continue,
        };
        let long = publishing.job.timeout.as_ref().filter(|timeout| {
            publishing.provider() == Provider::Gitlab && hours(timeout.shown()).is_some_and(|hours| hours > 1)
        });
        if let Some(timeout) = long.filter(|_| publishing.holds_identity()) {
            let message =
                format!("the id token of job `{}` lives for {}", publishing.job.id, timeout.shown());
            findings.push(
                META.finding(&timeout.at, Provider::Gitlab, message)
                    .with_help("Publishing takes minutes: `timeout: 10 minutes`."),
            );
        }
        if publishing.holds_identity() && publishing.job.timeout.is_none() {
            findings.push(
                META.finding(
                    &publishing.job.key,
                    publishing.provider(),
                    format!("job `{}` holds an identity and has no timeout", publishing.job.id),
                )
                .with_help(help),
            );
        }
    }
}

/// The whole hours that a GitLab duration begins with (`3h 30m`, `2 hours`).
fn hours(text: &str) -> Option<u32> {
    let digits = text.trim_start().find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.trim_start().split_at(digits);
    unit.trim_start().starts_with('h').then(|| number.parse().ok()).flatten()
}
