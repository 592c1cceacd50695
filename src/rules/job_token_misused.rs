//! # The job's own token goes where it does not belong
//!
//! ## What it does
//! Reports `CI_JOB_TOKEN` that is sent to a foreign host, and a job token (`CI_JOB_TOKEN`, `GITHUB_TOKEN`) that is
//! given to the npm registry.
//!
//! ## Why is this bad?
//! The token acts as the person who started the pipeline while the job runs: whoever receives it can use it. The npm
//! registry does not know it and answers 401.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script:
//!     - 'curl -H "JOB-TOKEN: $CI_JOB_TOKEN" https://hooks.acme.example/released'
//!     - npm publish
//! ```
//!
//! ## Use instead
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
//! ## Evidence
//! - documentation: GitLab, CI/CD job token; npm takes its own tokens and exchanged ones alone.

use super::engine::{Availability, Context, Meta, PublishingJob};
use crate::ci::command::Deed;
use crate::ci::{IdentityState, Registry, Script, Value};
use crate::diagnostic::{Finding, Severity};
use crate::facts::{Provider, registry};
use crate::project::Address;
use crate::shell;

pub(super) static META: Meta = Meta {
    id: "job-token-misused",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let own = context.project.origin().map(|origin| origin.address.host);
    for publishing in context.publishing_jobs() {
        match publishing.provider() {
            Provider::Gitlab => {
                sent_away(&publishing, own.as_deref(), findings);
                written(&publishing, findings);
            }
            Provider::Github => given_to_npm(context, &publishing, findings),
            _ => {}
        }
    }
}

/// `curl` and `wget` with the token and the address of another host.
fn sent_away(publishing: &PublishingJob<'_>, own: Option<&str>, findings: &mut Vec<Finding>) {
    for script in publishing.job.leaves().into_iter().filter_map(|step| step.script()) {
        for command in shell::commands(script.text()) {
            let words: Vec<&str> = command.words.iter().map(|word| word.value.as_ref()).collect();
            let sends = matches!(command.name(), Some("curl" | "wget"))
                && words.iter().any(|word| word.contains("CI_JOB_TOKEN"));
            let host = words.iter().filter(|_| sends).find_map(|word| foreign(word, own));
            let Some((host, at)) = host.zip(script.locate(command.span)) else { continue };
            let message = format!("this gives the job's token to `{host}`");
            let mut finding = META.finding(&at, Provider::Gitlab, message);
            // A GitLab of one's own may have several hosts.
            if own != Some("gitlab.com") {
                finding.severity = Severity::Warning;
            }
            findings.push(finding.with_help(
                "Use a token of that host, as a masked variable; CI_JOB_TOKEN is for this GitLab alone.",
            ));
        }
    }
}

/// The host of an address that is certainly not this GitLab.
fn foreign(word: &str, own: Option<&str>) -> Option<String> {
    let host = Address::parse(word).filter(|address| address.scheme.starts_with("http"))?.host;
    let expanded = host.contains(['$', '{', '<']);
    (!expanded && !host.contains("gitlab") && own.is_none_or(|own| own != host)).then_some(host)
}

/// A line of npm configuration that gives the token to the npm registry.
fn written(publishing: &PublishingJob<'_>, findings: &mut Vec<Finding>) {
    for act in publishing.paths[0].acts.iter().map(|act| &act.act) {
        let Deed::WriteToken { value, registry: Some(host), .. } = &act.deed else { continue };
        if value.contains("CI_JOB_TOKEN") && host.trim_matches('/').eq_ignore_ascii_case(registry::HOST) {
            findings.push(
                META.finding(&act.at, Provider::Gitlab, "the npm registry does not know GitLab's job token")
                    .with_help(
                        "Publish by identity (`id_tokens`); CI_JOB_TOKEN is for GitLab's own registry.",
                    ),
            );
        }
    }
}

/// `NODE_AUTH_TOKEN` that is the job's token in a publish to npm that has nothing else.
fn given_to_npm(context: &Context<'_>, publishing: &PublishingJob<'_>, findings: &mut Vec<Finding>) {
    for path in publishing.paths.iter().filter(|path| path.registry == Registry::Npm) {
        let nothing_else = path.identity.state == IdentityState::Missing && path.tokens().next().is_none();
        let step =
            context.step(path).filter(|step| nothing_else && step.script().map(Script::text).is_some());
        let var = step.and_then(|step| publishing.job.variable(step, "NODE_AUTH_TOKEN"));
        let Some(var) = var.filter(|var| var.value == Value::JobToken) else { continue };
        findings.push(
            META.finding(&var.entry, Provider::Github, "the npm registry does not know GITHUB_TOKEN")
                .with_help("Publish by identity (`id-token: write`); GITHUB_TOKEN is for GitHub Packages."),
        );
    }
}
