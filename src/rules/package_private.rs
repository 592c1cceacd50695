//! # The package that is published is marked private
//!
//! ## What it does
//! Reports `npm publish` in the folder of a package with `"private": true`.
//!
//! ## Why is this bad?
//! npm refuses: `EPRIVATE This package has been marked as private`. A step before may change it, so it is a
//! warning.
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
//! { "name": "a", "version": "1.0.0", "private": true }
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
//!       - run: npm publish
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//!
//! ## Evidence
//! - code: npm's publish command.

use super::engine::{Availability, Context, Meta};
use crate::ci::Tool;
use crate::diagnostic::{Finding, Location, Severity};

pub(super) static META: Meta =
    Meta { id: "package-private", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths().filter(|path| path.command.tool == Tool::Npm) {
        let Some(directory) = &path.command.directory else { continue };
        let Some(package) = context.project.package_in(directory) else { continue };
        // A tarball or a folder as argument, or workspaces, publish something else than the folder itself.
        let plain = path
            .command
            .text
            .split_whitespace()
            .skip(1)
            .all(|word| word.starts_with('-') || word == "publish");
        let workspaces = path.command.text.contains("-w") || package.manifest.workspaces.is_some();
        if !package.manifest.private || !plain || workspaces {
            continue;
        }
        let at = package.manifest.json.member("private").map(|member| member.value.span).unwrap_or_default();
        findings.push(
            META.finding(
                &path.command.at,
                path.provider,
                format!(
                    "`{}` is marked private: npm refuses to publish it (EPRIVATE)",
                    package.manifest.source.path()
                ),
            )
            .with_help("Remove `private` from the package that is published, or publish from its own folder.")
            .with_related(Location::new(&package.manifest.source, at), "marked here"),
        );
    }
}
