//! # Several files publish the same package
//!
//! ## What it does
//! Reports a package that more than one entry file publishes, unless trustpub.yml says so for each of the files.
//!
//! ## Why is this bad?
//! npm matches the entry file. Each file needs a trusted publisher of its own (up to ten a package since
//! September 2026, one before), and each is one more door. When a package has only one publisher, the publish from
//! the other file fails with a misleading 404.
//!
//! ## Example
//! ```yaml .github/workflows/release.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```yaml .github/workflows/canary.yml
//! on: { push: { branches: [main] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish --tag canary
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0" }
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/release.yml
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
//! { "name": "a", "version": "1.0.0" }
//! ```
//!
//! ## Evidence
//! - documentation: npm/documentation#2034 (several publishers); field study: 15 of 190 pairs, 8 broken by it.

use std::collections::HashSet;

use super::engine::{Availability, Context, Meta, words};
use crate::ci::PublishPath;
use crate::diagnostic::{Finding, Severity};
use crate::facts::limits;

pub(super) static META: Meta = Meta {
    id: "multiple-entry-workflows",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let entries: Vec<&PublishPath> =
        context.npm_paths().filter(|path| path.entry && words::has_oidc(path.provider)).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    for path in &entries {
        if !seen.insert(&path.file) {
            continue;
        }
        let unforeseen = |other: &&&PublishPath| {
            other.file != path.file && may_share(path, other) && !is_meant(context, path, other)
        };
        let Some(other) = entries.iter().find(unforeseen) else {
            continue;
        };
        let what = path.packages.iter().find(|name| other.packages.contains(name));
        let what = what.map_or_else(|| "the same packages may be".to_owned(), |name| format!("`{name}` is"));
        findings.push(
            META.finding(
                &path.command.at,
                path.provider,
                format!("{what} published from `{}` and from `{}`", path.file, other.file),
            )
            .with_help("Publish from one entry file, or add a trusted publisher for each.")
            .with_related(other.command.at.clone(), "also publishes"),
        );
    }
}

/// Whether trustpub.yml itself lets both files publish what they share, and no more of them than npm takes publishers
/// of a package: its checklist then names a trusted publisher for each.
fn is_meant(context: &Context<'_>, a: &PublishPath, b: &PublishPath) -> bool {
    let Some(spec) = context.spec else { return false };
    let publishes = |path: &PublishPath, name: &str| {
        spec.targets.iter().any(|target| {
            let entry = target.provider == path.provider && (!target.entry || target.file == path.file);
            entry && target.packages.iter().any(|package| package.name == name)
        })
    };
    let mut shared = a.packages.iter().filter(|name| b.packages.contains(name)).peekable();
    let few = |name: &str| {
        let claims = spec.targets.iter().filter(|target| target.packages.iter().any(|one| one.name == name));
        limits::publishers_per_package().value.is_none_or(|most| claims.count() as u64 <= most)
    };
    shared.peek().is_some() && shared.all(|name| publishes(a, name) && publishes(b, name) && few(name))
}

/// Whether two paths can publish one package: they share a name, or one of them cannot be told.
fn may_share(a: &PublishPath, b: &PublishPath) -> bool {
    a.packages.is_empty() || b.packages.is_empty() || a.packages.iter().any(|name| b.packages.contains(name))
}
