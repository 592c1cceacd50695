//! # The publish job's image floats
//!
//! ## What it does
//! Reports a container image of a publish job without a tag, or with `latest`, `lts` or `current`; and
//! notes one without a digest, and one that a variable decides.
//!
//! ## Why is this bad?
//! Whatever the tag points to on that day runs beside the publish credential, and brings its own Node and
//! npm.
//!
//! ## Example
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:latest
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!     SIGSTORE_ID_TOKEN: { aud: sigstore }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Use instead
//! ```yaml .gitlab-ci.yml
//! publish:
//!   image: node:24.19.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
//!   environment: { name: npm }
//!   id_tokens:
//!     NPM_ID_TOKEN: { aud: 'npm:{registry}' }
//!     SIGSTORE_ID_TOKEN: { aud: sigstore }
//!   rules: [{ if: '$CI_COMMIT_TAG' }]
//!   script: [npm publish]
//! ```
//!
//! ## Evidence
//! - documentation: npm's bundled version follows the image's Node.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "image-unpinned", severity: Severity::Warning, fix: Availability::None, providers: &[] };

const FLOATING: [&str; 5] = ["latest", "lts", "current", "stable", "node"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let Some(container) = &publishing.job.container else { continue };
        // A pod, a Dockerfile, a service or a pipe names its image elsewhere.
        let elsewhere = !container.image.written.contains(['$', '<']);
        if container.image.value.is_none() && elsewhere {
            continue;
        }
        let Some(image) = container.image.value.as_deref() else {
            let message = format!(
                "`{}` depends on a variable: which image publishes cannot be seen",
                container.image.written
            );
            let mut finding = META.finding(&container.image.at, publishing.provider(), message);
            finding.severity = Severity::Info;
            findings.push(finding.with_help("Name an exact tag and its digest: `name:tag@sha256:…`."));
            continue;
        };
        if image.contains("@sha256:") {
            continue;
        }
        let name = image.rsplit('/').next().unwrap_or(image);
        let tag = name.split_once(':').map(|(_, tag)| tag);
        let floats = tag.is_none_or(|tag| {
            FLOATING.iter().any(|word| tag == *word || tag.starts_with(&format!("{word}-")))
        });
        let mut finding = META.finding(
            &container.image.at,
            publishing.provider(),
            if floats {
                format!(
                    "`{image}` floats, and with it Node, npm and everything else in the job that publishes"
                )
            } else {
                format!(
                    "`{image}` is named by tag: whoever can move the tag runs code in the job that publishes"
                )
            },
        );
        if !floats {
            finding.severity = Severity::Info;
        }
        findings.push(finding.with_help("Name an exact tag and its digest: `name:tag@sha256:…`."));
    }
}
