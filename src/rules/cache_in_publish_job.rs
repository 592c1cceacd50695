//! # The publish job restores a cache
//!
//! ## What it does
//! Reports a cache in a job that publishes to npm: `cache:` of setup-node, `actions/cache`, the automatic cache
//! of newer set-up actions, GitLab's `cache:`, CircleCI's `restore_cache`.
//!
//! ## Why is this bad?
//! A cache written by any run on the default branch, or by an unprotected branch, is unpacked beside the
//! credential and into what is shipped. npm's documentation says never to use caching in release builds.
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
//!         with: { node-version: 24.19.0, cache: npm }
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
//!         with: { node-version: 24.19.0, package-manager-cache: false }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub's secure-use page and dependency caching scopes; npm's trusted publishing page.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "cache-in-publish-job", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        for cache in publishing.job.caches.iter().filter(|cache| cache.restores) {
            let mut finding = META.finding(
                &cache.at,
                publishing.provider(),
                format!("job `{}` publishes, and {} restores a cache into it", publishing.job.id, cache.by),
            );
            if cache.implicit {
                // It comes along only where the package manager is declared; nobody asked for it.
                finding.severity = Severity::Info;
                finding = finding.with_help("Turn it off: `package-manager-cache: false`.");
            } else {
                finding = finding.with_help(
                    "Publish without a cache; keep caches in a test job whose output is not shipped.",
                );
            }
            findings.push(finding);
        }
    }
}
