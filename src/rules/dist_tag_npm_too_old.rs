//! # npm is too old to set a dist-tag by identity
//!
//! ## What it does
//! Reports `npm dist-tag add` and `rm` in a publish job without a stored token whose npm surely cannot use
//! the identity for it.
//!
//! ## Why is this bad?
//! npm before 11.21.0 (12.x: before 12.2.0) sends no credential at all and fails with E401. The trusted
//! publisher must also allow dist-tags.
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
//!       - run: npm publish
//!       - run: npm dist-tag add a@1.0.0 stable
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
//!       - run: npm install -g npm@11.21.2
//!       - run: npm publish
//!       - run: npm dist-tag add a@1.0.0 stable
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: 11.20.0 and 12.1.0 make no exchange; 11.21.0 and 12.2.0 do.

use super::engine::{Availability, Context, Meta, npm_has, words};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};
use crate::facts::npm::{self, Feature};

pub(super) static META: Meta =
    Meta { id: "dist-tag-npm-too-old", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let path = publishing.paths[0];
        if !publishing.holds_identity()
            || path.tokens().next().is_some()
            || npm_has(Feature::DistTagOidc, path) != Some(false)
        {
            continue;
        }
        let Some(floor) = npm::floor(Feature::DistTagOidc, path.provider) else { continue };
        for act in path.acts.iter().map(|act| &act.act) {
            let changes = matches!(&act.deed, Deed::RegistryCall { name } if name.starts_with("dist-tag") && !name.ends_with("ls"));
            if !changes {
                continue;
            }
            findings.push(
                META.finding(
                    act.called_at(),
                    path.provider,
                    format!("`{}` runs {}; a dist-tag by identity needs npm {floor}", act.text, words::npm(path)),
                )
                .with_help("Publish with `--tag` instead, or install an npm that can, and allow dist-tags in the trusted publisher."),
            );
        }
    }
}
