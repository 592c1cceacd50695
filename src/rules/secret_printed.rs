//! # A credential may be printed into the log
//!
//! ## What it does
//! Reports a publish job that prints a variable which holds a token or id token, prints its whole
//! environment, or traces its commands (`set -x`, GitLab's `CI_DEBUG_TRACE`) beside one.
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

use super::engine::{Availability, Context, Meta, PublishingJob};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::shell::{self, Link};

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
        traced(&publishing, findings);
        environment(&publishing, findings);
        debug_trace(&publishing, findings);
    }
}

/// `set -x` before a command that handles the id token, where the provider does not mask it.
fn traced(publishing: &PublishingJob<'_>, findings: &mut Vec<Finding>) {
    if !matches!(publishing.provider(), Provider::Gitlab | Provider::Circleci) {
        return;
    }
    for script in publishing.job.leaves().into_iter().filter_map(|step| step.script()) {
        let text = script.text();
        let commands = shell::commands(text);
        let Some(trace) = commands.iter().find(|command| traces(command, true)) else { continue };
        let off =
            commands.iter().find(|command| traces(command, false)).map_or(text.len(), |off| off.span.start);
        let beside = text.get(trace.span.end..off).is_some_and(|after| after.contains("NPM_ID_TOKEN"));
        let Some(at) = script.locate(trace.span).filter(|_| beside) else { continue };
        let message = "this traces the commands that handle `NPM_ID_TOKEN`: its value is in the log";
        let mut finding = META.finding(&at, publishing.provider(), message);
        if publishing.provider() != Provider::Circleci {
            // Whether GitLab masks it was not tried.
            finding.severity = Severity::Warning;
        }
        findings.push(finding.with_help("Remove `-x`, or write `set +x` before the token is fetched."));
    }
}

/// `env` alone, whose output nothing takes.
fn environment(publishing: &PublishingJob<'_>, findings: &mut Vec<Finding>) {
    for script in publishing.job.leaves().into_iter().filter_map(|step| step.script()) {
        let commands = shell::commands(script.text());
        for (index, command) in commands.iter().enumerate() {
            let alone = command.name() == Some("env") && command.words.len() == 1 && command.parent.is_none();
            let taken = !command.redirects.is_empty()
                || commands.get(index + 1).is_some_and(|next| next.link == Link::Pipe);
            let Some(at) = script.locate(command.span).filter(|_| alone && !taken) else { continue };
            let message = "this prints the whole environment, credentials included, into the log";
            let mut finding = META.finding(&at, publishing.provider(), message);
            finding.severity = Severity::Warning;
            findings.push(finding.with_help("Print the names alone (`env | cut -d= -f1`), or nothing."));
        }
    }
}

/// Whether the command switches tracing on or off.
fn traces(command: &shell::Command<'_>, on: bool) -> bool {
    let sign = if on { '-' } else { '+' };
    let mut words = command.words.iter().map(|word| word.value.as_ref());
    let is_set = words.next() == Some("set");
    let flag = |word: &str| word.strip_prefix(sign).is_some_and(|flags| flags.contains('x'));
    is_set && words.any(|word| word == "xtrace" || (!word.starts_with("--") && flag(word)))
}

/// `CI_DEBUG_TRACE` on the publish job.
fn debug_trace(publishing: &PublishingJob<'_>, findings: &mut Vec<Finding>) {
    let debug = |name: &str| matches!(name, "CI_DEBUG_TRACE" | "CI_DEBUG_SERVICES");
    let set =
        publishing.job.env.iter().filter(|var| debug(&var.name) && var.text.value.as_deref() == Some("true"));
    for var in set.filter(|_| publishing.provider() == Provider::Gitlab) {
        let message = format!("`{}` writes every variable of the job into the log", var.name);
        let mut finding = META.finding(&var.entry, Provider::Gitlab, message);
        finding.severity = Severity::Warning;
        findings.push(finding.with_help("Remove it; trace a job without identity instead."));
    }
}
