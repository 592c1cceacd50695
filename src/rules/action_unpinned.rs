//! # Actions in the publish job are referenced by tag or branch
//!
//! ## What it does
//! Reports a job that publishes to npm and uses actions by a tag or branch instead of a commit. One finding a
//! job; every reference is named.
//!
//! ## Why is this bad?
//! Whoever can move the tag runs code beside the publish credential.
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
//!       - uses: actions/checkout@v7
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
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub's secure-use page; the tj-actions and other tag rewrites of 2025.

use super::engine::{Availability, Context, Meta};
use crate::ci::{Scalar, Step, StepKind};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "action-unpinned",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        if publishing.provider() != Provider::Github {
            continue;
        }
        let mut loose: Vec<&Scalar> = Vec::new();
        publishing.job.steps.iter().for_each(|step| unpinned(step, &mut loose));
        let Some((first, rest)) = loose.split_first() else { continue };
        let names: Vec<&str> = loose.iter().map(|reference| reference.shown()).collect();
        let mut finding = META
            .finding(
                &first.at,
                Provider::Github,
                format!("job `{}` publishes and runs {} by tag or branch", publishing.job.id, names.join(", ")),
            )
            .with_help("Pin each to a full commit with the version as a comment, and let Dependabot or Renovate move it.");
        for reference in rest {
            finding = finding.with_related(reference.at.clone(), "also by tag or branch");
        }
        findings.push(finding);
    }
}

fn unpinned<'s>(step: &'s Step, loose: &mut Vec<&'s Scalar>) {
    let StepKind::Uses { reference, version, steps, .. } = &step.kind else { return };
    if version.as_deref().is_some_and(|version| !is_commit(version))
        && !reference.written.starts_with("docker:")
    {
        loose.push(reference);
    }
    steps.iter().flatten().for_each(|inner| unpinned(inner, loose));
}

fn is_commit(version: &str) -> bool {
    matches!(version.len(), 40 | 64) && version.bytes().all(|byte| byte.is_ascii_hexdigit())
}
