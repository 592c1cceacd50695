//! # Part of this pipeline cannot be seen from here
//!
//! ## What it does
//! Notes what a publishing pipeline uses and the repository does not hold: a remote reusable workflow,
//! include or orb.
//!
//! ## Why is this bad?
//! What is not seen is not checked. trustpub says so instead of guessing.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   release:
//!     permissions: { id-token: write }
//!     uses: acme/ci/.github/workflows/publish.yml@v1
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
//! - documentation: npm matches the calling workflow's file, so such a publish is possible.

use std::collections::HashSet;

use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::text::Span;

pub(super) static META: Meta =
    Meta { id: "unread", severity: Severity::Info, fix: Availability::None, providers: &[] };

/// Whether it is named like what publishes, and has parts that are not seen.
pub(super) fn wants(pipeline: &Pipeline) -> bool {
    let mut unseen = !pipeline.unknowns.is_empty();
    pipeline.walk(&mut |_, job| unseen |= !job.unknowns.is_empty());
    unseen && is_named_so(pipeline)
}

fn is_named_so(pipeline: &Pipeline) -> bool {
    ["publish", "release"].iter().any(|word| pipeline.path().contains(word))
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: HashSet<(&str, Span)> = HashSet::new();
    for path in context.npm_paths() {
        for one in path.acts.iter() {
            let Deed::Unread { what } = &one.act.deed else { continue };
            let at = &one.act.at;
            if told.insert((at.source.path(), at.span)) {
                findings.push(META.finding(at, path.provider, format!("not seen from here: {what}")));
            }
        }
    }
    let publishing: HashSet<usize> = context.npm_paths().map(|path| path.pipeline).collect();
    // With a package to publish and nothing that does, what is not seen is where to look.
    let sought = publishing.is_empty() && context.project.publishable().next().is_some();
    for (index, pipeline) in context.model.pipelines.iter().enumerate() {
        // Elsewhere an unseen part is no business of publishing.
        let about_publishing = publishing.contains(&index)
            || is_named_so(pipeline)
            || sought && pipeline.entry && pipeline.provider != Provider::Github
            || pipeline.provider == Provider::Circleci
                && context.npm_paths().any(|path| path.provider == Provider::Circleci);
        if !about_publishing {
            continue;
        }
        pipeline.walk(&mut |_, job| {
            for unknown in &job.unknowns {
                findings.push(META.finding(
                    &unknown.at,
                    pipeline.provider,
                    format!("not seen from here: {}", unknown.what),
                ));
            }
        });
        for unknown in &pipeline.unknowns {
            findings.push(META.finding(
                &unknown.at,
                pipeline.provider,
                format!("not seen from here: {}", unknown.what),
            ));
        }
    }
}
