//! # Who owns the publish job's runner cannot be seen
//!
//! ## What it does
//! Notes a publish job on a runner group, a custom label or an expression.
//!
//! ## Why is this bad?
//! npm supports trusted publishing from the provider's own runners alone; whether this is one is decided in
//! settings. Larger GitHub runners with custom names are reported to count as hosted.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: { group: release }
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
//!     runs-on: ubuntu-24.04
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: a group holds larger or self-hosted runners; the list of hosted labels in `trustpub facts`.

use super::engine::{Availability, Context, Meta, words};
use crate::diagnostic::{Finding, Severity};
use crate::facts::runners::Runner;

pub(super) static META: Meta =
    Meta { id: "runner-unknown", severity: Severity::Info, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs().filter(|(path, _)| words::has_oidc(path.provider)) {
        let Some(at) = job.runner.at.as_ref().filter(|_| path.runner == Runner::Unknown) else {
            continue;
        };
        findings.push(
            META.finding(
                at,
                path.provider,
                format!("whether job `{}` runs on a hosted runner cannot be seen from here", job.id),
            )
            .with_help("Name a hosted label for the publish job if it can be one."),
        );
    }
}
