//! # An orb in the publishing pipeline floats
//!
//! ## What it does
//! Reports orbs by `@volatile`, `@dev:…`, major or minor version or an address in a CircleCI file that publishes to npm.
//!
//! ## Why is this bad?
//! The orb's next release runs in the pipeline without a commit.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! orbs: { node: circleci/node@7 }
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
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! orbs: { node: circleci/node@7.2.1 }
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
//! - documentation: `x.y.z` of an orb never changes; `@1`, `@1.2`, `@volatile` and `@dev` float.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "orb-unpinned",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, pipeline) in context.model.pipelines.iter().enumerate() {
        let publishes = || context.npm_paths().any(|path| path.pipeline == index);
        if pipeline.provider != Provider::Circleci || !publishes() {
            continue;
        }
        for import in &pipeline.imports {
            let orb = import.shown();
            let by_address = orb.starts_with("https://") || orb.starts_with("http://");
            let Some((_, version)) = orb.rsplit_once('@').or(by_address.then_some((orb, ""))) else {
                continue;
            };
            let exact = version.split('.').count() == 3
                && version.split('.').all(|part| part.bytes().all(|b| b.is_ascii_digit()));
            if exact {
                continue;
            }
            findings.push(
                META.finding(
                    &import.at,
                    Provider::Circleci,
                    format!(
                        "`{}` floats: its next release runs in the pipeline that publishes",
                        import.shown()
                    ),
                )
                .with_help("Name an exact version, `x.y.z`."),
            );
        }
    }
}
