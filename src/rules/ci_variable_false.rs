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

use std::collections::HashMap;

use super::engine::{Availability, Context, Meta, words};
use crate::ci::{EnvVar, Script, Value};
use crate::diagnostic::{Finding, Location, Severity};
use crate::shell::{self, Assigned};

pub(super) static META: Meta =
    Meta { id: "ci-variable-false", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut scripts: HashMap<(&str, usize), Vec<(String, Location)>> = HashMap::new();
    for (path, job) in context.npm_path_jobs() {
        let Some(step) = context.step(path).filter(|_| words::has_oidc(path.provider)) else { continue };
        let is_off = |var: &&EnvVar| matches!(&var.value, Value::Static(text) if text == "false");
        let by_env = job.variable(step, "CI").filter(is_off).map(|var| var.entry.clone());
        let in_script = || {
            let script = step.script().filter(|_| path.chain.is_empty())?;
            let place = (step.at.source.path(), step.at.span.start);
            let off = scripts.entry(place).or_insert_with(|| switched_off(script));
            let (_, at) = off.iter().find(|(command, _)| path.command.text.starts_with(command))?;
            Some(at.clone())
        };
        let Some(at) = by_env.or_else(in_script) else { continue };
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

/// The commands of a script that run with `CI=false`, as words, with their place.
fn switched_off(script: &Script) -> Vec<(String, Location)> {
    let off = |command: &shell::Command<'_>| {
        let is_off = |set: &shell::Assignment<'_>| match &set.value {
            Assigned::Scalar(word) => set.name == "CI" && matches!(word.value.as_ref(), "false" | ""),
            Assigned::Array(_) => false,
        };
        !command.words.is_empty() && command.assignments.iter().any(is_off)
    };
    if !script.text().contains("CI=") {
        return Vec::new();
    }
    let commands = shell::commands(script.text());
    let named = commands.iter().filter(|command| off(command)).filter_map(|command| {
        let words: Vec<&str> = command.words.iter().map(|word| word.value.as_ref()).collect();
        Some((words.join(" "), script.locate(command.span)?))
    });
    named.collect()
}
