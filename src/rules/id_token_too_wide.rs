//! # Every job of the file can publish
//!
//! ## What it does
//! Reports an identity that is granted for a whole workflow (GitHub) or by `default:` (GitLab) while only one of
//! its jobs publishes, and `write-all`.
//!
//! ## Why is this bad?
//! Tests, linters and third-party actions in the other jobs can then mint the id token and publish.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! permissions: { id-token: write, contents: read }
//! jobs:
//!   test:
//!     runs-on: ubuntu-latest
//!     steps:
//!       - run: npm test
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! permissions: { contents: read }
//! jobs:
//!   test:
//!     runs-on: ubuntu-latest
//!     steps:
//!       - run: npm test
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub's permissions, GitLab's `default:id_tokens`; field study: 26% of publishing files.

use super::engine::{Availability, Context, Meta};
use crate::ci::Level;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "id-token-too-wide",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        if !publishing.holds_identity() {
            continue;
        }
        let identity = &publishing.job.identity;
        let Some(at) = &identity.at else { continue };
        let others = publishing.pipeline.jobs.len() > 1;
        let message = match identity.level {
            _ if identity.write_all => {
                "`write-all` grants the identity together with every other permission".to_owned()
            }
            Some(Level::Pipeline) if others => {
                format!(
                    "every job of the file has the identity; only `{}` publishes with it",
                    publishing.job.id
                )
            }
            // With one job there is nobody else to have it: it only waits for the next job.
            Some(Level::Pipeline) => {
                "the identity is granted to the whole file: the next job that is added has it too".to_owned()
            }
            _ => continue,
        };
        let mut finding = META.finding(at, publishing.provider(), message);
        if !others && !identity.write_all {
            finding.severity = Severity::Info;
        }
        findings.push(finding.with_help(match publishing.provider() {
            Provider::Gitlab => "Move `id_tokens` from `default` into the publish job.",
            _ => "Move `id-token: write` into the publish job's own `permissions`.",
        }));
    }
}
