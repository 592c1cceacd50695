//! # A key is written twice
//!
//! ## What it does
//! Reports a mapping of a CI file that holds the same key more than once.
//!
//! ## Why is this bad?
//! GitHub refuses the file; GitLab and CircleCI take the last one in silence, and what stands first never
//! counts.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { contents: read }
//!     permissions: { id-token: write }
//!     steps:
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
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: the YAML specification; run: each provider's parser.

use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta =
    Meta { id: "duplicate-key", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check_file(_: &Context<'_>, pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let Some(tree) = &pipeline.tree else { return };
    for duplicate in tree.duplicates() {
        let mut finding = META.finding(
            &pipeline.location(duplicate.second),
            pipeline.provider,
            format!("`{}` is written twice in this mapping", duplicate.key),
        );
        if pipeline.provider == Provider::Github {
            finding.severity = Severity::Error;
        }
        findings.push(
            finding
                .with_help("Keep one.")
                .with_related(pipeline.location(duplicate.first), "first written here"),
        );
    }
}
