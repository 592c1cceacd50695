//! # Another file publishes than the spec says
//!
//! ## What it does
//! Compares the files that publish by identity with the one that `trustpub.yml` names for the provider.
//!
//! ## Why is this bad?
//! The trusted publisher is made from the spec (`trustpub generate` prints the command), and npm compares the entry file's name: from another
//! file the exchange is refused, unless a publisher for it was added by hand.
//!
//! ## Example
//! ```yaml .github/workflows/deploy.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```yaml trustpub.yml
//! version: 1
//! providers: { github: { file: publish.yml } }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "https://github.com/acme/a" }
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/deploy.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//! ```yaml trustpub.yml
//! version: 1
//! providers: { github: { file: deploy.yml } }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "https://github.com/acme/a" }
//! ```
//!
//! ## Evidence
//! - documentation: npm compares the calling workflow's file name; issue thread: five of the failures studied.

use super::engine::{Availability, Context, Meta, relies_on_identity};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::spec::Auth;

pub(super) static META: Meta = Meta {
    id: "entry-file-mismatch",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(spec) = context.spec else { return };
    for path in context.npm_paths().filter(|path| path.entry && relies_on_identity(path)) {
        let target =
            spec.targets.iter().find(|target| target.provider == path.provider && target.auth == Auth::Oidc);
        let Some(target) = target.filter(|target| META.providers.contains(&target.provider) && target.entry)
        else {
            continue;
        };
        if target.file == path.file {
            continue;
        }
        findings.push(
            META.finding(
                &path.command.at,
                path.provider,
                format!("`{}` publishes, while `trustpub.yml` names `{}`", path.file, target.file),
            )
            .with_help(
                "Publish from that file alone, or name this one in `trustpub.yml` and make the publisher anew as `trustpub generate` prints it.",
            ),
        );
    }
}
