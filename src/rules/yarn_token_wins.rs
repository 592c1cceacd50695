//! # Yarn never tries the identity while it has a token
//!
//! ## What it does
//! Reports a repository that publishes with Yarn by identity and whose `.yarnrc.yml` or environment holds
//! an npm token.
//!
//! ## Why is this bad?
//! Yarn looks at `npmAuthToken` and `npmAuthIdent` first and at the identity last, the opposite of npm: a
//! stale or empty token is all that it tries.
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
//!       - run: yarn npm publish
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "packageManager": "yarn@4.18.1" }
//! ```
//! ```yaml .yarnrc.yml
//! npmAuthToken: "${NPM_TOKEN:-}"
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
//!       - run: yarn npm publish
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "packageManager": "yarn@4.18.1" }
//! ```
//! ```yaml .yarnrc.yml
//! nodeLinker: node-modules
//! ```
//!
//! ## Evidence
//! - code: yarn's plugin-npm; run, 2026-11-22: with an explicit token Yarn 4 made no exchange.

use super::engine::{Availability, Context, Meta};
use crate::ci::{IdentityState, Tool};
use crate::diagnostic::{Finding, Location, Severity};

pub(super) static META: Meta =
    Meta { id: "yarn-token-wins", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let by_identity = context
        .npm_paths()
        .find(|path| path.command.tool == Tool::Yarn && path.identity.state == IdentityState::Granted);
    let (Some(path), Some(yarnrc)) = (by_identity, &context.project.yarnrc) else { return };
    for auth in &yarnrc.auth {
        findings.push(
            META.finding(
                &Location::new(&yarnrc.source, auth.setting.span),
                path.provider,
                format!("`{}` comes first: Yarn does not try the identity while it is set", auth.name),
            )
            .with_help(
                "Delete it; set `YARN_NPM_AUTH_TOKEN` on the install step alone if private packages need it.",
            )
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}
