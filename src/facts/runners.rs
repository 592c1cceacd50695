//! Which runner labels are the provider's own machines, and what is installed on them.

use std::sync::OnceLock;

use nodejs_semver::Version;
use serde::{Deserialize, Serialize};

use super::{Fact, Listed, Origin, Provider, entry, version};

/// Whose machine a job runs on. npm's trusted publishing is for the provider's own.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Runner {
    /// The provider's.
    Hosted,
    /// Anybody else's, third-party runner services included.
    SelfHosted,
    /// The labels do not tell (an expression, a custom name, a runner group).
    Unknown,
}

impl Runner {
    /// The word that every output uses.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Hosted => "hosted",
            Self::SelfHosted => "self-hosted",
            Self::Unknown => "unknown",
        }
    }
}

/// Whose machine the given labels mean: GitHub's `runs-on`, GitLab's `tags`, `CircleCI`'s `resource_class`,
/// Bitbucket's `runs-on`, Buildkite's `agents`, Jenkins' label.
///
/// Labels that still hold an expression or a variable are unknown: resolve a matrix first. No label is the
/// provider's default machine on GitLab, `CircleCI` and Bitbucket (a GitLab group or project runner may still
/// take an untagged job: YAML cannot tell), somebody's own on Jenkins, and unknown elsewhere.
pub fn classify<S: AsRef<str>>(provider: Provider, labels: &[S]) -> Runner {
    // Software that somebody runs: there are no machines of the provider's.
    if provider == Provider::Jenkins {
        return Runner::SelfHosted;
    }
    let file = file();
    let labels: Vec<String> = labels.iter().map(|label| label.as_ref().trim().to_ascii_lowercase()).collect();
    let any = |test: &dyn Fn(&str) -> bool| labels.iter().any(|label| test(label));
    if any(&|label| label.contains('$') || label.contains("<<")) {
        return Runner::Unknown;
    }
    let rows = file.self_hosted.iter().filter(|row| row.provider == provider && !row.origin.is_open());
    for row in rows {
        if any(&|label| row.means(label)) {
            return Runner::SelfHosted;
        }
    }
    // Hosted names come before third-party prefixes, so that no prefix can ever swallow one of them.
    let is_hosted = |label: &String| {
        let mut rows = file.hosted.iter().filter(|row| row.provider == provider && !row.origin.is_open());
        rows.any(|row| row.labels.contains(label))
    };
    if !labels.is_empty() && labels.iter().all(is_hosted) {
        return Runner::Hosted;
    }
    let mut third = file.third_party.iter().filter(|row| row.provider == provider && !row.origin.is_open());
    if third.any(|row| any(&|label| row.prefixes.iter().any(|prefix| label.starts_with(prefix.as_str())))) {
        return Runner::SelfHosted;
    }
    match provider {
        Provider::Gitlab | Provider::Circleci | Provider::Bitbucket if labels.is_empty() => Runner::Hosted,
        // GitLab.com's own runners have published tags; a job whose tags stand outside them waits for another's.
        Provider::Gitlab if !labels.iter().any(|label| label.starts_with("saas-")) => Runner::SelfHosted,
        _ => Runner::Unknown,
    }
}

/// The provider's own label that `label` is a slip of the pen for: one or two letters off, the digits the same, for a
/// label with other digits may be an older or a newer machine.
pub fn misspelt(provider: Provider, label: &str) -> Option<&'static str> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let hosted = file().hosted.iter().filter(|row| row.provider == provider);
    let labels = hosted.flat_map(|row| &row.labels).map(String::as_str);
    let label = label.to_ascii_lowercase();
    // `ubuntu-latest-m` is how people call a larger machine of theirs.
    let longer = |own: &str| label.strip_prefix(own).is_some_and(|rest| rest.starts_with('-'));
    let near = labels.filter(|own| digits(own) == digits(&label) && !longer(own)).map(|own| {
        let allowed = if own.len() < 8 { 1 } else { 2 };
        (strsim::damerau_levenshtein(own, &label), allowed, own)
    });
    let (distance, _, own) = near.filter(|(distance, allowed, _)| distance <= allowed).min()?;
    (distance > 0).then_some(own)
}

