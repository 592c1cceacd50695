//! # The repository's token stays on disk in the publish job
//!
//! ## What it does
//! Notes `actions/checkout` without `persist-credentials: false` in a job that publishes to npm.
//!
//! ## Why is this bad?
//! Every later step, install scripts included, can read the job's GitHub token from disk.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
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
//!       - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
//!         with: { persist-credentials: false }
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: actions/checkout's README.

use super::engine::{Availability, Context, Meta};
use crate::ci::{Step, StepKind};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "checkout-persists-credentials",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        for step in publishing.job.leaves() {
            if let Some(reference) = persisting(step) {
                findings.push(
                    META.finding(
                        &reference.at,
                        publishing.provider(),
                        "the job's GitHub token stays on disk after this step",
                    )
                    .with_help("Add `with: {persist-credentials: false}`, unless a later step pushes."),
                );
            }
        }
    }
}

fn persisting(step: &Step) -> Option<&crate::ci::Scalar> {
    let StepKind::Uses { reference, action, inputs, .. } = &step.kind else { return None };
    let off = inputs.iter().any(|input| input.name == "persist-credentials" && input.text.shown() == "false");
    (action == "actions/checkout" && !off).then_some(reference)
}
