//! # The claims for the id token are no JSON
//!
//! ## What it does
//! Reads the argument of `circleci run oidc get --claims` as the shell hands it over and reports it when it
//! is not a JSON object, most often because quotes are escaped inside single quotes.
//!
//! ## Why is this bad?
//! The command fails or answers an empty token, an `export` around it hides that, and npm falls back to a
//! stored token in silence.
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
//!             NPM_ID_TOKEN="$(circleci run oidc get --claims '{\"aud\":\"npm:{registry}\"}')"
//!             test -n "$NPM_ID_TOKEN"
//!             export NPM_ID_TOKEN
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
//! - issue thread: ethereum-optimism/ecosystem#1000 and two more repositories with the same line.

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};
use crate::facts::{Provider, registry};

pub(super) static META: Meta = Meta {
    id: "id-token-claims-invalid",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        for act in publishing.paths[0].acts.iter().map(|act| &act.act) {
            let Deed::FetchIdentity(request) = &act.deed else { continue };
            let Some(claims) = &request.claims else { continue };
            // A variable in it is filled in at run time.
            if claims.contains('$') || serde_json::from_str::<serde_json::Map<_, _>>(claims).is_ok() {
                continue;
            }
            findings.push(
                META.finding(
                    &act.at,
                    Provider::Circleci,
                    format!(
                        "the shell hands over `{claims}`, which is no JSON: the id token comes back empty"
                    ),
                )
                .with_help(format!(
                    "Inside single quotes nothing is escaped: `--claims '{{\"aud\":\"{}\"}}'`.",
                    registry::AUDIENCE
                )),
            );
        }
    }
}
