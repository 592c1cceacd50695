//! # Somebody else's text becomes part of a script that can publish
//!
//! ## What it does
//! Reports an expression in a `run` script of a publishing job whose value a contributor decides: branch
//! name, title, body, commit message, tag name, workflow input; on CircleCI `<< pipeline.git.branch >>` and the like.
//!
//! ## Why is this bad?
//! The provider pastes the text into the script before the shell reads it: a quote and a semicolon run any
//! command beside the publish credential.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: echo "${{ github.event.head_commit.message }}"
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: echo "$MESSAGE"
//!         env: { MESSAGE: '${{ github.event.head_commit.message }}' }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub's secure-use page.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::text::Span;

pub(super) static META: Meta = Meta {
    id: "template-injection",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Circleci],
};

/// What strangers decide.
const STRANGERS: [&str; 10] = [
    "github.head_ref",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.head_commit.message",
    "github.event.commits",
];
/// What people with some right to the repository decide.
const MEMBERS: [&str; 8] = [
    "github.ref_name",
    "github.event.release.",
    "github.event.inputs.",
    "inputs.",
    "github.ref",
    "pipeline.git.branch",
    "pipeline.git.tag",
    "pipeline.trigger_parameters.",
];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let (open, close) = match publishing.provider() {
            Provider::Github => ("${{", "}}"),
            Provider::Circleci => ("<<", ">>"),
            _ => continue,
        };
        for script in publishing.job.leaves().into_iter().filter_map(|step| step.script()) {
            let text = script.text();
            let mut starts = text.match_indices(open).map(|(start, _)| start).peekable();
            while let Some(start) = starts.next() {
                // No expression holds the beginning of another one.
                let end = starts.peek().copied().unwrap_or(text.len());
                let Some(length) = text[start..end].find(close) else { continue };
                let inner = text[start + open.len()..start + length].trim();
                let severity = if STRANGERS.iter().any(|name| inner.starts_with(name)) {
                    Severity::Error
                } else if MEMBERS.iter().any(|name| inner.starts_with(name))
                    && !inner.ends_with(".is_default")
                {
                    Severity::Warning
                } else {
                    continue;
                };
                let Some(at) = script.locate(Span::new(start, start + length + 2)) else { continue };
                let mut finding = META.finding(
                    &at,
                    publishing.provider(),
                    format!(
                        "`{inner}` is pasted into a script of job `{}`, which can publish",
                        publishing.job.id
                    ),
                );
                finding.severity = severity;
                findings.push(finding.with_help(match publishing.provider() {
                    Provider::Circleci => "Hand it over by `environment:` and write \"$NAME\" in the script.",
                    _ => "Hand it over by `env:` and write \"$NAME\" in the script.",
                }));
            }
        }
    }
}
