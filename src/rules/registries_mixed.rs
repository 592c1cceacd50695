//! # One job publishes to two registries
//!
//! ## What it does
//! Reports a job that publishes to npm and to another registry, such as GitLab's or GitHub's own.
//!
//! ## Why is this bad?
//! Both read one npm configuration: a scope's line, a registry or a token that is meant for one of them sends the other
//! publish to the wrong place, or hides a failed exchange. And the other registry's token lies beside the identity.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script:
//!     - npm publish
//!     - npm publish --registry https://gitlab.com/api/v4/projects/1/packages/npm/
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! publish-here:
//!   image: node:24.19.0
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish --registry https://gitlab.com/api/v4/projects/1/packages/npm/]
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: a scope's mapping sends the package to GitLab's registry; documentation: GitLab's npm registry takes
//!   `CI_JOB_TOKEN`, no id token.

use std::collections::HashMap;

use super::engine::{Availability, Context, Meta};
use crate::ci::{PublishPath, Registry};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta =
    Meta { id: "registries-mixed", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let others = context.model.paths.iter().filter(|path| path.registry == Registry::Other);
    let others: HashMap<(usize, &[usize]), &PublishPath> =
        others.map(|path| ((path.pipeline, path.job_index.as_slice()), path)).collect();
    for publishing in context.publishing_jobs() {
        let Some(path) = publishing.paths.iter().find(|path| path.registry == Registry::Npm) else {
            continue;
        };
        let Some(elsewhere) = others.get(&(path.pipeline, path.job_index.as_slice())) else { continue };
        let mut finding = META.finding(
            &elsewhere.command.at,
            publishing.provider(),
            format!("job `{}` publishes to npm and here to another registry", publishing.job.id),
        );
        // A step's environment keeps the two apart.
        if publishing.provider() == Provider::Github && elsewhere.step != path.step {
            finding.severity = Severity::Info;
        }
        findings.push(
            finding
                .with_help("Give each registry a job of its own.")
                .with_related(path.command.at.clone(), "publishes to npm"),
        );
    }
}
