//! What else to know about this repository.

use std::fmt::Write as _;

use super::{PackageSeen, ProviderAdvice, SeenAccess, Situation, Strategy};
use crate::facts::node::{self, NodeSpec};
use crate::facts::npm::Feature;
use crate::facts::{Provider, Version, limits, tools};
use crate::project::{Credential, Npmrc, Project, ReleaseTool, Tool};
use crate::text::sentence;

pub(super) fn notes(
    situation: &Situation<'_>,
    packages: &[PackageSeen],
    providers: &[ProviderAdvice],
) -> Vec<String> {
    let mut notes = Vec::new();
    nothing_to_publish(situation.project, packages, &mut notes);
    if providers.is_empty() {
        return notes;
    }
    access(packages, &mut notes);
    repository(packages, providers, &mut notes);
    release_tools(situation.project, providers, &mut notes);
    credentials(situation.project, &mut notes);
    node(situation.project, providers, &mut notes);
    bulk(packages, &mut notes);
    for (system, path) in &situation.project.ci.other {
        notes.push(format!(
            "{path} is {system}'s: npm takes no identity from it, and trustpub does not read it."
        ));
    }
    notes
}

/// What no file tells and the advice hangs on.
pub(super) fn unseen(providers: &[ProviderAdvice]) -> Vec<String> {
    let best = |wanted: fn(Strategy) -> bool| providers.iter().any(|advice| wanted(advice.best().strategy));
    let mut unseen = Vec::new();
    if !providers.is_empty() {
        let then = if best(|strategy| strategy != Strategy::StagedToken) {
            ", then it can have a trusted publisher"
        } else {
            ""
        };
        unseen.push(format!(
            "whether a package exists on the registry yet: a new one is published once by a person{then}"
        ));
    }
    if best(|strategy| strategy == Strategy::OidcDirect) {
        unseen.push("whether the repository is public: provenance is for public ones alone".to_owned());
    }
    unseen
}

fn nothing_to_publish(project: &Project, packages: &[PackageSeen], notes: &mut Vec<String>) {
    if project.packages.is_empty() {
        notes.push("There is no package.json here, nor in the folders below.".to_owned());
    } else if packages.is_empty() {
        notes.push(
            "Every package is private, or lacks a name or a version: there is nothing to publish.".to_owned(),
        );
    }
    let other = names(packages.iter().filter(|package| !package.to_npm));
    if !other.is_empty() {
        notes.push(format!(
            "{other} is sent to another registry by `publishConfig` or `.npmrc`: trusted publishing is the npm registry's alone."
        ));
    }
}

