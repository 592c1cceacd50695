//! # A package.json that npm cannot read
//!
//! ## What it does
//! Reports a package.json of the repository's packages, or a file that says where its packages are, that does not parse.
//!
//! ## Why is this bad?
//! npm stops at it (`EJSONPARSE`), and whatever the file says of the package, its access or its registry, was not
//! looked at here.
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
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a", }
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
//! - code: npm, `@npmcli/package-json`: `EJSONPARSE`.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "manifest-invalid", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for problem in &context.project.problems {
        findings.push(Finding { rule: META.id, ..problem.clone() });
    }
}
