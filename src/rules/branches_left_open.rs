//! # A tag filter alone does not keep branches out
//!
//! ## What it does
//! Reports a CircleCI publish job whose `filters` name tags and say nothing of branches.
//!
//! ## Why is this bad?
//! A tag filter adds tags to what starts the job; every branch starts it still. Each push then tries to publish.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish: { docker: [{ image: cimg/node:24.19.0 }], steps: [checkout, { run: npm publish }] }
//! workflows:
//!   release:
//!     jobs:
//!       - publish: { context: npm, filters: { tags: { only: /^v.*/ } } }
//! ```
//!
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish: { docker: [{ image: cimg/node:24.19.0 }], steps: [checkout, { run: npm publish }] }
//! workflows:
//!   release:
//!     jobs:
//!       - publish:
//!           context: npm
//!           filters: { tags: { only: /^v.*/ }, branches: { ignore: /.*/ } }
//! ```
//!
//! ## Evidence
//! - documentation: CircleCI, filters of a workflow's jobs; a job without a branch filter runs on every branch.

use super::engine::shape;
use super::engine::{Availability, Context, Meta, PublishingJob};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "branches-left-open",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for workflow in shape::circleci_workflows(context) {
        if workflow.node.get("when").or_else(|| workflow.node.get("unless")).is_some() {
            continue;
        }
        for (publish, publishing) in &workflow.publishing {
            let Some((key, filters)) = publish.field("filters") else { continue };
            let open =
                filters.get("tags").is_some() && filters.get("branches").is_none() && !filters.has_merge();
            if !open || asks_for_tag(publishing) {
                continue;
            }
            findings.push(
                META.finding(
                    &workflow.pipeline.location(key.span()),
                    Provider::Circleci,
                    format!(
                        "every branch starts job `{}`, not only these tags, and it publishes to npm",
                        publishing.job.id
                    ),
                )
                .with_help("Add `branches: {ignore: /.*/}` beside `tags`."),
            );
        }
    }
}

/// Whether a script of the job looks at the tag by itself.
fn asks_for_tag(publishing: &PublishingJob<'_>) -> bool {
    let mut scripts = publishing.job.leaves().into_iter().filter_map(|step| step.script());
    scripts.any(|script| script.text().contains("CIRCLE_TAG") || script.text().contains("pipeline.git.tag"))
}
