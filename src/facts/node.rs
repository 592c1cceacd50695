//! Which npm comes with which Node, and which Node a floating spec or an image tag means.

use std::sync::OnceLock;

use nodejs_semver::{Range, Version};
use serde::{Deserialize, Serialize};

use super::npm::{self, Feature};
use super::{Fact, Listed, Origin, Provider, entry, version};

/// A Node version as people write it: in `setup-node`, `.nvmrc`, `engines`, an image tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeSpec {
    /// One version.
    Exact(Version),
    /// An npm range, or a partial version such as `22` or `24.14`: the newest release that satisfies it.
    Range(Range),
    /// A name that floats: `lts/*`, `latest`, `current`. The majors that it may mean.
    Floating(Vec<u64>),
}

impl NodeSpec {
    /// Reads what `setup-node`, `nvm`, `volta` and `engines` accept; none for anything else (an expression,
    /// an alias that is unknown here).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text
            .strip_prefix(['v', 'V'])
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            .unwrap_or(text);
        if let Some(majors) = floating(text) {
            return Some(Self::Floating(majors));
        }
        if let Ok(version) = Version::parse(text) {
            return Some(Self::Exact(version));
        }
        Range::parse(text).ok().map(Self::Range)
    }

    /// Reads an image reference whose tag is a Node version (`node:22-alpine`, `cimg/node:24.14`,
    /// `docker.io/library/node:lts@sha256:…`); none for other images and for a digest without a tag.
    pub fn from_image(reference: &str) -> Option<Self> {
        let reference = reference.trim();
        let (name, digest) =
            reference.split_once('@').map_or((reference, None), |(name, digest)| (name, Some(digest)));
        // The colon of a registry's port stands before a slash; a tag's does not.
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        let image = file().image.iter().find(|image| image.is(repository))?;
        match tag {
            None if digest.is_some() => None,
            None => Self::parse("latest"),
            Some(tag) => image.tag(tag),
        }
    }

    /// The newest known release that the spec means; where a name may mean several lines, that of the lowest.
    pub fn newest(&self) -> Option<Version> {
        self.newest_where(|_| true)
    }

    /// As [`NodeSpec::newest`], among the releases that `has` admits.
    pub fn newest_where(&self, has: impl Fn(&Version) -> bool) -> Option<Version> {
        match self {
            Self::Exact(version) => Some(version.clone()).filter(has),
            Self::Range(range) => {
                let releases = lines().flat_map(|line| &line.releases);
                releases.filter(|node| range.satisfies(node) && has(node)).max().cloned()
            }
            Self::Floating(majors) => lines()
                .filter(|line| majors.contains(&line.major))
                .find_map(|line| line.releases.iter().rev().find(|node| has(node)))
                .cloned(),
        }
    }

    /// Whether the spec leaves the patch, or more, open, so that it means another release tomorrow.
    pub fn floats(&self) -> bool {
        !matches!(self, Self::Exact(_))
    }
}

/// What is known about the npm that a Node spec brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundled {
    /// It is at least this; none = no lower bound is known.
    pub min: Option<Version>,
    /// It is at most this; none = no upper bound is known.
    pub max: Option<Version>,
}

impl Bundled {
    fn exactly(npm: &Version) -> Self {
        Self { min: Some(npm.clone()), max: Some(npm.clone()) }
    }

    /// The version, where it is known.
    pub fn exact(&self) -> Option<&Version> {
        self.min.as_ref().filter(|_| self.min == self.max)
    }

    /// Whether this npm has `feature` under `provider`; none where the bounds leave that open.
    pub fn supports(&self, feature: Feature, provider: Provider) -> Option<bool> {
        let Some(floor) = npm::floor(feature, provider) else { return Some(false) };
        if let Some(exact) = self.exact() {
            return Some(floor.admits(exact));
        }
        if self.max.as_ref().is_some_and(|max| max < floor.lowest()) {
            return Some(false);
        }
        let min = self.min.as_ref()?;
        floor.admits_all_from(min).then_some(true)
    }

