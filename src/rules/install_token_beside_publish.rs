//! # The install token is in the job that publishes
//!
//! ## What it does
//! Notes a job that publishes by identity and hands an npm token to another step, to install private dependencies.
//!
//! ## Why is this bad?
//! The publish does not use it, but every script that the install runs can read it beside the identity. If it may
//! write, it can also publish.
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
//!       - run: npm ci
//!         env: { NODE_AUTH_TOKEN: '${{ secrets.NPM_READ_TOKEN }}' }
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   pack:
//!     runs-on: ubuntu-latest
//!     permissions: { contents: read }
//!     steps:
//!       - run: npm ci && npm pack
//!         env: { NODE_AUTH_TOKEN: '${{ secrets.NPM_READ_TOKEN }}' }
//!   publish:
//!     needs: pack
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish ./package.tgz
//! ```
//!
//! ## Evidence
//! - documentation: npm, trusted publishing covers `npm publish` alone; installs of private packages need a read-only token.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::ci::command::Deed;
use crate::ci::{EnvVar, Value};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta = Meta {
    id: "install-token-beside-publish",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let path = publishing.paths[0];
        if !publishing.paths.iter().all(|path| relies_on_identity(path)) {
            continue;
        }
        let steps = publishing.job.leaves();
        let installs = path.acts.iter().filter(|act| matches!(act.act.deed, Deed::Install { .. }));
        for step in installs.filter_map(|act| steps.get(act.step)) {
            let Some(var) = step.env.iter().find(|var| is_npm_token(var)) else { continue };
            findings.push(
                META.finding(
                    &var.entry,
                    publishing.provider(),
                    format!("`{}` is in job `{}`, which has the identity", var.name, publishing.job.id),
                )
                .with_help(
                    "Install and pack in a job of its own, with a read-only token; publish the tarball from this one.",
                )
                .with_related(path.command.at.clone(), "the command that publishes"),
            );
        }
    }
}

/// Whether the variable holds a stored secret for npm.
fn is_npm_token(var: &EnvVar) -> bool {
    let of_npm = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.contains("TOKEN")
            && (name.contains("NPM") || name.contains("NODE_AUTH"))
            && !name.contains("GITHUB")
    };
    match &var.value {
        Value::Secret(secret) => of_npm(&var.name) && !secret.contains("GITHUB"),
        _ => false,
    }
}
