//! # The publish token is set to nothing
//!
//! ## What it does
//! Notes `NODE_AUTH_TOKEN: ''` and the like on a step that publishes. `NPM_TOKEN: ''` for changesets is a
//! known workaround and is not reported.
//!
//! ## Why is this bad?
//! With a token line in the *user* configuration (where setup-node writes it) an empty token does not stop
//! the identity; it only decides which error a failed exchange shows. With one in the *project's* `.npmrc`
//! it can spoil a good exchange: see npmrc-token-line.
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
//!       - run: npm publish
//!         env: { NODE_AUTH_TOKEN: '' }
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
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: npm 11.5.1, 11.21.2 and 12.2.0 publish by identity with an empty, dummy or unset
//!   token in the user layer.

use super::engine::{Availability, Context, Meta, words};
use crate::ci::Value;
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::text::Edit;

pub(super) static META: Meta =
    Meta { id: "token-empty", severity: Severity::Info, fix: Availability::Safe, providers: &[] };

/// Variables that npm's configuration usually reads the token from.
const NAMES: [&str; 2] = ["NODE_AUTH_TOKEN", "NPM_AUTH_TOKEN"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs().filter(|(path, _)| words::has_oidc(path.provider)) {
        let Some(step) = context.step(path) else { continue };
        for var in NAMES.iter().filter_map(|name| job.variable(step, name)) {
            if var.value != Value::Empty {
                continue;
            }
            let mut finding = META
                .finding(
                    &var.entry,
                    path.provider,
                    format!("`{}` is set to nothing: it does no good, and hides which error a failed exchange gives", var.name),
                )
                .with_help("Remove it.");
            if let Some(edit) = line_of(var) {
                finding = finding.with_fix(Fix {
                    title: format!("remove `{}`", var.name),
                    safety: Safety::Safe,
                    edits: vec![(var.entry.source.path().to_owned(), edit)],
                });
            }
            findings.push(finding);
        }
    }
}

/// Deletes the entry's line where it stands alone on it and is not the only entry of its mapping.
fn line_of(var: &crate::ci::EnvVar) -> Option<Edit> {
    let source = &var.entry.source;
    let line = source.position(var.entry.span.start).line;
    let indent = |line: usize| {
        let text = source.line(line);
        (!text.trim().is_empty()).then(|| text.len() - text.trim_start().len())
    };
    let alone = source.line(line).trim() == source.slice(var.entry.span).trim();
    let sibling = indent(line + 1) == indent(line) || (line > 1 && indent(line - 1) == indent(line));
    (alone && sibling).then(|| Edit::delete(source.line_span(line)))
}
