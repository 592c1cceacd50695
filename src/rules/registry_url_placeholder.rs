//! # setup-node writes a token line that trusted publishing does not need
//!
//! ## What it does
//! Notes `registry-url` of actions/setup-node in a job that publishes by identity and has no token.
//!
//! ## Why is this bad?
//! The line takes its token from `NODE_AUTH_TOKEN`, which nobody sets here; setup-node before version 7
//! fills in a dummy. npm overwrites it when the exchange succeeds, so it is no cause of a failure; but when
//! the exchange fails it turns a clear `ENEEDAUTH` into a misleading `E404`.
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
//!         with: { node-version: 24.19.0, registry-url: 'https://{registry}' }
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
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: npm 11.5.1, 11.21.2 and 12.2.0 publish with an empty, dummy or unset token in the
//!   user configuration.
//! - contested in several threads, among them actions/setup-node#1551.

use super::engine::{Availability, Context, Meta};
use crate::ci::{IdentityState, Step, StepKind};
use crate::diagnostic::{Finding, Severity};
use crate::facts::{Provider, registry};

pub(super) static META: Meta = Meta {
    id: "registry-url-placeholder",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let by_identity = publishing
            .paths
            .iter()
            .all(|path| path.identity.state == IdentityState::Granted && path.tokens().next().is_none());
        if !by_identity {
            continue;
        }
        for input in publishing.job.leaves().into_iter().filter_map(registry_url) {
            findings.push(
                META.finding(&input.entry, Provider::Github, "publishing by identity needs no registry here: a failed exchange then says E404 instead of ENEEDAUTH")
                    .with_help("Remove `registry-url`, unless an earlier step of the job installs private packages with it."),
            );
        }
    }
}

fn registry_url(step: &Step) -> Option<&crate::ci::Input> {
    let StepKind::Uses { action, inputs, .. } = &step.kind else { return None };
    let input = inputs.iter().find(|input| input.name == "registry-url")?;
    (action == "actions/setup-node" && input.text.shown().contains(registry::HOST)).then_some(input)
}
