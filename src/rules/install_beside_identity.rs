//! # Dependencies are installed or built where the identity is
//!
//! ## What it does
//! Reports a publish job that has an identity or publish token and also installs dependencies, or runs the
//! project's build or test scripts.
//!
//! ## Why is this bad?
//! Every install script, build tool and test of the job can read the environment, mint the id token and
//! publish in the package's name: a dependency's `postinstall` that did so received a publish token. Build
//! and pack in a job without identity, and publish the tarball in another.
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
//!       - run: npm ci
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   pack:
//!     runs-on: ubuntu-latest
//!     permissions: { contents: read }
//!     steps:
//!       - run: npm ci
//!       - run: npm pack
//!   publish:
//!     needs: pack
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish ./a-1.0.0.tgz --ignore-scripts
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: a dependency's postinstall exchanged the job's identity for a publish token under npm
//!   10.9.4 and 11.21.2.
//! - field study: 67% of publishing files.

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta = Meta {
    id: "install-beside-identity",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[],
};

/// Scripts of a package.json that run the project's own code and tools.
const BUILDS: [&str; 8] = ["build", "test", "lint", "compile", "prepare", "prepack", "bundle", "check"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let path = publishing.paths[0];
        if !publishing.holds_identity() && path.tokens().next().is_none() {
            continue;
        }
        let beside = path.acts.iter().find(|act| match &act.act.deed {
            Deed::Install { ignore_scripts, .. } => !ignore_scripts,
            Deed::RunScript { name } => {
                BUILDS.iter().any(|build| name.split([':', '-', '.']).any(|part| part == *build))
            }
            _ => false,
        });
        let Some(beside) = beside else { continue };
        let holds = if publishing.holds_identity() { "has the identity" } else { "has the publish token" };
        findings.push(
            META.finding(
                beside.act.called_at(),
                publishing.provider(),
                format!("`{}` runs in job `{}`, which {holds}", beside.act.text, publishing.job.id),
            )
            .with_help(
                "Install, test, build and pack in a job without identity; publish the tarball from another \
                 (`trustpub generate` writes the two jobs).",
            )
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}
