//! # The release tool's version does not know trusted publishing
//!
//! ## What it does
//! Compares the version of the release tool in the lockfile or command (@semantic-release/npm, lerna, pnpm,
//! Yarn) with the first one that can use the provider's identity.
//!
//! ## Why is this bad?
//! The tool asks for a token and stops, or publishes with one that is still around.
//!
//! An error where the job has an identity and no token; a warning where a token still publishes.
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
//!       - run: npx lerna@8.1.0 publish from-package --yes
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
//!       - run: npx lerna@9.0.0 publish from-package --yes
//! ```
//!
//! ## Evidence
//! - code: each tool's own package at the versions in `trustpub facts tools`.

use super::engine::{
    Availability, Context, Meta, outdated, relies_on_identity, tool_facts, tool_version, words,
};
use crate::ci::{PublishPath, Tool};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Range;
use crate::facts::tools;

pub(super) static META: Meta =
    Meta { id: "tool-too-old", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths().filter(|path| words::has_oidc(path.provider)) {
        let Some((tool, version, floor)) = outdated(context, path) else {
            findings.extend(old_semantic_release(context, path));
            continue;
        };
        let mut finding = META.finding(
            &path.command.at,
            path.provider,
            format!(
                "{} {version} cannot use {}'s identity: that needs {floor} or later",
                tool.package,
                path.provider.name()
            ),
        );
        if !relies_on_identity(path) {
            finding.severity = Severity::Warning;
        }
        findings.push(finding.with_help(format!("Update {} to {floor} or later.", tool.package)));
    }
}

/// semantic-release brings its npm plugin along: where no lockfile tells the plugin's version, the range of
/// semantic-release itself bounds it.
fn old_semantic_release(context: &Context<'_>, path: &PublishPath) -> Option<Finding> {
    let plugin = tool_facts(path.command.tool).filter(|_| path.command.tool == Tool::SemanticRelease)?;
    if tool_version(context, path, plugin).is_some() {
        return None;
    }
    let first = tools::milestone("semantic-release-plugin")?;
    let root = context.project.root()?;
    let dependency = root.manifest.dependency("semantic-release")?;
    let range = Range::parse(&dependency.range.value).ok()?;
    let later = Range::parse(format!(">={}", first.version)).ok()?;
    if range.allows_any(&later) || root.manifest.dependency("@semantic-release/npm").is_some() {
        return None;
    }
    let mut finding = META.finding(
        &Location::new(&root.manifest.source, dependency.range.span),
        path.provider,
        format!(
            "semantic-release {} brings a publish plugin that cannot use {}'s identity: that needs {} or later",
            dependency.range.value,
            path.provider.name(),
            first.version,
        ),
    );
    if !relies_on_identity(path) {
        finding.severity = Severity::Warning;
    }
    Some(
        finding
            .with_help(format!("Update semantic-release to {} or later.", first.version))
            .with_related(path.command.at.clone(), "the command that publishes"),
    )
}
