//! # A stored token can publish
//!
//! ## What it does
//! Reports a long-lived write token (a secret, a context's or CI variable, the output of a vault step) that
//! reaches a command that publishes to npm.
//!
//! ## Why is this bad?
//! Whatever runs in the job can read it and publish from anywhere until it expires: that is how packages
//! were taken over. Write tokens live 90 days at most, and direct publishing with tokens that bypass
//! two-factor authentication ends in January 2027.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
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
//! - documentation: npm's changelog of 2025-09 to 2026-09; the dates in `trustpub facts`.

use super::engine::{Availability, Context, Meta, words};
use crate::ci::{Credential, PublishPath, Reach, Value};
use crate::diagnostic::{Finding, Severity};
use crate::facts::limits;

pub(super) static META: Meta =
    Meta { id: "stored-publish-token", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        for credential in path.tokens().filter(|token| is_stored(token)) {
            findings.push(
                META.finding(
                    &credential.at,
                    path.provider,
                    format!("`{}` gives `{}` a stored publish token", credential.name, path.command.text),
                )
                .with_help(help(context, path))
                .with_related(path.command.at.clone(), "the command that publishes"),
            );
        }
    }
}

/// Whether the credential is one that somebody stored: not an input that a caller may leave empty, nor
/// what is only inherited (`secrets-inherit`'s).
fn is_stored(token: &Credential) -> bool {
    token.reach != Reach::Inherited
        && matches!(token.value, Value::Secret(_) | Value::Static(_) | Value::Unknown | Value::Input(_))
}

/// What becomes of tokens that bypass 2FA, the only ones that publish without a person: from the day before they lose it.
fn sunset(context: &Context<'_>) -> Option<String> {
    let limit = limits::bypass_tokens_no_publish();
    let from = limit.from?;
    let known = context.today.is_none_or(|today| !limit.holds_on(today));
    let word = if known && limit.planned { "are planned to lose" } else { "have lost" };
    Some(format!(" Tokens that bypass 2FA {word} direct publish from {from} on; they can stage still."))
}

fn help(context: &Context<'_>, path: &PublishPath) -> String {
    if words::has_oidc(path.provider) {
        let sunset = sunset(context).filter(|_| !path.command.staged).unwrap_or_default();
        format!(
            "Publish with the job's identity (trusted publishing) and revoke the token: `trustpub advise` says how here.{sunset}"
        )
    } else {
        format!(
            "npm accepts no identity of {}: stage with a stage-only token (`npm stage publish`) and approve by hand.",
            path.provider.name()
        )
    }
}
