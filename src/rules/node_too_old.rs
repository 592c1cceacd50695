//! # Node in the publish job is older than npm documents for trusted publishing
//!
//! ## What it does
//! Reports a publish job whose Node is surely below the documented minimum, Node 22.14.0.
//!
//! ## Why is this bad?
//! npm does not enforce it (npm 11 on Node 20 completes the exchange), so it is no error. But no Node
//! below 24.5 bundles an npm that can exchange, newer npm releases drop old Node versions, and what is below
//! the documented minimum gets no support.
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
//!         with: { node-version: 20 }
//!       - run: npm install -g npm@11.21.2
//!       - run: npm publish
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
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: npm's trusted publishing page; run, 2026-11-22: Node 20.20.2 with npm 11.5.1 and 11.21.2 publishes.

use super::engine::{Availability, Context, Meta, words};
use crate::diagnostic::{Finding, Severity};
use crate::facts::node::NodeSpec;
use crate::facts::npm;

pub(super) static META: Meta =
    Meta { id: "node-too-old", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let minimum = &npm::documented_minimum().node;
    for path in context.npm_paths().filter(|path| words::has_oidc(path.provider)) {
        let node = &path.toolchain.node;
        let newest = node.value.as_ref().and_then(NodeSpec::newest);
        if newest.is_none_or(|newest| newest >= *minimum) {
            continue;
        }
        findings.push(
            META.finding(
                node.at.as_ref().unwrap_or(&path.command.at),
                path.provider,
                format!(
                    "the publish runs on {}; npm documents {minimum} as the minimum for trusted publishing",
                    words::node(path),
                ),
            )
            .with_help(words::newer_npm(path)),
        );
    }
}
