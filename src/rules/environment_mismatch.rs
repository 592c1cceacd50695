//! # The publish job has another guard than the spec says
//!
//! ## What it does
//! Compares the environment (GitHub, GitLab) or context (CircleCI) of the publish job with `trustpub.yml`.
//!
//! ## Why is this bad?
//! The trusted publisher is made from the spec, and npm compares the environment's name, letter case included: with
//! another one the exchange is refused.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: production
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```yaml trustpub.yml
//! version: 1
//! providers: { github: { file: publish.yml, environment: npm } }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "https://github.com/acme/a" }
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```yaml trustpub.yml
//! version: 1
//! providers: { github: { file: publish.yml, environment: npm } }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "https://github.com/acme/a" }
//! ```
//!
//! ## Evidence
//! - documentation: npm's environment field must match exactly; issue thread: sentry-testkit#321, autopg#35.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::ci::Job;
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;
use crate::spec::{Auth, Details};

pub(super) static META: Meta = Meta {
    id: "environment-mismatch",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab, Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(spec) = context.spec else { return };
    for (path, job) in context.npm_path_jobs().filter(|(path, _)| relies_on_identity(path)) {
        let target =
            spec.targets.iter().find(|target| target.provider == path.provider && target.auth == Auth::Oidc);
        // Another entry file than the spec's is entry-file-mismatch's.
        let Some(target) = target.filter(|target| target.file == path.file || !target.entry) else {
            continue;
        };
        let (word, wanted) = match &target.details {
            Details::Github { environment, .. } | Details::Gitlab { environment, .. } => {
                ("environment", environment)
            }
            Details::Circleci { context, .. } => ("context", context),
            Details::Token { .. } => continue,
        };
        let Some((at, has)) = guard(job, word, wanted) else { continue };
        let has = has.map_or_else(|| format!("no {word}"), |name| format!("{word} `{name}`"));
        findings.push(
            META.finding(
                at,
                path.provider,
                format!("job `{}` has {has}, `trustpub.yml` says `{wanted}`", job.id),
            )
            .with_help(format!(
                "Write `{wanted}` here, or the {word}'s name in `trustpub.yml` and make the publisher anew as `trustpub generate` prints it."
            )),
        );
    }
}

/// The guard that the job has instead of `wanted`; none where it has that one, or one that cannot be told.
fn guard<'j>(job: &'j Job, word: &str, wanted: &str) -> Option<(&'j Location, Option<&'j str>)> {
    if word == "context" {
        let names: Option<Vec<&str>> = job.contexts.iter().map(|context| context.value.as_deref()).collect();
        let names = names?;
        let first = job.contexts.first();
        return (!names.contains(&wanted))
            .then(|| (first.map_or(&job.key, |context| &context.at), names.first().copied()));
    }
    let Some(environment) = &job.environment else { return Some((&job.key, None)) };
    let name = environment.name.value.as_deref()?;
    (name != wanted).then_some((&environment.entry, Some(name)))
}
