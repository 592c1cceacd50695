//! # The command that publishes is not in the CI file
//!
//! ## What it does
//! Notes a publish command that a package.json script, a Makefile or another file hides from the CI file.
//!
//! ## Why is this bad?
//! A reader of the pipeline cannot see what is published, with which flags and which credential; neither
//! can most tools.
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
//!       - run: npm run release
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "scripts": { "release": "npm publish" } }
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
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//!
//! ## Evidence
//! - field study: a third of publishing files.

use super::engine::{Availability, Context, Meta};
use crate::ci::{HopKind, Tool};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "publish-hidden", severity: Severity::Info, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let hides = |kind: HopKind| {
            matches!(kind, HopKind::PackageScript | HopKind::ScriptFile | HopKind::MakeTarget)
        };
        let Some(hop) = path.chain.iter().find(|hop| hides(hop.kind)) else {
            // A program of the project whose text is not read here.
            if path.command.tool == Tool::Other {
                findings.push(META.finding(
                    &path.command.at,
                    path.provider,
                    format!("`{}` publishes; with which command is not in the CI file", path.command.text),
                ));
            }
            continue;
        };
        findings.push(
            META.finding(
                &hop.at,
                path.provider,
                format!("`{}` leads to `{}`, which publishes", hop.name, path.command.text),
            )
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}
