//! # `--provenance` is not needed with trusted publishing
//!
//! ## What it does
//! Notes a publish by identity that also asks for provenance.
//!
//! ## Why is this bad?
//! npm makes provenance by itself when the identity, the repository and the package are public. Asking for
//! it turns a missing condition into a failed publish.
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
//!       - run: npm publish --provenance
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
//!
//! ## Evidence
//! - code: npm `lib/utils/oidc.js` turns provenance on; run, 2026-11-22.

use super::engine::{Availability, Context, Meta, npm_has};
use crate::ci::{Auth, Tool};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::facts::npm::Feature;

pub(super) static META: Meta = Meta {
    id: "provenance-redundant",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        // Yarn and lerna make none by themselves, or in their own way.
        if path.auth == Auth::Oidc
            && path.command.tool == Tool::Npm
            && path.command.provenance == Some(true)
            && npm_has(Feature::AutoProvenance, path) == Some(true)
        {
            findings.push(
                META.finding(
                    &path.command.at,
                    path.provider,
                    "npm makes provenance by itself when it publishes by identity",
                )
                .with_help("Leave `--provenance` out."),
            );
        }
    }
}
