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

use std::collections::HashMap;

use super::engine::shape::{self, GitlabJobs, Keyword};
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
/// How many jobs a message names.
const SHOWN: usize = 4;

/// A job that leaves files: its key and the position of its stage.
type Producer<'t> = (Node<'t>, usize);

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut known: HashMap<&str, File<'_>> = HashMap::new();
    for publishing in context.publishing_jobs().iter().filter(|job| job.holds_identity()) {
        let Some(body) = shape::gitlab_content(publishing.pipeline) else { continue };
        let file = known.entry(publishing.pipeline.path()).or_insert_with(|| File::new(body));
        let name = publishing.job.id.as_str();
        let unset = |keyword| matches!(file.jobs.keyword(name, keyword), Keyword::Unset);
        let Some(own) = file.stage(name).filter(|_| unset("needs") && unset("dependencies")) else {
            continue;
        };
        let mut before = file.producers.iter().filter(|(_, stage)| *stage < own).map(|(key, _)| *key);
        let Some(first) = before.next() else { continue };
        let names: Vec<&str> = std::iter::once(first).chain(before).filter_map(Node::as_str).collect();
        let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let more = if names.len() > SHOWN { " and others" } else { "" };
        let mut finding = META.finding(
            &publishing.job.key,
            Provider::Gitlab,
            format!("job `{name}` unpacks the artifacts of {shown}{more} before it publishes"),
        );
        if names.len() == 1 {
            finding.severity = Severity::Info;
        }
        findings.push(
            finding
                .with_help(
                    "Name the job that packs: `needs: [{job: NAME, artifacts: true}]`, or `dependencies: [NAME]`.",
                )
                .with_related(publishing.pipeline.location(first.span()), "leaves artifacts"),
        );
    }
}

/// One file, looked through once.
struct File<'t> {
    jobs: GitlabJobs<'t>,
    stages: Option<HashMap<&'t str, usize>>,
    producers: Vec<Producer<'t>>,
}

impl<'t> File<'t> {
    fn new(body: Node<'t>) -> Self {
        let stages = body.get("stages").map(|stages| {
            let named = stages.items().enumerate();
            named.filter_map(|(position, stage)| Some((stage.as_str()?, position))).collect()
        });
        let mut file = Self { jobs: GitlabJobs::new(body), stages, producers: Vec::new() };
        let jobs = body.entries().filter(|(_, job)| job.is_mapping());
        let producers = jobs.filter_map(|(key, _)| {
            let name = key.as_str().filter(|name| !name.starts_with('.'))?;
            let leaves = file.leaves_files(name);
            leaves.then(|| Some((key, file.stage(name)?)))?
        });
        file.producers = producers.collect();
        file
    }

    /// The position of the job's stage; none where it cannot be told.
    fn stage(&self, job: &str) -> Option<usize> {
        let stage = match self.jobs.keyword(job, "stage") {
            Keyword::Set(stage) => stage.as_str()?,
            Keyword::Unset => "test",
            Keyword::Unseen => return None,
        };
        match &self.stages {
            Some(stages) => stages.get(stage).copied(),
            None => STAGES.iter().position(|known| *known == stage),
        }
    }

    /// Whether the job leaves files, not only reports.
    fn leaves_files(&self, job: &str) -> bool {
        let Keyword::Set(artifacts) = self.jobs.keyword(job, "artifacts") else { return false };
        artifacts.get("paths").or_else(|| artifacts.get("untracked")).is_some()
    }
}
