//! # The id token is for another audience
//!
//! ## What it does
//! Compares the audience of the id token that npm exchanges (`NPM_ID_TOKEN` on GitLab, the claims of
//! `circleci run oidc get` on CircleCI) with the one that the registry accepts.
//!
//! ## Why is this bad?
//! npm's registry answers the exchange with 401 or a misleading 404, npm says nothing, and the publish
//! fails with `ENEEDAUTH`. A URL, a scheme or a trailing slash is enough.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'https://{registry}' }
//!     SIGSTORE_ID_TOKEN: { aud: sigstore }
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
//! - run, 2026-11-22: the audience `npm:` and the registry's host is the only one that the exchange takes.
//! - documentation: npm's trusted publishing page.

use super::engine::{Availability, Context, Meta};
use crate::ci::Scalar;
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::facts::{Provider, registry};
use crate::text::Edit;

pub(super) static META: Meta = Meta {
    id: "id-token-audience-wrong",
    severity: Severity::Error,
    fix: Availability::Safe,
    providers: &[Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let tokens = publishing.job.identity.tokens.iter().filter(|token| token.name == "NPM_ID_TOKEN");
        for audience in tokens.flat_map(|token| &token.audiences) {
            // What is decided at run time cannot be judged.
            if audience.value.as_deref().is_none_or(|value| value == registry::AUDIENCE) {
                continue;
            }
            let mut finding = META
                .finding(
                    &audience.at,
                    publishing.provider(),
                    format!(
                        "the id token's audience is `{}`; npm takes `{}` alone",
                        audience.shown(),
                        registry::AUDIENCE
                    ),
                )
                .with_help(format!("Write `{}`: no scheme, no slash.", registry::AUDIENCE));
            if let Some(fix) = fix(audience) {
                finding = finding.with_fix(fix);
            }
            findings.push(finding);
        }
    }
}

/// Replaces the audience where its text stands in the file as it is.
fn fix(audience: &Scalar) -> Option<Fix> {
    let source = &audience.at.source;
    let text = source.slice(audience.at.span);
    let inner = text.find(&audience.written)?;
    let start = audience.at.span.start + inner;
    let quoted = inner > 0;
    let span = crate::text::Span::new(start, start + audience.written.len());
    // A plain scalar with a colon is fine in block style; in a flow mapping it needs quotes.
    let replacement =
        if quoted { registry::AUDIENCE.to_owned() } else { format!("'{}'", registry::AUDIENCE) };
    Some(Fix {
        title: format!("ask for the audience `{}`", registry::AUDIENCE),
        safety: Safety::Safe,
        edits: vec![(source.path().to_owned(), Edit::replace(span, replacement))],
    })
}
