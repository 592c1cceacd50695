//! # npm does not look for the id token under this name
//!
//! ## What it does
//! Reports a job that publishes to npm and asks for an id token with npm's audience under a name other than
//! `NPM_ID_TOKEN`: GitLab's `id_tokens`, and the variable that takes what CircleCI's `oidc get` answers.
//!
//! ## Why is this bad?
//! npm reads `NPM_ID_TOKEN` and no other variable. It skips the exchange in silence and fails with
//! `ENEEDAUTH`.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_TOKEN: { aud: 'npm:{registry}' }
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
//! - code: npm `lib/utils/oidc.js` reads `process.env.NPM_ID_TOKEN`; run, 2026-11-22: another name is
//!   skipped.

use super::engine::{Availability, Context, Meta, PublishingJob};
use crate::ci::{PublishPath, Tool};
use crate::diagnostic::{Finding, Severity};
use crate::facts::{Provider, registry};

pub(super) static META: Meta = Meta {
    id: "id-token-name-wrong",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let tokens = &publishing.job.identity.tokens;
        if !META.providers.contains(&publishing.provider())
            || tokens.iter().any(|token| token.name == "NPM_ID_TOKEN" || token.name.is_empty())
            || (publishing.provider() == Provider::Circleci && goes_on(&publishing))
        {
            continue;
        }
        let for_npm = |name: &str| name.strip_prefix("npm:").is_some();
        let audience =
            |value: Option<&str>| value.is_some_and(|value| value == registry::AUDIENCE || for_npm(value));
        let misnamed = tokens
            .iter()
            .filter(|token| token.audiences.iter().any(|scalar| audience(scalar.value.as_deref())));
        for token in misnamed {
            findings.push(
                META.finding(
                    &token.at,
                    publishing.provider(),
                    format!("npm reads the id token from `NPM_ID_TOKEN`, not from `{}`", token.name),
                )
                .with_help("Rename it to `NPM_ID_TOKEN`."),
            );
        }
    }
}

/// Whether a script does, or may do, something else with what it fetched: hands it to `NPM_ID_TOKEN`, or exchanges it.
fn goes_on(publishing: &PublishingJob<'_>) -> bool {
    let unread = |path: &PublishPath| {
        !path.chain.is_empty() || !matches!(path.command.tool, Tool::Npm | Tool::Pnpm | Tool::Yarn)
    };
    if publishing.paths.iter().any(|path| unread(path)) {
        return true;
    }
    let mut scripts = publishing.job.leaves().into_iter().filter_map(|step| step.script());
    scripts.any(|script| script.text().contains("NPM_ID_TOKEN") || script.text().contains("exchange"))
}
