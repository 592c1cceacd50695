//! # The identity is written where the provider does not look
//!
//! ## What it does
//! Reports `id_tokens` at the top level of a GitLab file, and GitHub's `permissions:` or `id-token:` inside
//! a GitLab job.
//!
//! ## Why is this bad?
//! GitLab takes a top-level `id_tokens` for a job without a script and refuses the file; it refuses unknown
//! job keywords too.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! id_tokens:
//!   NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//! publish:
//!   image: node:24.19.0
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
//! - run, 2026-11-22: GitLab's schema rejects a root `id_tokens`; issue thread: npm/documentation#1710
//!   (npm's own first sample).

use super::engine::{Availability, Context, Meta};
use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::yaml::Node;

pub(super) static META: Meta = Meta {
    id: "id-token-misplaced",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Gitlab],
};

/// GitHub's words, which mean nothing in a GitLab job.
const GITHUB_WORDS: [&str; 3] = ["permissions", "id-token", "id_token"];

pub(super) fn check_file(_: &Context<'_>, pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    if pipeline.provider != Provider::Gitlab {
        return;
    }
    let Some(tree) = &pipeline.tree else { return };
    for document in tree.documents() {
        if let Some((key, _)) = document.entry("id_tokens") {
            findings.push(
                META.finding(
                    &pipeline.location(key.span()),
                    Provider::Gitlab,
                    "`id_tokens` at the top level is taken for a job: GitLab refuses the file",
                )
                .with_help("Move it into the job that publishes."),
            );
        }
        for (_, job) in document.own_entries().filter(|(_, job)| is_job(*job)) {
            for key in GITHUB_WORDS.iter().filter_map(|word| job.entry(word)).map(|(key, _)| key) {
                findings.push(
                    META.finding(
                        &pipeline.location(key.span()),
                        Provider::Gitlab,
                        format!(
                            "`{}` is GitHub's word; GitLab refuses the job",
                            key.as_str().unwrap_or_default()
                        ),
                    )
                    .with_help("GitLab grants an identity with `id_tokens` in the job."),
                );
            }
        }
    }
}

fn is_job(node: Node<'_>) -> bool {
    node.get("script").is_some() || node.get("extends").is_some()
}
