//! # The publish token is written into an npm configuration file
//!
//! ## What it does
//! Reports a step that writes a token into `.npmrc` (or by `npm config set`) before a publish, and a committed
//! `.npmrc` whose token line serves a publish.
//!
//! ## Why is this bad?
//! The token then lies on disk in the clear: every later process, artifact and cache of the job can carry it
//! away, and it outranks nothing: it only hides a failed exchange.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     steps:
//!       - run: echo "//{registry}/:_authToken=${{ secrets.NPM_TOKEN }}" > ~/.npmrc
//!       - run: npm publish
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
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: a token in the user or project configuration takes over when the exchange fails.

use super::engine::{Availability, Context, Meta, words};
use crate::ci::{PublishPath, Reach};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta = Meta {
    id: "token-written-to-npmrc",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        for token in path.tokens() {
            let what = match token.reach {
                Reach::Written => "this writes a publish token into an npm configuration file",
                Reach::ConfigFile => "this line gives every publish from here a stored token",
                _ => continue,
            };
            // What a task of the provider puts in place (`npmAuthenticate`) it also takes away again.
            if token.reach == Reach::Written && token.entry.is_some() && !words::has_oidc(path.provider) {
                continue;
            }
            // Where npm accepts no identity, staging with a token is what is left, and it must stand somewhere.
            if path.command.staged && !words::has_oidc(path.provider) {
                continue;
            }
            findings.push(
                META.finding(&token.at, path.provider, what)
                    .with_help(help(path))
                    .with_related(path.command.at.clone(), "the command that publishes"),
            );
        }
    }
}

fn help(path: &PublishPath) -> &'static str {
    if words::has_oidc(path.provider) {
        "Delete it: with trusted publishing no token is configured anywhere."
    } else {
        "Write the variable's name (`${NPM_TOKEN}`), not its value, into a file outside of the repository that \
         `NPM_CONFIG_USERCONFIG` names, for the publish step alone."
    }
}
