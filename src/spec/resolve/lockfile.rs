//! What the pack job installs from and with: the lockfile of the project's own manager, and that manager's exact version.

use super::Resolver;
use crate::diagnostic::Location;
use crate::facts::tools;
use crate::project::{LockKind, Lockfile, ManagerChoice, NamedVersion, Tool};
use crate::spec::fault::{CONTRADICTION, Fault, MISSING};
use crate::spec::model::{Build, Manager};
use crate::text::Span;

/// The spec key of the manager's version.
const KEY: &str = "build.manager-version";

/// The manager's exact version, and whether corepack finds it in package.json by itself.
#[derive(Debug, Default)]
pub(super) struct Pinned {
    pub(super) version: Option<String>,
    pub(super) corepack_reads: bool,
}

pub(super) const fn command(manager: Manager) -> &'static str {
    match manager {
        Manager::Npm => "npm",
        Manager::Pnpm => "pnpm",
        Manager::Yarn => "yarn",
        Manager::Bun => "bun",
    }
}

const fn manager_of(kind: LockKind) -> Manager {
    match kind {
        LockKind::Npm | LockKind::NpmShrinkwrap => Manager::Npm,
        LockKind::Pnpm => Manager::Pnpm,
        LockKind::Yarn | LockKind::YarnClassic => Manager::Yarn,
        LockKind::Bun | LockKind::BunBinary => Manager::Bun,
    }
}

const fn file_of(manager: Manager) -> &'static str {
    match manager {
        Manager::Npm => "package-lock.json",
        Manager::Pnpm => "pnpm-lock.yaml",
        Manager::Yarn => "yarn.lock",
        Manager::Bun => "bun.lock",
    }
}

