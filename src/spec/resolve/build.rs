//! The pack job: package manager, Node, install and what runs before packing.

use super::Resolver;
use super::lockfile::command;
use crate::diagnostic::Location;
use crate::facts::node::NodeSpec;
use crate::facts::{Provider, images};
use crate::project::{Manager as Found, ManagerChoice, Npmrc, PinKind, Tool};
use crate::spec::fault::{CONTRADICTION, Fault, INVALID_VALUE};
use crate::spec::model::{Build, Manager};
use crate::spec::resolved::{InstallToken, ResolvedBuild, Target};

/// Version files that actions/setup-node reads by itself.
const VERSION_FILES: [&str; 3] = [".nvmrc", ".node-version", ".tool-versions"];

impl Resolver<'_> {
    pub(super) fn build(&mut self, targets: &[Target]) -> ResolvedBuild {
        let said = self.spec.build.clone().unwrap_or_default();
        let found = self.project().manager.clone();
        let manager = self.manager(&said, &found);
        let classic = is_classic(manager, &said, &found);
        let pinned = self.pinned(&said, manager, classic);
        let (node, node_file) = self.node(&said, targets);
        let install = match &said.install {
            Some(command) => (!command.trim().is_empty()).then(|| command.clone()),
            None => Some(self.install(manager, classic)),
        };
        let run = said.run.clone().unwrap_or_else(|| self.run_scripts(manager, classic));
        ResolvedBuild {
            manager,
            classic,
            manager_version: pinned.version,
            corepack_reads: pinned.corepack_reads,
            node,
            node_pin: self.project().pin(Tool::Node).map(|pin| pin.version.clone()),
            node_file,
            install,
            install_scripts: said.install_scripts.unwrap_or(true),
            install_scopes: self.scopes(said.install_token.is_some()),
            install_token: said.install_token.map(|name| {
                let in_npmrc = self.in_npmrc(&name);
                InstallToken { name, in_npmrc }
            }),
            run,
        }
    }

    fn manager(&mut self, said: &Build, found: &ManagerChoice) -> Manager {
        said.manager.unwrap_or_else(|| {
            let reason = found.evidence.as_ref().map_or_else(
                || "nothing in the repository names another".to_owned(),
                |place| format!("{} says so", place.source.path()),
            );
            self.choose("build.manager", found.manager.command(), reason);
            self.several_lockfiles(found);
            match found.manager {
                Found::Npm => Manager::Npm,
                Found::Pnpm => Manager::Pnpm,
                Found::YarnClassic | Found::Yarn => Manager::Yarn,
                Found::Bun => Manager::Bun,
            }
        })
    }

    /// With lockfiles of several managers and nothing else to go by, which one counts is a guess.
    fn several_lockfiles(&mut self, found: &ManagerChoice) {
        let Some(place) = found.evidence.clone() else { return };
        let lockfiles = &self.project().lockfiles;
        let others: Vec<&str> = lockfiles
            .iter()
            .map(|lockfile| lockfile.path.as_str())
            .filter(|path| *path != place.source.path())
            .collect();
        let by_lockfile = lockfiles.iter().any(|lockfile| lockfile.path == place.source.path());
        if !by_lockfile || others.is_empty() {
            return;
        }
        let (name, others) = (found.manager.command(), others.join(" and "));
        let message = format!("{name} is taken for {}, though {others} is there, too", place.source.path());
        let help = format!("delete what nobody uses, or write `build: {{manager: {name}}}`");
        self.warnings.push(Fault::new(CONTRADICTION, "build.manager", message, help).at(place));
    }

    /// Node of the pack job: what the spec says, else the project's pin. GitHub reads a version file
    /// by itself, which spares a second place to keep up to date.
    fn node(&mut self, said: &Build, targets: &[Target]) -> (Option<String>, Option<String>) {
        if let Some(node) = &said.node {
            self.tags("build.node", node, None, targets);
            return (said.node.clone(), None);
        }
        let Some(pin) = self.project().pin(Tool::Node).cloned() else {
            let supported = self.project().pins.iter().find(|pin| pin.tool == Tool::Node);
            let reason = match supported.filter(|pin| pin.kind == PinKind::Engines) {
                Some(pin) => format!("the project pins none; `engines` asks for {}", pin.version),
                None => "the project pins none".to_owned(),
            };
            self.choose("build.node", "the publish job's", reason);
            return (None, None);
        };
        // A name of a newer line may be unknown here, and is known to what reads the file.
        if NodeSpec::parse(&pin.version).is_none() && !pin.version.starts_with("lts/") {
            let message = format!("`{}` in {} names no Node version", pin.version, pin.path());
            let help = "write a version there, as in `22.14.0`, or say `build: {node: 22.14.0}`";
            self.faults.push(Fault::new(INVALID_VALUE, "build.node", message, help).at(pin.location));
            return (None, None);
        }
        let file = Some(pin.path().to_owned()).filter(|path| VERSION_FILES.contains(&path.as_str()));
        self.choose("build.node", pin.version.as_str(), format!("the project's own pin in {}", pin.path()));
        if file.is_some() && targets.iter().all(|target| target.provider == Provider::Github) {
            return (None, file);
        }
        let exact = targets.iter().any(|target| !target.details.brings_node());
        if exact && NodeSpec::parse(&pin.version).and_then(|node| node.newest()).is_none() {
            let message =
                format!("no release of Node `{}`, which {} asks for, is known", pin.version, pin.path());
            let help = "the pack job needs an exact one: write it there, as in `22.14.0`, or say `build: {node: 22.14.0}`";
            self.faults.push(Fault::new(INVALID_VALUE, "build.node", message, help).at(pin.location));
            return (None, None);
        }
        self.tags("build.node", &pin.version, Some(&pin.location), targets);
        (Some(pin.version), file)
    }

    /// Warns of an image tag that was not seen to exist.
    pub(super) fn tags(&mut self, key: &str, node: &str, place: Option<&Location>, targets: &[Target]) {
        let Some(node) = NodeSpec::parse(node) else { return };
        for target in targets.iter().filter(|target| key == "publish.node" || !target.details.brings_node()) {
            let Some(image) = target.details.image() else { continue };
            let Some(version) = images::node_for(image, &node) else { continue };
            let Some(newest) = images::image(image).and_then(|known| known.lacks(&version)) else { continue };
            let message = format!(
                "the image {image} was not seen with a tag for Node {version}: its job may not start"
            );
            let help = format!("look whether the tag exists; the newest one seen is {newest}");
            let fault = Fault::new(INVALID_VALUE, key, message, help).of(target.provider);
            self.warnings.push(Fault { at: place.cloned(), ..fault });
        }
    }

    fn install(&mut self, manager: Manager, classic: bool) -> String {
        let locked = self.own_lockfile(manager).is_some();
        let command = match (manager, locked) {
            (Manager::Npm, true) => "npm ci",
            (Manager::Npm, false) => "npm install --no-package-lock",
            (Manager::Pnpm, true) => "pnpm install --frozen-lockfile",
            (Manager::Pnpm, false) => "pnpm install --no-frozen-lockfile",
            (Manager::Yarn, true) if classic => "yarn install --frozen-lockfile",
            (Manager::Yarn, false) if classic => "yarn install --no-lockfile",
            (Manager::Yarn, true) => "yarn install --immutable",
            (Manager::Yarn, false) => "yarn install --no-immutable",
            (Manager::Bun, true) => "bun install --frozen-lockfile",
            (Manager::Bun, false) => "bun install --no-save",
        };
        let reason = if locked {
            "exactly what the lockfile says"
        } else {
            "there is no lockfile: commit one, so that what is published can be reproduced"
        };
        self.choose("build.install", command, reason);
        if !locked {
            self.without_lockfile(manager, command);
        }
        command.to_owned()
    }

    fn run_scripts(&mut self, manager: Manager, classic: bool) -> Vec<String> {
        let mut commands = Vec::new();
        let mut places: Vec<&str> = Vec::new();
        for script in ["build", "test"] {
            let has = |manifest: &crate::project::Manifest| {
                manifest.script(script).is_some_and(|found| ends_well(&found.command.value))
            };
            let project = self.project();
            let members: Vec<bool> = project
                .packages
                .iter()
                .filter(|package| !package.folder.is_empty())
                .map(|package| has(&package.manifest))
                .collect();
            if project.root().is_some_and(|root| has(&root.manifest)) {
                commands.push(run_at_root(manager, script));
                places.push("the root's scripts");
            } else if project.workspace.is_some() && members.iter().any(|has| *has) {
                let all = members.iter().all(|has| *has);
                if let Some(command) = run_everywhere(manager, classic, script, all) {
                    commands.push(command);
                    places.push("the packages' scripts");
                }
            }
        }
        places.dedup();
        let (value, reason) = if commands.is_empty() {
            ("nothing".to_owned(), "there is no `build` or `test` script".to_owned())
        } else {
            (commands.join("; "), format!("what exists among {}", places.join(" and ")))
        };
        self.choose("build.run", value, reason);
        commands
    }

    /// Whether a credential line of the project's `.npmrc` files reads the variable `token`.
    fn in_npmrc(&self, token: &str) -> bool {
        let mut auth = self.project().npmrcs().flat_map(Npmrc::auth);
        auth.any(|auth| auth.entry.variables().contains(&token))
    }

    /// Scopes with a registry line of their own: that is where private dependencies come from.
    fn scopes(&self, has_token: bool) -> Vec<String> {
        let Some(npmrc) = self.project().npmrc.as_ref().filter(|_| has_token) else { return Vec::new() };
        let mut scopes: Vec<String> = npmrc.scopes().map(|(scope, _)| scope.to_owned()).collect();
        scopes.sort();
        scopes.dedup();
        scopes
    }
}

