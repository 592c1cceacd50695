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
use crate::ci::{Level, Permissions};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "id-token-too-wide",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let others = publishing.pipeline.jobs.len() > 1;
        let whole = publishing.pipeline.permissions.as_ref().and_then(file_wide);
        if !publishing.holds_identity() || publishing.job.identity.level == Some(Level::Job) {
            // The job has its own permissions; the file's are for all the others.
            if let Some(at) = whole.filter(|_| others) {
                findings.push(
                    META.finding(
                        at,
                        publishing.provider(),
                        "every job without permissions of its own has the identity",
                    )
                    .with_help("Remove `id-token: write` here; the job that publishes grants it to itself."),
                );
                continue;
            }
        }
        if !publishing.holds_identity() {
            continue;
        }
        let identity = &publishing.job.identity;
        let Some(at) = &identity.at else { continue };
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

/// Where a whole file's permissions name the identity.
fn file_wide(permissions: &Permissions) -> Option<&Location> {
    let granted =
        |(name, access): &&(String, crate::ci::Scalar)| name == "id-token" && access.shown() == "write";
    permissions.scopes.iter().find(granted).map(|(_, access)| &access.at)
}
