//! What should start a publish: what starts it today, else what the release tool or the versions ask for.

use std::collections::BTreeSet;

use super::{tags, today};
use crate::ci::{PublishPath, TriggerKind};
use crate::facts::Provider;
use crate::plan::advise::Situation;
use crate::plan::{Branch, Pattern};
use crate::project::{Project, ReleaseTool};
use crate::spec::Trigger;

/// A trigger.
pub(super) struct Chosen {
    pub(super) trigger: Trigger,
    /// Why.
    pub(super) reason: String,
    /// What of today's it leaves out.
    pub(super) note: Option<String>,
}

/// The trigger and why.
pub(super) fn choose(situation: &Situation<'_>, providers: &[Provider]) -> Chosen {
    let project = situation.project;
    if let Some(found) = todays(situation, providers) {
        return found;
    }
    let because = |trigger, why: &str| Chosen { trigger, reason: why.to_owned(), note: None };
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
            return because(branch(), why);
        }
    }
    let versions: BTreeSet<&str> = project
        .publishable()
        .filter_map(|package| package.manifest.version.as_ref().map(|version| version.value.as_str()))
        .collect();
    if versions.len() > 1 {
        let why = "the packages have versions of their own, so one tag names no release; what is published already is skipped";
        return because(branch(), why);
    }
    let (pattern, why) = tags::pattern(project);
    because(tag(&pattern), &why)
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
        .unwrap_or(("tag", tags::TAG.to_owned()))
}

fn branch_of(project: &Project) -> String {
    project.git.default_branch.clone().unwrap_or_else(|| "main".to_owned())
}

/// What starts the publish today, where one of the providers publishes.
fn todays(situation: &Situation<'_>, providers: &[Provider]) -> Option<Chosen> {
    let path = today::path(situation.model, providers)?;
    let starts = |kind| situation.model.pipeline(path).starts_on(kind);
    let file = &path.file;
    if starts(TriggerKind::Release) && providers == [Provider::Github] {
        // GitHub compares a release's tag with one star at most.
        let (pattern, _) = tags::pattern(situation.project);
        let pattern = match pattern.split_once('*') {
            Some((before, after)) if after.contains('*') => format!("{before}*"),
            _ => pattern,
        };
        let trigger = Trigger { release: Some(pattern), ..Trigger::default() };
        let reason = format!("as {file} does today, where a release's tag is called so");
        return Some(Chosen { trigger, reason, note: None });
    }
    let filters = today::Filters::of(situation.model, path);
    // A condition of the job may leave less than the file's own filters.
    let ends = |end: &str| path.trigger.iter().any(|label| label.ends_with(end));
    let alone = |one, other| ends(one) && !ends(other) && !path.trigger.iter().any(|label| label == "push");
    if alone(":tags", ":branches") && filters.tags.is_empty() {
        let (pattern, why) = tags::pattern(situation.project);
        let reason = format!("{file} publishes on tags today; {why}");
        Some(Chosen { trigger: tag(&pattern), reason, note: None })
    } else if !filters.tags.is_empty() && !alone(":branches", ":tags") {
        Some(by_tag(situation.project, path, &filters))
    } else if starts(TriggerKind::Push) {
        Some(by_branch(situation.project, path, &filters))
    } else if starts(TriggerKind::Manual) {
        let trigger = Trigger { manual: Some(branch_of(situation.project)), ..Trigger::default() };
        Some(Chosen { trigger, reason: format!("as {file} does today"), note: None })
    } else {
        None
    }
}

