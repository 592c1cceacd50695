//! Pages that help texts and checklists point to.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Fact, Listed, Origin, entry};

/// A page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page {
    /// Its name, such as `github-environments`.
    pub id: String,
    /// Its address.
    pub url: String,
    /// What it is about.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Fact for Page {
    fn id(&self) -> String {
        self.id.clone()
    }
    fn says(&self) -> String {
        format!("{}: {}", self.says, self.url)
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    url: Vec<Page>,
}

const TEXT: &str = include_str!("../../facts/urls.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

/// The hosts of the addresses whose names start with `prefix`.
pub(super) fn hosts(prefix: &str) -> impl Iterator<Item = &'static str> {
    let pages = file().url.iter().filter(move |page| page.id.starts_with(prefix));
    pages.filter_map(|page| page.url.split_once("//")?.1.split('/').next())
}

/// The address of a page by its name.
pub fn url(id: &str) -> Option<&'static str> {
    file().url.iter().find(|page| page.id == id).map(|page| page.url.as_str())
}

pub(super) fn list(into: &mut Vec<Listed>) {
    into.extend(file().url.iter().map(|fact| Listed::new("urls", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
