//! # This npm release is known to be broken for publishing
//!
//! ## What it does
//! Reports a publish that surely runs an npm release with a fault that hits publishing: 11.5.0, 12.0.0.
//!
//! ## Why is this bad?
//! npm 11.5.0 has a scoping bug in its provenance code; npm 12.0.0 cannot load its signing library.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm install -g npm@12.0.0
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm install -g npm@11.21.2
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: 12.0.0 fails to load `sigstore`, 12.0.1 loads it. Code: 11.5.0 against 11.5.1.

use super::engine::{Availability, Context, Meta, words};
use crate::diagnostic::{Finding, Severity};
use crate::facts::node::Bundled;
use crate::facts::npm;

pub(super) static META: Meta =
    Meta { id: "npm-release-broken", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let Some(version) = path.toolchain.npm.value.as_ref().and_then(Bundled::exact) else { continue };
        let Some(never) = npm::never(version) else { continue };
        findings.push(
            META.finding(
                words::toolchain_place(path),
                path.provider,
                format!("npm {version} is broken for publishing: {}", never.reason),
            )
            .with_help(words::newer_npm(path)),
        );
    }
}
