//! # The component changes jobs that are not its own
//!
//! ## What it does
//! Reports global keywords (`default`, `variables`, `image`, `before_script` …) in a component of this project, and notes a
//! stage that is not an input.
//!
//! ## Why is this bad?
//! What a component sets globally holds for every job of whoever includes it: their tests run in its image and with
//! its variables. A fixed stage has to exist there.
//!
//! ## Example
//! ```yaml templates/npm-publish.yml
//! spec:
//!   inputs:
//!     stage: { default: deploy }
//! ---
//! default: { image: 'node:24.19.0' }
//! publish:
//!   stage: '$[[ inputs.stage ]]'
//!   script: [npm publish]
//! ```
//! ```yaml .gitlab-ci.yml
//! include: [{ component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/npm-publish@$CI_COMMIT_SHA }]
//! ```
//!
//! ## Use instead
//! ```yaml templates/npm-publish.yml
//! spec:
//!   inputs:
//!     stage: { default: deploy }
//! ---
//! publish:
//!   stage: '$[[ inputs.stage ]]'
//!   image: node:24.19.0
//!   script: [npm publish]
//! ```
//! ```yaml .gitlab-ci.yml
//! include: [{ component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/npm-publish@$CI_COMMIT_SHA }]
//! ```
//!
//! ## Evidence
//! - documentation: GitLab, CI/CD components, best practices.

use super::engine::shape;
use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "component-reaches-out",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

/// Keywords that hold for the whole pipeline.
const GLOBAL: [&str; 9] = [
    "default",
    "variables",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "stages",
    "workflow",
];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for pipeline in context.model.pipelines.iter().filter(|pipeline| !pipeline.entry) {
        if shape::gitlab_spec(pipeline).is_none() {
            continue;
        }
        let Some(body) = shape::gitlab_content(pipeline) else { continue };
        for key in GLOBAL.iter().filter_map(|word| body.entry(word)).map(|(key, _)| key) {
            let word = key.as_str().unwrap_or_default();
            findings.push(
                META.finding(
                    &pipeline.location(key.span()),
                    Provider::Gitlab,
                    format!("`{word}` of a component holds for every job of the pipeline that includes it"),
                )
                .with_help("Write it in the component's own jobs."),
            );
        }
        for (name, job) in body.entries().filter(|(_, job)| job.get("script").is_some()) {
            let Some(stage) = job.get("stage") else { continue };
            if stage.as_str().is_some_and(|stage| stage.contains("$[[") || matches!(stage, ".pre" | ".post"))
            {
                continue;
            }
            let mut finding = META.finding(
                &pipeline.location(stage.span()),
                Provider::Gitlab,
                format!(
                    "job `{}` needs this stage to exist wherever it is included",
                    name.as_str().unwrap_or_default()
                ),
            );
            finding.severity = Severity::Info;
            findings
                .push(finding.with_help("Make it an input: `stage: $[[ inputs.stage ]]` with a default."));
        }
    }
}
