//! Container images whose tag is a Node version, and the corepack that a Node brings along.

use std::sync::OnceLock;

use nodejs_semver::{Range, Version};
use serde::{Deserialize, Serialize};

use super::node::NodeSpec;
use super::{Fact, Listed, Origin, entry, version};

/// The tags of an image that are known to exist.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Image {
    /// The repository, without a registry.
    pub name: String,
    /// The newest Node of each line that has a tag.
    #[serde(deserialize_with = "version::many", serialize_with = "version::show_many")]
    newest: Vec<Version>,
    /// What is appended to the version for a job that needs Node and a shell alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_variant: Option<String>,
    /// What is appended to the version for a job that builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack_variant: Option<String>,
    /// Whether its user needs `sudo` to install what all users run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sudo: bool,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Image {
    /// Whether a tag for this Node is known to exist.
    pub fn has(&self, node: &Version) -> bool {
        self.newest.iter().any(|newest| newest.major() == node.major() && node <= newest)
    }

    /// The newest tag of this Node's line that was seen, where `node` itself is newer.
    pub fn lacks(&self, node: &Version) -> Option<&Version> {
        self.newest.iter().find(|newest| newest.major() == node.major() && node > newest)
    }
}

impl Fact for Image {
    fn id(&self) -> String {
        format!("image-{}", self.name)
    }
    fn says(&self) -> String {
        let newest: Vec<String> = self.newest.iter().map(ToString::to_string).collect();
        format!("image {}: tags up to {}", self.name, newest.join(", "))
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
struct Corepack {
    #[serde(deserialize_with = "version::range", serialize_with = "version::show")]
    node: Range,
    #[serde(flatten)]
    origin: Origin,
}

impl Fact for Corepack {
    fn id(&self) -> String {
        "corepack".to_owned()
    }
    fn says(&self) -> String {
        format!("Node {} brings a corepack that works", self.node)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    image: Vec<Image>,
    corepack: Vec<Corepack>,
}

const TEXT: &str = include_str!("../../facts/images.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

/// What is known of an image; a mirror is told by the end of its path (`registry.example.com/hub/cimg/node`).
pub fn image(repository: &str) -> Option<&'static Image> {
    let ends =
        |name: &str| repository.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    file().image.iter().filter(|image| ends(&image.name)).max_by_key(|image| image.name.len())
}

/// The Node to write into the tag of `repository` for `spec`: the newest that it means and that has a tag; where no tag
/// for it is known, the newest that it means. None where it means no known Node.
pub fn node_for(repository: &str, spec: &NodeSpec) -> Option<Version> {
    let tagged = image(repository).and_then(|image| spec.newest_where(|node| image.has(node)));
    tagged.or_else(|| spec.newest())
}

/// Whether this Node brings a corepack that can fetch a package manager.
pub fn has_corepack(node: &Version) -> bool {
    file().corepack.iter().any(|row| row.node.satisfies(node))
}

pub(super) fn list(into: &mut Vec<Listed>) {
    let file = file();
    into.extend(file.image.iter().map(|fact| Listed::new("images", fact)));
    into.extend(file.corepack.iter().map(|fact| Listed::new("images", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_floats_becomes_a_tag_that_exists() {
        let chosen = |image, text| {
            NodeSpec::parse(text).and_then(|spec| node_for(image, &spec)).map(|node| node.to_string())
        };
        for (image, text, node) in [
            ("cimg/node", "22", Some("22.23.1")),
            ("cimg/node", "lts/*", Some("24.18.0")),
            ("cimg/node", "26", Some("26.5.0")),
            ("node", "22", Some("22.23.2")),
            ("node", ">=22", Some("26.7.0")),
            ("acme/notnode", "22", Some("22.23.3")),
            // No tags of that line are known.
            ("cimg/node", "20", Some("20.20.2")),
            ("node", "22.99.0", Some("22.99.0")),
            ("node", "99", None),
            ("node", "0.12", None),
        ] {
            assert_eq!(chosen(image, text).as_deref(), node, "{image} {text}");
        }
    }

    #[test]
    fn a_mirror_has_the_tags_of_what_it_mirrors() {
        let node = |text: &str| Version::parse(text).unwrap();
        assert!(
            image("registry.example.com/hub/cimg/node").is_some_and(|image| !image.has(&node("24.19.0")))
        );
        assert!(image("node").is_some_and(|image| image.has(&node("24.19.0"))));
        assert!(image("acme/notnode").is_none());
        assert!(image("node").is_some_and(
            |image| image.lacks(&node("22.99.0")).is_some() && image.lacks(&node("20.20.2")).is_none()
        ));
        assert!(has_corepack(&node("24.19.0")) && !has_corepack(&node("25.0.0")));
    }
}
