//! # The publish runs in a child pipeline
//!
//! ## What it does
//! Reports a GitLab job that publishes by identity and that `trigger: include` starts.
//!
//! ## Why is this bad?
//! npm compares the CI file in the id token. In a child pipeline older GitLab leaves that claim out, so signing fails; newer
//! GitLab names the project's main file, not the child's. Which of them npm takes is not documented.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! release:
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   trigger: { include: ci/publish.yml }
//! ```
//! ```yaml ci/publish.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   script: [npm publish]
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! include: [{ local: ci/publish.yml }]
//! ```
//! ```yaml ci/publish.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - issue thread: gitlab-org/gitlab#422146; code: GitLab's claim mapper knows the repository and bridge sources.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::ci::HopKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "child-pipeline-publish",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs().filter(|(path, _)| relies_on_identity(path)) {
        let hops = job.origin.iter().chain(&path.chain);
        let Some(hop) = hops.into_iter().find(|hop| hop.kind == HopKind::ChildPipeline) else { continue };
        findings.push(
            META.finding(
                &hop.at,
                path.provider,
                format!("job `{}` publishes by identity in this child pipeline", job.id),
            )
            .with_help("Publish in the parent pipeline: `include` the file instead of triggering it.")
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}
