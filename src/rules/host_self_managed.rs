//! # npm trusts no identity of this host
//!
//! ## What it does
//! Reports a publish by identity in a repository whose git remote, or package.json, is on a GitHub Enterprise or GitLab
//! host of one's own.
//!
//! ## Why is this bad?
//! npm's trusted publishers are for github.com, gitlab.com and CircleCI's cloud. The token of another host has another
//! issuer, and the exchange is refused.
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
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "https://gitlab.acme.example/tools/a.git" }
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0
//!   environment: { name: npm }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm stage publish]
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "https://gitlab.acme.example/tools/a.git" }
//! ```
//!
//! ## Evidence
//! - documentation: npm, supported CI/CD providers; issue thread: npm/rfcs#924 and #888 ask for self-managed issuers.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::project::{Forge, Origin};

pub(super) static META: Meta = Meta {
    id: "host-self-managed",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(origin) = context.project.origin() else { return };
    let provider = match origin.address.forge() {
        Forge::GithubEnterprise => Provider::Github,
        Forge::GitlabSelfManaged => Provider::Gitlab,
        _ => return,
    };
    let Some(severity) = severity(&origin) else { return };
    for publishing in context.publishing_jobs() {
        let path = publishing.paths[0];
        if publishing.provider() != provider || !relies_on_identity(path) {
            continue;
        }
        let mut finding = META.finding(
            path.identity.at.as_ref().unwrap_or(&publishing.job.key),
            provider,
            format!(
                "this repository is on `{}`, and npm exchanges identities of {} alone",
                origin.address.host,
                if provider == Provider::Github { "github.com" } else { "gitlab.com" }
            ),
        );
        finding.severity = severity;
        findings.push(finding.with_help(
            "Stage with a stage-only token and approve by hand (`trustpub advise`), or publish from a mirror there.",
        ));
    }
}

/// How sure it is. An ssh remote may say an alias of `~/.ssh/config`, and a manifest may be about another place.
fn severity(origin: &Origin) -> Option<Severity> {
    let host = origin.address.host.as_str();
    let alias =
        !host.contains('.') || ["github.com", "gitlab.com"].iter().any(|known| host.starts_with(known));
    match (origin.from_git, origin.address.scheme.as_str()) {
        _ if alias => None,
        (true, "https" | "http") => Some(Severity::Error),
        _ => Some(Severity::Warning),
    }
}
