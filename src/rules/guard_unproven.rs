//! # Whether the guard holds is not in the YAML
//!
//! ## What it does
//! Notes that an environment's protection or a context's restriction cannot be seen from here. Silent where a
//! settings file (`--settings FILE`, docs/settings.md) proves it; where one refutes it, `guard-open` speaks.
//!
//! ## Why is this bad?
//! An environment without deployment rules, or a context that every branch may use, guards nothing. The
//! provider's settings decide it.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```json trustpub-settings.json
//! {"schema": 1, "github": {"environments": {"total_count": 1, "environments": [
//!   {"name": "npm", "protection_rules": [{"type": "required_reviewers", "reviewers": [{"reviewer": {"login": "ada"}}]}]}
//! ]}}}
//! ```
//!
//! ## Evidence
//! - documentation: GitHub environments, GitLab protected environments, CircleCI context restrictions are settings.

use super::engine::{Availability, Context, Meta, words};
use crate::ci::GuardKind;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::settings::Verdict;

pub(super) static META: Meta = Meta {
    id: "guard-unproven",
    severity: Severity::Info,
    fix: Availability::None,
    providers: &[
        Provider::Github,
        Provider::Gitlab,
        Provider::Circleci,
        Provider::Azure,
        Provider::Bitbucket,
    ],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let guards = context.outer_guards(path);
        if guards.iter().any(|(_, verdict)| matches!(verdict, Some(Verdict::Holds(_)))) {
            continue;
        }
        let open = |verdict: &Option<Verdict>| matches!(verdict, Some(Verdict::Open(_)));
        let Some((guard, verdict)) = guards.into_iter().find(|(_, verdict)| !open(verdict)) else { continue };
        let (what, help) = match (guard.kind, path.provider) {
            (GuardKind::Context, _) => (
                format!("context `{}`: its restriction", guard.name),
                "Check that it has an expression restriction on the branch or tag (`circleci context get`)",
            ),
            (_, Provider::Gitlab) => (
                format!("environment `{}`: its protection", guard.name),
                "Check that it is a protected environment (Settings > CI/CD)",
            ),
            (_, Provider::Azure) => (
                format!("environment `{}`: its checks", guard.name),
                "Check that it has a branch control check and an approval (Pipelines > Environments)",
            ),
            (_, Provider::Bitbucket) => (
                format!("deployment `{}`: its restriction", guard.name),
                "Check that it is limited to your release branch, which needs Premium (Repository settings > Deployments)",
            ),
            _ => (
                format!("environment `{}`: its protection", guard.name),
                "Check that it is limited to your release branch or tags (Settings > Environments)",
            ),
        };
        let message = match verdict {
            Some(Verdict::Unproven(lacks)) => format!("{what} is not proven by the settings: {lacks}"),
            _ => format!("{what} is not in the YAML"),
        };
        let proof = if words::has_oidc(path.provider) {
            ", or prove it with `--settings FILE` (docs/settings.md)"
        } else {
            ""
        };
        let help = format!("{help}{proof}.");
        findings.push(META.finding(&guard.at, path.provider, message).with_help(help));
    }
}