/// What a hosted machine has on its `PATH` when a job installs nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Image {
    /// The labels that give this image.
    pub labels: Vec<String>,
    /// Its Node, where noted.
    #[serde(
        default,
        deserialize_with = "version::optional",
        serialize_with = "version::show_optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub node: Option<Version>,
    /// Its npm.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub npm: Version,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

/// What GitHub's image behind `label` has on its `PATH`; it changes weekly, so treat it as a floor.
pub fn image(label: &str) -> Option<&'static Image> {
    let label = label.to_ascii_lowercase();
    file().image.iter().find(|image| image.labels.contains(&label))
}

/// The machine that generated jobs run on where the spec names none.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Default {
    provider: Provider,
    label: String,
    #[serde(flatten)]
    origin: Origin,
}

/// The hosted runner label, or resource class, that generated jobs ask for where the spec names none; none
/// where the provider's own default serves.
pub fn default_label(provider: Provider) -> Option<&'static str> {
    file().default.iter().find(|row| row.provider == provider).map(|row| row.label.as_str())
}

impl Fact for Default {
    fn id(&self) -> String {
        format!("default-{}", self.provider)
    }
    fn says(&self) -> String {
        format!(
            "generated {} jobs run on {} where the spec names nothing else",
            self.provider.name(),
            self.label
        )
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl Fact for Image {
    fn id(&self) -> String {
        format!("image-{}", self.labels.first().map(String::as_str).unwrap_or_default())
    }
    fn says(&self) -> String {
        let node = self.node.as_ref().map(|node| format!("Node {node}, ")).unwrap_or_default();
        format!("{}: {node}npm {}", self.labels.join(", "), self.npm)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Class {
    Standard,
    Larger,
}

#[derive(Serialize, Deserialize)]
struct Hosted {
    provider: Provider,
    class: Class,
    labels: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    #[serde(flatten)]
    origin: Origin,
}

impl Fact for Hosted {
    fn id(&self) -> String {
        format!("hosted-{}-{}", self.provider, self.labels.first().map(String::as_str).unwrap_or_default())
    }
    fn says(&self) -> String {
        let class = match self.class {
            Class::Standard => "hosted",
            Class::Larger => "hosted, larger",
        };
        let default = self.default.as_ref().map(|label| format!("; no label = {label}")).unwrap_or_default();
        format!("{} {class}: {}{default}", self.provider.name(), self.labels.join(", "))
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
struct ThirdParty {
    provider: Provider,
    prefixes: Vec<String>,
    #[serde(flatten)]
    origin: Origin,
}

impl Fact for ThirdParty {
    fn id(&self) -> String {
        format!("third-party-{}", self.prefixes.first().map(String::as_str).unwrap_or_default())
    }
    fn says(&self) -> String {
        format!(
            "{}: labels that begin with {} are self-hosted",
            self.provider.name(),
            self.prefixes.join(", ")
        )
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
struct SelfHosted {
    provider: Provider,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contains: Option<String>,
    #[serde(flatten)]
    origin: Origin,
}

impl SelfHosted {
    fn means(&self, label: &str) -> bool {
        self.label.as_deref() == Some(label)
            || self.contains.as_deref().is_some_and(|part| label.contains(part))
    }
}

impl Fact for SelfHosted {
    fn id(&self) -> String {
        format!("self-hosted-{}", self.provider)
    }
    fn says(&self) -> String {
        match (&self.label, &self.contains) {
            (Some(label), _) => format!("{}: `{label}` anywhere among the labels", self.provider.name()),
            (None, Some(part)) => format!("{}: a name with `{part}` in it", self.provider.name()),
            (None, None) => String::new(),
        }
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    hosted: Vec<Hosted>,
    third_party: Vec<ThirdParty>,
    self_hosted: Vec<SelfHosted>,
    image: Vec<Image>,
    default: Vec<Default>,
}

const TEXT: &str = include_str!("../../facts/runners.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

pub(super) fn list(into: &mut Vec<Listed>) {
    let file = file();
    into.extend(file.hosted.iter().map(|fact| Listed::new("runners", fact)));
    into.extend(file.third_party.iter().map(|fact| Listed::new("runners", fact)));
    into.extend(file.self_hosted.iter().map(|fact| Listed::new("runners", fact)));
    into.extend(file.image.iter().map(|fact| Listed::new("runners", fact)));
    into.extend(file.default.iter().map(|fact| Listed::new("runners", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
