//! # A component pastes an unchecked input into a script
//!
//! ## What it does
//! Notes a string input of a component of this project that has neither `options` nor `regex` and stands in a
//! script, and reports `spec: inputs:` with nothing under it.
//!
//! ## Why is this bad?
//! GitLab pastes the text before the shell reads it: a value that a project takes from a branch name or a form
//! becomes commands in the job. An empty `inputs:` keeps the component out of the catalog.
//!
//! ## Example
//! ```yaml templates/npm-publish.yml
//! spec:
//!   inputs:
//!     tag: { default: latest }
//! ---
//! publish:
//!   script: ['npm publish --tag $[[ inputs.tag ]]']
//! ```
//! ```yaml .gitlab-ci.yml
//! include: [{ component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/npm-publish@$CI_COMMIT_SHA }]
//! ```
//!
//! ## Use instead
//! ```yaml templates/npm-publish.yml
//! spec:
//!   inputs:
//!     tag: { default: latest, regex: '^[a-z][a-z0-9.-]*$' }
//! ---
//! publish:
//!   script: ['npm publish --tag $[[ inputs.tag ]]']
//! ```
//! ```yaml .gitlab-ci.yml
//! include: [{ component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/npm-publish@$CI_COMMIT_SHA }]
//! ```
//!
//! ## Evidence
//! - documentation: GitLab, inputs; `Spec must be a valid json schema` for an empty `inputs:`; peers: glsec GL051.

use std::collections::HashSet;

use super::engine::shape;
use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::text::Span;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "component-input-unchecked",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for pipeline in context.model.pipelines.iter().filter(|pipeline| !pipeline.entry) {
        let Some((key, inputs)) = shape::gitlab_spec(pipeline).and_then(|spec| spec.entry("inputs")) else {
            continue;
        };
        if inputs.is_null() {
            let message = "`inputs` is empty: GitLab refuses to list the component";
            let mut finding = META.finding(&pipeline.location(key.span()), Provider::Gitlab, message);
            finding.severity = Severity::Warning;
            findings.push(finding.with_help("Write `spec:` alone, or declare an input."));
            continue;
        }
        let loose: HashSet<&str> = inputs
            .entries()
            .filter(|(_, input)| is_loose(*input))
            .filter_map(|(name, _)| name.as_str())
            .collect();
        let jobs = shape::gitlab_content(pipeline).into_iter().flat_map(Node::entries);
        for script in
            jobs.flat_map(|(_, job)| ["script", "before_script", "after_script"].map(|key| job.get(key)))
        {
            for line in script.into_iter().flat_map(Node::scalars_or_one) {
                findings.extend(pasted(pipeline, line, &loose));
            }
        }
    }
}

/// Whether the input takes any text.
fn is_loose(input: Node<'_>) -> bool {
    let text = input.get("type").and_then(Node::as_str).is_none_or(|kind| kind == "string");
    text && ["options", "regex", "rules"].iter().all(|check| input.get(check).is_none())
}

/// The first of the `loose` inputs that the line of a script holds.
fn pasted(pipeline: &Pipeline, line: Node<'_>, loose: &HashSet<&str>) -> Option<Finding> {
    let source = &pipeline.source;
    let text = source.slice(line.span());
    text.match_indices("$[[").find_map(|(start, _)| {
        let length = text[start..].find("]]")?;
        let name = text[start + 3..start + length].trim().strip_prefix("inputs.")?;
        let name = name.split([' ', '|']).next()?;
        let at = line.span().start + start;
        loose.contains(name).then(|| {
            let place = pipeline.location(Span::new(at, at + length + 2));
            META.finding(&place, Provider::Gitlab, format!("any text of the input `{name}` becomes part of this script"))
                .with_help("Give the input `options` or an anchored `regex`, or hand it over by `variables:` and quote it.")
        })
    })
}
