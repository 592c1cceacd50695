//! # This does not grant the identity
//!
//! ## What it does
//! Reports `id-token: read`, `id_token: write` and other near misses in a GitHub `permissions` block.
//!
//! ## Why is this bad?
//! `id-token` knows only `write` and `none`, and a misspelt scope makes GitHub refuse the file.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions:
//!       id_token: write
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
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
//!     permissions:
//!       id-token: write
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub's permissions; run, 2026-11-22: GitHub's own language service rejects both.

use super::engine::{Availability, Context, Meta, words};
use crate::ci::{Pipeline, Scalar};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "id-token-value-invalid",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check_file(_: &Context<'_>, pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    if pipeline.provider != Provider::Github {
        return;
    }
    let whole = pipeline.permissions.iter();
    let jobs = pipeline.jobs.iter().filter_map(|job| job.permissions.as_ref());
    for (scope, access) in whole.chain(jobs).flat_map(|permissions| &permissions.scopes) {
        if let Some((message, help)) = fault(scope, access) {
            findings.push(META.finding(&access.at, Provider::Github, message).with_help(help));
        }
    }
}

fn fault(scope: &str, access: &Scalar) -> Option<(String, &'static str)> {
    if !words::is_id_token(scope) {
        return None;
    }
    if scope != "id-token" {
        return Some((format!("GitHub knows no permission `{scope}`"), "Write `id-token: write`."));
    }
    let value = access.value.as_deref()?;
    (!matches!(value, "write" | "none"))
        .then(|| (format!("`id-token: {value}` grants no identity"), "Write `id-token: write`."))
}