    fn widen(self, other: Self) -> Self {
        let bound = |a: Option<Version>, b: Option<Version>, pick: fn(Version, Version) -> Version| {
            a.zip(b).map(|(a, b)| pick(a, b))
        };
        Self { min: bound(self.min, other.min, Ord::min), max: bound(self.max, other.max, Ord::max) }
    }
}

/// The npm that comes with a Node. Facts give it exactly where the release was seen; for a release whose
/// npm was not seen, the neighbours in its line bound it (npm never goes back within a line).
/// None where nothing bounds it.
pub fn bundled_npm(spec: &NodeSpec) -> Option<Bundled> {
    match spec {
        NodeSpec::Exact(version) => bundled_with(version),
        NodeSpec::Range(_) => bundled_with(&spec.newest()?),
        NodeSpec::Floating(majors) => {
            let newest =
                lines().filter(|line| majors.contains(&line.major)).filter_map(|line| line.releases.last());
            newest.map(bundled_with).reduce(|a, b| Some(a?.widen(b?))).flatten()
        }
    }
}

fn bundled_with(node: &Version) -> Option<Bundled> {
    let file = file();
    if let Some(npm) =
        file.bundled.iter().find(|row| row.node.satisfies(node)).and_then(|row| row.npm.as_ref())
    {
        return Some(Bundled::exactly(npm));
    }
    let ceiling =
        file.ceiling.iter().find(|ceiling| ceiling.node.satisfies(node)).map(|ceiling| &ceiling.npm);
    let mut bounds = Bundled { min: None, max: ceiling.cloned() };
    for (start, npm) in file.bundled.iter().filter_map(|row| row.node.min_version().zip(row.npm.as_ref())) {
        if start.major() != node.major() {
            continue;
        }
        if start <= *node {
            bounds.min = bounds.min.max(Some(npm.clone()));
        } else if bounds.max.as_ref().is_none_or(|max| npm < max) {
            bounds.max = Some(npm.clone());
        }
    }
    (bounds.min.is_some() || bounds.max.is_some()).then_some(bounds)
}

/// The Node releases whose bundled npm was seen, with it: what a solver may choose from. Ascending.
pub fn choices() -> impl Iterator<Item = Choice> {
    lines().flat_map(|line| &line.releases).filter_map(|node| {
        let row = file().bundled.iter().find(|row| row.node.satisfies(node))?;
        Some(Choice { node, npm: row.npm.as_ref()?, origin: &row.origin })
    })
}

/// A Node release and the npm that it is known to bundle.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// The Node release.
    pub node: &'static Version,
    /// Its npm.
    pub npm: &'static Version,
    /// Where this is known from.
    pub origin: &'static Origin,
}

/// The newest known release of a line.
pub fn latest(major: u64) -> Option<&'static Version> {
    lines().find(|line| line.major == major)?.releases.last()
}

#[derive(Serialize, Deserialize)]
struct BundledRow {
    #[serde(deserialize_with = "version::range", serialize_with = "version::show")]
    node: Range,
    #[serde(
        default,
        deserialize_with = "version::optional",
        serialize_with = "version::show_optional",
        skip_serializing_if = "Option::is_none"
    )]
    npm: Option<Version>,
    #[serde(flatten)]
    origin: Origin,
}

