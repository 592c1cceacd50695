//! # A downloaded script runs in the publish job
//!
//! ## What it does
//! Reports `curl … | sh` and the like in a job that publishes to npm.
//!
//! ## Why is this bad?
//! Whoever serves that address runs code beside the publish credential.
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
//!       - run: curl -fsSL https://example.com/install.sh | bash
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
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/setup-node@v6
//!         with: { node-version: 24.19.0 }
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: every provider's hardening guide.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "script-piped", severity: Severity::Warning, fix: Availability::None, providers: &[] };

const SHELLS: [&str; 5] = ["sh", "bash", "zsh", "node", "python3"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        for script in publishing.job.leaves().into_iter().filter_map(|step| step.script()) {
            for (line, at) in script.lines() {
                if let Some(at) = at.filter(|_| pipes_download(line)) {
                    findings.push(
                        META.finding(&at, publishing.provider(), "this runs whatever the address serves in the job that publishes")
                            .with_help("Pin the tool (a lockfile, an action by commit, a checksum), or install it in another job."),
                    );
                }
            }
        }
    }
}

/// Whether a line pipes a download into an interpreter.
fn pipes_download(line: &str) -> bool {
    let mut parts = line.split('|').map(str::trim);
    let downloads = |part: &str| part.split_whitespace().any(|word| matches!(word, "curl" | "wget"));
    let runs = |part: &str| {
        let mut words = part.split_whitespace().filter(|word| *word != "sudo" && !word.contains('='));
        words.next().is_some_and(|word| SHELLS.contains(&word.rsplit('/').next().unwrap_or(word)))
    };
    parts.next().is_some_and(downloads) && parts.any(runs)
}
