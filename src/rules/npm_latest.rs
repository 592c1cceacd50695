//! # The publish job installs whatever npm is newest
//!
//! ## What it does
//! Reports `npm install -g npm@latest`, `npm install -g npm` and other moving tags before a publish.
//!
//! ## Why is this bad?
//! What publishes then changes without a commit. `npm@latest` is npm 12, which refuses to install on many
//! Node versions that projects pin (`EBADENGINE`), npm 12.0.0 could not sign provenance at all, and npm 12
//! turns dependency install scripts off.
//!
//! An error where the Node in use is surely outside what that npm accepts, else a warning.
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
//!       - run: npm install -g npm@latest
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
//! - run, 2026-11-22: `npm install -g npm@latest` on Node 20 and 22.14.0 fails with EBADENGINE.
//! - issue thread: npm/cli#9722 (12.0.0 without sigstore).

use super::engine::{Availability, Context, Meta};
use crate::ci::{PublishPath, Upgrade};
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::facts::node::NodeSpec;
use crate::facts::npm;
use crate::text::Edit;

pub(super) static META: Meta =
    Meta { id: "npm-latest", severity: Severity::Warning, fix: Availability::Safe, providers: &[] };

/// Words that name a moving version of npm.
const MOVING: [&str; 4] = ["latest", "next", "*", "canary"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        for upgrade in &path.toolchain.upgrades {
            let moving = upgrade.wanted.as_deref().is_none_or(|wanted| MOVING.contains(&wanted));
            if moving {
                findings.push(finding(path, upgrade));
            }
        }
    }
}

fn finding(path: &PublishPath, upgrade: &Upgrade) -> Finding {
    let latest = &npm::releases().latest;
    let node = path.toolchain.node.value.as_ref().and_then(NodeSpec::newest);
    let outside = node.filter(|node| npm::runs_on(latest, node) == Some(false));
    let pinned = npm::resolve("11").map_or_else(String::new, |version| version.to_string());
    let mut finding = META.finding(
        &upgrade.at,
        path.provider,
        if let Some(node) = &outside {
            format!(
                "npm@latest is {latest}, which does not install on Node {node}: the job fails with EBADENGINE"
            )
        } else {
            format!("installs whatever npm is newest (today {latest}) into the job that publishes")
        },
    );
    if outside.is_some() {
        finding.severity = Severity::Error;
    }
    if let Some(fix) = pin(upgrade, &pinned) {
        finding = finding.with_fix(fix);
    }
    finding.with_help(format!("Pin it: `npm install -g npm@{pinned}`, or choose a Node that bundles an npm new enough and install none."))
}

/// Replaces `npm@latest` by an exact version; a bare `npm` gets one appended.
fn pin(upgrade: &Upgrade, version: &str) -> Option<Fix> {
    let text = upgrade.at.source.slice(upgrade.at.span);
    let (at, old) = MOVING.iter().find_map(|tag| {
        let old = format!("npm@{tag}");
        let at = text.find(&old)?;
        // `npm@latest-10` is another tag.
        let ends = text[at + old.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '-');
        ends.then_some((at, old))
    })?;
    let start = upgrade.at.span.start + at;
    let span = crate::text::Span::new(start, start + old.len());
    Some(Fix {
        title: format!("install exactly npm {version}"),
        safety: Safety::Safe,
        edits: vec![(upgrade.at.source.path().to_owned(), Edit::replace(span, format!("npm@{version}")))],
    })
}
