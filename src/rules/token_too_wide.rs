//! # More than the publish step sees the publish token
//!
//! ## What it does
//! Reports a publish token that is set for a whole workflow or job instead of the one step that publishes.
//!
//! ## Why is this bad?
//! Every install script, test and build tool of the job can read it.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! env:
//!   NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0, registry-url: 'https://{registry}' }
//!       - run: npm ci
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
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: a dependency's install script read the job's environment.

use super::engine::{Availability, Context, Meta, words};
use crate::ci::{Level, Reach, Value};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "token-too-wide", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        for token in path.tokens().filter(|token| matches!(token.value, Value::Secret(_))) {
            let who = match token.reach {
                Reach::Env(Level::Pipeline) => "every job of the file",
                Reach::Env(Level::Job) => "every step of the job",
                _ => continue,
            };
            findings.push(
                META.finding(
                    &token.at,
                    path.provider,
                    format!("{who} sees the publish token `{}`, install scripts included", token.name),
                )
                .with_help(if words::has_oidc(path.provider) {
                    "Until it is replaced by the job's identity, set it on the publish step alone."
                } else {
                    "Set it on the publish step alone, in a job that installs and builds nothing."
                }),
            );
        }
    }
}