/// The one tag pattern that a spec has room for.
fn by_tag(project: &Project, path: &PublishPath, filters: &today::Filters<'_>) -> Chosen {
    let file = &path.file;
    let same = filters.tags.iter().find(|text| is_pattern(text, path.provider));
    let near = || filters.tags.iter().find_map(|text| Some((text, nearest(text, path.provider)?)));
    let (taken, pattern, reason) = if let Some(text) = same {
        (Some(*text), (*text).to_owned(), format!("as {file} does today"))
    } else if let Some((text, pattern)) = near() {
        let reason = format!("as {file} does today for `{text}`; a star here stops at a slash");
        (Some(*text), pattern, reason)
    } else {
        let (pattern, why) = tags::pattern(project);
        let today = listed("", &filters.tags).join(", ");
        let reason = format!("{why}; {file} publishes on {today} today, which no pattern here can say");
        (None, pattern, reason)
    };
    let more: Vec<&str> = filters.tags.iter().copied().filter(|text| Some(*text) != taken).collect();
    // What cannot be said is in the reason.
    let mut left = if taken.is_some() { listed("tags ", &more) } else { Vec::new() };
    left.extend(listed("branch ", &filters.branches));
    let note = note(file, &format!("tag `{pattern}`"), &left, &filters.excluded);
    Chosen { trigger: tag(&pattern), reason, note }
}

/// The one branch that a spec has room for.
fn by_branch(project: &Project, path: &PublishPath, filters: &today::Filters<'_>) -> Chosen {
    let file = &path.file;
    let usual = branch_of(project);
    let literal = |text: &&&str| {
        Branch::new(text).is_ok() && !(path.provider == Provider::Github && text.contains('+'))
    };
    let literals: Vec<&str> = filters.branches.iter().filter(literal).copied().collect();
    let preferred = [usual.as_str(), "main", "master"].into_iter().find(|name| literals.contains(name));
    let chosen = preferred.or(literals.first().copied());
    let reason = match (chosen, literals.len()) {
        (Some(_), 1) if filters.branches.len() == 1 => format!("as {file} does today"),
        (Some(_), _) => format!("one of the branches on which {file} publishes today"),
        (None, _) if filters.branches.is_empty() => {
            format!("{file} publishes on a push today; this is the default branch")
        }
        (None, _) => {
            let today = listed("", &filters.branches).join(", ");
            format!(
                "{file} publishes on the branches {today} today, and one name alone fits here; this is the default branch"
            )
        }
    };
    let branch = chosen.unwrap_or(&usual).to_owned();
    let more: Vec<&str> = filters.branches.iter().copied().filter(|name| *name != branch).collect();
    let left = if chosen.is_some() { listed("branch ", &more) } else { Vec::new() };
    let note = note(file, &format!("branch `{branch}`"), &left, &filters.excluded);
    Chosen { trigger: Trigger { branch: Some(branch), ..Trigger::default() }, reason, note }
}

/// Whether a filter means the same as a pattern of the spec. GitHub's `+` repeats.
fn is_pattern(text: &str, provider: Provider) -> bool {
    Pattern::new(text).is_ok() && !(provider == Provider::Github && text.contains('+'))
}

/// The pattern that comes nearest to a filter which no pattern equals: GitHub's `**`, and a regular
/// expression for a beginning.
fn nearest(text: &str, provider: Provider) -> Option<String> {
    let pattern = if provider == Provider::Github {
        text.replace("**", "*")
    } else {
        let inner = text.strip_prefix("/^")?.strip_suffix('/')?;
        format!("{}*", inner.trim_end_matches('$').strip_suffix(".*")?)
    };
    let beginning = provider == Provider::Github || !pattern.contains(['.', '+']);
    (beginning && pattern != text && is_pattern(&pattern, provider)).then_some(pattern)
}

fn listed(kind: &str, texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| format!("{kind}`{text}`")).collect()
}

/// What of today's filters the spec does not say.
fn note(file: &str, chosen: &str, left: &[String], excluded: &[&str]) -> Option<String> {
    let also = (!left.is_empty()).then(|| format!("{file} also publishes on {}", left.join(", ")));
    let but =
        (!excluded.is_empty()).then(|| format!("{file} leaves out {}", listed("", excluded).join(", ")));
    let left: Vec<String> = also.into_iter().chain(but).collect();
    let said = left.join(", and ");
    (!left.is_empty())
        .then(|| format!("{said}, which was not taken over: the new pipeline starts on {chosen} alone."))
}
