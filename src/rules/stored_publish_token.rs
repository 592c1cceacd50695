//! # A stored token can publish
//!
//! ## What it does
//! Reports a long-lived write token (a secret, a context's or CI variable, the output of a vault step) that
//! reaches a command that publishes to npm. Where npm accepts no identity of the provider (Azure Pipelines,
//! Jenkins, Bitbucket, Buildkite) a token that stages is *unproven* to do no more, and one that is not seen
//! is said to be somewhere.
//!
//! ## Why is this bad?
//! Whatever runs in the job can read it and publish from anywhere until it expires: that is how packages
//! were taken over. Write tokens live 90 days at most, and direct publishing with tokens that bypass
//! two-factor authentication ends in January 2027.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0, registry-url: 'https://{registry}' }
//!       - run: npm publish
//!         env:
//!           NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
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
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: npm's changelog of 2025-09 to 2026-09; the dates in `trustpub facts`.

use super::engine::{Availability, Context, Meta, words};
use crate::ci::{Auth, Credential, PublishPath, Reach, Registry, Tool, Value};
use crate::diagnostic::{Finding, Severity};
use crate::facts::limits;
use crate::spec;

pub(super) static META: Meta =
    Meta { id: "stored-publish-token", severity: Severity::Error, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in context.npm_paths() {
        let unproven = path.command.staged && (!words::has_oidc(path.provider) || asked(context, path));
        let mut tokens: Vec<&Credential> = Vec::new();
        // A secret that a script also writes to a file is one token: what sets it is reported.
        let stored = path.tokens().filter(|token| is_stored(token));
        let by_script = |token: &&Credential| token.reach == Reach::Written && token.entry.is_none();
        let (written, set): (Vec<_>, Vec<_>) = stored.partition(by_script);
        for token in set.into_iter().chain(written) {
            let known =
                |known: &&Credential| matches!(token.value, Value::Secret(_)) && known.value == token.value;
            if !by_script(&token) || !tokens.iter().any(known) {
                tokens.push(token);
            }
        }
        if tokens.is_empty() {
            findings.extend(unseen(context, path));
        }
        for credential in tokens {
            let mut finding = META.finding(
                &credential.at,
                path.provider,
                if unproven {
                    format!("that `{}` can only stage is not seen from here", credential.name)
                } else {
                    format!("`{}` gives `{}` a stored publish token", credential.name, path.command.text)
                },
            );
            if unproven {
                finding.severity = Severity::Info;
            }
            findings.push(
                finding
                    .with_help(help(context, path))
                    .with_related(path.command.at.clone(), "the command that publishes"),
            );
        }
    }
}

/// Whether the spec asks for a stage-only token in this very file.
fn asked(context: &Context<'_>, path: &PublishPath) -> bool {
    let targets = context.spec.into_iter().flat_map(|spec| &spec.targets);
    let mut mine = targets.filter(|target| target.provider == path.provider && target.file == path.file);
    mine.any(|target| target.auth == spec::Auth::Token)
}

/// Where npm accepts no identity, what publishes without a visible token takes one from somewhere else:
/// the machine, the provider's settings.
fn unseen(context: &Context<'_>, path: &PublishPath) -> Option<Finding> {
    // What only a name says to publish may publish elsewhere.
    let elsewhere = path.registry != Registry::Npm || path.command.tool == Tool::Other;
    if path.auth == Auth::Unknown && !elsewhere {
        let message = format!(
            "`{}` publishes with a credential of its own service, which is not seen from here",
            path.command.text
        );
        let mut finding = META.finding(&path.command.at, path.provider, message);
        finding.severity = Severity::Info;
        return Some(finding.with_help(help(context, path)));
    }
    if words::has_oidc(path.provider) || elsewhere || path.tokens().next().is_some() {
        return None;
    }
    let name = path.provider.name();
    let here = path.chain.iter().map(|hop| &hop.at).find(|at| at.source.path() == path.file);
    let mut finding = META.finding(
        here.unwrap_or(&path.command.at),
        path.provider,
        format!(
            "`{}` takes a token that is not seen from here: on {name} npm accepts nothing else",
            path.command.text
        ),
    );
    finding.severity = Severity::Info;
    Some(finding.with_help(help(context, path)))
}

/// Whether the credential is one that somebody stored: not an input that a caller may leave empty, nor
/// what is only inherited (`secrets-inherit`'s).
fn is_stored(token: &Credential) -> bool {
    token.reach != Reach::Inherited
        && matches!(token.value, Value::Secret(_) | Value::Static(_) | Value::Unknown | Value::Input(_))
}

/// What becomes of tokens that bypass 2FA, the only ones that publish without a person: from the day before they lose it.
fn sunset(context: &Context<'_>) -> Option<String> {
    let limit = limits::bypass_tokens_no_publish();
    let from = limit.from?;
    let known = context.today.is_none_or(|today| !limit.holds_on(today));
    let word = if known && limit.planned { "are planned to lose" } else { "have lost" };
    Some(format!(" Tokens that bypass 2FA {word} direct publish from {from} on; they can stage still."))
}

fn help(context: &Context<'_>, path: &PublishPath) -> String {
    let sunset = sunset(context).filter(|_| !path.command.staged).unwrap_or_default();
    if words::has_oidc(path.provider) {
        format!(
            "Publish with the job's identity (trusted publishing) and revoke the token: `trustpub advise` says how here.{sunset}"
        )
    } else if path.command.staged {
        "Give the token the permission to stage alone, for the packages named, and let it expire soon."
            .to_owned()
    } else {
        let name = path.provider.name();
        format!(
            "npm accepts no identity of {name}: stage with a stage-only token (`npm stage publish`) and approve by hand, or \
             publish from GitHub Actions, GitLab CI/CD or CircleCI.{sunset}"
        )
    }
}
