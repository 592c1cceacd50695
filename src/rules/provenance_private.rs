//! # Provenance is asked for a package that is not public
//!
//! ## What it does
//! Reports provenance (`--provenance`, `NPM_CONFIG_PROVENANCE`, `publishConfig.provenance`) for a package whose
//! `publishConfig.access` is `restricted`, or in a repository that `trustpub.yml` calls private.
//!
//! ## Why is this bad?
//! npm refuses to make provenance for a private package, and the registry for a private repository: the publish fails.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish --provenance
//! ```
//! ```json package.json
//! { "name": "@acme/a", "version": "1.0.0", "publishConfig": { "access": "restricted" } }
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```json package.json
//! { "name": "@acme/a", "version": "1.0.0", "publishConfig": { "access": "restricted" } }
//! ```
//!
//! ## Evidence
//! - code: libnpmpublish, `Can't generate provenance for new or private package` (EUSAGE); issue thread: the registry's
//!   422 `Unsupported GitHub Actions source repository visibility: "private"`.

use super::engine::{Availability, Context, Meta};
use crate::ci::{PublishPath, Tool};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;
use crate::project::Package;

pub(super) static META: Meta = Meta {
    id: "provenance-private",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let private = context.spec.and_then(|spec| spec.private_repository) == Some(true);
    for path in context.npm_paths().filter(|path| META.providers.contains(&path.provider)) {
        if !matches!(path.command.tool, Tool::Npm | Tool::Pnpm) || path.command.provenance == Some(false) {
            continue;
        }
        for package in path.packages.iter().filter_map(|name| context.project.package(name)) {
            let Some(at) = asked(path, package) else { continue };
            let name = package.name().unwrap_or_default();
            let restricted =
                package.manifest.publish_config.access.as_ref().filter(|access| access.value == "restricted");
            let finding = match restricted {
                Some(access) if !path.command.text.contains("--access") => META
                    .finding(
                        &at,
                        path.provider,
                        format!("npm makes no provenance for `{name}`, which is restricted"),
                    )
                    .with_related(Location::new(&package.manifest.source, access.span), "restricted here"),
                _ if private => META.finding(
                    &at,
                    path.provider,
                    format!("npm takes no provenance for `{name}` from a private repository"),
                ),
                _ => continue,
            };
            findings.push(
                finding.with_package(name).with_help(
                    "Remove it: trusted publishing works without, and asks for none by itself here.",
                ),
            );
        }
    }
}

/// Where provenance is asked for.
fn asked(path: &PublishPath, package: &Package) -> Option<Location> {
    if path.command.provenance == Some(true) {
        return Some(path.command.at.clone());
    }
    let (wanted, span) = package.manifest.publish_config.provenance?;
    wanted.then(|| Location::new(&package.manifest.source, span))
}
