//! # The publish job installs an npm from a range
//!
//! ## What it does
//! Reports `npm install -g npm@11`, `npm@^11.5.1` and other ranges before a publish.
//!
//! ## Why is this bad?
//! A new release of npm then changes what publishes without a commit. It is far safer than `npm@latest`,
//! so it is hygiene.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm install -g npm@^11.5.1
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm install -g npm@11.21.2
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: `npm@^11.5.1` resolved to 11.21.2; a month earlier to another version.

use nodejs_semver::{Range, Version};

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::npm;

pub(super) static META: Meta =
    Meta { id: "npm-upgrade-unpinned", severity: Severity::Info, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        for upgrade in &path.toolchain.upgrades {
            let Some(wanted) = upgrade.wanted.as_deref() else { continue };
            // `*` is npm-latest's.
            if wanted == "*" || Version::parse(wanted).is_ok() || Range::parse(wanted).is_err() {
                continue;
            }
            let pinned = npm::resolve(wanted).map_or_else(String::new, |version| version.to_string());
            findings.push(
                META.finding(
                    &upgrade.at,
                    path.provider,
                    format!("`npm@{wanted}` is a range: a new npm release changes what publishes"),
                )
                .with_help(format!("Pin it exactly: `npm@{pinned}`.")),
            );
        }
    }
}
