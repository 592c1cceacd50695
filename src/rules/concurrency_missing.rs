//! # Two runs may publish at the same time
//!
//! ## What it does
//! Notes a publish job without `concurrency` (GitHub), `resource_group` (GitLab) or `serial-group` (CircleCI).
//!
//! ## Why is this bad?
//! Two runs that overlap can publish the same version twice, or in the wrong order and leave `latest` on the older
//! one. A group for each commit or tag drops no release: in a single group GitHub cancels a run that waits when a
//! newer one comes, and CircleCI skips one that a newer one overtakes.
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
//!     concurrency: { group: 'npm-publish-${{ github.sha }}', cancel-in-progress: false }
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: the providers' pages on each keyword; `trustpub facts` says what each does with runs that wait.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "concurrency-missing",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        if publishing.job.concurrency.is_some() || publishing.pipeline.concurrency.is_some() {
            continue;
        }
        let help = match publishing.provider() {
            Provider::Github => {
                "Add `concurrency: {group: 'npm-publish-${{ github.sha }}', cancel-in-progress: false}` to the job."
            }
            Provider::Gitlab => "Add `resource_group: npm-publish` to the job.",
            Provider::Circleci => {
                "Add `serial-group: << pipeline.project.slug >>/npm-publish/<< pipeline.git.revision >>` to the job in the workflow."
            }
            _ => continue,
        };
        findings.push(
            META.finding(
                &publishing.job.key,
                publishing.provider(),
                format!("two runs of job `{}` may publish at the same time", publishing.job.id),
            )
            .with_help(help),
        );
    }
}
