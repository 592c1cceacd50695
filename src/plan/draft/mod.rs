//! A first `trustpub.yml` for a repository: as small as its defaults allow, every line with its reason.

mod install;
mod manager;
mod node;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod today;
mod trigger;

use std::collections::BTreeMap;

use super::advise::{Advice, ProviderAdvice, Situation, Strategy};
use crate::ci::Pipeline;
use crate::facts::Provider;
use crate::spec::{Auth, Choice, Circleci, Github, Gitlab, Mode, Package, Providers, Publish, Spec};

/// Name of the file.
pub const FILE: &str = "trustpub.yml";

/// A spec, its text, and why it says what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The spec.
    pub spec: Spec,
    /// The spec as a file, with comments.
    pub text: String,
    /// Each thing that the file says, with the reason.
    pub choices: Vec<Choice>,
    /// What of today's way to publish it does not hold.
    pub notes: Vec<String>,
}

/// Why no spec can be drafted; [`Advice`] says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDraft {
    /// Nothing in the repository goes to the npm registry.
    #[error("there is nothing to publish to the npm registry here: {0}")]
    NothingToPublish(String),
    /// Nothing tells which CI system should publish.
    #[error(
        "nothing here tells which CI system publishes; name one with --provider github, gitlab or circleci"
    )]
    NoProvider,
    /// No pipeline is generated for the CI system.
    #[error("{} cannot publish with an identity, and trustpub generates no pipeline for it; `trustpub advise` says how to stage with a token there", .0.name())]
    NotGenerated(Provider),
    /// The version is made while the release tool publishes.
    #[error(
        "{name} has the version {version} until its release tool publishes it, so nothing else can: let the tool commit the version first (semantic-release: @semantic-release/git, with `npmPublish: false`), or keep its own job and give it the identity, which `trustpub check` looks at"
    )]
    Placeholder {
        /// The package.
        name: String,
        /// What stands in its manifest.
        version: String,
    },
}

/// Drafts a spec for the CI systems that the user names, or else for the best that `advice` has.
pub fn draft(situation: &Situation<'_>, advice: &Advice) -> Result<Draft, NoDraft> {
    if !advice.packages.iter().any(|package| package.to_npm) {
        return Err(NoDraft::NothingToPublish(advice.notes.join(" ")));
    }
    let unversioned = situation.project.publishable().find_map(|one| Some((one, one.placeholder_version()?)));
    if let Some((package, version)) = unversioned {
        let name = package.name().unwrap_or_default().to_owned();
        return Err(NoDraft::Placeholder { name, version: version.to_owned() });
    }
    let chosen = chosen(situation, advice)?;
    let mut draft = Draft {
        spec: Spec { version: 1, ..Spec::default() },
        text: String::new(),
        choices: Vec::new(),
        notes: Vec::new(),
    };
    for advice in &chosen {
        draft.provider(advice, situation);
    }
    let named: Vec<Provider> = chosen.iter().map(|advice| advice.provider).collect();
    let trigger = trigger::choose(situation, &named);
    let (key, value) = trigger::written(&trigger.trigger);
    draft.choose(format!("trigger.{key}"), value, trigger.reason);
    draft.spec.trigger = Some(trigger.trigger);
    draft.notes.extend(trigger.note);
    if chosen.iter().any(|advice| advice.best().strategy == Strategy::OidcStaged) {
        draft.choose(
            "publish.mode",
            "stage",
            "a maintainer approves each release with two-factor authentication",
        );
        draft.spec.publish = Some(Publish { mode: Some(Mode::Stage), ..Publish::default() });
    }
    draft.dist_tag(situation, &named);
    if let Some((version, reason)) = manager::version(situation.project) {
        draft.choose("build.manager-version", version.as_str(), reason);
        draft.spec.build.get_or_insert_default().manager_version = Some(version);
    }
    match node::version(situation.project, &named) {
        Some(Ok((version, reason))) => {
            draft.choose("build.node", version.as_str(), reason);
            draft.spec.build.get_or_insert_default().node = Some(version);
        }
        Some(Err(note)) => draft.notes.push(note),
        None => {}
    }
    match install::token(situation.project, &named) {
        Some(Ok(install)) => {
            draft.choose("build.install-token", install.variable.as_str(), install.reason);
            draft.spec.build.get_or_insert_default().install_token = Some(install.variable);
        }
        Some(Err(note)) => draft.notes.push(note),
        None => {}
    }
    draft.commands(situation, &named);
    if named.len() > 1 {
        draft.shared(advice, &named);
    }
    if let Some(old) = situation.spec {
        draft.left_behind(old);
    }
    draft.text = text::write(&draft);
    Ok(draft)
}

/// The CI systems to write down: all that the user names, else the first with a pipeline.
fn chosen<'a>(situation: &Situation<'_>, advice: &'a Advice) -> Result<Vec<&'a ProviderAdvice>, NoDraft> {
    if situation.providers.is_empty() {
        let first = advice.providers.first().ok_or(NoDraft::NoProvider)?;
        let generated = advice.providers.iter().find(|advice| advice.generated);
        return Ok(vec![generated.ok_or(NoDraft::NotGenerated(first.provider))?]);
    }
    match advice.providers.iter().find(|advice| !advice.generated) {
        Some(advice) => Err(NoDraft::NotGenerated(advice.provider)),
        None => Ok(advice.providers.iter().collect()),
    }
}

/// The dotted keys of `old` whose value `new` lacks.
fn missing(key: &str, old: &serde_json::Value, new: &serde_json::Value, left: &mut Vec<String>) {
    let Some(entries) = old.as_object().filter(|_| new.is_object()) else {
        if old != new {
            left.push(format!("`{key}`"));
        }
        return;
    };
    for (name, value) in entries {
        let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
        missing(&key, value, new.get(name).unwrap_or(&serde_json::Value::Null), left);
    }
}

