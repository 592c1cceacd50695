//! # The workflow that publishes checks out a contributor's code
//!
//! ## What it does
//! Reports a checkout of a pull request's head in a job that publishes to npm, and `allow-unsafe-pr-
//! checkout: true`.
//!
//! ## Why is this bad?
//! The contributor's code then runs with the repository's identity.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: pull_request_target
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
//!         with: { ref: '${{ github.event.pull_request.head.sha }}' }
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
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub's secure-use page; actions/checkout 7.0.0 refuses it unless allowed.

use super::engine::{Availability, Context, Meta};
use crate::ci::StepKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "checkout-unsafe-pr",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        for step in publishing.job.leaves() {
            let StepKind::Uses { action, inputs, .. } = &step.kind else { continue };
            if action != "actions/checkout" {
                continue;
            }
            let unsafe_input = inputs.iter().find(|input| {
                let text = input.text.written.as_str();
                (input.name == "ref"
                    && (text.contains("pull_request.head") || text.contains("github.head_ref")))
                    || (input.name == "allow-unsafe-pr-checkout" && input.text.shown() == "true")
            });
            let Some(input) = unsafe_input else { continue };
            let strangers = publishing.pipeline.triggers.iter().any(|trigger| {
                use crate::ci::TriggerKind::{AfterPipeline, Comment, PullRequestTarget};
                matches!(trigger.kind, PullRequestTarget | Comment | AfterPipeline)
            });
            let mut finding = META.finding(
                &input.entry,
                publishing.provider(),
                format!(
                    "a contributor's code is checked out into job `{}`, which can publish",
                    publishing.job.id
                ),
            );
            if !strangers {
                finding.severity = Severity::Warning;
            }
            findings.push(
                finding.with_help("Publish what is merged: check out nothing but the event's own commit."),
            );
        }
    }
}
