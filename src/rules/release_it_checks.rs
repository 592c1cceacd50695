//! # release-it asks the registry who you are before it publishes
//!
//! ## What it does
//! Reports release-it with an identity, without a token and without `npm.skipChecks` in its configuration.
//!
//! ## Why is this bad?
//! It runs `npm whoami` first, which the identity does not cover, and stops with a message about a missing
//! login.
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
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npx release-it
//! ```
//! ```json .release-it.json
//! { "npm": { "publish": true } }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
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
//!       - run: npx release-it
//! ```
//! ```json .release-it.json
//! { "npm": { "skipChecks": true } }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//!
//! ## Evidence
//! - code: release-it 21.1.2.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::ci::Tool;
use crate::diagnostic::{Finding, Severity};
use crate::project::ReleaseTool;

pub(super) static META: Meta =
    Meta { id: "release-it-checks", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let configured = context
        .project
        .release_tools
        .iter()
        .filter(|used| used.tool == ReleaseTool::ReleaseIt)
        .flat_map(|used| &used.evidence)
        .any(|place| place.source.text().contains("skipChecks"));
    for path in context.npm_paths() {
        let skips = path.command.text.contains("skipChecks") || configured;
        if path.command.tool == Tool::ReleaseIt && relies_on_identity(path) && !skips {
            findings.push(
                META.finding(
                    &path.command.at,
                    path.provider,
                    "release-it runs `npm whoami` before it publishes, and the identity does not cover that",
                )
                .with_help(
                    "Set `npm.skipChecks: true` in release-it's configuration, or pass `--npm.skipChecks`.",
                ),
            );
        }
    }
}
