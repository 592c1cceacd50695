//! What the npm client can do from which version on, which Node runs it, and which versions to avoid.

use std::fmt;
use std::sync::OnceLock;

use nodejs_semver::{Range, Version};
use serde::{Deserialize, Serialize};

use super::{Fact, Listed, Origin, Provider, entry, version};

/// Something that the npm client learnt in some version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// `npm publish` exchanges the CI's id token.
    OidcPublish,
    /// Provenance is signed without being asked for.
    AutoProvenance,
    /// Automatic provenance asks first whether the package is public.
    AutoProvenanceAsksVisibility,
    /// `npm stage publish` exists.
    StagePublish,
    /// `npm dist-tag` uses the identity.
    DistTagOidc,
    /// An empty `_authToken` in a project `.npmrc` does not spoil a good exchange.
    ProjectNpmrcEmptyTokenOk,
    /// One workspace's token is cleared before the next is published.
    WorkspaceTokenClearing,
    /// `--provenance-file` is respected beside the identity.
    ProvenanceFile,
    /// `npm trust` sets a trusted publisher of the provider.
    NpmTrust,
    /// `npm trust` requires `--allow-publish` or `--allow-stage-publish`.
    TrustPermissionFlags,
    /// `npm token create` makes granular tokens.
    TokenCreate,
    /// `npm token create` knows `read-write-stage-only`.
    StageOnlyToken,
}

/// From which versions on a feature is there: one floor per major, each good for its own major alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Floor {
    id: Feature,
    /// Missing = every provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    providers: Option<Vec<Provider>>,
    #[serde(deserialize_with = "version::many", serialize_with = "version::show_many")]
    floors: Vec<Version>,
    /// What the feature is, in one line.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Floor {
    /// Whether `version` has the feature. A major above the last one known has it.
    pub fn admits(&self, version: &Version) -> bool {
        match self.in_major(version.major()) {
            Some(floor) => version >= floor,
            None => self.floors.iter().all(|floor| floor.major() < version.major()),
        }
    }

    /// The least version of one major that has the feature; none where the facts name none.
    pub fn in_major(&self, major: u64) -> Option<&Version> {
        self.floors.iter().find(|floor| floor.major() == major)
    }

    /// The least version of all that has the feature.
    pub fn lowest(&self) -> &Version {
        self.floors.iter().min().expect("a test checks that no feature lacks floors")
    }

    /// Whether every version from `version` on, later majors included, has the feature.
    pub fn admits_all_from(&self, version: &Version) -> bool {
        let later_whole = |floor: &&Version| floor.major() > version.major();
        self.admits(version)
            && self.floors.iter().filter(later_whole).all(|floor| (floor.minor(), floor.patch()) == (0, 0))
    }
}

impl fmt::Display for Floor {
    /// `11.21.0 (12.x: 12.2.0)`; a later major that has the feature from its start is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.lowest())?;
        let own = |floor: &&Version| {
            floor.major() > self.lowest().major() && (floor.minor(), floor.patch()) != (0, 0)
        };
        for floor in self.floors.iter().filter(own) {
            write!(f, " ({}.x: {floor})", floor.major())?;
        }
        Ok(())
    }
}

