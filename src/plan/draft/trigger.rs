//! What should start a publish: what starts it today, else what the release tool or the versions ask for.

use std::collections::{BTreeMap, BTreeSet};

use super::today;
use crate::ci::{PublishPath, TriggerKind};
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
    let (pattern, why) = tag_of(project);
    (tag(&pattern), why)
}

/// The pattern of the tags that are there: what stands before the version in most of them.
fn tag_of(project: &Project) -> (String, String) {
    let mut prefixes: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &project.git.tags {
        if let Some(prefix) = before_version(name) {
            *prefixes.entry(prefix).or_default() += 1;
        }
    }
    let most = prefixes.into_iter().max_by_key(|&(prefix, count)| (count, prefix == "v"));
    let usual = || (TAG.to_owned(), "a tag says which commit is released".to_owned());
    let Some((prefix, count)) = most else { return usual() };
    // Three stars and two dots: nothing shorter tells a bare version from any other tag.
    let pattern = if prefix.is_empty() { "*.*.*".to_owned() } else { format!("{prefix}*") };
    if pattern == TAG || Pattern::new(&pattern).is_err() {
        return usual();
    }
    let are = if count == 1 { "a tag of this repository is" } else { "most tags of this repository are" };
    (pattern, format!("a tag says which commit is released, and {are} called so"))
}

/// What stands before the version in a tag's name; none where it ends in no version.
fn before_version(name: &str) -> Option<&str> {
    let starts = name.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at);
    let whole = |at: &usize| !name[..*at].ends_with(|c: char| c.is_ascii_digit() || c == '.');
    let version = |at: &usize| crate::facts::Version::parse(&name[*at..]).is_ok();
    let at = starts.filter(whole).find(version)?;
    Some(&name[..at])
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
        // GitHub compares a release's tag with one star at most.
        let pattern = tag_of(situation.project).0;
        let pattern = if pattern.matches('*').count() > 1 { "*".to_owned() } else { pattern };
        Trigger { release: Some(pattern), ..Trigger::default() }
    } else if let Some(pattern) = tag_pattern(situation, path) {
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
fn tag_pattern(situation: &Situation<'_>, path: &PublishPath) -> Option<String> {
    let tags = today::tags(situation.model, path);
    let (first, more) = tags.split_first()?;
    let usable = more.is_empty() && Pattern::new(first).is_ok();
    Some(if usable { (*first).to_owned() } else { tag_of(situation.project).0 })
}
