//! # A prerelease would be published without a dist-tag
//!
//! ## What it does
//! Reports a plain `npm publish` without `--tag` of a package whose version in package.json is a
//! prerelease.
//!
//! ## Why is this bad?
//! npm 11 and later refuse it: `You must specify a tag using --tag when publishing a prerelease version`;
//! older ones make it `latest`.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0-rc.1" }
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish --tag next
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0-rc.1" }
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: the message; code: npm's publish command.

use super::engine::{Availability, Context, Meta};
use crate::ci::Tool;
use crate::diagnostic::{Finding, Location, Severity};

pub(super) static META: Meta =
    Meta { id: "prerelease-untagged", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        // One that is only known at run time is a dist-tag, too.
        let given = path.command.text.split(' ').any(|word| word == "--tag" || word.starts_with("--tag="));
        if path.command.tool != Tool::Npm || path.command.dist_tag.is_some() || given {
            continue;
        }
        for package in path.packages.iter().filter_map(|name| context.project.package(name)) {
            let manifest = &package.manifest;
            let Some(version) = &manifest.version else { continue };
            // Build metadata may hold a hyphen; a prerelease stands before it.
            let prerelease = version.value.split('+').next().is_some_and(|core| core.contains('-'));
            if !prerelease || manifest.publish_config.tag.is_some() {
                continue;
            }
            findings.push(
                META.finding(
                    &path.command.at,
                    path.provider,
                    format!("`{}` is a prerelease and has no dist-tag: npm 11 refuses it", version.value),
                )
                .with_package(package.name().unwrap_or_default())
                .with_help("Add `--tag next` (or `publishConfig.tag`).")
                .with_related(Location::new(&manifest.source, version.span), "the version"),
            );
        }
    }
}
