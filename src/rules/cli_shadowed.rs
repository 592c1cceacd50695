//! # An installed CLI may hide the one that fetches the id token
//!
//! ## What it does
//! Reports a CircleCI job that installs the local `circleci` CLI before it calls `circleci run oidc get`.
//!
//! ## Why is this bad?
//! `circleci run oidc get` is a command of the CLI that CircleCI puts into every job. The CLI for people has another
//! `run`; installed earlier on the PATH, it takes the call and knows no `oidc`.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! orbs:
//!   circleci-cli: circleci/circleci-cli@0.1.9
//! jobs:
//!   publish:
//!     docker: [{ image: cimg/node:24.19.0 }]
//!     steps:
//!       - checkout
//!       - circleci-cli/install
//!       - run: |
//!           NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!           [ -n "$NPM_ID_TOKEN" ] || exit 1
//!           export NPM_ID_TOKEN
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
//! - documentation: CircleCI's environment CLI and its CLI for people are two programs; issue thread: aws-cli-orb#155
//!   shows the same clash.

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::ci::{Pipeline, Step};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "cli-shadowed",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

/// The orb that installs the CLI for people, and the repository that its installer comes from.
const ORB: &str = "circleci/circleci-cli";
const REPOSITORY: &str = "circleci-public/circleci-cli";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let acts = &publishing.paths[0].acts;
        let fetch = acts.iter().find(|act| matches!(act.act.deed, Deed::FetchIdentity(_)));
        let Some(fetch) = fetch.filter(|_| publishing.provider() == Provider::Circleci) else { continue };
        let steps = publishing.job.leaves();
        let mut before = steps.iter().take(fetch.step);
        let Some(at) = before.find_map(|step| installs(publishing.pipeline, step)) else { continue };
        findings.push(
            META.finding(
                at,
                Provider::Circleci,
                "this installs another `circleci`, which may take the call that fetches the id token",
            )
            .with_help("Leave it out of the publish job: the job has the right one already.")
            .with_related(fetch.act.at.clone(), "the call"),
        );
    }
}

/// Where the step installs the CLI for people.
fn installs<'s>(pipeline: &Pipeline, step: &'s Step) -> Option<&'s Location> {
    let by_orb = || {
        let (alias, _) = step.action()?.split_once('/')?;
        let orb = pipeline.tree.as_deref()?.root()?.get_path(&["orbs", alias])?.as_str()?;
        orb.strip_prefix(ORB)?.starts_with('@').then_some(())
    };
    let by_script =
        || step.script().is_some_and(|script| script.text().to_ascii_lowercase().contains(REPOSITORY));
    (by_orb().is_some() || by_script()).then_some(&step.at)
}
