//! Action pins, the actions and tasks that publish, and what others of them do that concerns publishing: those that
//! bring a stored npm configuration, make releases or have faults.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Evidence, Fact, Listed, Origin, Version, entry, version};

/// One release of an action, by commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pin {
    /// `owner/name` or `owner/name/path`.
    pub action: String,
    /// The release, as its tag is called (`v7.0.1`).
    pub version: String,
    /// The commit (40 hexadecimal digits); an annotated tag is peeled to it.
    pub commit: String,
    /// The object of the annotated tag, which is no commit; none for a lightweight tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_object: Option<String>,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Pin {
    /// Whether the commit was read from the tag itself: only such a pin may be rendered.
    pub fn is_from_tag(&self) -> bool {
        self.origin.evidence == Evidence::Tag
    }
}

impl Fact for Pin {
    fn id(&self) -> String {
        format!("{}@{}", self.action, self.version)
    }
    fn says(&self) -> String {
        let caution = if self.is_from_tag() { "" } else { " (not read from its tag: never rendered)" };
        format!("{} {} is commit {}{caution}", self.action, self.version, self.commit)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// When an action publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Publishes {
    /// Whenever it runs.
    Always,
    /// When one of its [`Publisher::command_inputs`] is set, which holds the command.
    Input,
    /// Never: it is known, and harmless here.
    Never,
}

/// An action that concerns publishing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Publisher {
    /// `owner/name` or `owner/name/path`; the path of a reusable workflow ends in its file.
    pub action: String,
    /// The tool that publishes, in the words of `check --format json`.
    pub tool: String,
    /// When it publishes.
    pub publishes: Publishes,
    /// The inputs that can hold the publish command, under every name that a version gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command_inputs: Vec<String>,
    /// The input that makes it a rehearsal when true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run_input: Option<String>,
    /// The input that names the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_input: Option<String>,
    /// The input that names the package's folder or manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_input: Option<String>,
    /// The input that names the dist-tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_input: Option<String>,
    /// The inputs through which a stored token would come.
    pub token_inputs: Vec<String>,
    /// The environment variables through which a stored token would come.
    pub token_env: Vec<String>,
    /// Whether it publishes to npm with a credential of its own service, which no file shows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_credential: bool,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Publisher {
    fn id(&self) -> String {
        format!("publisher-{}", self.action)
    }
    fn says(&self) -> String {
        match (self.publishes, self.command_inputs.as_slice()) {
            (Publishes::Always, _) => format!("{} publishes ({})", self.action, self.tool),
            (Publishes::Input, [input, ..]) => {
                format!("{} publishes when `{input}` is set ({})", self.action, self.tool)
            }
            (Publishes::Input | Publishes::Never, _) => format!("{} publishes nothing", self.action),
        }
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// An input that an action does not have from a release on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemovedInput {
    /// `owner/name`.
    pub action: String,
    /// The input.
    pub input: String,
    /// The first release without it; 0.0.0 where no release had it.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub since: Version,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl RemovedInput {
    /// Whether a release, given as far as it is written ([`release`]), surely lacks it: a major alone moves to
    /// its newest release.
    pub fn is_gone_in(&self, release: (u64, Option<u64>)) -> bool {
        let since = (self.since.major(), self.since.minor());
        (release.0, release.1.unwrap_or(u64::MAX)) >= since
    }
}

impl Fact for RemovedInput {
    fn id(&self) -> String {
        format!("removed-input-{}-{}", self.action, self.input)
    }
    fn says(&self) -> String {
        format!("{} has no input `{}` from {} on", self.action, self.input, self.since)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// A fault of an action that concerns publishing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    /// Its name, such as `undefined-token-line`.
    pub id: String,
    /// `owner/name`.
    pub action: String,
    /// The first release without it.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub fixed: Version,
    /// What the action does, in words.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fault {
    /// Whether a release, given as far as it is written ([`release`]), surely has it: a major alone moves to its
    /// newest release.
    pub fn is_in(&self, release: (u64, Option<u64>)) -> bool {
        (release.0, release.1.unwrap_or(u64::MAX)) < (self.fixed.major(), self.fixed.minor())
    }
}

impl Fact for Fault {
    fn id(&self) -> String {
        format!("fault-{}", self.id)
    }
    fn says(&self) -> String {
        format!("{} before {} {}", self.action, self.fixed, self.says)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// An action that makes a GitHub release.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReleaseMaker {
    /// `owner/name`.
    pub action: String,
    /// The inputs through which a token other than the job's own would come.
    pub token_inputs: Vec<String>,
    /// Whether the token comes by `GITHUB_TOKEN` in the environment and has no default.
    pub token_env: bool,
    /// The input that leaves publishing the release to a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_input: Option<String>,
    /// The input without which it makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_input: Option<String>,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for ReleaseMaker {
    fn id(&self) -> String {
        format!("release-maker-{}", self.action)
    }
    fn says(&self) -> String {
        format!("{} makes GitHub releases", self.action)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// A step that puts a stored npm configuration, token included, where later commands find it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Configurer {
    /// The task or plugin's step.
    pub action: String,
    /// The input that names what is stored.
    pub input: String,
    /// Whether it holds configurations of every kind, and only one that is called after npm counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_named: bool,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Configurer {
    fn id(&self) -> String {
        format!("configurer-{}", self.action)
    }
    fn says(&self) -> String {
        let named = if self.only_if_named { ", where it is called after npm" } else { "" };
        format!("{} puts the stored npm configuration `{}` in place{named}", self.action, self.input)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    pin: Vec<Pin>,
    publisher: Vec<Publisher>,
    removed_input: Vec<RemovedInput>,
    release_maker: Vec<ReleaseMaker>,
    fault: Vec<Fault>,
    configurer: Vec<Configurer>,
}

const TEXT: &str = include_str!("../../facts/actions.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

/// The newest pin of an action that was read from its tag: the one to render. Actions compare
/// case-insensitively, as GitHub does.
pub fn pin(action: &str) -> Option<&'static Pin> {
    file().pin.iter().find(|pin| pin.is_from_tag() && pin.action.eq_ignore_ascii_case(action))
}

/// Every known pin of an action, newest first, however it is known.
pub fn pins(action: &str) -> impl Iterator<Item = &'static Pin> {
    file().pin.iter().filter(move |pin| pin.action.eq_ignore_ascii_case(action))
}

/// The known release that a commit is, whatever the action.
pub fn by_commit(commit: &str) -> Option<&'static Pin> {
    file().pin.iter().find(|pin| pin.commit.eq_ignore_ascii_case(commit))
}

/// The known release whose annotated tag is this object.
pub fn by_tag_object(object: &str) -> Option<&'static Pin> {
    let is_it =
        |pin: &&Pin| pin.tag_object.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(object));
    file().pin.iter().find(is_it)
}

/// What is known of an input that an action does not have.
pub fn removed_input(action: &str, input: &str) -> Option<&'static RemovedInput> {
    let mut all = file().removed_input.iter();
    all.find(|removed| {
        removed.action.eq_ignore_ascii_case(action) && removed.input.eq_ignore_ascii_case(input)
    })
}

