//! What should start a publish: what starts it today, else what the release tool or the versions ask for.

use std::collections::BTreeSet;

use super::today;
use crate::ci::{Model, PublishPath, TriggerKind};
use crate::facts::Provider;
use crate::plan::Pattern;
use crate::plan::advise::Situation;
use crate::project::{Project, ReleaseTool};
use crate::spec::Trigger;

const TAG: &str = "v*";

/// The trigger and why.
pub(super) fn choose(situation: &Situation<'_>, providers: &[Provider]) -> (Trigger, String) {
    let project = situation.project;
    if let Some(found) = todays(situation, providers) {
        return found;
    }
    let branch = || Trigger { branch: Some(branch_of(project)), ..Trigger::default() };
    for (tool, why) in [
        (
            ReleaseTool::Changesets,
            "changesets merges versions to this branch; what is published already is skipped",
        ),
        (
            ReleaseTool::ReleasePlease,
            "release-please merges versions to this branch, and its tags start no workflow; what is published already is skipped",
        ),
        (
            ReleaseTool::Beachball,
            "beachball puts versions on this branch; what is published already is skipped",
        ),
    ] {
        if project.uses(tool) {
            return (branch(), why.to_owned());
        }
    }
    let versions: BTreeSet<&str> = project
        .publishable()
        .filter_map(|package| package.manifest.version.as_ref().map(|version| version.value.as_str()))
        .collect();
    if versions.len() > 1 {
        let why = "the packages have versions of their own, so one tag names no release; what is published already is skipped";
        return (branch(), why.to_owned());
    }
    (tag(TAG), "a tag says which commit is released".to_owned())
}

fn tag(pattern: &str) -> Trigger {
    Trigger { tag: Some(pattern.to_owned()), ..Trigger::default() }
}

/// The key and value that the file holds.
pub(super) fn written(trigger: &Trigger) -> (&'static str, String) {
    let Trigger { tag, branch, release, manual } = trigger;
    [("tag", tag), ("branch", branch), ("release", release), ("manual", manual)]
        .into_iter()
        .find_map(|(key, value)| Some((key, value.clone()?)))
        .unwrap_or(("tag", TAG.to_owned()))
}

fn branch_of(project: &Project) -> String {
    project.git.default_branch.clone().unwrap_or_else(|| "main".to_owned())
}

/// What starts the publish today, where one of the providers publishes.
fn todays(situation: &Situation<'_>, providers: &[Provider]) -> Option<(Trigger, String)> {
    let model = situation.model;
    let path = today::path(model, providers)?;
    let github_alone = providers == [Provider::Github];
    let starts = |kind| model.pipeline(path).starts_on(kind);
    let branch = branch_of(situation.project);
    let trigger = if starts(TriggerKind::Release) && github_alone {
        Trigger { release: Some(TAG.to_owned()), ..Trigger::default() }
    } else if let Some(pattern) = tag_pattern(model, path) {
        tag(&pattern)
    } else if starts(TriggerKind::Push) {
        Trigger { branch: Some(branch), ..Trigger::default() }
    } else if starts(TriggerKind::Manual) {
        Trigger { manual: Some(branch), ..Trigger::default() }
    } else {
        return None;
    };
    Some((trigger, format!("as {} does today", path.file)))
}

/// The tag pattern of a push, if it is one that a spec can hold.
fn tag_pattern(model: &Model, path: &PublishPath) -> Option<String> {
    let tags = today::tags(model, path);
    let (first, more) = tags.split_first()?;
    let usable = more.is_empty() && Pattern::new(first).is_ok();
    Some(if usable { (*first).to_owned() } else { TAG.to_owned() })
}
