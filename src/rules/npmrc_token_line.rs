//! # A committed token line can spoil a good exchange
//!
//! ## What it does
//! Reports a committed `.npmrc` with a token line for the npm registry in a repository that publishes by
//! identity.
//!
//! ## Why is this bad?
//! When its variable is set and empty, npm before 11.21.0 (12.x: before 12.2.0) exchanges the identity,
//! then lets the empty line win and fails with `ENEEDAUTH`. When the variable is unset, a failed exchange
//! turns into a misleading `E404`.
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
//! //{registry}/:_authToken=${NPM_TOKEN}
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
//! - run, 2026-11-22: 11.5.1, 11.20.0, 12.0.1 and 12.1.0 fail; 11.21.0 and 12.2.0 publish.

use super::engine::{Availability, Context, Meta, npm_has};
use crate::ci::{IdentityState, PublishPath, Value};
use crate::diagnostic::{Finding, Fix, Location, Safety, Severity};
use crate::facts::npm::Feature;
use crate::facts::registry;
use crate::project::{Auth, Npmrc};
use crate::text::{Edit, Span};

pub(super) static META: Meta =
    Meta { id: "npmrc-token-line", severity: Severity::Warning, fix: Availability::Unsafe, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let by_identity = |path: &&PublishPath| path.identity.state == IdentityState::Granted;
    let Some(path) = context.npm_paths().find(by_identity) else { return };
    for npmrc in context.project.npmrcs() {
        for auth in npmrc.auth().filter(is_npm) {
            let mut finding = META.finding(
                &Location::new(&npmrc.source, auth.entry.span()),
                path.provider,
                "this token line is used when the exchange fails, and can spoil one that succeeds",
            );
            if spoils(context, path, &auth) {
                finding.severity = Severity::Error;
                finding.message = String::from(
                    "this token line is empty here, and npm lets it win over the exchanged token: ENEEDAUTH",
                );
            }
            findings.push(
                finding
                    .with_help(
                        "Delete the line; give a read-only token to the install step alone if one is needed.",
                    )
                    .with_fix(delete(npmrc, auth.entry.span())),
            );
        }
    }
}

fn is_npm(auth: &Auth<'_>) -> bool {
    auth.name == "_authToken"
        && auth.registry.is_some_and(|host| host.trim_matches('/').eq_ignore_ascii_case(registry::HOST))
}

/// Whether the line's variable is surely empty in the publish step and the npm is one that trips over it.
fn spoils(context: &Context<'_>, path: &PublishPath, auth: &Auth<'_>) -> bool {
    let (Some(job), Some(step)) = (context.model.job(path), context.step(path)) else { return false };
    let empty = auth
        .entry
        .variables()
        .iter()
        .any(|name| job.variable(step, name).is_some_and(|var| var.value == Value::Empty));
    empty && npm_has(Feature::ProjectNpmrcEmptyTokenOk, path) == Some(false)
}

fn delete(npmrc: &Npmrc, span: Span) -> Fix {
    let source = &npmrc.source;
    let mut line = source.line_span(source.position(span.start).line);
    // A byte order mark is the file's, not the line's.
    line.start += source.slice(line).len() - source.slice(line).trim_start_matches('\u{feff}').len();
    Fix {
        title: "delete the token line".to_owned(),
        // Installs of private packages may rely on it.
        safety: Safety::Unsafe,
        edits: vec![(source.path().to_owned(), Edit::delete(line))],
    }
}
