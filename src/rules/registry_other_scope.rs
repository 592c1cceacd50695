//! # The package's scope is mapped to another registry
//!
//! ## What it does
//! Reports a published package whose scope an `.npmrc` or `publishConfig` maps to another registry while
//! the publish is meant for the npm registry.
//!
//! ## Why is this bad?
//! npm follows the scope: the id token is asked for the other registry's audience, the exchange goes there
//! and fails.
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
//! { "name": "@acme/a", "version": "1.0.0" }
//! ```
//! ```ini .npmrc
//! @acme:registry=https://npm.example.com/
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
//! { "name": "@acme/a", "version": "1.0.0" }
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: the exchange and the upload went to the mapped registry, `--registry`
//!   notwithstanding.

use super::engine::{Availability, Context, Meta};
use crate::ci::IdentityState;
use crate::diagnostic::{Finding, Severity};
use crate::facts::registry;
use crate::project::RegistryOrigin;

pub(super) static META: Meta =
    Meta { id: "registry-other-scope", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for package in context.project.publishable() {
        let Some(chosen) = context.project.registry_of(package).filter(|chosen| !chosen.is_npm()) else {
            continue;
        };
        let name = package.name().unwrap_or_default();
        // An identity is npm's alone: a job that has one and publishes elsewhere is a contradiction.
        let path = context.model.paths.iter().find(|path| {
            path.identity.state == IdentityState::Granted
                && path.packages.iter().any(|published| published == name)
        });
        let Some(path) = path.filter(|_| chosen.origin == RegistryOrigin::Scope) else { continue };
        findings.push(
            META.finding(
                &chosen.location,
                path.provider,
                format!("`{name}` is published to {}: the identity is exchanged there, not at npm", chosen.url),
            )
            .with_package(name)
            .with_help(format!(
                "If it belongs on npm, set `publishConfig: {{\"@scope:registry\": \"{}\"}}` in its package.json.",
                registry::URL
            ))
            .with_related(path.command.at.clone(), "published here"),
        );
    }
}
