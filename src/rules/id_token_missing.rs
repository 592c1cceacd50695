//! # The publish job has no identity
//!
//! ## What it does
//! Reports a job that publishes to npm without the right to an id token: `id-token: write` (GitHub), an
//! `id_tokens` entry `NPM_ID_TOKEN` (GitLab), a `circleci run oidc get` (CircleCI).
//!
//! ## Why is this bad?
//! Without it npm skips the exchange in silence and fails with `ENEEDAUTH`, or publishes with a stored token.
//!
//! An error where nothing else authenticates; for your information where a token does.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions:
//!       contents: read
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
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
//!     permissions:
//!       contents: read
//!       id-token: write
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: npm logs `oidc Skipped because incorrect permissions` at `silly` alone.
//! - documentation: `id-token` is `none` by default in every setting.

use super::engine::{Availability, Context, Meta, grant, words};
use crate::ci::command::Deed;
use crate::ci::{Auth, Credential, IdentityState, Job, Level, PublishPath, Reach, Registry, Tool, Value};
use crate::diagnostic::{Finding, Safety, Severity};
use crate::facts::{Provider, registry};

pub(super) static META: Meta = Meta {
    id: "id-token-missing",
    severity: Severity::Error,
    fix: Availability::Safe,
    providers: &[Provider::Github, Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs() {
        let withheld = match path.identity.state {
            IdentityState::Missing => false,
            IdentityState::Withheld => true,
            IdentityState::Granted if unasked(path, job) => false,
            IdentityState::Granted | IdentityState::Unknown => continue,
        };
        // A caller that does not grant it is id-token-caller-missing's, a misspelling id-token-value-invalid's.
        let by_caller = withheld
            && (path.job_index.len() > 1
                || path.identity.at.as_ref().is_none_or(|at| at.source.path() != path.file));
        if !words::has_oidc(path.provider) || by_caller || misspelt(job) {
            continue;
        }
        let has_token = path.tokens().any(|token| job.call.is_some() || may_authenticate(token));
        let mut finding = META.finding(
            path.identity.at.as_ref().unwrap_or(&job.key),
            path.provider,
            if has_token {
                format!(
                    "job `{}` publishes with a token; trusted publishing needs {}",
                    job.id,
                    needed(path.provider)
                )
            } else {
                format!(
                    "job `{}` publishes to npm with no token and without {}",
                    job.id,
                    needed(path.provider)
                )
            },
        );
        finding.severity = match path.auth {
            // Commands and files send it to different registries: that npm's is meant is unproven.
            _ if has_token || path.registry == Registry::Unknown => Severity::Info,
            Auth::None => Severity::Error,
            _ => Severity::Warning,
        };
        // Where a token publishes today, no block is added for what is only to come.
        let own_block = job.permissions.as_ref().is_some_and(|own| own.level == Some(Level::Job));
        let wanted = path.provider == Provider::Github && (own_block || !has_token);
        if let Some(mut fix) = grant::identity(job).filter(|_| wanted) {
            // An identity beside a token is new to the job.
            if has_token {
                fix.safety = Safety::Unsafe;
            }
            finding = finding.with_fix(fix);
        }
        findings.push(
            finding
                .with_help(help(path.provider))
                .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}

/// Whether the job's permissions mean to grant the identity and do not.
fn misspelt(job: &Job) -> bool {
    job.permissions.iter().flat_map(|permissions| &permissions.scopes).any(|(name, access)| {
        words::is_id_token(name) && (name != "id-token" || !matches!(access.shown(), "write" | "none"))
    })
}

/// Whether a CircleCI job, each of which may have an id token, never asks for one, and nothing in it that cannot be
/// seen could: an orb's command, a script that is not read.
fn unasked(path: &PublishPath, job: &Job) -> bool {
    let asked = path.acts.iter().any(|act| matches!(act.act.deed, Deed::FetchIdentity(_)));
    let named = job
        .leaves()
        .into_iter()
        .filter_map(|step| step.script())
        .any(|script| script.text().contains("oidc"));
    let tool = matches!(path.command.tool, Tool::Npm | Tool::Pnpm | Tool::Yarn);
    path.provider == Provider::Circleci
        && tool
        && !asked
        && !named
        && job.identity.tokens.is_empty()
        && job.unknowns.is_empty()
        && path.chain.is_empty()
}

fn may_authenticate(token: &Credential) -> bool {
    token.reach != Reach::Inherited && token.value != Value::Empty
}

const fn needed(provider: Provider) -> &'static str {
    match provider {
        Provider::Gitlab => "an id token `NPM_ID_TOKEN`",
        Provider::Circleci => "an id token from `circleci run oidc get`",
        _ => "`id-token: write`",
    }
}

fn help(provider: Provider) -> String {
    match provider {
        Provider::Gitlab => {
            format!("Add to the job: `id_tokens: {{NPM_ID_TOKEN: {{aud: '{}'}}}}`.", registry::AUDIENCE)
        }
        Provider::Circleci => format!(
            "Fetch it in the publish step: `NPM_ID_TOKEN=\"$(circleci run oidc get --claims '{{\"aud\":\"{}\"}}')\"`, \
             stop if it is empty, then `export NPM_ID_TOKEN`.",
            registry::AUDIENCE
        ),
        _ => "Add `id-token: write` to the job's `permissions` (and what else its steps need: naming one drops the rest)."
            .to_owned(),
    }
}
