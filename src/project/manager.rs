//! The project's package manager, and what told.

use super::lockfile::{LockKind, Lockfile};
use super::manifest::{Manifest, NamedVersion};
use super::yarnrc::Yarnrc;
use crate::diagnostic::Location;
use crate::files::Tree;
use crate::text::Span;

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and later.
    Yarn,
    /// Bun.
    Bun,
}

impl Manager {
    /// Its command.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::YarnClassic | Self::Yarn => "yarn",
            Self::Bun => "bun",
        }
    }
}

/// The package manager that the project uses.
#[derive(Debug, Clone)]
pub struct ManagerChoice {
    /// Which.
    pub manager: Manager,
    /// Its version, exact or a range, as the project writes it.
    pub version: Option<String>,
    /// What told; none where nothing did and npm is assumed.
    pub evidence: Option<Location>,
}

/// `packageManager`, else `devEngines`, else a lockfile, else a configuration file, else `volta`; else npm.
pub(super) fn choose(
    tree: &dyn Tree,
    manifest: Option<&Manifest>,
    lockfiles: &[Lockfile],
    yarnrc: Option<&Yarnrc>,
) -> ManagerChoice {
    let modern_yarn = yarnrc.is_some() || lockfiles.iter().any(|lockfile| lockfile.kind == LockKind::Yarn);
    let chosen = manifest
        .and_then(|manifest| declared(manifest, modern_yarn))
        .or_else(|| locked(lockfiles))
        .or_else(|| configured(tree, yarnrc))
        .or_else(|| manifest.and_then(|manifest| volta(manifest, modern_yarn)));
    let mut chosen = chosen.unwrap_or(ManagerChoice { manager: Manager::Npm, version: None, evidence: None });
    if chosen.manager == Manager::Yarn && chosen.version.is_none() {
        chosen.version = yarnrc.and_then(Yarnrc::yarn_version).map(str::to_owned);
    }
    chosen
}

fn named(name: &str, version: Option<&str>, modern_yarn: bool) -> Option<Manager> {
    match name {
        "npm" => Some(Manager::Npm),
        "pnpm" => Some(Manager::Pnpm),
        "bun" => Some(Manager::Bun),
        "yarn" => {
            let major = version.map(|version| version.trim_start_matches(['^', '~', '>', '=', ' ']));
            let classic = major.map_or(!modern_yarn, |version| version == "1" || version.starts_with("1."));
            Some(if classic { Manager::YarnClassic } else { Manager::Yarn })
        }
        _ => None,
    }
}

fn declared(manifest: &Manifest, modern_yarn: bool) -> Option<ManagerChoice> {
    let choice = |declared: &NamedVersion| {
        let manager = named(&declared.name, declared.version.as_deref(), modern_yarn)?;
        let evidence = Some(Location::new(&manifest.source, declared.span));
        Some(ManagerChoice { manager, version: declared.version.clone(), evidence })
    };
    manifest.package_manager.iter().chain(&manifest.dev_package_managers).find_map(choice)
}

/// The lockfile's manager. Of several, npm's counts last: tools that are told nothing leave one behind.
fn locked(lockfiles: &[Lockfile]) -> Option<ManagerChoice> {
    let manager = |kind: LockKind| match kind {
        LockKind::Npm | LockKind::NpmShrinkwrap => Manager::Npm,
        LockKind::Pnpm => Manager::Pnpm,
        LockKind::YarnClassic => Manager::YarnClassic,
        LockKind::Yarn => Manager::Yarn,
        LockKind::Bun | LockKind::BunBinary => Manager::Bun,
    };
    let lockfile = lockfiles
        .iter()
        .find(|lockfile| manager(lockfile.kind) != Manager::Npm)
        .or_else(|| lockfiles.first())?;
    let source =
        lockfile.source.clone().unwrap_or_else(|| crate::text::Source::new(lockfile.path.as_str(), ""));
    let evidence = Some(Location::new(&source, Span::default()));
    Some(ManagerChoice { manager: manager(lockfile.kind), version: None, evidence })
}

fn configured(tree: &dyn Tree, yarnrc: Option<&Yarnrc>) -> Option<ManagerChoice> {
    let choice = |manager, source| {
        let evidence = Some(Location::new(&source, Span::default()));
        ManagerChoice { manager, version: None, evidence }
    };
    if let Some(yarnrc) = yarnrc {
        return Some(choice(Manager::Yarn, yarnrc.source.clone()));
    }
    let at = |path: &str| tree.read(path).ok().flatten();
    at("pnpm-workspace.yaml")
        .map(|source| choice(Manager::Pnpm, source))
        .or_else(|| at(".yarnrc").map(|source| choice(Manager::YarnClassic, source)))
        .or_else(|| at("bunfig.toml").map(|source| choice(Manager::Bun, source)))
}

fn volta(manifest: &Manifest, modern_yarn: bool) -> Option<ManagerChoice> {
    let pinned = |(tool, version): &(String, super::Text)| {
        let manager = named(tool, Some(&version.value), modern_yarn)?;
        let evidence = Some(Location::new(&manifest.source, version.span));
        Some(ManagerChoice { manager, version: Some(version.value.clone()), evidence })
    };
    // Node brings npm along, so an npm pin beside another manager's says nothing.
    let mut choices: Vec<ManagerChoice> = manifest.volta.iter().filter_map(pinned).collect();
    choices.sort_by_key(|choice| choice.manager == Manager::Npm);
    choices.into_iter().next()
}
