//! # Provenance is asked for where npm cannot make it
//!
//! ## What it does
//! Reports `--provenance`, `NPM_CONFIG_PROVENANCE=true`, `provenance=true` and `publishConfig.provenance`
//! for a publish from CircleCI or another CI system than GitHub Actions and GitLab.
//!
//! ## Why is this bad?
//! npm refuses the publish: `EUSAGE Automatic provenance generation not supported for provider`.
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
//!             npm publish --provenance
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
//! - run, 2026-11-22: npm 11.11.0 to 12.2.0 with CIRCLECI set.

use super::engine::{Availability, Context, Meta};
use crate::ci::PublishPath;
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;

pub(super) static META: Meta =
    Meta { id: "provenance-unsupported", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        if matches!(path.provider, Provider::Github | Provider::Gitlab) {
            continue;
        }
        let configured = || {
            let named = path.packages.iter().filter_map(|name| context.project.package(name));
            let mut switches = named.filter_map(|package| {
                let (on, span) = package.manifest.publish_config.provenance?;
                on.then(|| Location::new(&package.manifest.source, span))
            });
            switches.next().or_else(|| by_environment(context, path)).or_else(|| by_npmrc(context))
        };
        let at =
            if path.command.provenance == Some(true) { Some(path.command.at.clone()) } else { configured() };
        let Some(at) = at else { continue };
        findings.push(
            META.finding(
                &at,
                path.provider,
                format!("npm makes no provenance on {}: the publish fails with EUSAGE", path.provider.name()),
            )
            .with_help("Remove it here; publish from GitHub Actions or GitLab CI/CD to have provenance."),
        );
    }
}

/// `NPM_CONFIG_PROVENANCE` as the command sees it.
fn by_environment(context: &Context<'_>, path: &PublishPath) -> Option<Location> {
    let (job, step) = (context.model.job(path)?, context.step(path)?);
    let var = ["NPM_CONFIG_PROVENANCE", "npm_config_provenance"]
        .iter()
        .find_map(|name| job.variable(step, name))?;
    (var.text.value.as_deref() == Some("true")).then(|| var.entry.clone())
}

/// `provenance=true` in the project's `.npmrc`.
fn by_npmrc(context: &Context<'_>) -> Option<Location> {
    let npmrc = context.project.npmrc.as_ref()?;
    let (on, entry) = npmrc.flag("provenance")?;
    on.then(|| Location::new(&npmrc.source, entry.span()))
}
