//! # This npm does not run on this Node
//!
//! ## What it does
//! Reports the installation of an exact npm version on a Node version outside its `engines`.
//!
//! ## Why is this bad?
//! `npm install -g` refuses with `EBADENGINE` and the job stops before it publishes.
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
//!         with: { node-version: 22.14.0 }
//!       - run: npm install -g npm@12.2.0
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
//!         with: { node-version: 22.14.0 }
//!       - run: npm install -g npm@11.21.2
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: npm 12.2.0 on Node 20 and 22.14.0; code: `engines` of each npm major.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::node::{Bundled, NodeSpec};
use crate::facts::npm;

pub(super) static META: Meta =
    Meta { id: "npm-engine-mismatch", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let Some(node) = path.toolchain.node.value.as_ref().and_then(NodeSpec::newest) else { continue };
        for upgrade in &path.toolchain.upgrades {
            // A moving tag is npm-latest's.
            let exact = upgrade
                .wanted
                .as_deref()
                .is_some_and(|wanted| wanted.starts_with(|c: char| c.is_ascii_digit()));
            let Some(to) = upgrade.to.as_ref().and_then(Bundled::exact).filter(|_| exact) else { continue };
            if npm::runs_on(to, &node) != Some(false) {
                continue;
            }
            let accepted = npm::engines(to).map_or("", |engines| engines.node.as_str());
            findings.push(
                META.finding(
                    &upgrade.at,
                    path.provider,
                    format!("npm {to} does not install on Node {node}: it wants {accepted}"),
                )
                .with_help("Install an npm 11 (`trustpub facts` lists what each accepts), or move the job to a Node that it accepts."),
            );
        }
    }
}
