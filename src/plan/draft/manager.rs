//! The package manager's version, where the project pins none: a release that reads its lockfile as it is.

use crate::facts::tools;
use crate::project::{LockKind, Manager, Project, Tool};

/// The version to write down and why; none where the project says it, and where nothing tells.
pub(super) fn version(project: &Project) -> Option<(String, String)> {
    let (kinds, tool): (&[LockKind], Tool) = match project.manager.manager {
        Manager::Pnpm => (&[LockKind::Pnpm], Tool::Pnpm),
        Manager::Yarn => (&[LockKind::Yarn], Tool::Yarn),
        Manager::Bun => (&[LockKind::Bun], Tool::Bun),
        // Yarn 1 has a last release, and npm comes with Node.
        Manager::Npm | Manager::YarnClassic => return None,
    };
    let says = project.root().is_some_and(|root| root.manifest.package_manager.is_some());
    if says || project.manager.version.is_some() || project.pin(tool).is_some_and(|pin| pin.exact().is_some())
    {
        return None;
    }
    let name = project.manager.manager.command();
    let lockfile = project.lockfiles.iter().find(|lockfile| kinds.contains(&lockfile.kind))?;
    let version = tools::release_for(name, lockfile.version()?)?;
    let reason = format!(
        "nothing pins {name}; this release reads {} as it is, and `{name} --version` says which one is yours",
        lockfile.path
    );
    Some((version.to_string(), reason))
}
