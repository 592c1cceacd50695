//! # package.json names another repository than this one
//!
//! ## What it does
//! Compares `repository` of every published package with the git remote, letter case included.
//!
//! ## Why is this bad?
//! With provenance the registry compares it with the repository that the identity names, case-sensitively,
//! and refuses the publish with E422. Forks and renamed repositories fail until it is edited.
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
//! { "name": "a", "version": "1.0.0", "repository": "github:Acme/A" }
//! ```
//! ```ini .git/config
//! [remote "origin"]
//!     url = https://github.com/acme/a.git
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
//! ```ini .git/config
//! [remote "origin"]
//!     url = https://github.com/acme/a.git
//! ```
//!
//! ## Evidence
//! - issue thread: npm/cli#8036, ChainSafe/ssz#521; documentation: case-sensitive.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Fix, Location, Safety, Severity};
use crate::facts::providers::capability;
use crate::project::Forge;
use crate::text::Edit;

pub(super) static META: Meta =
    Meta { id: "repository-mismatch", severity: Severity::Warning, fix: Availability::Safe, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(origin) = context.project.origin().filter(|origin| origin.from_git) else { return };
    if !matches!(origin.address.forge(), Forge::Github | Forge::Gitlab) {
        return;
    }
    for package in context.project.publishable() {
        let mut paths = context.paths_of(package);
        let Some(path) = paths.find(|path| capability(path.provider).provenance) else { continue };
        let Some(repository) = &package.manifest.repository else { continue };
        let (Some(url), Some(address)) = (&repository.url, &repository.address) else { continue };
        if address.host == origin.address.host && address.path == origin.address.path {
            continue;
        }
        let right = format!("git+https://{}/{}.git", origin.address.host, origin.address.path);
        let asked = path.command.provenance == Some(true);
        let case = address.path.eq_ignore_ascii_case(&origin.address.path);
        let mut finding = META.finding(
            &Location::new(&package.manifest.source, url.span),
            path.provider,
            format!(
                "`repository` is `{}`, the git remote is `{}`{}: provenance is refused (E422)",
                address.path,
                origin.address.path,
                if case { " (letter case counts)" } else { "" },
            ),
        );
        // A checkout of a fork has the fork's remote: only the case of the same name is sure.
        if asked && case {
            finding.severity = Severity::Error;
        }
        let fix = Fix {
            title: format!("name `{}`", origin.address.path),
            safety: if case { Safety::Safe } else { Safety::Unsafe },
            edits: vec![(
                package.manifest.source.path().to_owned(),
                Edit::replace(url.span, format!("\"{right}\"")),
            )],
        };
        findings.push(
            finding
                .with_package(package.name().unwrap_or_default())
                .with_help(format!("Write `{right}`."))
                .with_fix(fix),
        );
    }
}
