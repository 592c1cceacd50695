//! # A newer run may stop a publish midway
//!
//! ## What it does
//! Reports `cancel-in-progress: true` around a publish job (GitHub) and `interruptible: true` on one (GitLab).
//!
//! ## Why is this bad?
//! A release of several packages is then left half published, and a version that is published cannot be
//! published again.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { branches: [main] } }
//! concurrency: { group: release, cancel-in-progress: true }
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
//! on: { push: { branches: [main] } }
//! concurrency: { group: release, cancel-in-progress: false }
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
//! - documentation: GitHub's concurrency page, GitLab's `interruptible`.

use super::engine::{Availability, Context, Meta};
use crate::ci::Scalar;
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::text::Edit;

pub(super) static META: Meta = Meta {
    id: "publish-cancellable",
    severity: Severity::Warning,
    fix: Availability::Unsafe,
    providers: &[],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let own = publishing.job.concurrency.as_ref();
        let whole = publishing.pipeline.concurrency.as_ref();
        let switches = [own, whole].into_iter().flatten().filter_map(|entry| entry.cancel.as_ref());
        for switch in switches.chain(&publishing.job.interruptible).filter(|switch| is_on(switch)) {
            let path = switch.at.source.path().to_owned();
            findings.push(
                META.finding(
                    &switch.at,
                    publishing.provider(),
                    format!("a newer run may stop job `{}` in the middle of a publish", publishing.job.id),
                )
                .with_help("Write `false`: let a running publish finish.")
                .with_fix(Fix {
                    title: "let a running publish finish".to_owned(),
                    // The runs of pull requests are no longer stopped either.
                    safety: Safety::Unsafe,
                    edits: vec![(path, Edit::replace(switch.at.span, "false"))],
                }),
            );
        }
    }
}

fn is_on(switch: &Scalar) -> bool {
    switch.value.as_deref() == Some("true")
}
