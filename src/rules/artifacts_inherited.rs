//! # The publish job takes the artifacts of every job before it
//!
//! ## What it does
//! Reports a GitLab publish job with an identity and without `needs` or `dependencies`, where jobs of earlier stages leave
//! artifacts. It is a warning from two such jobs on.
//!
//! ## Why is this bad?
//! Without these words GitLab unpacks the artifacts of all of them into the folder that is published: a test job's
//! files end up in the package, or replace what the build made.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! build: { stage: build, script: [npm run build], artifacts: { paths: [dist] } }
//! test: { stage: test, script: [npm test], artifacts: { paths: [coverage] } }
//! publish:
//!   stage: deploy
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! build: { stage: build, script: [npm run build], artifacts: { paths: [dist] } }
//! test: { stage: test, script: [npm test], artifacts: { paths: [coverage] } }
//! publish:
//!   stage: deploy
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   needs: [{ job: build, artifacts: true }, { job: test, artifacts: false }]
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - documentation: GitLab, `dependencies` and `needs:artifacts`.

use super::engine::shape::{self, Keyword};
use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "artifacts-inherited",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

/// The stages where the file names none.
const STAGES: [&str; 3] = ["build", "test", "deploy"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs().iter().filter(|job| job.holds_identity()) {
        let Some(body) = shape::gitlab_content(publishing.pipeline) else { continue };
        let name = publishing.job.id.as_str();
        let unset = |keyword| matches!(shape::gitlab_keyword(body, name, keyword), Keyword::Unset);
        let Some(own) = stage(body, name).filter(|_| unset("needs") && unset("dependencies")) else {
            continue;
        };
        let jobs =
            body.entries().filter_map(|(key, job)| Some((key, key.as_str().filter(|_| job.is_mapping())?)));
        let before: Vec<Node<'_>> = jobs
            .filter(|(_, other)| !other.starts_with('.') && *other != name && leaves_files(body, other))
            .filter(|(_, other)| stage(body, other).is_some_and(|stage| stage < own))
            .map(|(key, _)| key)
            .collect();
        let Some(first) = before.first() else { continue };
        let names: Vec<&str> = before.iter().filter_map(|key| key.as_str()).collect();
        let mut finding = META.finding(
            &publishing.job.key,
            Provider::Gitlab,
            format!("job `{name}` unpacks the artifacts of {} before it publishes", names.join(", ")),
        );
        if before.len() == 1 {
            finding.severity = Severity::Info;
        }
        findings.push(
            finding
                .with_help("Name the job that packs: `needs: [{job: NAME, artifacts: true}]`, or `dependencies: [NAME]`.")
                .with_related(publishing.pipeline.location(first.span()), "leaves artifacts"),
        );
    }
}

/// The position of the job's stage; none where it cannot be told.
fn stage(body: Node<'_>, job: &str) -> Option<usize> {
    let stage = match shape::gitlab_keyword(body, job, "stage") {
        Keyword::Set(stage) => stage.as_str()?,
        Keyword::Unset => "test",
        Keyword::Unseen => return None,
    };
    match body.get("stages") {
        Some(stages) => stages.items().position(|item| item.as_str() == Some(stage)),
        None => STAGES.iter().position(|known| *known == stage),
    }
}

/// Whether the job leaves files, not only reports.
fn leaves_files(body: Node<'_>, job: &str) -> bool {
    let Keyword::Set(artifacts) = shape::gitlab_keyword(body, job, "artifacts") else { return false };
    artifacts.get("paths").or_else(|| artifacts.get("untracked")).is_some()
}