const WORKFLOWS: &str = ".github/workflows/";
/// The name that the spec's default gives the workflow.
const WORKFLOW: &str = "publish.yml";

/// Whether trustpub wrote the file.
fn is_ours(pipeline: &Pipeline) -> bool {
    pipeline.source.text().starts_with("# Generated by trustpub ")
}

/// Another name for the workflow, where the default's is taken.
fn free_workflow(situation: &Situation<'_>) -> Option<String> {
    let taken = |name: &str| {
        let path = format!("{WORKFLOWS}{name}");
        situation.project.ci.files.iter().any(|file| file.path == path)
            && !situation.model.pipelines.iter().any(|one| one.path() == path && is_ours(one))
    };
    let names = ["npm-publish.yml", "publish-npm.yml", "npm-release.yml", "trustpub.yml"];
    taken(WORKFLOW)
        .then(|| names.into_iter().find(|name| !taken(name)).unwrap_or("trustpub-publish.yml").to_owned())
}

impl Draft {
    fn choose(&mut self, key: impl Into<String>, value: impl Into<String>, reason: impl Into<String>) {
        self.choices.push(Choice { key: key.into(), value: value.into(), reason: reason.into() });
    }

    /// The dist-tag of today's publish, which it gives to every version.
    fn dist_tag(&mut self, situation: &Situation<'_>, named: &[Provider]) {
        let Some(path) = today::path(situation.model, named) else { return };
        if is_ours(situation.model.pipeline(path)) {
            return;
        }
        match today::dist_tag(situation.model, path) {
            Some(Ok(tag)) => {
                self.choose("publish.tag", tag.as_str(), format!("as {} does today", path.file));
                let publish = self.spec.publish.get_or_insert_default();
                publish.tag = Some(tag.clone());
                // The default for prereleases.
                if tag != "next" {
                    publish.prerelease_tag = Some(tag.clone());
                    self.choose("publish.prerelease-tag", tag, format!("as {} does today", path.file));
                }
            }
            Some(Err(note)) => self.notes.push(note),
            None => {}
        }
    }

    /// What today's publish job runs before it publishes.
    fn commands(&mut self, situation: &Situation<'_>, named: &[Provider]) {
        let Some(path) = today::path(situation.model, named) else { return };
        let before = today::before(situation.model, path);
        if !before.commands.is_empty() {
            let reason = format!("as {} does today before it publishes", path.file);
            self.choose("build.run", before.commands.join("; "), reason);
            self.spec.build.get_or_insert_default().run = Some(before.commands);
        }
        if !before.left.is_empty() {
            let more = before.left.len().saturating_sub(4);
            let mut left: Vec<String> = before.left.into_iter().take(4).collect();
            if more > 0 {
                left.push(format!("{more} more"));
            }
            self.notes.push(format!(
                "Before it publishes, {} also does this, which was not taken over: {}. Add to `build.run` what the packages \
                 need; a version must be committed before the pipeline starts.",
                path.file,
                left.join(", ")
            ));
        }
    }

    fn provider(&mut self, advice: &ProviderAdvice, situation: &Situation<'_>) {
        let best = advice.best();
        let auth = (best.strategy == Strategy::StagedToken).then_some(Auth::Token);
        let why = best.reasons.first().cloned().unwrap_or_default();
        let key = format!("providers.{}", advice.provider);
        self.choose(key.as_str(), best.strategy.name(), format!("{}; {why}", advice.because));
        if auth.is_some() {
            let reason =
                "without an identity only a stage-only token is left; a maintainer approves each release";
            self.choose(format!("{key}.auth"), "token", reason);
        }
        let Providers { github, gitlab, circleci, .. } = &mut self.spec.providers;
        match advice.provider {
            Provider::Github => {
                let file = free_workflow(situation);
                *github = Some(Github { auth, file: file.clone(), ..Github::default() });
                if let Some(file) = file {
                    let reason =
                        format!("{WORKFLOWS}{WORKFLOW} is yours and stays as it is until you delete it");
                    self.choose(format!("{key}.file"), file, reason);
                }
            }
            Provider::Gitlab => *gitlab = Some(Gitlab { auth, ..Gitlab::default() }),
            Provider::Circleci => *circleci = Some(Circleci { auth, ..Circleci::default() }),
            // `chosen` let only those through for which a pipeline is generated.
            Provider::Azure | Provider::Jenkins | Provider::Bitbucket | Provider::Buildkite => {}
        }
    }

    /// What the spec that is overwritten says and the draft does not.
    fn left_behind(&mut self, old: &Spec) {
        let value = |spec: &Spec| serde_json::to_value(spec).unwrap_or_default();
        let (old, new) = (value(old), value(&self.spec));
        let mut left = Vec::new();
        missing("", &old, &new, &mut left);
        if !left.is_empty() {
            self.notes.push(format!(
                "The {FILE} that stood there also said this, which was not taken over: {}.",
                left.join(", ")
            ));
        }
    }

    /// With several providers each package says which of them publish it.
    fn shared(&mut self, advice: &Advice, named: &[Provider]) {
        let packages = advice.packages.iter().filter(|package| package.to_npm);
        let entry = |name: &String| {
            let package = Package { providers: Some(named.to_vec()), ..Package::default() };
            (name.clone(), package)
        };
        let packages: BTreeMap<String, Package> = packages.map(|package| entry(&package.name)).collect();
        let all: Vec<&str> = packages.keys().map(String::as_str).collect();
        let reason = "several systems may publish the same package only where it says so; whoever comes second skips what is there";
        self.choose("packages", all.join(", "), reason);
        self.spec.packages = Some(packages);
    }
}
