//! # The context may still hold a publish token
//!
//! ## What it does
//! Notes a CircleCI job that publishes and attaches a context: what variables it holds is not
//! in the YAML. Silent where a settings file (`--settings FILE`, docs/settings.md) lists them: a token among
//! them is then reported like any other.
//!
//! ## Why is this bad?
//! A context that was made for token publishing still hands its `NPM_TOKEN` to the job, and npm falls back
//! to it in silence when the exchange fails.
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
//! ```json trustpub-settings.json
//! {"schema": 1, "circleci": {"contexts": {"npm-publish": {"environment-variables": {"items": []}}}}}
//! ```
//!
//! ## Evidence
//! - issue thread: ethereum-optimism/ecosystem#992 to #1000.

use super::engine::{Availability, Context, Meta};
use crate::ci::Scalar;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "context-token-unproven",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (path, job) in context.npm_path_jobs() {
        if path.provider != Provider::Circleci {
            continue;
        }
        let settings = context.model.settings.as_ref();
        let listed =
            |name: &&Scalar| settings.is_some_and(|known| known.context_variables(name.shown()).is_some());
        for name in job.contexts.iter().filter(|name| !listed(name)) {
            findings.push(
                META.finding(
                    &name.at,
                    Provider::Circleci,
                    format!("whether context `{}` still holds an npm token is not in the YAML", name.shown()),
                )
                .with_help("Check it (`circleci context get`), and `unset NPM_TOKEN NODE_AUTH_TOKEN` before the publish."),
            );
        }
    }
}
