//! # npm in the publish job is too old for trusted publishing
//!
//! ## What it does
//! Works out which npm the publish command runs (Node pin, image, runner, version file, upgrade steps) and
//! reports it when every version that it can be lacks the exchange of the provider's id token.
//!
//! ## Why is this bad?
//! An npm that is too old never tries the exchange and says nothing about it: it publishes with whatever
//! token it finds, or fails with `ENEEDAUTH` or a misleading `E404`. Node 22 bundles npm 10, which cannot
//! exchange at all; CircleCI needs a later npm 11 than GitHub and GitLab do.
//!
//! An error where the job has an identity and no stored token; a warning where a token still publishes,
//! for it breaks on the day the token goes.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { contents: read, id-token: write }
//!     steps:
//!       - uses: actions/checkout@v6
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 22.14.0 }
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
//!     permissions: { contents: read, id-token: write }
//!     steps:
//!       - uses: actions/checkout@v6
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: npm 10.9.4 makes no exchange; 11.5.1 does on GitHub and GitLab; on CircleCI 11.10.1
//!   does not and 11.11.0 does.
//! - issue thread: npm/cli#8925 (CircleCI), the most frequent mistake in the field study.

use super::engine::{Availability, Client, Context, Meta, client, npm_has, words};
use crate::ci::{Auth, IdentityState, PublishPath, Tool};
use crate::diagnostic::{Finding, Severity};
use crate::facts::npm::{self, Feature};

pub(super) static META: Meta =
    Meta { id: "npm-too-old", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        if matches!(client(context, path), Client::Itself | Client::Nobody)
            || npm_has(Feature::OidcPublish, path) != Some(false)
        {
            continue;
        }
        let Some(floor) = npm::floor(Feature::OidcPublish, path.provider) else { continue };
        let by_token = path.tokens().next().is_some();
        let brings_npm = path.command.tool == Tool::SemanticRelease;
        let mut finding = META.finding(
            words::toolchain_place(path),
            path.provider,
            format!(
                "`{}` {} {}, which cannot use {}'s identity: that needs npm {floor} or later",
                path.command.text,
                if brings_npm { "may publish by" } else { "runs" },
                words::npm(path),
                path.provider.name(),
            ),
        );
        finding.severity = severity(context, path, by_token);
        let today = if by_token {
            " The stored token publishes today; change this before it goes."
        } else if brings_npm {
            " Its npm plugin brings an npm along; which of the two uploads is not seen from here."
        } else {
            " It fails with ENEEDAUTH or E404, without a word about the identity."
        };
        findings.push(
            finding
                .with_help(format!("{}{today}", words::newer_npm(path)))
                .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}

/// Surely broken only where the identity is all that there is and the npm on the PATH is what uploads:
/// semantic-release brings an npm of its own along, and what a script runs is not seen.
fn severity(context: &Context<'_>, path: &PublishPath, by_token: bool) -> Severity {
    let identity_alone = path.identity.state == IdentityState::Granted
        && !by_token
        && matches!(path.auth, Auth::Oidc | Auth::None);
    let by_npm = client(context, path) == Client::Npm && path.command.tool != Tool::SemanticRelease;
    if identity_alone && by_npm { Severity::Error } else { Severity::Warning }
}
