//! # This npm cannot install that npm over itself
//!
//! ## What it does
//! Reports an upgrade of npm that is known to fail because the running npm loses a module of its own
//! halfway: npm 10.9.7, bundled with Node 22.22.2.
//!
//! ## Why is this bad?
//! The job stops with `MODULE_NOT_FOUND: Cannot find module 'promise-retry'` before it publishes.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 22.22.2 }
//!       - run: npm install -g npm@11.21.2
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
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 22.22.2 }
//!       - run: npm install -g npm@10.9.8
//!       - run: npm install -g npm@11.21.2
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: from 10.9.7, 11.11.0 installs and 11.12.0 does not; from 10.9.8 all do.
//! - issue thread: nodejs/node#62425.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::node::Bundled;
use crate::facts::npm;

pub(super) static META: Meta = Meta {
    id: "npm-self-upgrade-broken",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        for upgrade in &path.toolchain.upgrades {
            let exact = |npm: &'_ Option<Bundled>| npm.as_ref().and_then(Bundled::exact).cloned();
            let (Some(from), Some(to)) = (exact(&upgrade.from), exact(&upgrade.to)) else { continue };
            let Some(fault) = npm::self_upgrade_fault(&from, &to) else { continue };
            findings.push(
                META.finding(
                    &upgrade.at,
                    path.provider,
                    format!("npm {from} cannot install npm {to} over itself: {}", fault.error),
                )
                .with_help(format!(
                    "Install npm {} first (`npm install -g npm@{}`), or choose another Node version.",
                    fault.via, fault.via
                )),
            );
        }
    }
}
