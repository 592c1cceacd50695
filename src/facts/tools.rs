//! Which release tool exchanges the id token itself, and from which version on.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use nodejs_semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Fact, Listed, Origin, Provider, entry, version};

/// Who exchanges the id token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exchange {
    /// The tool itself.
    Own,
    /// The `npm` on `PATH`: its own floor decides.
    Npm,
    /// The package manager that the tool calls: that one's floor decides.
    Manager,
    /// Nobody: it needs a stored token, or publishes nothing.
    None,
}

/// What a stored token does where an identity is there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenRank {
    /// It is used only when the exchange fails, silently.
    Loses,
    /// It is used, and no exchange is tried.
    Wins,
    /// There is no exchange.
    Only,
}

/// A release tool or package manager.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tool {
    /// Its name in `check --format json`.
    pub id: String,
    /// The package whose version counts.
    pub package: String,
    exchange: Exchange,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    below: Option<Exchange>,
    #[serde(default, skip_serializing_if = "Floors::is_empty")]
    floors: Floors,
    /// Whether the publish is npm's even where the tool exchanges: npm's own floor holds too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_npm: bool,
    /// What a stored token does beside the identity.
    pub token: TokenRank,
    /// The gist, in one line.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Tool {
    /// The least version that exchanges itself under `provider`.
    pub fn floor(&self, provider: Provider) -> Option<&Version> {
        self.floors.0.get(&provider)
    }

    /// Who exchanges when this version runs under `provider`. An unknown version (`None`) of a tool with
    /// floors has no answer.
    pub fn exchange(&self, provider: Provider, version: Option<&Version>) -> Option<Exchange> {
        if self.exchange != Exchange::Own {
            return Some(self.exchange);
        }
        let below = self.below.unwrap_or(Exchange::None);
        match (self.floor(provider), version) {
            (Some(floor), Some(version)) => Some(if version >= floor { Exchange::Own } else { below }),
            (Some(_), None) => None,
            (None, _) => Some(below),
        }
    }
}

impl Fact for Tool {
    fn id(&self) -> String {
        self.id.clone()
    }
    fn says(&self) -> String {
        self.says.clone()
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Least versions per provider.
#[derive(Debug, Clone, Default)]
struct Floors(BTreeMap<Provider, Version>);

impl Floors {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Floors {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = BTreeMap::<Provider, String>::deserialize(from)?;
        let parsed = texts.into_iter().map(|(provider, text)| {
            text.parse().map(|version| (provider, version)).map_err(serde::de::Error::custom)
        });
        parsed.collect::<Result<_, _>>().map(Self)
    }
}

impl Serialize for Floors {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(provider, version)| (provider, version.to_string())))
    }
}

/// A version of a tool that matters besides the floors.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Milestone {
    /// Its name.
    pub id: String,
    /// The tool.
    pub tool: String,
    /// From this version on.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub version: Version,
    /// What holds from then on.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Milestone {
    fn id(&self) -> String {
        format!("milestone-{}", self.id)
    }
    fn says(&self) -> String {
        format!("{} {}: {}", self.tool, self.version, self.says)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// A release of a package manager that reads a format of its lockfile without a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Release {
    /// The package manager.
    pub tool: String,
    /// The format, as the lockfile names it; `v1` is that of Yarn 1.
    pub lockfile: String,
    /// The release.
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    pub version: Version,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Release {
    fn id(&self) -> String {
        format!("release-{}-{}", self.tool, self.lockfile)
    }
    fn says(&self) -> String {
        format!("{} {} reads lockfiles of version {} as they are", self.tool, self.version, self.lockfile)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tool: Vec<Tool>,
    milestone: Vec<Milestone>,
    release: Vec<Release>,
}

const TEXT: &str = include_str!("../../facts/tools.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

/// A tool by its name (`semantic-release`) or by the package whose version counts (`@semantic-release/npm`).
pub fn get(name: &str) -> Option<&'static Tool> {
    file().tool.iter().find(|tool| tool.id == name || tool.package == name)
}

/// The version from which `milestone` holds.
pub fn milestone(id: &str) -> Option<&'static Milestone> {
    file().milestone.iter().find(|milestone| milestone.id == id)
}

/// The release of a package manager that reads its lockfiles of version `lockfile`.
pub fn release_for(tool: &str, lockfile: &str) -> Option<&'static Version> {
    let found = file().release.iter().find(|release| release.tool == tool && release.lockfile == lockfile);
    found.map(|release| &release.version)
}

pub(super) fn list(into: &mut Vec<Listed>) {
    let file = file();
    into.extend(file.tool.iter().map(|fact| Listed::new("tools", fact)));
    into.extend(file.milestone.iter().map(|fact| Listed::new("tools", fact)));
    into.extend(file.release.iter().map(|fact| Listed::new("tools", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
