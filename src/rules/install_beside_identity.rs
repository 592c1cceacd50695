//! # Dependencies are installed or built where the identity is
//!
//! ## What it does
//! Reports a job that publishes and also installs dependencies, or runs the
//! project's build or test scripts, or a downloaded package (`npx tsc`).
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

use super::engine::{Availability, Context, Meta, words};
use crate::ci::command::Deed;
use crate::ci::{Job, PublishPath, StepKind};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::tools;
use crate::shell;

pub(super) static META: Meta = Meta {
    id: "install-beside-identity",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[],
};

/// Scripts of a package.json that run the project's own code and tools.
const BUILDS: [&str; 8] = ["build", "test", "lint", "compile", "prepare", "prepack", "bundle", "check"];
/// Actions whose only work is to install dependencies.
const INSTALLERS: [&str; 2] = ["bahmutov/npm-install", "pnpm/setup"];

/// Commands of `npx` that publish or are package managers.
const KNOWN: [&str; 8] = ["npm", "pnpm", "yarn", "changeset", "corepack", "auto", "beachball", "pkg-pr-new"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let path = publishing.paths[0];
        let found = by_script(path)
            .or_else(|| by_action(publishing.job))
            .map(|(what, at)| (what.to_owned(), at.clone()));
        let Some((what, at)) = found.or_else(|| by_npx(publishing.job)) else { continue };
        let holds = if publishing.holds_identity() {
            "has the identity"
        } else if path.tokens().next().is_some() {
            "has the publish token"
        } else {
            "publishes"
        };
        findings.push(
            META.finding(
                &at,
                publishing.provider(),
                format!("`{what}` runs in job `{}`, which {holds}", publishing.job.id),
            )
            .with_help(if words::has_oidc(publishing.provider()) {
                "Install, test, build and pack in a job without identity; publish the tarball from another \
                 (`trustpub generate` writes the two jobs)."
            } else {
                "Install, test, build and pack in a job without the token; publish the tarball from another."
            })
            .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}

fn by_script(path: &PublishPath) -> Option<(&str, &Location)> {
    let beside = path.acts.iter().find(|act| match &act.act.deed {
        Deed::Install { ignore_scripts, .. } => !ignore_scripts,
        Deed::RunScript { name } => {
            BUILDS.iter().any(|build| name.split([':', '-', '.']).any(|part| part == *build))
        }
        _ => false,
    })?;
    Some((&beside.act.text, beside.act.called_at()))
}

fn by_action(job: &Job) -> Option<(&str, &Location)> {
    job.leaves().into_iter().find_map(|step| {
        let StepKind::Uses { reference, action, inputs, .. } = &step.kind else { return None };
        let installs = INSTALLERS.contains(&action.as_str())
            || inputs.iter().any(|input| input.name == "run_install" && input.text.shown() != "false");
        installs.then_some((reference.shown(), &reference.at))
    })
}

/// A package that is downloaded and run: `npx tsc`. Tools that publish, and package managers, are what the job is for.
fn by_npx(job: &Job) -> Option<(String, Location)> {
    job.leaves().into_iter().filter_map(|step| step.script()).find_map(|script| {
        shell::commands(script.text()).iter().find_map(|command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.value.as_ref()).collect();
            let ["npx", arguments @ ..] = words.as_slice() else { return None };
            let package = arguments.iter().find(|word| !word.starts_with('-'))?;
            let name = package.rfind('@').filter(|at| *at > 0).map_or(*package, |at| &package[..at]);
            let plain = name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "@/-_.".contains(character));
            let publishes = tools::get(name).is_some() || KNOWN.contains(&name);
            (plain && !publishes).then(|| Some((format!("npx {package}"), script.locate(command.span)?)))?
        })
    })
}
