//! # A job that the publish waits for does not run on tags
//!
//! ## What it does
//! Reports a CircleCI publish job that tags alone start and that `requires` a job without a tag filter.
//!
//! ## Why is this bad?
//! A job without a tag filter never runs on a tag, and what requires it does not run either: a pushed tag
//! starts nothing, without a word.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   test: { docker: [{ image: cimg/node:24.19.0 }], steps: [checkout, { run: npm test }] }
//!   publish: { docker: [{ image: cimg/node:24.19.0 }], steps: [checkout, { run: npm publish }] }
//! workflows:
//!   release:
//!     jobs:
//!       - test
//!       - publish:
//!           context: npm
//!           requires: [test]
//!           filters: { tags: { only: /^v.*/ }, branches: { ignore: /.*/ } }
//! ```
//!
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   test: { docker: [{ image: cimg/node:24.19.0 }], steps: [checkout, { run: npm test }] }
//!   publish: { docker: [{ image: cimg/node:24.19.0 }], steps: [checkout, { run: npm publish }] }
//! workflows:
//!   release:
//!     jobs:
//!       - test:
//!           filters: { tags: { only: /.*/ } }
//!       - publish:
//!           context: npm
//!           requires: [test]
//!           filters: { tags: { only: /^v.*/ }, branches: { ignore: /.*/ } }
//! ```
//!
//! ## Evidence
//! - documentation: CircleCI, workflows for a git tag: tag filters on a job and on every job that it requires.

use std::collections::{HashMap, HashSet};

use super::engine::shape::{self, Invocation};
use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "tag-filter-missing",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

/// How many jobs that a publish waits for are looked at.
const MAX_ANCESTORS: usize = 200;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for workflow in shape::circleci_workflows(context) {
        let mut by_name: HashMap<&str, Vec<Invocation<'_>>> = HashMap::new();
        for job in &workflow.jobs {
            by_name.entry(job.name().unwrap_or_default()).or_default().push(*job);
        }
        for (publish, _) in &workflow.publishing {
            let Some((key, _)) = publish.field("filters").filter(|(_, filters)| tags_alone(*filters)) else {
                continue;
            };
            for job in ancestors(&by_name, *publish).into_iter().filter(|job| skips_tags(*job)) {
                let name = job.name().unwrap_or_default();
                let message = format!(
                    "tags alone start `{}`, but it requires `{name}`, which no tag starts: it never runs",
                    publish.name().unwrap_or_default()
                );
                findings.push(
                    META.finding(&workflow.pipeline.location(key.span()), Provider::Circleci, message)
                        .with_help(format!("Add `filters: {{tags: {{only: /.*/}}}}` to `{name}`."))
                        .with_related(workflow.pipeline.location(job.key.span()), "no tag filter here"),
                );
            }
        }
    }
}

/// Whether these filters let tags in and no branch.
fn tags_alone(filters: Node<'_>) -> bool {
    let ignored = filters.get_path(&["branches", "ignore"]).into_iter().flat_map(Node::scalars_or_one);
    filters.get_path(&["tags", "only"]).is_some()
        && ignored.filter_map(Node::as_str).any(|pattern| matches!(pattern, "/.*/" | "/^.*$/" | "/^.*/"))
}

/// Whether no tag starts the job: no filters, or filters that say nothing of tags. An expression is not judged.
fn skips_tags(job: Invocation<'_>) -> bool {
    job.field("filters").is_none_or(|(_, filters)| {
        filters.is_mapping() && filters.get("tags").is_none() && !filters.has_merge()
    })
}

/// The jobs of the workflow that `job` waits for, directly or not.
fn ancestors<'t>(by_name: &HashMap<&str, Vec<Invocation<'t>>>, job: Invocation<'t>) -> Vec<Invocation<'t>> {
    let mut found: Vec<Invocation<'t>> = Vec::new();
    let mut seen: HashSet<usize> = HashSet::new();
    let mut queue = vec![job];
    while let Some(job) = queue.pop().filter(|_| found.len() < MAX_ANCESTORS) {
        let Some((_, requires)) = job.field("requires") else { continue };
        let names = requires
            .scalars_or_one()
            .chain(requires.items().filter_map(|item| Some(item.entries().next()?.0)));
        for name in names.filter_map(Node::as_str) {
            for next in by_name.get(name).into_iter().flatten() {
                if seen.insert(next.key.span().start) {
                    found.push(*next);
                    queue.push(*next);
                }
            }
        }
    }
    found
}
