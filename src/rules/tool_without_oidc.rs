//! # This tool cannot publish by identity
//!
//! ## What it does
//! Reports `bun publish` and Yarn 1's `yarn publish`, which have no trusted publishing, and np on CircleCI, where
//! it checks the login first.
//!
//! ## Why is this bad?
//! They know tokens alone. Pack with the tool that you like and publish the tarball with npm.
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
//!       - run: bun publish
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
//!       - run: bun pm pack
//!       - run: npm publish ./a-1.0.0.tgz
//! ```
//!
//! ## Evidence
//! - code: bun 1.4.5 and Yarn 1.22 hold no exchange.

use super::engine::{Availability, Client, Context, Meta, client, outdated, relies_on_identity, words};
use crate::ci::{PublishPath, Tool};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta =
    Meta { id: "tool-without-oidc", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths().filter(|path| checks_login(path)) {
        findings.push(
            META.finding(
                &path.command.at,
                path.provider,
                "np checks who is logged in before it publishes, here as nowhere else: an identity does not answer that",
            )
            .with_help("Pack, then `npm publish ./PACKAGE.tgz`; np skips the check on GitHub and GitLab alone."),
        );
    }
    // What an update mends is tool-too-old's.
    let paths = context
        .npm_paths()
        .filter(|path| words::has_oidc(path.provider) && outdated(context, path).is_none());
    for path in paths.filter(|path| client(context, path) == Client::Nobody) {
        let mut finding = META.finding(
            &path.command.at,
            path.provider,
            format!("`{}` cannot publish by identity", path.command.text),
        );
        if !relies_on_identity(path) {
            finding.severity = Severity::Warning;
        }
        findings
            .push(finding.with_help("Pack with it, then `npm publish ./PACKAGE.tgz` with an npm that can."));
    }
}

/// Whether np runs where it asks the registry for the user's name first.
fn checks_login(path: &PublishPath) -> bool {
    path.command.tool == Tool::Np && path.provider == Provider::Circleci && relies_on_identity(path)
}
