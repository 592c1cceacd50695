//! # This `run` holds nothing
//!
//! ## What it does
//! Reports a CircleCI step whose `run:` is empty while `name`, `command` and the rest stand beside it instead of
//! under it.
//!
//! ## Why is this bad?
//! CircleCI refuses the configuration: a step has one key. Two spaces are missing.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: cimg/node:24.19.0 }]
//!     steps:
//!       - checkout
//!       - run:
//!         name: publish
//!         command: npm publish
//! workflows:
//!   release: { jobs: [publish] }
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
//!       - run:
//!           name: publish
//!           command: npm publish
//! workflows:
//!   release: { jobs: [publish] }
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: CircleCI's published schema rejects a detached `run:`.

use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::facts::Provider;
use crate::text::Edit;
use crate::yaml::{Kind, Node};

pub(super) static META: Meta = Meta {
    id: "run-detached",
    severity: Severity::Error,
    fix: Availability::Safe,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for pipeline in context.model.pipelines.iter().filter(|pipeline| pipeline.provider == Provider::Circleci)
    {
        let Some(root) = pipeline.tree.as_deref().and_then(crate::yaml::Tree::root) else { continue };
        let sections = ["jobs", "commands"].into_iter().filter_map(|section| root.get(section));
        for (_, definition) in sections.flat_map(Node::entries) {
            let steps = definition.get("steps").into_iter().flat_map(Node::items);
            for (key, step) in steps.filter_map(|step| Some((step.entry("run")?.0, step))) {
                let empty = step.get("run").is_some_and(|run| run.kind() == Kind::Null);
                if !empty || step.get("command").is_none() {
                    continue;
                }
                let mut finding = META
                    .finding(
                        &pipeline.location(key.span()),
                        Provider::Circleci,
                        "this `run` is empty: `command` stands beside it, and CircleCI refuses the configuration",
                    )
                    .with_help("Indent what belongs to it by two more spaces.");
                if let Some(fix) = fix(pipeline, step, key) {
                    finding = finding.with_fix(fix);
                }
                findings.push(finding);
            }
        }
    }
}

/// Indents the lines after `run:` to the end of the step.
fn fix(pipeline: &Pipeline, step: Node<'_>, key: Node<'_>) -> Option<Fix> {
    let source = &pipeline.source;
    let (first, last) = (source.position(key.span().start).line, source.position(step.span().end).line);
    let own_line = source.line(first).trim() == "- run:";
    if !own_line || step.is_flow() || step.own_entries().next()?.0.as_str() != Some("run") {
        return None;
    }
    let edits = (first + 1..=last)
        .filter(|line| !source.line(*line).trim().is_empty())
        .map(|line| (source.path().to_owned(), Edit::insert(source.line_span(line).start, "  ")));
    Some(Fix {
        title: "indent what belongs to `run`".to_owned(),
        safety: Safety::Safe,
        edits: edits.collect(),
    })
}
