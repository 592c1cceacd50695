//! # No provenance will be made: the signing token is missing
//!
//! ## What it does
//! Reports a GitLab job that publishes to npm by identity without an id token `SIGSTORE_ID_TOKEN` for the
//! audience `sigstore`.
//!
//! ## Why is this bad?
//! npm then publishes without provenance and says nothing. Where provenance is asked for (`--provenance`,
//! `publishConfig.provenance`), the publish fails with EUSAGE: an error.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
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
//! - run, 2026-11-22: no `SIGSTORE_ID_TOKEN`, no provenance, no message; with `provenance=true`, EUSAGE.
//! - issue thread: npm/cli#8558.

use super::engine::{Availability, Context, Meta};
use crate::ci::IdentityState;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "provenance-token-missing",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs() {
        if path.provider != Provider::Gitlab
            || path.identity.state != IdentityState::Granted
            || path.command.provenance == Some(false)
            || context.private_packages(path)
            || job.identity.tokens.iter().any(|token| token.name == "SIGSTORE_ID_TOKEN")
        {
            continue;
        }
        let Some(npm) = job.identity.tokens.iter().find(|token| token.name == "NPM_ID_TOKEN") else {
            continue;
        };
        let asked = path.command.provenance == Some(true);
        let mut finding = META.finding(
            &npm.at,
            Provider::Gitlab,
            if asked {
                "provenance is asked for and there is no SIGSTORE_ID_TOKEN: the publish fails with EUSAGE"
            } else {
                "there is no SIGSTORE_ID_TOKEN: npm publishes without provenance and says nothing"
            },
        );
        if asked {
            finding.severity = Severity::Error;
        }
        findings
            .push(finding.with_help("Add `SIGSTORE_ID_TOKEN: {aud: sigstore}` to the job's `id_tokens`."));
    }
}
