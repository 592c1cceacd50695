//! # A published package does not say where its source is
//!
//! ## What it does
//! Reports a package that is published and has no `repository` in its package.json.
//!
//! ## Why is this bad?
//! With provenance the registry compares `repository.url` with the repository that the identity names, and
//! refuses the publish: `E422 … "repository.url" is ""`. Every package of a monorepo needs its own.
//!
//! An error where provenance will surely be made; a warning otherwise.
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
//!       - run: npm publish --provenance
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0" }
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
//!       - run: npm publish --provenance
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//!
//! ## Evidence
//! - issue thread: many, among them npm/cli#8036; field study: 14 of 190 pairs.

use super::engine::{Availability, Context, Meta};
use crate::ci::{Auth, PublishPath};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;
use crate::project::Package;

pub(super) static META: Meta =
    Meta { id: "repository-missing", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for package in context.project.publishable() {
        let manifest = &package.manifest;
        let has_url = manifest.repository.as_ref().is_some_and(|repository| repository.url.is_some());
        let Some(path) = publisher(context, package).filter(|_| !has_url) else { continue };
        let name = package.name().unwrap_or_default();
        let at = manifest.name.as_ref().map(|name| name.span).unwrap_or_default();
        let sure = provenance_is_sure(path) && !restricted(package);
        let mut finding = META.finding(
            &Location::new(&manifest.source, at),
            path.provider,
            if sure {
                format!("`{name}` has no `repository`: with provenance its publish is refused (E422)")
            } else {
                format!("`{name}` has no `repository`: a publish with provenance would be refused (E422)")
            },
        );
        if !sure {
            finding.severity = Severity::Warning;
        }
        let url = context.project.origin().map_or_else(
            || "https://github.com/OWNER/NAME".to_owned(),
            |origin| format!("https://{}/{}", origin.address.host, origin.address.path),
        );
        findings.push(
            finding
                .with_package(name)
                .with_help(format!(
                    "Add `\"repository\": {{\"type\": \"git\", \"url\": \"git+{url}.git\"}}`."
                ))
                .with_related(path.command.at.clone(), "published here"),
        );
    }
}

/// A path that surely publishes the package.
fn publisher<'a>(context: &Context<'a>, package: &Package) -> Option<&'a PublishPath> {
    let makes_provenance = |path: &&PublishPath| matches!(path.provider, Provider::Github | Provider::Gitlab);
    context
        .paths_of(package)
        .filter(|path| makes_provenance(path) && path.command.provenance != Some(false))
        // The path with provenance says most.
        .max_by_key(|path| (path.command.provenance, path.auth == Auth::Oidc))
}

/// Asked for. What the identity makes by itself depends on the repository being public, which is not seen.
fn provenance_is_sure(path: &PublishPath) -> bool {
    path.command.provenance == Some(true)
}

fn restricted(package: &Package) -> bool {
    package.manifest.publish_config.access.as_ref().is_some_and(|access| access.value == "restricted")
}
