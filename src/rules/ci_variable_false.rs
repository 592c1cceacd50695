//! # `CI` is turned off for the publish
//!
//! ## What it does
//! Reports `CI: false` in the environment of a publish command, and `CI=false npm publish`.
//!
//! ## Why is this bad?
//! npm then does not recognise any CI provider and skips the exchange without a word; Yarn does the same.
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
//!         env: { CI: 'false' }
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
//! - run, 2026-11-22: `CI=false` disables the detection of every vendor (ci-info).

use super::engine::{Availability, Context, Meta};
use crate::ci::{PublishPath, Step, Value};
use crate::diagnostic::{Finding, Location, Severity};
use crate::shell::{self, Assigned};

pub(super) static META: Meta =
    Meta { id: "ci-variable-false", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs() {
        let Some(step) = context.step(path) else { continue };
        let by_env = job
            .variable(step, "CI")
            .filter(|var| matches!(&var.value, Value::Static(text) if text == "false"));
        let at = by_env.map(|var| var.entry.clone()).or_else(|| in_script(path, step));
        let Some(at) = at else { continue };
        let mut finding = META.finding(
            &at,
            path.provider,
            "with `CI` off npm recognises no provider and skips the exchange",
        );
        if path.tokens().next().is_some() {
            finding.severity = Severity::Warning;
        }
        findings.push(
            finding
                .with_help("Set it on the build step alone, or not at all.")
                .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}

/// `CI=false npm publish`: the assignment on the publish command itself.
fn in_script(path: &PublishPath, step: &Step) -> Option<Location> {
    let script = step.script().filter(|_| path.chain.is_empty())?;
    let off = |command: &shell::Command<'_>| {
        command.assignments.iter().any(|set| {
            set.name == "CI"
                && matches!(&set.value, Assigned::Scalar(word) if matches!(word.value.as_ref(), "false" | ""))
        })
    };
    let commands = shell::commands(script.text());
    let publishes = |command: &&shell::Command<'_>| {
        let words: Vec<&str> = command.words.iter().map(|word| word.value.as_ref()).collect();
        !words.is_empty() && path.command.text.starts_with(&words.join(" "))
    };
    commands
        .iter()
        .filter(publishes)
        .find(|command| off(command))
        .and_then(|command| script.locate(command.span))
}
