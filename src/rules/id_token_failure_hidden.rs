//! # A failure to fetch the id token goes unnoticed
//!
//! ## What it does
//! Reports a `circleci run oidc get` whose failure the shell swallows: inside `export X=$(…)` or `echo
//! "…$(…)"`, or without any check that the token is not empty.
//!
//! ## Why is this bad?
//! The step stays green with an empty token, and npm falls back to a stored token or fails with `ENEEDAUTH`
//! later.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: "cimg/node:24.15.0" }]
//!     steps:
//!       - run:
//!           command: |
//!             export NPM_ID_TOKEN=$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')
//!             npm publish
//! workflows:
//!   release:
//!     jobs:
//!       - publish: { context: npm-publish }
//! ```
//!
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: "cimg/node:24.15.0" }]
//!     steps:
//!       - run:
//!           command: |
//!             NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!             test -n "$NPM_ID_TOKEN"
//!             export NPM_ID_TOKEN
//!             npm publish
//! workflows:
//!   release:
//!     jobs:
//!       - publish: { context: npm-publish }
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: confirmed under `bash -eo pipefail` (shellcheck SC2155).

use super::engine::{Availability, Context, Meta};
use crate::ci::Step;
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "id-token-failure-hidden",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

/// Ways in which scripts test that a variable is not empty.
const CHECKS: [&str; 8] =
    ["-z \"$", "-n \"$", "-z $", "-n $", ":?", "-z \"${", "-n \"${", "case \"$NPM_ID_TOKEN\""];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let steps = publishing.job.leaves();
        for found in publishing.paths[0].acts.iter() {
            let Deed::FetchIdentity(request) = &found.act.deed else { continue };
            let checked = request.checked
                || steps
                    .get(found.step)
                    .and_then(|step| script(step))
                    .is_some_and(|text| CHECKS.iter().any(|check| text.contains(check)));
            if checked && !request.hides_failure {
                continue;
            }
            let message = if request.hides_failure {
                "the shell hides a failure of this command: the token may be empty and the step stays green"
            } else {
                "nothing checks that this answered a token: a failure stops the step, an empty answer does not"
            };
            let mut finding = META.finding(&found.act.at, Provider::Circleci, message);
            // Checked afterwards, the failure is seen, only later than it could be; and CircleCI's shell stops at
            // a command that fails (`bash -eo pipefail`), though not at one that answers nothing.
            if checked || !request.hides_failure {
                finding.severity = Severity::Info;
            }
            findings.push(finding.with_help(
                "Assign first, then check: `NPM_ID_TOKEN=\"$(circleci run oidc get …)\"`, `[ -n \"$NPM_ID_TOKEN\" ] || exit 1`, \
                 `export NPM_ID_TOKEN`.",
            ));
        }
    }
}

fn script(step: &Step) -> Option<&str> {
    step.script().map(crate::ci::Script::text)
}
