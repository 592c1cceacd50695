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

use std::collections::HashSet;

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

/// Whether it makes a release, which could start another workflow.
pub(super) fn wants(pipeline: &Pipeline) -> bool {
    !makers(pipeline).is_empty()
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let publishing: HashSet<usize> = context.npm_paths().map(|path| path.pipeline).collect();
    let waiting: Vec<&Pipeline> = context
        .model
        .pipelines
        .iter()
        .enumerate()
        .filter(|(index, pipeline)| publishing.contains(index) && waits_for_a_release(pipeline))
        .map(|(_, pipeline)| pipeline)
        .collect();
    if waiting.is_empty() {
        return;
    }
    let made: Vec<Made<'_>> = context.model.pipelines.iter().flat_map(makers).collect();
    for pipeline in waiting {
        let starts = |made: &&Made<'_>| {
            // On a tag that is there already a release makes none: the person who pushed it has started both.
            made.by.path() != pipeline.path() && !(made.on_release && pipeline.triggers.iter().all(is_tag))
        };
        // One that uses a token of its own does start it.
        let mut all = made.iter().filter(starts);
        let Some(first) = all.next().filter(|first| first.by_job_token && all.all(|made| made.by_job_token))
        else {
            continue;
        };
        let Some(trigger) = pipeline.triggers.first() else { continue };
        findings.push(
            META.finding(
                &trigger.at,
                Provider::Github,
                format!(
                    "`{}` makes what should start this with its GITHUB_TOKEN, and that starts no workflow",
                    first.by.path()
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

/// Whether releases and pushed tags alone start it: else a person, a caller or another event does.
fn waits_for_a_release(pipeline: &Pipeline) -> bool {
    let waits = |trigger: &Trigger| is_release(trigger) || is_tag(trigger);
    pipeline.provider == Provider::Github
        && !pipeline.triggers.is_empty()
        && pipeline.triggers.iter().all(waits)
}

fn is_release(trigger: &Trigger) -> bool {
    trigger.kind == TriggerKind::Release
}

fn is_tag(trigger: &Trigger) -> bool {
    trigger.kind == TriggerKind::Push && trigger.branches.is_empty() && !trigger.tags.is_empty()
}

/// A step that makes a release.
struct Made<'a> {
    at: Location,
    by: &'a Pipeline,
    by_job_token: bool,
    /// Whether a tag or release has started it.
    on_release: bool,
}

/// The steps of `pipeline` that make a release.
fn makers(pipeline: &Pipeline) -> Vec<Made<'_>> {
    let mut found = Vec::new();
    if !pipeline.entry || pipeline.provider != Provider::Github {
        return found;
    }
    let on_release = pipeline.triggers.iter().any(|trigger| is_tag(trigger) || is_release(trigger));
    pipeline.walk(&mut |_, job| {
        for step in job.leaves() {
            if let Some(by_job_token) = maker(job, step) {
                found.push(Made { at: step.at.clone(), by: pipeline, by_job_token, on_release });
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
        if !script.text().contains("release") {
            return false;
        }
        let commands = shell::commands(script.text());
        commands.iter().any(|command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.value.as_ref()).collect();
            matches!(words.as_slice(), ["gh", "release", "create", ..])
                && !words.iter().any(|word| matches!(*word, "--draft" | "-d"))
        })
    };
    step.script().is_some_and(creates).then(by_env)
}