/// Whether a script can be left to itself: it neither waits for changes nor exists to fail.
fn ends_well(command: &str) -> bool {
    let watches = ["--watch ", ":watch", " watch"].iter().any(|word| format!("{command} ").contains(word));
    let karma = command.contains("karma start") && !command.contains("single-run");
    let fails = command.contains("no test specified") || command.trim_end().ends_with("exit 1");
    !watches && !karma && !fails
}

/// Whether the project's Yarn is the first: by the version that the spec names, else by what the project shows.
fn is_classic(manager: Manager, said: &Build, found: &ManagerChoice) -> bool {
    let by_project = || found.manager == Found::YarnClassic;
    let version = said.manager_version.as_ref().map(|version| version.starts_with("1."));
    manager == Manager::Yarn && version.unwrap_or_else(by_project)
}

/// `1.2.3`, perhaps with a prerelease and corepack's hash.
pub(super) fn is_exact(version: &str) -> bool {
    let number = version.split(['+', '-']).next().unwrap_or_default();
    let parts: Vec<&str> = number.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn run_at_root(manager: Manager, script: &str) -> String {
    match (manager, script) {
        (Manager::Npm, "test") => "npm test".to_owned(),
        // `bun test` is Bun's own test runner, not the script.
        _ => format!("{} run {script}", command(manager)),
    }
}

/// One script in every workspace package that has it; `all` says whether every one does.
fn run_everywhere(manager: Manager, classic: bool, script: &str, all: bool) -> Option<String> {
    Some(match manager {
        Manager::Npm => format!("npm run {script} --workspaces --if-present"),
        Manager::Pnpm => format!("pnpm --recursive run {script}"),
        // Classic Yarn stops at the first package without the script.
        Manager::Yarn if classic => return all.then(|| format!("yarn workspaces run {script}")),
        Manager::Yarn => format!("yarn workspaces foreach --all --topological-dev run {script}"),
        Manager::Bun => format!("bun run --filter '*' {script}"),
    })
}
