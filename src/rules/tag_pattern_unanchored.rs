//! # More tags publish than the pattern looks like
//!
//! ## What it does
//! Reports a regular expression on the tag that is not anchored: in GitLab's `rules`, `only` and in CircleCI's expressions.
//!
//! ## Why is this bad?
//! Unanchored, `/v\d+/` matches `dev2-test` as well: whoever may push any tag with it inside can publish, although
//! tags that begin with `v` alone are protected. Without `$` the tag may go on as it likes.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG =~ /v\d+\.\d+\.\d+/' }]
//!   script: [npm publish]
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG =~ /^v\d+\.\d+\.\d+$/' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - documentation: GitLab's `=~` and CircleCI's expressions search anywhere in the value; CircleCI's map filters match all of it.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "tag-pattern-unanchored",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        if !META.providers.contains(&publishing.provider()) {
            continue;
        }
        for condition in &publishing.job.conditions {
            for pattern in patterns(&condition.text) {
                let open_start = !pattern.starts_with('^');
                // A pattern that ends with `.*` says by itself that anything may follow.
                let open_end = !pattern.ends_with('$') && !pattern.ends_with(".*");
                if !open_start && !open_end {
                    continue;
                }
                let message = if open_start {
                    format!("`/{pattern}/` matches anywhere in the tag: it needs a `^`")
                } else {
                    format!("`/{pattern}/` lets the tag go on after it: it has no `$`")
                };
                let mut finding = META.finding(&condition.at, publishing.provider(), message);
                if !open_start {
                    finding.severity = Severity::Info;
                }
                let anchored = format!("/^{}$/", pattern.trim_start_matches('^').trim_end_matches('$'));
                findings.push(finding.with_help(format!("Write `{anchored}`.")));
            }
        }
    }
}

/// The patterns that a condition compares the tag with.
fn patterns(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for name in ["CI_COMMIT_TAG", "CI_COMMIT_REF_NAME", "pipeline.git.tag"] {
        for (at, _) in text.match_indices(name) {
            let rest = text[at + name.len()..].trim_start();
            let rest = ["=~", "matches"].iter().find_map(|operator| rest.strip_prefix(operator));
            found.extend(rest.and_then(|rest| regex(rest.trim_start())));
        }
    }
    // GitLab's `only: [/^v/]` stands alone.
    if let Some(parts) = text.strip_prefix("only: ") {
        found.extend(parts.split(" | ").filter_map(|part| regex(part.trim())));
    }
    found
}

/// The text between two slashes.
fn regex(text: &str) -> Option<&str> {
    let text = text.strip_prefix('/')?;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        if character == '/' && before != '\\' {
            return Some(&text[..at]);
        }
        before = character;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_on_the_tag() {
        assert_eq!(patterns(r"rules: $CI_COMMIT_TAG =~ /^v\/\d+$/ | when: never"), [r"^v\/\d+$"]);
        assert_eq!(patterns(r#"pipeline.git.tag matches /v1/ and pipeline.git.branch == """#), ["v1"]);
        assert_eq!(patterns("only: tags | /^v.*$/"), ["^v.*$"]);
        assert!(patterns("rules: $CI_COMMIT_BRANCH =~ /x/ | $CI_COMMIT_TAG").is_empty());
    }
}