/// A known fault of an action.
pub fn fault(action: &str, id: &str) -> Option<&'static Fault> {
    file().fault.iter().find(|fault| fault.id == id && fault.action.eq_ignore_ascii_case(action))
}

/// What is known of an action that makes releases.
pub fn release_maker(action: &str) -> Option<&'static ReleaseMaker> {
    file().release_maker.iter().find(|maker| maker.action.eq_ignore_ascii_case(action))
}

/// The release that a reference means, as far as it is written: major and, where written, minor. A commit is
/// looked up, or read from the comment beside it.
pub fn release(version: Option<&str>, comment: Option<&str>) -> Option<(u64, Option<u64>)> {
    let read = |text: &str| {
        let mut parts = text.trim().trim_start_matches('#').trim().strip_prefix('v')?.split(['.', ' ', '-']);
        Some((parts.next()?.parse().ok()?, parts.next().and_then(|minor| minor.parse().ok())))
    };
    let version = version?;
    read(version).or_else(|| read(&by_commit(version)?.version)).or_else(|| read(comment?))
}

/// What is known of an action's publishing; `action` is `owner/name[/path]` without `@ref`.
pub fn publisher(action: &str) -> Option<&'static Publisher> {
    file().publisher.iter().find(|publisher| publisher.action.eq_ignore_ascii_case(action))
}

/// What is known of a step that puts a stored npm configuration in place.
pub fn configurer(action: &str) -> Option<&'static Configurer> {
    file().configurer.iter().find(|configurer| configurer.action.eq_ignore_ascii_case(action))
}

pub(super) fn list(into: &mut Vec<Listed>) {
    let file = file();
    into.extend(file.pin.iter().map(|fact| Listed::new("actions", fact)));
    into.extend(file.publisher.iter().map(|fact| Listed::new("actions", fact)));
    into.extend(file.removed_input.iter().map(|fact| Listed::new("actions", fact)));
    into.extend(file.fault.iter().map(|fact| Listed::new("actions", fact)));
    into.extend(file.release_maker.iter().map(|fact| Listed::new("actions", fact)));
    into.extend(file.configurer.iter().map(|fact| Listed::new("actions", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
