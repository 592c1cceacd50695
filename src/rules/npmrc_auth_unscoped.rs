//! # npm 11 refuses credentials that name no registry
//!
//! ## What it does
//! Reports `_auth`, `_authToken` and `_password` without a registry in a committed `.npmrc`.
//!
//! ## Why is this bad?
//! npm 11 stops with `ERR_INVALID_AUTH` on every command, the publish included.
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
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//! ```ini .npmrc
//! _authToken=${NPM_TOKEN}
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
//! - run, 2026-11-22: `ERR_INVALID_AUTH … must be renamed to …`.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::registry;

pub(super) static META: Meta =
    Meta { id: "npmrc-auth-unscoped", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(path) = context.npm_paths().next() else { return };
    for npmrc in context.project.npmrcs() {
        for auth in npmrc.auth().filter(|auth| auth.registry.is_none() && auth.name.starts_with("_auth")) {
            findings.push(
                META.finding(
                    &Location::new(&npmrc.source, auth.entry.span()),
                    path.provider,
                    format!("npm 11 and later refuse `{}` without a registry (ERR_INVALID_AUTH)", auth.name),
                )
                .with_help(format!(
                    "Write `//{}/:{}`, or delete the line.",
                    registry::HOST,
                    auth.name
                )),
            );
        }
    }
}
