//! # Nothing starts the workflow that publishes
//!
//! ## What it does
//! Reports a GitHub workflow that publishes on releases or pushed tags alone, where another workflow of the
//! repository makes these with its own `GITHUB_TOKEN`.
//!
//! ## Why is this bad?
//! What a workflow does with `GITHUB_TOKEN` starts no other workflow. The release appears, the publish never runs,
//! and nothing says so.
//!
//! ## Example
//! ```yaml .github/workflows/release.yml
//! on: { push: { branches: [main] } }
//! jobs:
//!   release:
//!     runs-on: ubuntu-latest
//!     permissions: { contents: write, pull-requests: write }
//!     steps:
//!       - uses: googleapis/release-please-action@v4
//! ```
//! ```yaml .github/workflows/publish.yml
//! on: { release: { types: [published] } }
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
//! ```yaml .github/workflows/release.yml
//! on: { push: { branches: [main] } }
//! jobs:
//!   release:
//!     runs-on: ubuntu-latest
//!     permissions: { contents: write, pull-requests: write }
//!     outputs: { created: '${{ steps.release.outputs.release_created }}' }
//!     steps:
//!       - id: release
//!         uses: googleapis/release-please-action@v4
//!   publish:
//!     needs: release
//!     if: needs.release.outputs.created
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - documentation: GitHub, triggering a workflow from a workflow: only `workflow_dispatch` and
//!   `repository_dispatch` are exempt.

use super::engine::{Availability, Context, Meta};
use crate::ci::{Job, Pipeline, Script, Step, StepKind, Trigger, TriggerKind, Value};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::{Provider, actions};
use crate::shell;

pub(super) static META: Meta = Meta {
    id: "trigger-never-fires",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, pipeline) in context.model.pipelines.iter().enumerate() {
        let publishes = context.npm_paths().any(|path| path.pipeline == index);
        if pipeline.provider != Provider::Github || !publishes || pipeline.triggers.is_empty() {
            continue;
        }
        // A person, a caller or another event starts it as well: then the release need not.
        if !pipeline.triggers.iter().all(|trigger| is_release(trigger) || is_tag(trigger)) {
            continue;
        }
        let others = context.model.pipelines.iter().filter(|other| other.path() != pipeline.path());
        let made: Vec<Made> = others.flat_map(|other| makers(other, pipeline)).collect();
        // One that uses a token of its own does start it.
        let Some(first) = made.first().filter(|_| made.iter().all(|made| made.by_job_token)) else {
            continue;
        };
        let Some(trigger) = pipeline.triggers.first() else { continue };
        findings.push(
            META.finding(
                &trigger.at,
                Provider::Github,
                format!(
                    "`{}` makes what should start this with its GITHUB_TOKEN, and that starts no workflow",
                    first.file
                ),
            )
            .with_help(
                "Publish in a job of that workflow (`needs:`), start this one from it with `gh workflow run`, or give it a \
                 GitHub App's token.",
            )
            .with_related(first.at.clone(), "made here"),
        );
    }
}

fn is_release(trigger: &Trigger) -> bool {
    trigger.kind == TriggerKind::Release
}

fn is_tag(trigger: &Trigger) -> bool {
    trigger.kind == TriggerKind::Push && trigger.branches.is_empty() && !trigger.tags.is_empty()
}

/// A step that makes a release.
struct Made {
    at: Location,
    file: String,
    by_job_token: bool,
}

/// The steps of `other` that make a release which should start `pipeline`.
fn makers(other: &Pipeline, pipeline: &Pipeline) -> Vec<Made> {
    let tags_alone = pipeline.triggers.iter().all(is_tag);
    // On a tag that is there already a release makes none: the person who pushed it has started both.
    if !other.entry
        || (tags_alone && other.triggers.iter().any(|trigger| is_tag(trigger) || is_release(trigger)))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    other.walk(&mut |_, job| {
        for step in job.leaves() {
            if let Some(by_job_token) = maker(job, step) {
                found.push(Made { at: step.at.clone(), file: other.path().to_owned(), by_job_token });
            }
        }
    });
    found
}

/// Whether the step makes a release at once, and whether it does so with the job's own token.
fn maker(job: &Job, step: &Step) -> Option<bool> {
    if step.condition.as_ref().is_some_and(|condition| condition.never) {
        return None;
    }
    let by_env = || {
        let var = ["GH_TOKEN", "GITHUB_TOKEN"].iter().find_map(|name| job.variable(step, name));
        var.is_some_and(|var| var.value == Value::JobToken)
    };
    if let StepKind::Uses { action, .. } = &step.kind {
        let known = actions::release_maker(action)?;
        let on = |input: &str| step.input(input).is_some_and(|input| input.text.shown() != "false");
        if known.draft_input.as_deref().is_some_and(on)
            || known.needs_input.as_deref().is_some_and(|input| step.input(input).is_none())
        {
            return None;
        }
        let given = known.token_inputs.iter().find_map(|input| step.input(input));
        return Some(match given {
            Some(input) => input.value == Value::JobToken,
            None if known.token_env => by_env(),
            None => true,
        });
    }
    let creates = |script: &Script| {
        let commands = shell::commands(script.text());
        commands.iter().any(|command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.value.as_ref()).collect();
            matches!(words.as_slice(), ["gh", "release", "create", ..])
                && !words.iter().any(|word| matches!(*word, "--draft" | "-d"))
        })
    };
    step.script().is_some_and(creates).then(by_env)
}
