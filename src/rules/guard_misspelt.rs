//! # A guard of the publish job is misspelt
//!
//! ## What it does
//! Reports `contexts:` on a job of a CircleCI workflow, a near miss of a pipeline value in its filters or in
//! `when`, and an expression there that cannot be parsed.
//!
//! ## Why is this bad?
//! The word is `context`: another one guards nothing, and CircleCI's editors' schemas let it pass. An expression
//! on a value that does not exist never holds, so the job never runs.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish: { docker: [{ image: cimg/node:24.19.0 }], steps: [checkout, { run: npm publish }] }
//! workflows:
//!   release:
//!     jobs:
//!       - publish: { contexts: [npm], filters: pipeline.git.tag starts-with "v" }
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
//!       - publish: { context: npm, filters: pipeline.git.tag starts-with "v" }
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: both schemas accept `contexts:` and any text as an expression; documentation: pipeline values.

use super::engine::shape::{self, Invocation};
use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::facts::{Provider, contexts};
use crate::text::Edit;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "guard-misspelt",
    severity: Severity::Error,
    fix: Availability::Safe,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for workflow in shape::circleci_workflows(context) {
        let whole = ["when", "unless"].into_iter().filter_map(|word| workflow.node.get(word));
        findings.extend(whole.filter_map(|node| expression(workflow.pipeline, node)));
        for (publish, _) in &workflow.publishing {
            findings.extend(contexts_key(workflow.pipeline, *publish));
            let filters = publish.field("filters").map(|(_, node)| node);
            findings.extend(filters.and_then(|node| expression(workflow.pipeline, node)));
        }
    }
}

/// `contexts` where the job, defined in this file, has no parameter of that name.
fn contexts_key(pipeline: &Pipeline, publish: Invocation<'_>) -> Option<Finding> {
    let (key, _) = publish.field("contexts")?;
    let root = pipeline.tree.as_deref()?.root()?;
    let definition = root.get_path(&["jobs", publish.key.as_str()?])?;
    if definition.get_path(&["parameters", "contexts"]).is_some() {
        return None;
    }
    let at = pipeline.location(key.span());
    let finding = META
        .finding(&at, Provider::Circleci, "`contexts` is no field of a workflow's job: no context guards it")
        .with_help("Write `context`; it takes a name or a list.");
    if publish.field("context").is_some() {
        return Some(finding);
    }
    Some(finding.with_fix(Fix {
        title: "write `context`".to_owned(),
        safety: Safety::Safe,
        edits: vec![(pipeline.path().to_owned(), Edit::replace(key.span(), "context"))],
    }))
}

/// What is wrong with the expression, or with a value that a condition names.
fn expression(pipeline: &Pipeline, node: Node<'_>) -> Option<Finding> {
    let at = pipeline.location(node.span());
    let text = pipeline.source.slice(node.span());
    if let Some((wrong, right)) = near_miss(text) {
        let finding = META.finding(&at, Provider::Circleci, format!("there is no pipeline value `{wrong}`"));
        return Some(finding.with_help(format!("Did you mean `{right}`?")));
    }
    let fault = unbalanced(node.as_str()?)?;
    let finding =
        META.finding(&at, Provider::Circleci, format!("CircleCI cannot parse this expression: {fault}"));
    Some(finding.with_help("See `pipeline.git.tag starts-with \"v\"` for the form."))
}

/// The first pipeline value of `text` that is none but resembles one.
fn near_miss(text: &str) -> Option<(String, &'static str)> {
    let part_of_name = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    for (start, _) in text.match_indices("pipeline.") {
        if text[..start].ends_with(part_of_name) {
            continue;
        }
        let name: String = text[start..].chars().take_while(|character| part_of_name(*character)).collect();
        let name = name.trim_end_matches(['.', '-']);
        let open =
            ["pipeline.parameters.", "pipeline.trigger_parameters.", "pipeline.event.", "pipeline.config"];
        if contexts::is_value(name) || open.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let near = contexts::values().find(|value| strsim::damerau_levenshtein(&value.name, name) <= 2)?;
        return Some((name.to_owned(), near.name.as_str()));
    }
    None
}

/// What does not close in an expression.
fn unbalanced(text: &str) -> Option<&'static str> {
    let (mut depth, mut open, mut class) = (0_i32, None, false);
    let mut before = ' ';
    for character in text.chars() {
        match (open, character) {
            _ if before == '\\' => {}
            // A `/` in a character class does not end the pattern.
            (Some('/'), '[' | ']') => class = character == '[',
            (Some(quote), _) if quote == character && !class => open = None,
            (None, '"' | '\'' | '/') => open = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return Some("a `)` closes nothing");
        }
        before = character;
    }
    match (open, depth) {
        (Some('/'), _) => Some("a `/` is not closed"),
        (Some(_), _) => Some("a quote is not closed"),
        (None, 1..) => Some("a `(` is not closed"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_of_values() {
        assert_eq!(
            near_miss("pipeline.git.tagg starts-with \"v\"").map(|found| found.1),
            Some("pipeline.git.tag")
        );
        assert_eq!(
            near_miss("pipeline.git.brnach == \"main\"").map(|found| found.1),
            Some("pipeline.git.branch")
        );
        for fine in [
            "pipeline.git.tag",
            "pipeline.parameters.x",
            "pipeline.event.name",
            "my-pipeline.git.tagg",
            "pipeline.quite.else",
        ] {
            assert_eq!(near_miss(fine), None, "{fine}");
        }
    }

    #[test]
    fn what_closes_and_what_does_not() {
        for fine in [
            "pipeline.git.tag =~ /^v(1|2)\\/x$/",
            "(a == \"(\") and not (b)",
            "a == 'x/'",
            "a =~ /[/(]x/",
            "",
        ] {
            assert_eq!(unbalanced(fine), None, "{fine}");
        }
        assert_eq!(unbalanced("(a == \"b\""), Some("a `(` is not closed"));
        assert_eq!(unbalanced("a == \"b"), Some("a quote is not closed"));
        assert_eq!(unbalanced("a)"), Some("a `)` closes nothing"));
    }
}
