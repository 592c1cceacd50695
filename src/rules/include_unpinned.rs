//! # An include of the publishing pipeline floats
//!
//! ## What it does
//! Reports includes of a GitLab file that publishes to npm: components by `~latest`, branch or partial version, files of
//! another project without `ref` or by branch, remote files without `integrity`.
//!
//! ## Why is this bad?
//! What is included can define the publish job anew. Whoever changes it there publishes from here, with this project's
//! identity.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! include:
//!   - component: gitlab.com/acme/ci/lint@~latest
//!   - { project: acme/templates, file: /node.yml }
//! publish:
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
//! include:
//!   - component: gitlab.com/acme/ci/lint@2.1.0
//!   - { project: acme/templates, file: /node.yml, ref: v3.0.0 }
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - documentation: GitLab, component versions, `include:project:ref`, `include:remote:integrity`.

use std::collections::HashSet;

use super::engine::shape;
use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "include-unpinned",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

/// What is wrong with an include, and what to write instead.
type Fault = (String, &'static str, Severity);

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let publishing: HashSet<usize> = context.npm_paths().map(|path| path.pipeline).collect();
    for (index, pipeline) in context.model.pipelines.iter().enumerate() {
        let publishes = publishing.contains(&index);
        let Some(body) = shape::gitlab_content(pipeline).filter(|_| publishes) else { continue };
        for item in shape::gitlab_includes(body) {
            let Some((message, help, severity)) = fault(item) else { continue };
            let mut finding = META.finding(&pipeline.location(item.span()), Provider::Gitlab, message);
            finding.severity = severity;
            findings.push(finding.with_help(help));
        }
    }
}

fn fault(item: Node<'_>) -> Option<Fault> {
    let text = |key: &str| item.get(key).and_then(Node::as_str);
    if let Some(component) = text("component") {
        return component_fault(component);
    }
    if let Some(project) = text("project") {
        return match text("ref") {
            None => Some((
                format!("this takes whatever the default branch of `{project}` holds"),
                "Add `ref:` with a tag or, better, a commit.",
                Severity::Warning,
            )),
            Some(branch) if is_branch(branch) => Some((
                format!("`{branch}` of `{project}` moves"),
                "Write a tag or, better, a commit as `ref`.",
                Severity::Warning,
            )),
            Some(_) => None,
        };
    }
    let remote = text("remote").or_else(|| item.as_str().filter(|text| text.contains("://")))?;
    item.get("integrity").is_none().then(|| {
        (
            format!("nothing checks what `{remote}` answers"),
            "Add `integrity: sha256-…`, or keep a copy in the repository.",
            Severity::Warning,
        )
    })
}

fn component_fault(component: &str) -> Option<Fault> {
    let (name, version) = component.rsplit_once('@')?;
    // This project's own components come with the same commit.
    if component.contains("$CI_PROJECT_PATH") || version.contains('$') {
        return None;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = version.trim_start_matches('v').split('.').collect();
    let severity = match version {
        "~latest" => Severity::Warning,
        _ if is_branch(version) => Severity::Warning,
        _ if parts.len() < 3 && parts.iter().all(|part| digits(part)) && version.len() < 7 => Severity::Info,
        _ => return None,
    };
    Some((format!("`{name}` at `{version}` moves"), "Write an exact version or a commit.", severity))
}

/// Names that are branches by habit.
fn is_branch(name: &str) -> bool {
    matches!(name, "main" | "master" | "develop" | "dev" | "trunk" | "next" | "HEAD")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_components() {
        let severity = |text: &str| component_fault(text).map(|fault| fault.2);
        assert_eq!(severity("gitlab.com/a/b/c@~latest"), Some(Severity::Warning));
        assert_eq!(severity("gitlab.com/a/b/c@main"), Some(Severity::Warning));
        assert_eq!(severity("gitlab.com/a/b/c@1.2"), Some(Severity::Info));
        for exact in [
            "gitlab.com/a/b/c@1.2.3",
            "gitlab.com/a/b/c@0123456789abcdef0123456789abcdef01234567",
            "gitlab.com/a/b/c@$V",
        ] {
            assert_eq!(severity(exact), None, "{exact}");
        }
    }
}
