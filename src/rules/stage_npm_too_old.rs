//! # npm is too old for staged publishing
//!
//! ## What it does
//! Reports `npm stage publish` where the npm that runs it surely does not know the command.
//!
//! ## Why is this bad?
//! The job fails with npm's list of commands.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.14.1 }
//!       - run: npm stage publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm stage publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: absent in npm 11.14.1, there in 11.15.0.

use super::engine::{Availability, Context, Meta, npm_has, words};
use crate::ci::Tool;
use crate::diagnostic::{Finding, Severity};
use crate::facts::npm::{self, Feature};

pub(super) static META: Meta =
    Meta { id: "stage-npm-too-old", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths().filter(|path| path.command.staged && path.command.tool == Tool::Npm) {
        if npm_has(Feature::StagePublish, path) != Some(false) {
            continue;
        }
        let Some(floor) = npm::floor(Feature::StagePublish, path.provider) else { continue };
        findings.push(
            META.finding(
                words::toolchain_place(path),
                path.provider,
                format!(
                    "`{}` runs {}; staging needs npm {floor} or later",
                    path.command.text,
                    words::npm(path)
                ),
            )
            .with_help(words::newer_npm(path))
            .with_related(path.command.at.clone(), "the command that stages"),
        );
    }
}
