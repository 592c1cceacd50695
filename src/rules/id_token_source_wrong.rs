//! # This token is not one that npm exchanges
//!
//! ## What it does
//! Reports `NPM_ID_TOKEN` that is set from a token which the provider gives every job (`CIRCLE_OIDC_TOKEN`,
//! `CI_JOB_JWT`), and an id token that is used as if it were a registry token.
//!
//! ## Why is this bad?
//! Those tokens are for another audience, so npm's exchange is refused; and the registry takes no id token in
//! place of its own tokens.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: cimg/node:24.19.0 }]
//!     steps:
//!       - checkout
//!       - run: |
//!           export NPM_ID_TOKEN="$CIRCLE_OIDC_TOKEN_V2"
//!           npm publish
//! workflows:
//!   release: { jobs: [publish: { context: npm, filters: { branches: { only: main } } }] }
//! ```
//!
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: cimg/node:24.19.0 }]
//!     steps:
//!       - checkout
//!       - run: |
//!           NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!           [ -n "$NPM_ID_TOKEN" ] || exit 1
//!           export NPM_ID_TOKEN
//!           npm publish
//! workflows:
//!   release: { jobs: [publish: { context: npm, filters: { branches: { only: main } } }] }
//! ```
//!
//! ## Evidence
//! - documentation: CircleCI's standing tokens have the organisation as audience; GitLab removed `CI_JOB_JWT` in 17.0;
//!   code: npm exchanges `NPM_ID_TOKEN` and nothing else.

use super::engine::{Availability, Context, Meta, PublishingJob};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;
use crate::shell::{self, Assigned};

pub(super) static META: Meta = Meta {
    id: "id-token-source-wrong",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Gitlab, Provider::Circleci],
};

/// Tokens of the provider for another audience.
const STANDING: [&str; 2] = ["CIRCLE_OIDC_TOKEN", "CI_JOB_JWT"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        if !META.providers.contains(&publishing.provider()) {
            continue;
        }
        for (at, source) in variables(&publishing).into_iter().chain(assignments(&publishing)) {
            findings.push(
                META.finding(
                    &at,
                    publishing.provider(),
                    format!("`{source}` is for another audience: npm cannot exchange it"),
                )
                .with_help(help(publishing.provider())),
            );
        }
        for act in publishing.paths[0].acts.iter().map(|act| &act.act) {
            let Deed::WriteToken { value, .. } = &act.deed else { continue };
            let identity = STANDING.iter().chain(&["NPM_ID_TOKEN"]).find(|name| value.contains(*name));
            let Some(identity) = identity else { continue };
            let message =
                format!("`{identity}` is an id token, not a registry token: the registry refuses it here");
            let mut finding = META.finding(&act.at, publishing.provider(), message);
            // An exchange that succeeds replaces it.
            finding.severity = Severity::Warning;
            findings
                .push(finding.with_help("Write no token at all: npm exchanges `NPM_ID_TOKEN` by itself."));
        }
    }
}

/// `NPM_ID_TOKEN` in the job's or a step's environment, set from a standing token.
fn variables(publishing: &PublishingJob<'_>) -> Vec<(Location, &'static str)> {
    let steps = publishing.job.leaves();
    let all = publishing.job.env.iter().chain(steps.iter().flat_map(|step| &step.env));
    all.filter(|var| var.name == "NPM_ID_TOKEN")
        .filter_map(|var| Some((var.text.at.clone(), standing(&var.text.written)?)))
        .collect()
}

/// The same in scripts.
fn assignments(publishing: &PublishingJob<'_>) -> Vec<(Location, &'static str)> {
    let mut found = Vec::new();
    for script in publishing.job.leaves().into_iter().filter_map(|step| step.script()) {
        for command in shell::commands(script.text()) {
            let assigned = command.assignments.iter().filter_map(|set| match &set.value {
                Assigned::Scalar(word) if set.name == "NPM_ID_TOKEN" => standing(word.raw),
                _ => None,
            });
            let exported = command.words.iter().filter_map(|word| {
                let value = word.value.strip_prefix("NPM_ID_TOKEN=")?;
                standing(value)
            });
            if let Some(source) = assigned.chain(exported).next()
                && let Some(at) = script.locate(command.span)
            {
                found.push((at, source));
            }
        }
    }
    found
}

/// The standing token that a value consists of.
fn standing(value: &str) -> Option<&'static str> {
    let name = value.trim_matches(['"', '\'']).trim_start_matches('$').trim_matches(['{', '}']);
    STANDING
        .into_iter()
        .find(|standing| name.strip_suffix("_V2").or(name.strip_suffix("_V1")).unwrap_or(name) == *standing)
}

const fn help(provider: Provider) -> &'static str {
    match provider {
        Provider::Gitlab => {
            "Ask for it with `id_tokens: {NPM_ID_TOKEN: {aud: …}}` in the job and delete this."
        }
        _ => "Ask for one with npm's audience: `circleci run oidc get --claims …`.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standing_tokens_in_every_form() {
        for text in ["$CIRCLE_OIDC_TOKEN", "\"${CIRCLE_OIDC_TOKEN_V2}\"", "$CI_JOB_JWT_V2"] {
            assert!(standing(text).is_some(), "{text}");
        }
        assert_eq!(standing("$(exchange $CIRCLE_OIDC_TOKEN)"), None);
    }
}
