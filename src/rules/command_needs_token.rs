//! # This npm command cannot use the identity
//!
//! ## What it does
//! Reports `npm whoami`, `npm access`, `npm owner`, `npm deprecate`, `npm unpublish` and `npm token` in a
//! publish job that has no stored token.
//!
//! ## Why is this bad?
//! Trusted publishing covers publishing alone. These commands fail with `ENEEDAUTH` or E401 even while the
//! identity works; as a gate before the publish they stop it.
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
//!       - run: npm whoami && npm publish
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
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - run, 2026-11-22: `npm whoami` answers ENEEDAUTH with a perfect identity; code: only publish, stage and
//!   dist-tag call the exchange.

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "command-needs-token", severity: Severity::Error, fix: Availability::None, providers: &[] };

/// Subcommands that always need a token.
const NEED_TOKEN: [&str; 8] =
    ["whoami", "access", "owner", "deprecate", "undeprecate", "unpublish", "token", "profile"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        if publishing.paths.iter().any(|path| path.tokens().next().is_some()) || !publishing.holds_identity()
        {
            continue;
        }
        for act in publishing.paths[0].acts.iter().map(|act| &act.act) {
            let Deed::RegistryCall { name } = &act.deed else { continue };
            let word = name.split_ascii_whitespace().next().unwrap_or_default();
            if !NEED_TOKEN.contains(&word) {
                continue;
            }
            let mut finding = META.finding(
                act.called_at(),
                publishing.provider(),
                format!(
                    "`{}` needs a token: trusted publishing does not cover it, and job `{}` has none",
                    act.text, publishing.job.id
                ),
            );
            if act.conditional {
                finding.severity = Severity::Warning;
            }
            findings.push(finding.with_help("Remove it, or run it by hand (`npm login`) after the release."));
        }
    }
}
