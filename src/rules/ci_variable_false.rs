//! # `CI` is turned off for the publish
//!
//! ## What it does
//! Reports `CI: false` or an empty `CI` in the environment of a publish command.
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

use super::engine::{Availability, Context, Meta, words};
use crate::ci::Value;
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "ci-variable-false", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs() {
        let Some(var) = context.step(path).and_then(|step| job.variable(step, "CI")) else { continue };
        let off = matches!(&var.value, Value::Static(text) if text == "false");
        if !off || !words::has_oidc(path.provider) {
            continue;
        }
        let mut finding = META.finding(
            &var.entry,
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
