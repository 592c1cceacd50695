//! # semantic-release does not recognise the registry without its slash
//!
//! ## What it does
//! Reports `publishConfig.registry` without a trailing slash in a package that semantic-release publishes.
//!
//! ## Why is this bad?
//! @semantic-release/npm compares the text with the default registry's, slash included. Without it, it
//! skips the identity and stops with `ENONPMTOKEN`.
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
//!       - run: npx semantic-release
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "publishConfig": { "registry": "https://{registry}" } }
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
//!       - run: npx semantic-release
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "publishConfig": { "registry": "https://{registry}/" } }
//! ```
//!
//! ## Evidence
//! - code: @semantic-release/npm 13.2.0.

use super::engine::{Availability, Context, Meta};
use crate::ci::Tool;
use crate::diagnostic::{Finding, Fix, Location, Safety, Severity};
use crate::facts::registry;
use crate::text::Edit;

pub(super) static META: Meta =
    Meta { id: "registry-slash", severity: Severity::Error, fix: Availability::Safe, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(path) = context.npm_paths().find(|path| path.command.tool == Tool::SemanticRelease) else {
        return;
    };
    for package in &context.project.packages {
        let Some(text) = &package.manifest.publish_config.registry else { continue };
        if text.value != registry::URL.trim_end_matches('/') {
            continue;
        }
        findings.push(
            META.finding(
                &Location::new(&package.manifest.source, text.span),
                path.provider,
                "semantic-release compares this with the registry's address slash included, and skips the identity",
            )
            .with_help(format!("Write `{}`.", registry::URL))
            .with_fix(Fix {
                title: "add the slash".to_owned(),
                safety: Safety::Safe,
                edits: vec![(
                    package.manifest.source.path().to_owned(),
                    Edit::replace(text.span, format!("\"{}\"", registry::URL)),
                )],
            }),
        );
    }
}