impl Fact for Floor {
    fn id(&self) -> String {
        let id = serde_json::to_value(self.id).ok().and_then(|id| id.as_str().map(str::to_owned));
        let providers = self.providers.iter().flatten().map(|provider| provider.id());
        let providers = providers.collect::<Vec<_>>().join("+");
        [id.unwrap_or_default(), providers]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/")
    }
    fn says(&self) -> String {
        let providers: Vec<&str> = self.providers.iter().flatten().map(|provider| provider.name()).collect();
        let place = match providers.as_slice() {
            [] => String::new(),
            [one] => format!(" on {one}"),
            [others @ .., last] => format!(" on {} and {last}", others.join(", ")),
        };
        format!("from npm {self}{place}: {}", self.says)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// A version that is never to be chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Never {
    /// The version.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub version: Version,
    /// What is wrong with it.
    pub reason: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Never {
    fn id(&self) -> String {
        format!("never-{}", self.version)
    }
    fn says(&self) -> String {
        format!("never choose npm {}: {}", self.version, self.reason)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// The Node versions that one npm major accepts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Engines {
    /// npm's major version.
    pub major: u64,
    /// npm's own `engines.node`.
    pub node: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Engines {
    /// Whether npm's own `engines` admit this Node.
    pub fn admits(&self, node: &Version) -> bool {
        Range::parse(&self.node).is_ok_and(|range| range.satisfies(node))
    }
}

impl Fact for Engines {
    fn id(&self) -> String {
        format!("engines-{}", self.major)
    }
    fn says(&self) -> String {
        format!("npm {}.x runs on Node {}", self.major, self.node)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// An npm that cannot install certain other npm versions over itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SelfUpgradeFault {
    /// The npm that runs `npm install -g npm@…`.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub from: Version,
    /// The npm versions that it cannot install.
    #[serde(deserialize_with = "version::range", serialize_with = "version::show")]
    pub to: Range,
    /// The version to install first.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub via: Version,
    /// What the failing command prints.
    pub error: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for SelfUpgradeFault {
    fn id(&self) -> String {
        format!("self-upgrade-{}", self.from)
    }
    fn says(&self) -> String {
        format!(
            "npm {} cannot install npm {}: {}; install {} first",
            self.from, self.to, self.error, self.via
        )
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// The least versions that npm's documentation names for trusted publishing. Node's is not enforced.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocumentedMinimum {
    /// Node.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub node: Version,
    /// npm (too low for CircleCI: see [`Feature::OidcPublish`]).
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub npm: Version,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for DocumentedMinimum {
    fn id(&self) -> String {
        "documented-minimum".to_owned()
    }
    fn says(&self) -> String {
        format!(
            "npm documents Node {} and npm {} as the minimum (Node's is not enforced)",
            self.node, self.npm
        )
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// The npm releases that exist.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Releases {
    /// What `npm@latest` is.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub latest: Version,
    /// Every release since 9.0.0, ascending.
    #[serde(deserialize_with = "version::many", serialize_with = "version::show_many")]
    pub versions: Vec<Version>,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Releases {
    fn id(&self) -> String {
        "releases".to_owned()
    }
    fn says(&self) -> String {
        format!("npm@latest is {}; {} releases since 9.0.0", self.latest, self.versions.len())
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeaturesFile {
    feature: Vec<Floor>,
    never: Vec<Never>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct EnginesFile {
    engines: Vec<Engines>,
    documented_minimum: DocumentedMinimum,
    self_upgrade: Vec<SelfUpgradeFault>,
    releases: Releases,
}

const FEATURES: &str = include_str!("../../facts/npm-features.toml");
const ENGINES: &str = include_str!("../../facts/npm-engines.toml");

fn features_file() -> &'static FeaturesFile {
    static FILE: OnceLock<FeaturesFile> = OnceLock::new();
    FILE.get_or_init(|| entry::read(FEATURES))
}

fn engines_file() -> &'static EnginesFile {
    static FILE: OnceLock<EnginesFile> = OnceLock::new();
    FILE.get_or_init(|| entry::read(ENGINES))
}

/// From which versions on `feature` is there under `provider`; none where no version has it there.
pub fn floor(feature: Feature, provider: Provider) -> Option<&'static Floor> {
    features_file().feature.iter().find(|floor| {
        floor.id == feature && floor.providers.as_ref().is_none_or(|providers| providers.contains(&provider))
    })
}

/// Whether npm `version` has `feature` under `provider`.
pub fn supports(feature: Feature, provider: Provider, version: &Version) -> bool {
    floor(feature, provider).is_some_and(|floor| floor.admits(version))
}

/// Why `version` is never to be chosen, where it is not.
pub fn never(version: &Version) -> Option<&'static Never> {
    features_file().never.iter().find(|never| never.version == *version)
}

/// The Node versions that this npm accepts, where the facts know its major.
pub fn engines(npm: &Version) -> Option<&'static Engines> {
    engines_file().engines.iter().find(|engines| engines.major == npm.major())
}

/// Whether npm's own `engines` admit this Node; none where the facts do not know npm's major.
pub fn runs_on(npm: &Version, node: &Version) -> Option<bool> {
    engines(npm).map(|engines| engines.admits(node))
}

/// The fault that npm `from` meets when it installs npm `to` over itself.
pub fn self_upgrade_fault(from: &Version, to: &Version) -> Option<&'static SelfUpgradeFault> {
    engines_file().self_upgrade.iter().find(|fault| fault.from == *from && fault.to.satisfies(to))
}

/// The least versions that npm's documentation names.
pub fn documented_minimum() -> &'static DocumentedMinimum {
    &engines_file().documented_minimum
}

/// The npm releases that exist.
pub fn releases() -> &'static Releases {
    &engines_file().releases
}

/// The npm that an install of `npm@SPEC` gives, today and by the facts: a dist-tag `latest`, an exact
/// version, or the newest release that satisfies a range. None where nothing known satisfies it.
pub fn resolve(spec: &str) -> Option<Version> {
    let releases = releases();
    match spec.trim() {
        "" | "latest" => Some(releases.latest.clone()),
        spec => match Version::parse(spec) {
            Ok(version) => Some(version),
            Err(_) => Range::parse(spec).ok()?.max_satisfying(&releases.versions).cloned(),
        },
    }
}

pub(super) fn list(into: &mut Vec<Listed>) {
    let file = features_file();
    into.extend(file.feature.iter().map(|fact| Listed::new("npm-features", fact)));
    into.extend(file.never.iter().map(|fact| Listed::new("npm-features", fact)));
    let file = engines_file();
    into.extend(file.engines.iter().map(|fact| Listed::new("npm-engines", fact)));
    into.push(Listed::new("npm-engines", &file.documented_minimum));
    into.extend(file.self_upgrade.iter().map(|fact| Listed::new("npm-engines", fact)));
    into.push(Listed::new("npm-engines", &file.releases));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(FEATURES, serde_json::json!(features_file())), (ENGINES, serde_json::json!(engines_file()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_says_of_which_provider_it_is() {
        let says = |provider| floor(Feature::OidcPublish, provider).map(Fact::says).unwrap_or_default();
        assert!(says(Provider::Gitlab).starts_with("from npm 11.5.1 on GitHub Actions and GitLab CI/CD: "));
        assert!(says(Provider::Circleci).starts_with("from npm 11.11.0 on CircleCI: "));
        let all = floor(Feature::DistTagOidc, Provider::Circleci).map(Fact::says).unwrap_or_default();
        assert!(all.contains(" on GitHub Actions, GitLab CI/CD and CircleCI: "), "{all}");
    }
}
