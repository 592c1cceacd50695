//! # A token stands in the repository in the clear
//!
//! ## What it does
//! Looks for npm, GitHub and GitLab tokens in every CI file, package.json and npm configuration that is
//! read.
//!
//! ## Why is this bad?
//! Everybody who can read the repository, or ever could, has it. npm and GitHub revoke tokens that they
//! find in public repositories.
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
//!         env: { NODE_AUTH_TOKEN: npm_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2 }
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
//! - documentation: npm's token format, `npm_` and 36 letters and digits.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::engine::{Availability, Context, Meta, words};
use crate::ci::{Pipeline, Value};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;
use crate::text::{Source, Span};

pub(super) static META: Meta =
    Meta { id: "token-literal", severity: Severity::Error, fix: Availability::None, providers: &[] };

/// What a token starts with, and how many letters and digits follow at least.
const SHAPES: [(&str, usize); 5] =
    [("npm_", 36), ("ghp_", 36), ("github_pat_", 40), ("glpat-", 20), ("ghs_", 36)];

/// The beginnings, looked for at once: every file is searched.
static PREFIXES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(SHAPES.map(|(prefix, _)| prefix)).expect("a few short words always build")
});

pub(super) fn check_file(_: &Context<'_>, pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    search(&pipeline.source, pipeline.provider, findings);
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(provider) = context.npm_paths().next().map(|path| path.provider) else { return };
    let configurations = context.project.npmrc.iter().map(|npmrc| &npmrc.source);
    let yarn = context.project.yarnrc.iter().map(|yarnrc| &yarnrc.source);
    let manifests = context.project.packages.iter().map(|package| &package.manifest.source);
    for source in configurations.chain(yarn).chain(manifests) {
        search(source, provider, findings);
    }
    // npm's older tokens have the form of a UUID, which says nothing by itself: only where one is handed to a publish.
    let tokens = context.npm_paths().flat_map(|path| path.tokens().map(move |token| (path.provider, token)));
    for (provider, token) in tokens {
        if let Value::Static(text) = &token.value
            && is_uuid(text)
        {
            findings.push(in_the_clear(&token.at, provider));
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let form = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]);
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    // A placeholder repeats one character.
    form && digits.iter().all(u8::is_ascii_hexdigit) && digits.iter().any(|digit| digit != &digits[0])
}

fn in_the_clear(at: &Location, provider: Provider) -> Finding {
    META.finding(at, provider, "a token stands here in the clear").with_help(if words::has_oidc(provider) {
        "Revoke it now (deleting the line does not help), then publish by identity."
    } else {
        "Revoke it now (deleting the line does not help), and keep its successor in the provider's secrets."
    })
}

fn search(source: &Source, provider: Provider, findings: &mut Vec<Finding>) {
    let text = source.text();
    for found in PREFIXES.find_iter(text) {
        let (at, (prefix, least)) = (found.start(), SHAPES[found.pattern().as_usize()]);
        let inside_word = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let rest = &text[at + prefix.len()..];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let body = &rest[..length];
        // A placeholder repeats one character.
        let placeholder = body.bytes().all(|byte| Some(byte) == body.bytes().next());
        if inside_word || length < least || placeholder {
            continue;
        }
        let span = Span::new(at, at + prefix.len() + length);
        findings.push(in_the_clear(&Location::new(source, span), provider));
    }
}
