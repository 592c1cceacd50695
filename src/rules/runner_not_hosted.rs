//! # The publish job does not run on the provider's own runners
//!
//! ## What it does
//! Reports a publish job on a self-hosted runner, a third-party "managed" one, or a GitLab runner with a tag
//! that is none of GitLab.com's.
//!
//! ## Why is this bad?
//! npm supports trusted publishing from hosted runners alone. On GitHub the exchange is reported to work,
//! and then the provenance of a public package is refused: `E422 Unsupported GitHub Actions runner
//! environment: "self-hosted"`.
//!
//! An error where the job relies on the identity and provenance will be made (GitHub) or the runner is no
//! GitLab.com runner; otherwise a warning.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: blacksmith-4vcpu-ubuntu-2404
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-24.04
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: npm's trusted publishing page; issue thread: several reports of the E422 on third-party runners.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::ci::PublishPath;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::facts::runners::Runner;

pub(super) static META: Meta = Meta {
    id: "runner-not-hosted",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs() {
        if path.runner != Runner::SelfHosted || !META.providers.contains(&path.provider) {
            continue;
        }
        let mut finding = META.finding(
            job.runner.at.as_ref().unwrap_or(&job.key),
            path.provider,
            format!(
                "job `{}` publishes from `{}`, which is not {}'s own runner: npm supports trusted publishing from hosted runners alone",
                job.id,
                job.runner.labels.join(", "),
                path.provider.name(),
            ),
        );
        finding.severity = severity(context, path);
        findings.push(finding.with_help(match path.provider {
            Provider::Github => {
                "Move the publish job alone to a hosted runner such as `ubuntu-24.04`; building may stay where it is."
            }
            Provider::Gitlab => "Remove `tags:` from the publish job, so that a GitLab.com hosted runner takes it.",
            _ => "Use a CircleCI cloud executor for the publish job: npm's and CircleCI's documentation disagree on self-hosted runners.",
        }));
    }
}

fn severity(context: &Context<'_>, path: &PublishPath) -> Severity {
    let provenance_off = path.command.provenance == Some(false) || context.private_packages(path);
    match path.provider {
        Provider::Github if relies_on_identity(path) && !provenance_off => Severity::Error,
        Provider::Gitlab if relies_on_identity(path) => Severity::Error,
        _ => Severity::Warning,
    }
}
