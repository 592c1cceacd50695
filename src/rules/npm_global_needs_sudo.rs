//! # npm cannot be installed globally in this image without sudo
//!
//! ## What it does
//! Reports `npm install -g npm@…` without `sudo` in a CircleCI convenience image.
//!
//! ## Why is this bad?
//! The global folder belongs to root there: the step fails with EACCES.
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
//!             npm install -g npm@11.21.2
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
//!             sudo npm install -g npm@11.21.2
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
//! - documentation: the image's README; issue thread: bigcommerce/checkout-sdk-js#3367.

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "npm-global-needs-sudo",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let convenience = publishing
            .job
            .container
            .as_ref()
            .is_some_and(|container| container.image.shown().starts_with("cimg/"));
        if publishing.provider() != Provider::Circleci || !convenience {
            continue;
        }
        for act in publishing.paths[0].acts.iter().map(|act| &act.act) {
            let line = act.at.source.line(act.at.start().line);
            if matches!(act.deed, Deed::UpgradeNpm { .. })
                && !line.contains("sudo")
                && !line.contains("prefix")
            {
                findings.push(
                    META.finding(
                        &act.at,
                        Provider::Circleci,
                        "npm's global folder belongs to root in this image: EACCES",
                    )
                    .with_help("Write `sudo npm install -g npm@…`, or use an image whose npm is new enough."),
                );
            }
        }
    }
}
