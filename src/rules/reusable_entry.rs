//! # npm matches the calling workflow's file, not this one
//!
//! ## What it does
//! Notes a publish that sits in a reusable workflow, with the file to enter at npm.
//!
//! ## Why is this bad?
//! A trusted publisher that names the reusable workflow's file never matches: the exchange answers 404
//! "package not found". The caller's file counts, and both files must grant `id-token: write`.
//!
//! ## Example
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
//! - code: `npm trust github` stores `workflow_ref.file`; documentation: "validation checks the calling workflow's name".

use super::engine::{Availability, Context, Meta};
use crate::ci::HopKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "reusable-entry",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths().filter(|path| path.entry) {
        let Some(hop) = path.chain.iter().find(|hop| hop.kind == HopKind::ReusableWorkflow) else { continue };
        let file = path.file.rsplit('/').next().unwrap_or(&path.file);
        findings.push(
            META.finding(
                &hop.at,
                path.provider,
                format!(
                    "the publish is in `{}`; the trusted publisher must name the caller, `{file}`",
                    hop.name
                ),
            )
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}
