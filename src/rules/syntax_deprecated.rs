//! # The publishing pipeline uses syntax that its provider has given up
//!
//! ## What it does
//! Notes CircleCI's `deploy` step, the value `pipeline.trigger_source` and images `circleci/…` in a file that publishes.
//!
//! ## Why is this bad?
//! They get no fixes and go away some day; the legacy images hold no Node that knows trusted publishing.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: circleci/node:16 }]
//!     steps:
//!       - checkout
//!       - deploy: { command: npm publish }
//! workflows:
//!   release: { jobs: [publish: { context: npm, filters: { branches: { only: main } } }] }
//! ```
//!
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: cimg/node:24.19.0 }]
//!     steps:
//!       - checkout
//!       - run: { command: npm publish }
//! workflows:
//!   release: { jobs: [publish: { context: npm, filters: { branches: { only: main } } }] }
//! ```
//!
//! ## Evidence
//! - documentation: CircleCI, `deploy` step, legacy convenience images, `pipeline.trigger_source` (support ended 2026-08-01).

use std::collections::HashSet;

use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::text::Span;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "syntax-deprecated",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let publishing: HashSet<usize> = context.npm_paths().map(|path| path.pipeline).collect();
    for (index, pipeline) in context.model.pipelines.iter().enumerate() {
        if pipeline.provider != Provider::Circleci || !publishing.contains(&index) {
            continue;
        }
        deploy_steps(pipeline, findings);
        trigger_source(pipeline, findings);
    }
    for publishing in context.publishing_jobs().iter().filter(|job| job.provider() == Provider::Circleci) {
        let Some(container) = &publishing.job.container else { continue };
        if container.image.shown().starts_with("circleci/") {
            let message = format!("`{}` is a legacy image", container.image.shown());
            findings.push(note(&container.image.at, message, "Use a `cimg/` image."));
        }
    }
}

fn note(at: &crate::diagnostic::Location, message: impl Into<String>, help: &str) -> Finding {
    META.finding(at, Provider::Circleci, message).with_help(help)
}

fn deploy_steps(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let Some(root) = pipeline.tree.as_deref().and_then(crate::yaml::Tree::root) else { return };
    let sections = ["jobs", "commands"].into_iter().filter_map(|section| root.get(section));
    let definitions = sections.flat_map(Node::entries);
    // A command of one's own may be called `deploy`.
    if root.get_path(&["commands", "deploy"]).is_some() {
        return;
    }
    for step in definitions.filter_map(|(_, job)| job.get("steps")).flat_map(Node::items) {
        if let Some((key, _)) = step.entry("deploy") {
            let at = pipeline.location(key.span());
            findings.push(note(&at, "the `deploy` step is deprecated", "Write `run`."));
        }
    }
}

fn trigger_source(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let name = "pipeline.trigger_source";
    let places = pipeline.source.text().match_indices(name);
    let mut places = places.map(|(start, _)| pipeline.location(Span::new(start, start + name.len())));
    let Some(first) = places.next() else { return };
    let finding = note(&first, format!("`{name}` is no longer supported"), "Use `pipeline.trigger.type`.");
    findings.push(places.fold(finding, |finding, at| finding.with_related(at, "also here")));
}
