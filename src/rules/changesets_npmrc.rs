//! # changesets/action writes a token line although there is no token
//!
//! ## What it does
//! Notes changesets/action before 1.7.0 in a job that publishes by identity without `NPM_TOKEN`.
//!
//! ## Why is this bad?
//! These releases write `_authToken=undefined` into `~/.npmrc` when `NPM_TOKEN` is not set. npm exchanges the identity all
//! the same; but when that fails, npm tries the word as a token and answers E404 instead of ENEEDAUTH.
//!
//! ## Example
//! ```yaml .github/workflows/release.yml
//! on: { push: { branches: [main] } }
//! jobs:
//!   release:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: write, pull-requests: write }
//!     steps:
//!       - uses: changesets/action@e0145edc7d9d8679003495b11f87bd8ef63c0cba # v1.5.3
//!         with: { publish: npx changeset publish }
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/release.yml
//! on: { push: { branches: [main] } }
//! jobs:
//!   release:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: write, pull-requests: write }
//!     steps:
//!       - uses: changesets/action@a45c4d594aa4e2c509dc14a9f2b3b67ba3780d0d # v1.9.0
//!         with: { publish: npx changeset publish }
//! ```
//!
//! ## Evidence
//! - issue thread: changesets/action#545; code: v1.7.0.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::ci::StepKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::{Provider, actions};

pub(super) static META: Meta = Meta {
    id: "changesets-npmrc",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs().filter(|(path, _)| relies_on_identity(path)) {
        let Some(step) = context.step(path) else { continue };
        let StepKind::Uses { reference, action, version, comment, .. } = &step.kind else { continue };
        let release = actions::release(version.as_deref(), comment.as_deref());
        let fault = actions::fault(action, "undefined-token-line").zip(release);
        let old = fault.is_some_and(|(fault, release)| fault.is_in(release));
        if !old || job.variable(step, "NPM_TOKEN").is_some() {
            continue;
        }
        findings.push(
            META.finding(
                &reference.at,
                Provider::Github,
                "this release writes `_authToken=undefined` into `~/.npmrc` where NPM_TOKEN is not set",
            )
            .with_help("Use a newer release, or set `NPM_TOKEN: ''` for this step."),
        );
    }
}
