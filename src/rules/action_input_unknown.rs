//! # The action does not know this input
//!
//! ## What it does
//! Notes inputs of actions/setup-node in a publish job that its release has dropped or never had: `always-auth`,
//! `auth-token-line`.
//!
//! ## Why is this bad?
//! GitHub warns `Unexpected input(s)` and goes on as if it were not there. Whoever reads the file believes that
//! it configures something.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v7
//!         with:
//!           node-version: 24.19.0
//!           always-auth: true
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
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v7
//!         with:
//!           node-version: 24.19.0
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - code, 2026-08-22: `action.yml` of actions/setup-node at v2.5.2 to v7.0.0.

use super::engine::{Availability, Context, Meta};
use crate::ci::{Input, Step, StepKind};
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::facts::{Provider, actions};
use crate::text::Edit;

pub(super) static META: Meta = Meta {
    id: "action-input-unknown",
    severity: Severity::Info,
    fix: Availability::Safe,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs().iter().filter(|job| job.provider() == Provider::Github) {
        for step in publishing.job.leaves() {
            look(step, findings);
        }
    }
}

fn look(step: &Step, findings: &mut Vec<Finding>) {
    let StepKind::Uses { action, version, comment, inputs, .. } = &step.kind else { return };
    for input in inputs {
        let Some(removed) = actions::removed_input(action, &input.name) else { continue };
        let release = actions::release(version.as_deref(), comment.as_deref());
        if !release.is_some_and(|release| removed.is_gone_in(release)) {
            continue;
        }
        let shown = version.as_deref().unwrap_or_default();
        let mut finding = META
            .finding(
                &input.entry,
                Provider::Github,
                format!("{action}@{shown} has no input `{}`: it does nothing", input.name),
            )
            .with_help("Remove it.");
        if let Some(edit) = line_of(input) {
            finding = finding.with_fix(Fix {
                title: format!("remove `{}`", input.name),
                safety: Safety::Safe,
                edits: vec![(input.entry.source.path().to_owned(), edit)],
            });
        }
        findings.push(finding);
    }
}

/// Deletes the entry's line where it stands alone on it and is not the only entry of its mapping.
fn line_of(input: &Input) -> Option<Edit> {
    let source = &input.entry.source;
    let line = source.position(input.entry.span.start).line;
    let indent = |line: usize| {
        let text = source.line(line);
        (!text.trim().is_empty()).then(|| text.len() - text.trim_start().len())
    };
    let alone = source.line(line).trim() == source.slice(input.entry.span).trim();
    let sibling = indent(line + 1) == indent(line) || (line > 1 && indent(line - 1) == indent(line));
    (alone && sibling).then(|| Edit::delete(source.line_span(line)))
}
