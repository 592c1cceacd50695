//! # npm in the publish job may be too old for trusted publishing
//!
//! ## What it does
//! Reports a publish command whose npm version can be seen only as a range that reaches below the first
//! version able to exchange the provider's id token: an upgrade under a
//! condition, an image without an exact tag.
//!
//! ## Why is this bad?
//! Whether the publish works then depends on what the range resolves to on that day. Unproven, so it is
//! for your information.
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
//!         with: { node-version: 22.14.0 }
//!       - run: npm install -g npm@11.21.2
//!         if: vars.NEW_NPM == 'yes'
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
//! - run, 2026-11-22: the floors in `trustpub facts`.

use super::engine::{Availability, Client, Context, Meta, client, npm_has, words};
use crate::diagnostic::{Finding, Severity};
use crate::facts::npm::{self, Feature};

pub(super) static META: Meta =
    Meta { id: "npm-version-unknown", severity: Severity::Info, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        if matches!(client(context, path), Client::Itself | Client::Nobody)
            || npm_has(Feature::OidcPublish, path).is_some()
        {
            continue;
        }
        let Some(floor) = npm::floor(Feature::OidcPublish, path.provider) else { continue };
        findings.push(
            META.finding(
                words::toolchain_place(path),
                path.provider,
                format!(
                    "`{}` runs {}: unproven that it is npm {floor} or later, which trusted publishing on {} needs",
                    path.command.text,
                    words::npm(path),
                    path.provider.name(),
                ),
            )
            .with_help(words::newer_npm(path)),
        );
    }
}
