//! # npm does not see the id token that was fetched
//!
//! ## What it does
//! Reports a CircleCI job that fetches `NPM_ID_TOKEN` and never exports it, or exports it in another step than
//! the one that publishes.
//!
//! ## Why is this bad?
//! A shell variable that is not exported, and any variable of another step, does not reach npm: it publishes
//! without an identity and fails with ENEEDAUTH, or takes a stored token in silence.
//!
//! ## Example
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: cimg/node:24.19.0 }]
//!     steps:
//!       - checkout
//!       - run: |
//!           NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!           [ -n "$NPM_ID_TOKEN" ] || exit 1
//!           npm publish
//! workflows:
//!   release: { jobs: [publish: { context: npm, filters: { branches: { only: main } } }] }
//! ```
//!
//! ## Use instead
//! ```yaml .circleci/config.yml
//! version: 2.1
//! jobs:
//!   publish:
//!     docker: [{ image: cimg/node:24.19.0 }]
//!     steps:
//!       - checkout
//!       - run: |
//!           NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:{registry}"}')"
//!           [ -n "$NPM_ID_TOKEN" ] || exit 1
//!           export NPM_ID_TOKEN
//!           npm publish
//! workflows:
//!   release: { jobs: [publish: { context: npm, filters: { branches: { only: main } } }] }
//! ```
//!
//! ## Evidence
//! - issue thread: npm/cli#8925, whose own description shows the unexported form; documentation: CircleCI runs each
//!   step in a shell of its own.

use std::collections::HashSet;

use super::engine::{Availability, Context, Meta};
use crate::ci::command::Deed;
use crate::ci::{Job, PublishPath, Script, Step, StepAct};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;
use crate::shell;

pub(super) static META: Meta = Meta {
    id: "id-token-not-exported",
    severity: Severity::Error,
    fix: Availability::None,
    providers: &[Provider::Circleci],
};

/// The variable that npm reads.
const VARIABLE: &str = "NPM_ID_TOKEN";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // One finding a step that publishes, however often it does.
    let mut seen = HashSet::new();
    for (path, job) in context.npm_path_jobs().filter(|(path, _)| path.provider == Provider::Circleci) {
        let place = (job.key.source.path(), job.key.span.start, path.step);
        if !seen.insert(place) {
            continue;
        }
        let Some(fetch) = last_fetch(path) else { continue };
        let steps = job.leaves();
        let (Some(fetching), Some(publishing)) = (steps.get(fetch.step), steps.get(path.step)) else {
            continue;
        };
        let Some(script) = fetching.script().map(Script::text) else { continue };
        // A variable that the environment has already keeps its export; a script file is not read here.
        let set = job.variable(fetching, VARIABLE).is_some() || job.variable(publishing, VARIABLE).is_some();
        if set || !fetch.act.via.is_empty() {
            continue;
        }
        let message = if fetch.step == path.step {
            if exports(script) {
                continue;
            }
            "this id token is never exported: npm does not see it"
        } else {
            if hands_on(script) || mentions(job, publishing) {
                continue;
            }
            "this id token ends with its step: the step that publishes does not see it"
        };
        findings.push(
            META.finding(&fetch.act.at, Provider::Circleci, message)
                .with_help("Fetch it, `export NPM_ID_TOKEN` and publish in one step.")
                .with_related(path.command.at.clone(), "the command that publishes"),
        );
    }
}

/// The last fetch before the publish.
fn last_fetch(path: &PublishPath) -> Option<&StepAct> {
    path.acts.iter().rev().filter(|act| act.step <= path.step).find(|act| match &act.act.deed {
        Deed::FetchIdentity(request) => request.variable.as_deref() == Some(VARIABLE),
        _ => false,
    })
}

/// Whether the script exports the variable, hands it to a command by name, or exchanges it by itself.
fn exports(script: &str) -> bool {
    if ["allexport", "set -a", "export NPM_ID_TOKEN=", "exchange"].iter().any(|word| script.contains(word)) {
        return true;
    }
    shell::commands(script).iter().any(|command| {
        let prefix = !command.words.is_empty() && command.assignments.iter().any(|set| set.name == VARIABLE);
        let named = |word: &shell::Word<'_>| {
            word.value.strip_prefix(VARIABLE).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        prefix || command.words.iter().any(named)
    })
}

/// Whether the script leaves something for later steps.
fn hands_on(script: &str) -> bool {
    script.contains("BASH_ENV") || script.contains("workspace") || script.contains("tee ") || {
        let commands = shell::commands(script);
        let writes = |redirect: &shell::Redirect<'_>| {
            redirect.operator.starts_with('>') && !redirect.target.value.starts_with(['&', '1', '2'])
        };
        commands.iter().flat_map(|command| &command.redirects).any(writes)
    }
}

/// Whether the step that publishes names the variable itself.
fn mentions(job: &Job, step: &Step) -> bool {
    let named = step.script().is_some_and(|script| script.text().contains(VARIABLE));
    named || job.env.iter().any(|var| var.name == "BASH_ENV")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_export() {
        for text in [
            "export NPM_ID_TOKEN=$(x)",
            "NPM_ID_TOKEN=$(x)\nexport OTHER NPM_ID_TOKEN",
            "NPM_ID_TOKEN=$(x) npm publish",
            "set -a\nNPM_ID_TOKEN=$(x)",
            "NPM_ID_TOKEN=$(x)\ndocker run -e NPM_ID_TOKEN=$NPM_ID_TOKEN image",
            "NPM_ID_TOKEN=$(x); env NPM_ID_TOKEN=\"$NPM_ID_TOKEN\" npm publish",
        ] {
            assert!(exports(text), "{text}");
        }
        for text in
            ["NPM_ID_TOKEN=$(x)\nnpm publish", "NPM_ID_TOKEN=$(x) && npm publish", "export NPM_ID_TOKEN_X=1"]
        {
            assert!(!exports(text), "{text}");
        }
    }

    #[test]
    fn ways_to_hand_on() {
        assert!(hands_on("echo \"export NPM_ID_TOKEN=$NPM_ID_TOKEN\" >> $BASH_ENV"));
        assert!(hands_on("echo $NPM_ID_TOKEN > /tmp/token"));
        assert!(!hands_on("[ -n \"$NPM_ID_TOKEN\" ] || { echo none >&2; exit 1; }"));
    }
}
