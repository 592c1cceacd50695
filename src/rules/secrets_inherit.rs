//! # Every secret reaches the workflow that publishes
//!
//! ## What it does
//! Reports `secrets: inherit` on a call of a reusable workflow that publishes to npm.
//!
//! ## Why is this bad?
//! The publish job then holds every secret of the repository and organisation, a publish token among them
//! if there is one, and nothing in the file says which.
//!
//! ## Example
//! ```yaml .github/workflows/release.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   release:
//!     permissions: { id-token: write }
//!     uses: ./.github/workflows/publish.yml
//!     secrets: inherit
//! ```
//! ```yaml .github/workflows/publish.yml
//! on: { workflow_call: {} }
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
//! ```yaml .github/workflows/release.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   release:
//!     permissions: { id-token: write }
//!     uses: ./.github/workflows/publish.yml
//! ```
//! ```yaml .github/workflows/publish.yml
//! on: { workflow_call: {} }
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
//! - documentation: GitHub's reusable workflow page.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "secrets-inherit",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let mut jobs = context.model.pipeline(path).jobs.as_slice();
        for &index in &path.job_index {
            let Some(call) = jobs.get(index).and_then(|job| job.call.as_ref()) else { break };
            if let Some(at) = &call.inherits_secrets {
                findings.push(
                    META.finding(
                        at,
                        path.provider,
                        format!("hands every secret to `{}`, which publishes to npm", call.reference.shown()),
                    )
                    .with_help(
                        "Hand over the secrets that it needs by name, or none: publishing needs none.",
                    ),
                );
            }
            jobs = call.jobs.as_deref().unwrap_or_default();
        }
    }
}
