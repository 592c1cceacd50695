//! # Whether the guard holds is not in the YAML
//!
//! ## What it does
//! Notes, once a job, that an environment's protection or a context's restriction cannot be seen from here.
//!
//! ## Why is this bad?
//! An environment without deployment rules, or a context that every branch may use, guards nothing. The
//! provider's settings decide it.
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
//! ## Evidence
//! - documentation: GitHub environments, GitLab protected environments, CircleCI context restrictions are settings.

use super::engine::{Availability, Context, Meta};
use crate::ci::GuardKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "guard-unproven",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[
        Provider::Github,
        Provider::Gitlab,
        Provider::Circleci,
        Provider::Azure,
        Provider::Bitbucket,
    ],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let guards = publishing.paths.iter().flat_map(|path| &path.guards);
        let Some(guard) = guards.min_by_key(|guard| guard.kind) else { continue };
        let (what, help) = match (guard.kind, publishing.provider()) {
            (GuardKind::Context, _) => (
                format!("context `{}`: its restriction is not in the YAML", guard.name),
                "Check that it has an expression restriction on the branch or tag (`circleci context get`).",
            ),
            (GuardKind::Environment, Provider::Gitlab) => (
                format!("environment `{}`: its protection is not in the YAML", guard.name),
                "Check that it is a protected environment (Settings > CI/CD).",
            ),
            (GuardKind::Environment, Provider::Azure) => (
                format!("environment `{}`: its checks are not in the YAML", guard.name),
                "Check that it has a branch control check and an approval (Pipelines > Environments).",
            ),
            (GuardKind::Environment, Provider::Bitbucket) => (
                format!("deployment `{}`: its restriction is not in the YAML", guard.name),
                "Check that it is limited to your release branch, which needs Premium (Repository settings > Deployments).",
            ),
            (GuardKind::Environment, _) => (
                format!("environment `{}`: its protection is not in the YAML", guard.name),
                "Check that it is limited to your release branch or tags (Settings > Environments).",
            ),
            _ => continue,
        };
        findings.push(META.finding(&guard.at, publishing.provider(), what).with_help(help));
    }
}
