//! What the repository's files show of host and packages.

use serde::Serialize;

use crate::project::{Acceptance, Forge, Package, Project};

/// Where the repository is hosted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostSeen {
    /// Host name.
    pub host: String,
    /// Owner and name, or groups and project.
    pub path: String,
    /// What kind of host it is; for a host of one's own a guess by its name.
    pub forge: Forge,
    /// What told: `git remote` or `package.json`.
    pub from: &'static str,
}

/// Who may read a package, as far as its manifest tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenAccess {
    /// Everyone: `publishConfig.access` says so, or the name has no scope.
    Public,
    /// Members alone: `publishConfig.access` says so.
    Restricted,
    /// A scoped name without `publishConfig.access`: the registry keeps what is set there, and a first
    /// publish makes it restricted.
    Unknown,
}

/// A package to publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageSeen {
    /// Its name.
    pub name: String,
    /// Its folder, `.` for the root.
    pub path: String,
    /// Who may read it.
    pub access: SeenAccess,
    /// Whether it goes to the default npm registry, the one with trusted publishing.
    pub to_npm: bool,
    /// What is wrong with its `repository` for provenance; none where nothing is.
    pub repository_fault: Option<String>,
}

pub(super) fn host(project: &Project) -> Option<HostSeen> {
    let origin = project.origin()?;
    let forge = origin.address.forge();
    let from = if origin.from_git { "git remote" } else { "package.json" };
    Some(HostSeen { host: origin.address.host, path: origin.address.path, forge, from })
}

pub(super) fn packages(project: &Project) -> Vec<PackageSeen> {
    project.publishable().filter_map(|package| seen(project, package)).collect()
}

fn seen(project: &Project, package: &Package) -> Option<PackageSeen> {
    let name = package.name()?.to_owned();
    let declared = package.manifest.publish_config.access.as_ref().map(|access| access.value.as_str());
    let access = match declared {
        Some("restricted" | "private") => SeenAccess::Restricted,
        Some("public") => SeenAccess::Public,
        _ if package.manifest.scope().is_none() => SeenAccess::Public,
        _ => SeenAccess::Unknown,
    };
    Some(PackageSeen {
        name,
        path: package.path().to_owned(),
        access,
        to_npm: project.registry_of(package).is_none_or(|registry| registry.is_npm()),
        repository_fault: repository_fault(project, package),
    })
}

/// The registry compares `repository` of each package with the source repository, letter by letter.
fn repository_fault(project: &Project, package: &Package) -> Option<String> {
    let Some(repository) = &package.manifest.repository else {
        return Some("has no `repository`".to_owned());
    };
    let remote = project.git.remote.as_ref().map(|remote| &remote.address);
    match (remote, &repository.address) {
        (_, None) => Some("has a `repository` that names no host".to_owned()),
        (Some(remote), Some(own)) if (&remote.host, &remote.path) != (&own.host, &own.path) => {
            Some(format!("names {}/{}, the git remote {}/{}", own.host, own.path, remote.host, remote.path))
        }
        _ if repository.acceptance() == Some(Acceptance::Unproven) => {
            let url = repository.normalised.as_deref().unwrap_or_default();
            Some(format!("sends {url}, a form that nobody has seen the registry accept"))
        }
        _ => None,
    }
}