fn names<'a>(packages: impl Iterator<Item = &'a PackageSeen>) -> String {
    let names: Vec<&str> = packages.map(|package| package.name.as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

fn access(packages: &[PackageSeen], notes: &mut Vec<String>) {
    let scoped = || packages.iter().filter(|package| package.access == SeenAccess::Unknown);
    let unknown = names(scoped());
    if !unknown.is_empty() {
        let have = if scoped().count() == 1 { "has" } else { "have" };
        notes.push(format!(
            "{unknown} {have} a scope and no `publishConfig.access`: a first publish makes it restricted, later ones keep what is set."
        ));
    }
}

fn repository(packages: &[PackageSeen], providers: &[ProviderAdvice], notes: &mut Vec<String>) {
    let provenance = providers.iter().any(|advice| advice.best().strategy == Strategy::OidcDirect);
    if !provenance {
        return;
    }
    let faulty = packages.iter().filter_map(|package| Some((package, package.repository_fault.as_ref()?)));
    for (package, fault) in faulty.take(5) {
        notes.push(format!(
            "{} {fault}: with provenance the registry compares `repository.url` with the source repository, letter by letter (E422).",
            package.name
        ));
    }
}

/// The package of a release tool whose version decides about the identity.
fn deciding(tool: ReleaseTool) -> &'static str {
    match tool {
        ReleaseTool::SemanticRelease => "semantic-release",
        tool => tool.id(),
    }
}

fn release_tools(project: &Project, providers: &[ProviderAdvice], notes: &mut Vec<String>) {
    for used in &project.release_tools {
        let Some(tool) = tools::get(deciding(used.tool)) else { continue };
        let mut note = sentence(&tool.says);
        let locked = project.locked(&tool.package).map(|(_, locked)| locked.version.clone());
        let version = locked.as_ref().and_then(|text| text.parse::<Version>().ok());
        for advice in providers {
            let provider: Provider = advice.provider;
            let (Some(version), Some(floor)) = (&version, tool.floor(provider)) else { continue };
            if version < floor {
                let _ = write!(note, " The lockfile has {version}, {} needs {floor}.", provider.name());
            }
        }
        notes.push(note);
    }
    let insists = [ReleaseTool::SemanticRelease, ReleaseTool::Lerna, ReleaseTool::Nx, ReleaseTool::ReleaseIt];
    if insists.iter().any(|&tool| project.uses(tool)) {
        notes.push(
            "Generated pipelines pack with your package manager and publish the tarballs with npm. Let the release tool make versions, changelogs and tags, and leave publishing to the pipeline.".to_owned(),
        );
    }
    if project.uses(ReleaseTool::SemanticRelease) {
        notes.push(
            "semantic-release writes the version only while it publishes, so a tag or branch trigger would pack what package.json says. Let it commit the version (@semantic-release/git, `npmPublish: false`), or keep its own publish job and look at it with `trustpub check`.".to_owned(),
        );
    }
    if project.uses(ReleaseTool::ReleasePlease) {
        notes.push(
            "Tags and releases that release-please makes with GITHUB_TOKEN start no workflow: publish on the branch, or give it an app's token.".to_owned(),
        );
    }
}

fn credentials(project: &Project, notes: &mut Vec<String>) {
    let npmrc = project.npmrc.iter().flat_map(Npmrc::auth);
    for auth in npmrc.filter(|auth| auth.credential == Credential::Literal) {
        let line = auth.entry.key_span.start;
        let at = project.npmrc.as_ref().map(|npmrc| npmrc.source.position(line).line).unwrap_or_default();
        notes.push(format!(".npmrc:{at} holds a secret in plain text: revoke it, it is in the history."));
    }
    if let Some(yarnrc) = &project.yarnrc
        && let Some(auth) = yarnrc.auth.iter().find(|auth| auth.belongs_to.is_none())
    {
        notes.push(format!(
            ".yarnrc.yml:{} sets {}: yarn prefers it to the identity. The generated pipeline publishes with npm and does not read it.",
            yarnrc.source.position(auth.setting.span.start).line,
            auth.name
        ));
    }
}

/// "Which npm does my Node bring?" is the commonest trap of all: here it does not matter.
fn node(project: &Project, providers: &[ProviderAdvice], notes: &mut Vec<String>) {
    let Some(pin) = project.pin(Tool::Node) else { return };
    let bundled = NodeSpec::parse(&pin.version).and_then(|node| node::bundled_npm(&node));
    let lacks = |advice: &&ProviderAdvice| {
        bundled.as_ref().and_then(|npm| npm.supports(Feature::OidcPublish, advice.provider)) == Some(false)
    };
    if let Some(advice) = providers.iter().filter(|advice| advice.generated).find(lacks) {
        notes.push(format!(
            "Node {} ({}) brings an npm that cannot publish with the identity of {}. It may stay: the generated publish job brings its own Node and runs none of your code.",
            pin.version,
            pin.path(),
            advice.provider.name()
        ));
    }
}

fn bulk(packages: &[PackageSeen], notes: &mut Vec<String>) {
    let bulk = limits::trust_bulk_packages();
    if packages.len() as u64 > bulk.value.unwrap_or(u64::MAX) {
        notes.push(format!("{} packages: {}.", packages.len(), bulk.says));
    }
}
