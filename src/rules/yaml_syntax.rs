//! # The file does not parse
//!
//! ## What it does
//! Reports a CI file that is not valid YAML, with the place, and one that cannot be read at all.
//!
//! ## Why is this bad?
//! The provider refuses the whole file: nothing in it runs, and nothing else in it can be checked here.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: push
//! jobs:
//!   publish: {
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
//! - documentation: the YAML specification.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Location, Severity};
use crate::text::{Source, Span};

pub(super) static META: Meta =
    Meta { id: "yaml-syntax", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for problem in &context.model.problems {
        // A file that is too large or no text has no place inside: then the file itself is the place.
        let file = || Location::new(&Source::new(problem.file.as_str(), ""), Span::default());
        let at = problem.at.clone().unwrap_or_else(file);
        findings.push(META.finding(&at, problem.provider, problem.message.clone()));
    }
}