impl Fact for BundledRow {
    fn id(&self) -> String {
        format!("node-{}", self.node)
    }
    fn says(&self) -> String {
        match &self.npm {
            Some(npm) => format!("Node {} bundles npm {npm}", self.node),
            None => format!("Node {}: bundled npm not seen, never chosen", self.node),
        }
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
struct Ceiling {
    #[serde(deserialize_with = "version::range", serialize_with = "version::show")]
    node: Range,
    #[serde(deserialize_with = "version::one", serialize_with = "version::show")]
    npm: Version,
    #[serde(flatten)]
    origin: Origin,
}

impl Fact for Ceiling {
    fn id(&self) -> String {
        format!("ceiling-{}", self.node)
    }
    fn says(&self) -> String {
        format!("Node {} bundles npm {} at most", self.node, self.npm)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
struct Line {
    major: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    codename: Option<String>,
    #[serde(deserialize_with = "version::many", serialize_with = "version::show_many")]
    releases: Vec<Version>,
    #[serde(flatten)]
    origin: Origin,
}

impl Fact for Line {
    fn id(&self) -> String {
        format!("line-{}", self.major)
    }
    fn says(&self) -> String {
        let newest = self.releases.last().map(ToString::to_string).unwrap_or_default();
        match &self.codename {
            Some(codename) => format!("the newest Node {} (lts/{codename}) is {newest}", self.major),
            None => format!("the newest Node {} is {newest}", self.major),
        }
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
struct FloatingName {
    names: Vec<String>,
    majors: Vec<u64>,
    #[serde(flatten)]
    origin: Origin,
}

impl Fact for FloatingName {
    fn id(&self) -> String {
        format!("floating-{}", self.names.first().map(String::as_str).unwrap_or_default())
    }
    fn says(&self) -> String {
        let majors: Vec<String> = self.majors.iter().map(ToString::to_string).collect();
        let names: Vec<&str> =
            self.names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        format!("{} means Node {}", names.join(", "), majors.join(" or "))
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
struct Image {
    repositories: Vec<String>,
    variants: Vec<String>,
    #[serde(flatten)]
    origin: Origin,
}

impl Image {
    /// A repository of two parts or more is also known behind a registry or mirror (`docker.io/library/node`).
    fn is(&self, repository: &str) -> bool {
        self.repositories.iter().any(|own| {
            repository == own
                || own.contains('/')
                    && repository.strip_suffix(own.as_str()).is_some_and(|mirror| mirror.ends_with('/'))
        })
    }

    fn tag(&self, tag: &str) -> Option<NodeSpec> {
        let head = tag.split('-').next().unwrap_or(tag);
        // `alpine3.20` and `slim` alone leave the version out: the newest.
        let variant = head.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        if self.variants.iter().any(|own| own == variant) {
            return NodeSpec::parse("latest");
        }
        let codename = lines().find(|line| line.codename.as_deref() == Some(head));
        match codename {
            Some(line) => Some(NodeSpec::Floating(vec![line.major])),
            None if head.starts_with(|c: char| c.is_ascii_digit()) => NodeSpec::parse(head),
            None => floating(head).filter(|_| !head.is_empty() && head != "*").map(NodeSpec::Floating),
        }
    }
}

impl Fact for Image {
    fn id(&self) -> String {
        format!("image-{}", self.repositories.first().map(String::as_str).unwrap_or_default())
    }
    fn says(&self) -> String {
        format!("the tag of {} is a Node version", self.repositories.join(", "))
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    bundled: Vec<BundledRow>,
    ceiling: Vec<Ceiling>,
    line: Vec<Line>,
    floating: Vec<FloatingName>,
    image: Vec<Image>,
}

const TEXT: &str = include_str!("../../facts/node-npm.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

fn lines() -> impl Iterator<Item = &'static Line> {
    file().line.iter()
}

fn floating(text: &str) -> Option<Vec<u64>> {
    let name = text.to_ascii_lowercase();
    if let Some(codename) = name.strip_prefix("lts/")
        && let Some(line) = lines().find(|line| line.codename.as_deref() == Some(codename))
    {
        return Some(vec![line.major]);
    }
    let known = file().floating.iter().find(|floating| floating.names.contains(&name))?;
    Some(known.majors.clone())
}

pub(super) fn list(into: &mut Vec<Listed>) {
    let file = file();
    into.extend(file.bundled.iter().map(|fact| Listed::new("node-npm", fact)));
    into.extend(file.ceiling.iter().map(|fact| Listed::new("node-npm", fact)));
    into.extend(file.line.iter().map(|fact| Listed::new("node-npm", fact)));
    into.extend(file.floating.iter().map(|fact| Listed::new("node-npm", fact)));
    into.extend(file.image.iter().map(|fact| Listed::new("node-npm", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}

#[cfg(test)]
pub(super) fn rows_per_release() -> impl Iterator<Item = (Version, usize)> {
    let rows = |node: &Version| file().bundled.iter().filter(|row| row.node.satisfies(node)).count();
    lines().flat_map(|line| &line.releases).map(move |node| (node.clone(), rows(node)))
}
