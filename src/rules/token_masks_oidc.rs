//! # A leftover token hides a broken identity
//!
//! ## What it does
//! Reports a publish command that has both the job's identity and a stored token within reach.
//!
//! ## Why is this bad?
//! npm says nothing when the exchange fails: it publishes with the token instead. The run is green, the
//! trusted publisher is never used, and the token stays there to steal. pnpm 11 and later and Yarn have their
//! own order; Yarn never tries the identity while it has a token.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0, registry-url: 'https://{registry}' }
//!       - run: npm publish
//!         env:
//!           NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: the exchange answered 404 and npm published with the stored token, exit code 0.

use super::engine::{Availability, Client, Context, Meta, client, npm_has};
use crate::ci::Auth;
use crate::diagnostic::{Finding, Severity};
use crate::facts::npm::Feature;

pub(super) static META: Meta =
    Meta { id: "token-masks-oidc", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths().filter(|path| path.auth == Auth::Both) {
        let exchanges = match client(context, path) {
            Client::Npm => npm_has(Feature::OidcPublish, path) != Some(false),
            Client::Nobody => false,
            Client::Itself | Client::Unseen => true,
        };
        let Some(token) = path.tokens().next().filter(|_| exchanges) else { continue };
        findings.push(
            META.finding(
                &token.at,
                path.provider,
                format!(
                    "the job has an identity, and `{}` would publish in its place without a word if the exchange failed",
                    token.name
                ),
            )
            .with_help("Remove the token from the publish job, and set the package to disallow tokens.")
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}
