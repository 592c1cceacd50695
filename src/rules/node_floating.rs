//! # The publish job's Node version floats
//!
//! ## What it does
//! Reports `lts/*`, `latest`, `node`, `current`, `22`, `24.x` and other ranges as the Node version of a publish job.
//!
//! ## Why is this bad?
//! The npm that publishes is the one that this Node bundles: it changes on the day of a Node release,
//! without a commit.
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
//!         with: { node-version: lts/* }
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
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: Node 24.14.0 bundles npm 11.9.0 and 24.14.1 bundles 11.11.0, CircleCI's floor.

use nodejs_semver::Version;

use super::engine::{Availability, Context, Meta};
use crate::ci::LearntFrom;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta =
    Meta { id: "node-floating", severity: Severity::Info, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let node = &path.toolchain.node;
        let (Some(written), Some(at)) = (&node.written, &node.at) else { continue };
        let pinned = Version::parse(written.trim_start_matches('v')).is_ok();
        // On Jenkins the name of an installation, whose version stands in the settings.
        let named = path.provider == Provider::Jenkins && node.value.is_none();
        if pinned || named || !matches!(node.from, LearntFrom::Setup | LearntFrom::File) {
            continue;
        }
        findings.push(
            META.finding(
                at,
                path.provider,
                format!("Node `{written}` floats, and with it the npm that publishes"),
            )
            .with_help("Name an exact version in the publish job."),
        );
    }
}
