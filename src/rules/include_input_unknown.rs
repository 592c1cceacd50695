//! # The component has no such input
//!
//! ## What it does
//! Compares the `inputs` of an include with what the included component, or local file, of this project declares.
//!
//! ## Why is this bad?
//! GitLab refuses the pipeline: `unknown input arguments`, or `required value has not been provided`.
//!
//! ## Example
//! ```yaml templates/npm-publish.yml
//! spec:
//!   inputs:
//!     stage: { default: deploy }
//! ---
//! publish:
//!   stage: '$[[ inputs.stage ]]'
//!   script: [npm publish]
//! ```
//! ```yaml .gitlab-ci.yml
//! include:
//!   - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/npm-publish@$CI_COMMIT_SHA
//!     inputs: { stagee: release }
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
//!   script: [npm publish]
//! ```
//! ```yaml .gitlab-ci.yml
//! include:
//!   - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/npm-publish@$CI_COMMIT_SHA
//!     inputs: { stage: release }
//! ```
//!
//! ## Evidence
//! - documentation: GitLab, inputs: unexpected ones are refused, those without a default are required.

use std::collections::BTreeSet;

use super::engine::shape;
use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "include-input-unknown",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

/// How many of a component's inputs are named and compared.
const SHOWN: usize = 30;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for pipeline in context.model.pipelines.iter().filter(|pipeline| pipeline.entry) {
        let Some(body) = shape::gitlab_content(pipeline) else { continue };
        for item in shape::gitlab_includes(body) {
            let Some((component, same_commit)) = included(context, item) else { continue };
            let Some(spec) = shape::gitlab_spec(component).filter(|spec| spec.get("include").is_none())
            else {
                continue;
            };
            let from = findings.len();
            compare(pipeline, component, item, spec, findings);
            if !same_commit {
                // The version that is included may declare others than the one checked out.
                findings[from..].iter_mut().for_each(|finding| finding.severity = Severity::Warning);
            }
        }
    }
}

/// The component of this project that the item includes, and whether it surely comes with the same commit.
fn included<'a>(context: &Context<'a>, item: Node<'_>) -> Option<(&'a Pipeline, bool)> {
    let find = |path: &str| {
        context.model.pipelines.iter().find(|pipeline| !pipeline.entry && pipeline.path() == path)
    };
    if let Some(local) = item.get("local").and_then(Node::as_str) {
        return find(local.trim_start_matches('/')).map(|pipeline| (pipeline, true));
    }
    let component = item.get("component").and_then(Node::as_str)?;
    let (_, rest) =
        component.split_once("$CI_PROJECT_PATH/").or_else(|| component.split_once("${CI_PROJECT_PATH}/"))?;
    let (name, version) = rest.split_once('@')?;
    let pipeline =
        find(&format!("templates/{name}.yml")).or_else(|| find(&format!("templates/{name}/template.yml")))?;
    Some((pipeline, version.contains("CI_COMMIT_SHA")))
}

fn compare(
    pipeline: &Pipeline,
    component: &Pipeline,
    item: Node<'_>,
    spec: Node<'_>,
    findings: &mut Vec<Finding>,
) {
    let declared: Vec<(Node<'_>, Node<'_>)> =
        spec.get("inputs").into_iter().flat_map(Node::entries).collect();
    let names: BTreeSet<&str> = declared.iter().filter_map(|(name, _)| name.as_str()).collect();
    let inputs = item.get("inputs").filter(|inputs| inputs.is_mapping());
    let given: Vec<Node<'_>> = inputs.into_iter().flat_map(Node::entries).map(|(key, _)| key).collect();
    for key in given.iter().copied() {
        let Some(name) = key.as_str().filter(|name| !names.contains(name)) else { continue };
        let shown: Vec<&str> = names.iter().copied().take(SHOWN).collect();
        let near = shown.iter().copied().find(|known| strsim::jaro_winkler(known, name) > 0.85);
        let known =
            if shown.is_empty() { "it has none".to_owned() } else { format!("it has {}", shown.join(", ")) };
        findings.push(
            META.finding(
                &pipeline.location(key.span()),
                Provider::Gitlab,
                format!("`{}` has no input `{name}`: GitLab refuses the pipeline", component.path()),
            )
            .with_help(near.map_or(known, |near| format!("Did you mean `{near}`?"))),
        );
    }
    let given: BTreeSet<&str> = given.into_iter().filter_map(Node::as_str).collect();
    for (key, input) in declared {
        let optional = input.get("default").is_some() || input.get("rules").is_some();
        let Some(name) = key.as_str().filter(|name| !optional && !given.contains(name)) else {
            continue;
        };
        findings.push(
            META.finding(
                &pipeline.location(item.span()),
                Provider::Gitlab,
                format!("`{}` needs the input `{name}`: GitLab refuses the pipeline", component.path()),
            )
            .with_help(format!("Add `inputs: {{{name}: …}}`."))
            .with_related(component.location(key.span()), "has no default"),
        );
    }
}
