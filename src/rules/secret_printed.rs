//! # A credential may be printed into the log
//!
//! ## What it does
//! Reports a publish job that prints a variable which holds a token or id token, prints its whole
//! environment, or traces its commands with `set -x` beside one.
//!
//! ## Why is this bad?
//! GitLab and CircleCI do not mask id tokens, and a stored token is masked only as long as nothing encodes
//! it.
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
//!             NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!             test -n "$NPM_ID_TOKEN"
//!             export NPM_ID_TOKEN
//!             echo "$NPM_ID_TOKEN"
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
//! - documentation: CircleCI prints an id token without masking it.

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "secret-printed", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let path = publishing.paths[0];
        for act in path.acts.iter().map(|act| &act.act) {
            let Deed::PrintSecret { variable } = &act.deed else { continue };
            let known = |name: &str| {
                name == "NPM_ID_TOKEN" || path.credentials.iter().any(|credential| credential.name == name)
            };
            let (message, severity) = match variable {
                Some(name) if known(name) => (format!("this prints `{name}` into the log"), Severity::Error),
                Some(_) => continue,
                None => (
                    "this prints the whole environment, credentials included, into the log".to_owned(),
                    Severity::Warning,
                ),
            };
            let mut finding = META.finding(&act.at, publishing.provider(), message);
            finding.severity = severity;
            findings.push(finding.with_help("Print its length, or nothing."));
        }
    }
}
