//! # `publishConfig.provenance: false` does not turn provenance off
//!
//! ## What it does
//! Reports `publishConfig.provenance: false` of a package that is published by identity.
//!
//! ## Why is this bad?
//! npm ignores it under trusted publishing and signs anyway, which fails where it was turned off for a
//! reason: a self-hosted runner, a private repository.
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
//! { "name": "a", "version": "1.0.0", "publishConfig": { "provenance": false } }
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
//!         env: { NPM_CONFIG_PROVENANCE: 'false' }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: npm 11.5.1, 11.5.2, 11.12.1 and 12.2.0 sign all the same; the variable works.

use super::engine::{Availability, Context, Meta};
use crate::ci::Auth;
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "provenance-disable-ineffective",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        if path.auth != Auth::Oidc || path.command.provenance == Some(false) {
            continue;
        }
        for package in path.packages.iter().filter_map(|name| context.project.package(name)) {
            let Some((false, span)) = package.manifest.publish_config.provenance else { continue };
            findings.push(
                META.finding(
                    &Location::new(&package.manifest.source, span),
                    path.provider,
                    "npm ignores this when it publishes by identity: it signs provenance all the same",
                )
                .with_package(package.name().unwrap_or_default())
                .with_help("Set `NPM_CONFIG_PROVENANCE: 'false'` on the publish step instead.")
                .with_related(path.command.at.clone(), "the command that publishes"),
            );
        }
    }
}
