//! # The repository is written in a form that is not known to be accepted
//!
//! ## What it does
//! Reports a published package whose `repository` npm turns into something other than `git+https://…`: ssh,
//! `git://`, `http://`, a link to a folder or branch.
//!
//! ## Why is this bad?
//! npm sends it as it normalises it, and provenance compares it with the https form. Whether other forms
//! are accepted is unproven.
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
//! { "name": "a", "version": "1.0.0", "repository": "git@github.com:acme/a.git" }
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
//! - run, 2026-11-22: what npm 11.5.1 and 12.2.0 send for each form; acceptance by the registry: open.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Fix, Location, Safety, Severity};
use crate::facts::providers::capability;
use crate::project::Acceptance;
use crate::text::Edit;

pub(super) static META: Meta =
    Meta { id: "repository-form", severity: Severity::Info, fix: Availability::Safe, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for package in context.project.publishable() {
        let Some(repository) = &package.manifest.repository else { continue };
        let (Some(url), Some(address)) = (&repository.url, &repository.address) else { continue };
        let name = package.name().unwrap_or_default();
        let mut paths = context.paths_of(package);
        let Some(path) = paths.find(|path| capability(path.provider).provenance) else { continue };
        if repository.acceptance() != Some(Acceptance::Unproven) {
            continue;
        }
        let right = format!("git+https://{}/{}.git", address.host, address.path);
        let sent = repository.normalised.as_deref().unwrap_or_default();
        let mut finding = META
            .finding(
                &Location::new(&package.manifest.source, url.span),
                path.provider,
                format!("npm sends this as `{sent}`; that provenance accepts it is unproven"),
            )
            .with_package(name)
            .with_help(format!("Write `{right}`."));
        // A page of a folder says more than the repository: that belongs in `directory`.
        if !url.value.contains("/tree/") {
            finding = finding.with_fix(Fix {
                title: "write the https form".to_owned(),
                safety: Safety::Safe,
                edits: vec![(
                    package.manifest.source.path().to_owned(),
                    Edit::replace(url.span, format!("\"{right}\"")),
                )],
            });
        }
        findings.push(finding);
    }
}