impl Resolver<'_> {
    /// The lockfile that `manager` reads.
    pub(super) fn own_lockfile(&self, manager: Manager) -> Option<&Lockfile> {
        self.project().lockfiles.iter().find(|lockfile| manager_of(lockfile.kind) == manager)
    }

    /// Says what an install without a lockfile of its manager comes to.
    pub(super) fn without_lockfile(&mut self, manager: Manager, install: &str) {
        let (name, file) = (command(manager), file_of(manager));
        if self.faults.iter().any(|fault| fault.key == "build.manager") {
            return;
        }
        if let Some(other) = self.project().lockfiles.first() {
            let theirs = command(manager_of(other.kind));
            let message = format!(
                "the packages are installed by {name}, which does not read {theirs}'s lockfile {}",
                other.path
            );
            let instead = match self.package_manager() {
                Some(_) => "correct `packageManager`".to_owned(),
                None => format!("write `build: {{manager: {theirs}}}`"),
            };
            let help = format!(
                "run `{name} install` and commit {file}, or {instead}, or write the command under `build.install`"
            );
            let place = self.project().manager.evidence.clone();
            let fault = Fault::new(CONTRADICTION, "build.manager", message, help);
            let said = self.spec.build.as_ref().is_some_and(|build| build.manager.is_some());
            self.faults.push(match place.filter(|_| !said) {
                Some(place) => fault.at(place),
                None => fault,
            });
            return;
        }
        let installs = self.project().packages.iter().any(|one| !one.manifest.dependencies.is_empty());
        if installs {
            let message =
                format!("there is no {file}: `{install}` takes whatever versions are newest on that day");
            let help = format!(
                "run `{name} install` and commit {file}, so that what is published can be built again"
            );
            let fault = Fault::new(MISSING, "build.install", message, help);
            let root =
                self.project().root().map(|root| Location::new(&root.manifest.source, Span::default()));
            let said = self.spec.build.is_some();
            self.warnings.push(match root.filter(|_| !said) {
                Some(place) => fault.at(place),
                None => fault,
            });
        }
    }

    /// The version that the spec, `packageManager` or another pin names; never whatever is newest on the day.
    pub(super) fn pinned(&mut self, said: &Build, manager: Manager, classic: bool) -> Pinned {
        let name = command(manager);
        let declared = self.package_manager();
        if let Some(declared) = declared.as_ref().filter(|declared| declared.0.name != name) {
            self.other_manager(manager, declared);
            return Pinned::default();
        }
        if manager == Manager::Npm {
            if said.manager_version.is_some() {
                let help = "leave it out: the pack job's npm is the one of its Node";
                let message = "npm comes with Node, and no other version of it is installed";
                self.faults.push(Fault::new(CONTRADICTION, "build.manager-version", message, help));
            }
            return Pinned::default();
        }
        if let Some((declared, place)) = declared {
            let exact = declared.version.clone().filter(|version| super::build::is_exact(version));
            let Some(version) = exact else {
                let message =
                    format!("`packageManager` names no exact version of {name}, and corepack takes no other");
                let help = format!("run `corepack use {name}@latest`, or write all three numbers");
                self.faults.push(Fault::new(MISSING, "build.manager-version", message, help).at(place));
                return Pinned::default();
            };
            if let Some(other) = said.manager_version.as_ref().filter(|other| **other != version) {
                let message = format!(
                    "package.json says `{name}@{version}`, and corepack takes what stands there, not {other}"
                );
                let help = "correct one of the two, or leave `manager-version` out";
                self.faults.push(Fault::new(CONTRADICTION, "build.manager-version", message, help));
            }
            return Pinned { version: Some(version), corepack_reads: true };
        }
        let version = said.manager_version.clone().or_else(|| self.pinned_elsewhere(manager, classic));
        if version.is_none() {
            self.unpinned(manager);
        }
        Pinned { version, corepack_reads: false }
    }

    /// `packageManager` of the root's package.json, with its place.
    fn package_manager(&self) -> Option<(NamedVersion, Location)> {
        let manifest = &self.project().root()?.manifest;
        let declared = manifest.package_manager.clone()?;
        let place = Location::new(&manifest.source, declared.span);
        Some((declared, place))
    }

    fn other_manager(&mut self, manager: Manager, (declared, place): &(NamedVersion, Location)) {
        let message = format!(
            "package.json says `packageManager: {}`, and the spec says {}",
            declared.name,
            command(manager)
        );
        let help = "correct one of the two: corepack runs no other manager than package.json names";
        let mut fault = Fault::new(CONTRADICTION, "build.manager", message, help);
        if self.spec.build.as_ref().is_none_or(|build| build.manager.is_none()) {
            fault = fault.at(place.clone());
        }
        self.faults.push(fault);
    }

    /// A pin that corepack does not read: a version file, `volta`, `devEngines`, `yarnPath`; Yarn 1 ended with one release.
    fn pinned_elsewhere(&mut self, manager: Manager, classic: bool) -> Option<String> {
        let tool = match manager {
            Manager::Npm => Tool::Npm,
            Manager::Pnpm => Tool::Pnpm,
            Manager::Yarn => Tool::Yarn,
            Manager::Bun => Tool::Bun,
        };
        let fits = |version: &str| super::build::is_exact(version) && classic == version.starts_with("1.");
        let fits = |version: &str| {
            if manager == Manager::Yarn { fits(version) } else { super::build::is_exact(version) }
        };
        let pin = self.project().pin(tool).filter(|pin| fits(&pin.version));
        if let Some((version, path)) = pin.map(|pin| (pin.version.clone(), pin.path().to_owned())) {
            self.choose(KEY, version.as_str(), format!("the project's own pin in {path}"));
            return Some(version);
        }
        let ManagerChoice { version, evidence, .. } = self.project().manager.clone();
        let named = version
            .filter(|version| self.project().manager.manager.command() == command(manager) && fits(version));
        if let Some(version) = named {
            let yarnrc = self.project().yarnrc.as_ref();
            let by_path = yarnrc.filter(|yarnrc| yarnrc.yarn_version() == Some(version.as_str()));
            let place = match (by_path, evidence) {
                (Some(yarnrc), _) => format!("`yarnPath` in {}", yarnrc.source.path()),
                (None, Some(at)) => at.source.path().to_owned(),
                (None, None) => "the project".to_owned(),
            };
            self.choose(KEY, version.as_str(), format!("{place} says so"));
            return Some(version);
        }
        let last = tools::release_for("yarn", "v1").filter(|_| manager == Manager::Yarn && classic)?;
        self.choose(KEY, last.to_string(), "nothing pins Yarn, and this is the last release of Yarn 1");
        Some(last.to_string())
    }

    fn unpinned(&mut self, manager: Manager) {
        let name = command(manager);
        let message = format!(
            "nothing pins the version of {name}: the pack job would run whatever is newest on the day of a release"
        );
        let suggested = self.release(manager);
        let example = suggested.map_or_else(|| "<version>".to_owned(), ToString::to_string);
        let help = format!(
            "add `\"packageManager\": \"{name}@{example}\"` to package.json, or write `build: {{manager-version: {example}}}`; `{name} --version` prints yours"
        );
        let fault = Fault::new(MISSING, "build.manager-version", message, help);
        let place = self.project().manager.evidence.clone().or_else(|| {
            let root = self.project().root()?;
            Some(Location::new(&root.manifest.source, Span::default()))
        });
        let said = self.spec.build.as_ref().is_some_and(|build| build.manager.is_some());
        let fault = match place.filter(|_| !said) {
            Some(place) => fault.at(place),
            None => fault,
        };
        self.faults.push(fault);
    }

    /// A release that is known to read the project's lockfile as it is.
    fn release(&self, manager: Manager) -> Option<&'static crate::facts::Version> {
        tools::release_for(command(manager), self.own_lockfile(manager)?.version()?)
    }
}
