//! # The id token is handed on to later steps
//!
//! ## What it does
//! Reports a script that writes the id token into `$BASH_ENV`, `$GITHUB_ENV`, a workspace file or another
//! place that later steps read.
//!
//! ## Why is this bad?
//! It then lies on disk, unmasked, and every later step, install scripts and build tools included, can
//! exchange it for a publish token.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: "cimg/node:24.15.0" }]
//!     steps:
//!       - run:
//!           command: |
//!             NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!             test -n "$NPM_ID_TOKEN"
//!             export NPM_ID_TOKEN
//!             echo "export NPM_ID_TOKEN=$NPM_ID_TOKEN" >> "$BASH_ENV"
//!             npm publish
//! workflows:
//!   release:
//!     jobs:
//!       - publish: { context: npm-publish }
//! ```
//!
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: "cimg/node:24.15.0" }]
//!     steps:
//!       - run:
//!           command: |
//!             NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!             test -n "$NPM_ID_TOKEN"
//!             export NPM_ID_TOKEN
//!             npm publish
//! workflows:
//!   release:
//!     jobs:
//!       - publish: { context: npm-publish }
//! ```
//!
//! ## Evidence
//! - documentation: CircleCI does not mask id tokens; issue thread: the reference migrations all do it.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::shell;

pub(super) static META: Meta = Meta {
    id: "id-token-crosses-step",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[],
};

/// Files that the provider reads before later steps.
const HANDED_ON: [&str; 4] = ["BASH_ENV", "GITHUB_ENV", "GITHUB_OUTPUT", "build.env"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        for script in publishing.job.leaves().into_iter().filter_map(|step| step.script()) {
            for (line, at) in script.lines() {
                let handed = line.contains('>') && HANDED_ON.iter().any(|file| line.contains(file));
                if !(handed || writes_file(line)) || !line.contains("NPM_ID_TOKEN") {
                    continue;
                }
                let Some(at) = at else { continue };
                findings.push(
                    META.finding(
                        &at,
                        publishing.provider(),
                        "this hands the id token to every later step of the job, unmasked and on disk",
                    )
                    .with_help("Fetch, export and publish in one step; nothing needs to be written."),
                );
            }
        }
    }
}

/// Whether the line prints the token into a file.
fn writes_file(line: &str) -> bool {
    let token = ["$NPM_ID_TOKEN", "${NPM_ID_TOKEN}"].iter().any(|token| line.contains(token));
    token
        && shell::commands(line).iter().any(|command| {
            let into_file = |redirect: &shell::Redirect<'_>| {
                matches!(redirect.operator, ">" | ">>" | ">|")
                    && !redirect.target.value.starts_with('&')
                    && !redirect.target.value.starts_with("/dev/")
            };
            matches!(command.name(), Some("echo" | "printf")) && command.redirects.iter().any(into_file)
        })
}
