//! trustpub's own Action, component and orb, where a pipeline refers to them: read from the text that trustpub
//! renders, whose namespace and pin its users choose. What they do is known, not guessed from a name.

use std::sync::Arc;

use super::Repository;
use crate::facts::Provider;
use crate::yaml::Tree;

/// What the path of a member's text begins with: no file of the repository is called so.
const FOLDER: &str = "<trustpub bundle>/";

macro_rules! member {
    ($name:literal) => {
        ($name, include_str!(concat!(env!("OUT_DIR"), "/bundle-", $name)))
    };
}

/// The members, with the programs taken out: in these texts, which are our own, their heredoc words tell them.
const MEMBERS: [(&str, &str); 5] = [
    member!("action.yml"),
    member!("pack.yml"),
    member!("publish.yml"),
    member!("component.yml"),
    member!("orb.yml"),
];

/// Whether `path` is the text of a member and no file of the repository.
pub fn is_member(path: &str) -> bool {
    path.starts_with(FOLDER)
}

/// The Action that `action` (in lower case, without its version) is.
pub(super) fn action(repository: &Repository<'_>, action: &str) -> Option<Arc<Tree>> {
    let (_, rest) = action.split_once('/')?;
    let part = rest.strip_prefix("npm-publish").or_else(|| rest.strip_prefix("trustpub/action"))?;
    let name = match part {
        "" => "action.yml",
        "/pack" => "pack.yml",
        "/publish" => "publish.yml",
        _ => return None,
    };
    tree(repository, name, Provider::Github)
}

/// The component that `reference` (`HOST/GROUP/npm-publish/npm-publish@VERSION`) is.
pub(super) fn component(repository: &Repository<'_>, reference: &str) -> Option<Arc<Tree>> {
    let name = reference.split('@').next()?;
    name.ends_with("/npm-publish/npm-publish").then(|| tree(repository, "component.yml", Provider::Gitlab))?
}

/// The orb that `reference` (`NAMESPACE/npm-publish@VERSION`) is.
pub(super) fn orb(repository: &Repository<'_>, reference: &str) -> Option<Arc<Tree>> {
    let name = reference.split('@').next()?;
    name.ends_with("/npm-publish").then(|| tree(repository, "orb.yml", Provider::Circleci))?
}

fn tree(repository: &Repository<'_>, name: &str, provider: Provider) -> Option<Arc<Tree>> {
    let (_, text) = MEMBERS.iter().find(|(known, _)| *known == name)?;
    repository.known_yaml(&format!("{FOLDER}{name}"), text, provider)
}
