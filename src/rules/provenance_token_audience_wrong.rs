//! # The signing token is for another audience
//!
//! ## What it does
//! Reports an id token `SIGSTORE_ID_TOKEN` whose audience is not `sigstore`.
//!
//! ## Why is this bad?
//! The signing service refuses it, and the publish fails after the exchange has succeeded.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!     SIGSTORE_ID_TOKEN: { aud: 'https://sigstore.dev' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!     SIGSTORE_ID_TOKEN: { aud: sigstore }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - documentation: GitLab's signing page; npm's trusted publishing page.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "provenance-token-audience-wrong",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let tokens = publishing.job.identity.tokens.iter().filter(|token| token.name == "SIGSTORE_ID_TOKEN");
        for audience in tokens.flat_map(|token| &token.audiences) {
            let Some(value) = audience.value.as_deref().filter(|value| *value != "sigstore") else {
                continue;
            };
            findings.push(
                META.finding(
                    &audience.at,
                    publishing.provider(),
                    format!("the signing token's audience is `{value}`; the signing service takes `sigstore` alone"),
                )
                .with_help("Write `aud: sigstore`."),
            );
        }
    }
}
