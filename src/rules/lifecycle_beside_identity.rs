//! # Publishing runs scripts of the package beside the identity
//!
//! ## What it does
//! Reports `npm publish` of a folder without `--ignore-scripts` whose package.json has scripts that npm then runs
//! (`prepublishOnly`, `prepare`, `prepack` …), in a job that installs and builds nothing else.
//!
//! ## Why is this bad?
//! They and every tool that they call can use the job's identity. A job that was cut down to the publish has them
//! still.
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
//! { "name": "a", "version": "1.0.0", "scripts": { "prepublishOnly": "node build.js" } }
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
//!       - run: npm publish --ignore-scripts
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "scripts": { "prepublishOnly": "node build.js" } }
//! ```
//!
//! ## Evidence
//! - documentation: npm, scripts of `npm publish`.

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::ci::{PublishPath, Tool};
use crate::diagnostic::{Finding, Location, Severity};

pub(super) static META: Meta = Meta {
    id: "lifecycle-beside-identity",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[],
};

/// Scripts that a publish of a folder runs.
const RUN: [&str; 7] =
    ["prepublish", "prepare", "prepublishOnly", "prepack", "postpack", "publish", "postpublish"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs().iter().filter(|job| job.holds_identity()) {
        for path in publishing.paths.iter().filter(|path| runs_scripts(path)) {
            for package in path.packages.iter().filter_map(|name| context.project.package(name)) {
                let manifest = &package.manifest;
                let Some(script) = manifest.scripts.iter().find(|script| RUN.contains(&script.name.as_str()))
                else {
                    continue;
                };
                findings.push(
                    META.finding(
                        &path.command.at,
                        path.provider,
                        format!("this also runs the script `{}` where the identity is", script.name),
                    )
                    .with_package(package.name().unwrap_or_default())
                    .with_help(
                        "Pack in a job without identity and publish the tarball, or add `--ignore-scripts`.",
                    )
                    .with_related(Location::new(&manifest.source, script.name_span), "the script"),
                );
            }
        }
    }
}

/// Whether the command publishes a folder with its scripts, and is alone: what else is installed and built beside it is
/// install-beside-identity's.
fn runs_scripts(path: &PublishPath) -> bool {
    let tarball = [".tgz", "tarball", ".tar.gz", "$"].iter().any(|word| path.command.text.contains(word));
    let busy =
        |act: &crate::ci::StepAct| matches!(act.act.deed, Deed::Install { .. } | Deed::RunScript { .. });
    path.command.tool == Tool::Npm && !path.command.ignore_scripts && !tarball && !path.acts.iter().any(busy)
}
