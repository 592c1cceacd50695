//! # The calling workflow does not pass the identity on
//!
//! ## What it does
//! Reports a reusable workflow that publishes and asks for `id-token: write` while a job that calls it does not
//! have it.
//!
//! ## Why is this bad?
//! Permissions only get narrower down the chain. GitHub refuses such a call at start-up, or the publish
//! runs without an identity. Where the calling workflow writes no `permissions` at all, the repository's default
//! decides, which no file shows: that is told at info.
//!
//! ## Example
//! ```yaml .github/workflows/release.yml
//! on: { push: { tags: ['v*'] } }
//! permissions: { contents: read }
//! jobs:
//!   release:
//!     uses: ./.github/workflows/publish.yml
//! ```
//! ```yaml .github/workflows/publish.yml
//! on: { workflow_call: {} }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/release.yml
//! on: { push: { tags: ['v*'] } }
//! permissions: { contents: read }
//! jobs:
//!   release:
//!     permissions: { contents: read, id-token: write }
//!     uses: ./.github/workflows/publish.yml
//! ```
//! ```yaml .github/workflows/publish.yml
//! on: { workflow_call: {} }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub's page on reusable workflows; npm's trusted publishing page ("given to both").

use super::engine::{Availability, Context, Meta};
use crate::ci::IdentityState;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "id-token-caller-missing",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let withheld = path.identity.state == IdentityState::Withheld;
        if !(withheld || path.identity.state == IdentityState::Granted) || path.job_index.len() < 2 {
            continue;
        }
        let mut jobs = context.model.pipeline(path).jobs.as_slice();
        for &index in &path.job_index[..path.job_index.len() - 1] {
            let Some(caller) = jobs.get(index) else { break };
            if matches!(caller.identity.state, IdentityState::Missing | IdentityState::Withheld) {
                let by_token = path.tokens().next().is_some();
                let mut finding = META.finding(
                    caller.identity.at.as_ref().unwrap_or(&caller.key),
                    path.provider,
                    format!(
                        "job `{}` calls a workflow that publishes and does not pass `id-token: write` on",
                        caller.id
                    ),
                );
                if !withheld {
                    finding.severity = Severity::Info;
                    finding.message.push_str(
                        " (unproven: no permissions are written there, so the repository's default decides)",
                    );
                } else if by_token {
                    finding.severity = Severity::Warning;
                }
                findings.push(
                    finding
                        .with_help("Add `permissions` with `id-token: write` (and what else the callee needs) to the calling job.")
                        .with_related(path.command.at.clone(), "the command that publishes"),
                );
                break;
            }
            jobs = caller.call.as_ref().and_then(|call| call.jobs.as_deref()).unwrap_or_default();
        }
    }
}
