//! What a repository is: manifests, workspaces, `.npmrc`, lockfile versions, Node version files, release
//! tools, git remote. Reading is tolerant: a broken file is a finding in [`Project::problems`], never the end.

mod address;
mod ci_files;
mod git;
pub mod json;
mod lockfile;
mod manager;
mod manifest;
mod npmrc;
mod order;
mod pin;
mod registry;
mod release_tool;
mod repository;
#[cfg(test)]
mod tests;
mod workspace;
mod workspace_kind;
mod yarnrc;

pub use address::{Address, Forge};
pub use ci_files::{CiFile, CiFiles};
pub use git::{Git, Remote};
pub use lockfile::{LockKind, Locked, Lockfile};
pub use manager::{Manager, ManagerChoice};
pub use manifest::{Dependency, Manifest, NamedVersion, PublishConfig, Script, Section, Text};
pub use npmrc::{Auth, Credential, Entry, Npmrc};
pub use pin::{Pin, PinKind, Tool};
pub use registry::{Registry, RegistryOrigin};
pub use release_tool::{ReleaseTool, ReleaseToolUse};
pub use repository::{Acceptance, Repository};
pub use workspace_kind::{Workspace, WorkspaceKind};
pub use yarnrc::{Setting, YarnAuth, Yarnrc};

use crate::diagnostic::{Finding, Location, Severity};
use crate::files::{ReadError, Tree, join};
use crate::text::{Source, Span};

/// Rule id of a file that could not be read as what it should be.
pub const UNREADABLE: &str = "unreadable-file";

/// One package: a folder with a `package.json`.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its folder, relative to the repository; empty for the root.
    pub folder: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// The `.npmrc` in its folder. npm reads it only where the package is no workspace member.
    pub npmrc: Option<Npmrc>,
}

impl Package {
    /// The package's name.
    pub fn name(&self) -> Option<&str> {
        self.manifest.name.as_ref().map(|name| name.value.as_str())
    }

    /// Its version, where that only holds the place of one that a release tool writes while it publishes.
    pub fn placeholder_version(&self) -> Option<&str> {
        let version = self.manifest.version.as_ref()?.value.as_str();
        let made = version.strip_prefix("0.0.0-")?;
        ["development", "semantic", "placeholder"]
            .iter()
            .any(|word| made.starts_with(word))
            .then_some(version)
    }

    /// The folder as commands write it: `.` for the root.
    pub fn path(&self) -> &str {
        if self.folder.is_empty() { "." } else { &self.folder }
    }
}

/// Where the repository is hosted, and what told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Host and path.
    pub address: Address,
    /// Whether the git remote told; else the manifest's `repository` did.
    pub from_git: bool,
}

/// What a repository is.
#[derive(Debug, Clone)]
pub struct Project {
    /// Every package: the root first where it has a manifest, then by folder.
    pub packages: Vec<Package>,
    /// How further packages were found; none for a single package.
    pub workspace: Option<Workspace>,
    /// The project's package manager.
    pub manager: ManagerChoice,
    /// The root's `.npmrc`.
    pub npmrc: Option<Npmrc>,
    /// The root's `.yarnrc.yml`.
    pub yarnrc: Option<Yarnrc>,
    /// Lockfiles at the root.
    pub lockfiles: Vec<Lockfile>,
    /// Versions that the project pins, strongest first.
    pub pins: Vec<Pin>,
    /// What `.git` tells.
    pub git: Git,
    /// CI configuration files.
    pub ci: CiFiles,
    /// Release tools in use.
    pub release_tools: Vec<ReleaseToolUse>,
    /// What could not be read.
    pub problems: Vec<Finding>,
    order: Vec<usize>,
}

impl Project {
    /// Reads the repository in `tree`.
    pub fn read(tree: &dyn Tree) -> Self {
        let mut reader = Reader { tree, problems: Vec::new() };
        let root = reader.package("");
        let root_manifest = root.as_ref().map(|package| &package.manifest);
        let (workspace, folders) = workspace_kind::read(&mut reader, root_manifest);
        let lockfiles = reader.lockfiles();
        let yarnrc = reader.file(".yarnrc.yml").map(|source| Yarnrc::parse(&source));
        let manager = manager::choose(tree, root_manifest, &lockfiles, yarnrc.as_ref());
        let pins = pin::read(tree, root_manifest);
        let nx_release = reader.nx_release();
        let release_tools = release_tool::read(tree, root_manifest, nx_release);
        let npmrc = root.as_ref().map_or_else(|| reader.npmrc(""), |package| package.npmrc.clone());
        let members = folders.iter().filter(|folder| !folder.is_empty());
        let members: Vec<Package> = members.filter_map(|folder| reader.package(folder)).collect();
        let packages: Vec<Package> = root.into_iter().chain(members).collect();
        let order = order::publish_order(&packages);
        let problems = reader.problems;
        let (git, ci) = (Git::read(tree), ci_files::read(tree));
        Self {
            packages,
            workspace,
            manager,
            npmrc,
            yarnrc,
            lockfiles,
            pins,
            git,
            ci,
            release_tools,
            problems,
            order,
        }
    }

    /// The package at the root.
    pub fn root(&self) -> Option<&Package> {
        self.packages.first().filter(|package| package.folder.is_empty())
    }

    /// The package called `name`.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name() == Some(name))
    }

    /// The package in `folder` (empty or `.` for the root).
    pub fn package_in(&self, folder: &str) -> Option<&Package> {
        let folder = join("", folder)?;
        self.packages.iter().find(|package| package.folder == folder)
    }

    /// Every `.npmrc` of the repository: the root's, then those of packages.
    pub fn npmrcs(&self) -> impl Iterator<Item = &Npmrc> {
        self.npmrc.iter().chain(self.packages.iter().filter_map(|package| package.npmrc.as_ref()))
    }

    /// The manifests and workspace files that do not parse: without them a package would be left out unseen.
    pub fn broken(&self) -> Vec<Finding> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect()
    }

    /// The packages that can be published, dependencies first: named, versioned (semantic-release alone
    /// writes the version itself) and not private.
    pub fn publishable(&self) -> impl Iterator<Item = &Package> {
        let versions_itself = self.uses(ReleaseTool::SemanticRelease);
        let ordered = self.order.iter().map(|&index| &self.packages[index]);
        ordered.filter(move |package| {
            let Manifest { private, name, version, .. } = &package.manifest;
            !private && name.is_some() && (version.is_some() || versions_itself)
        })
    }

    /// The strongest pin of `tool` that chooses a version (`engines` only supports one).
    pub fn pin(&self, tool: Tool) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.tool == tool && pin.kind != PinKind::Engines)
    }

    /// The exact version of a tool that a lockfile holds.
    pub fn locked(&self, name: &str) -> Option<(&Lockfile, &Locked)> {
        self.lockfiles.iter().find_map(|lockfile| Some((lockfile, lockfile.tool(name)?)))
    }

    /// Where the repository is hosted: the git remote, else `repository` of the root manifest or of
    /// the first package that has one. Of several remotes it is the one that package.json names, for
    /// in a fork's checkout the first is the fork.
    pub fn origin(&self) -> Option<Origin> {
        let said = self.packages.iter().find_map(|one| one.manifest.repository.as_ref()?.address.as_ref());
        let same = |remote: &&Remote| {
            said.is_some_and(|said| (&said.host, &said.path) == (&remote.address.host, &remote.address.path))
        };
        let first = self.git.remote.as_ref();
        // A mirror on another host is no fork: there the CI of the first remote's host publishes.
        let beside = |remote: &&Remote| first.is_some_and(|first| first.address.host == remote.address.host);
        let remote = self.git.remotes.iter().find(|remote| same(remote) && beside(remote)).or(first);
        // An address of one part is an owner's page, no repository.
        if let Some(remote) = remote.filter(|remote| remote.address.path.contains('/')) {
            return Some(Origin { address: remote.address.clone(), from_git: true });
        }
        Some(Origin { address: said?.clone(), from_git: false })
    }

    /// Whether a release tool is in use.
    pub fn uses(&self, tool: ReleaseTool) -> bool {
        self.release_tools.iter().any(|used| used.tool == tool)
    }

    /// The `.npmrc` files that npm reads for a package, strongest first: in a workspace the root's
    /// alone, else the package's own.
    pub fn npmrc_of<'a>(&'a self, package: &'a Package) -> impl Iterator<Item = &'a Npmrc> {
        let member = self.workspace.as_ref().is_some_and(|workspace| workspace.kind != WorkspaceKind::Loose);
        let own =
            if member && !package.folder.is_empty() { self.npmrc.as_ref() } else { package.npmrc.as_ref() };
        own.into_iter()
    }
}

/// Reads files and keeps what went wrong.
struct Reader<'a> {
    tree: &'a dyn Tree,
    problems: Vec<Finding>,
}

impl Reader<'_> {
    fn file(&mut self, path: &str) -> Option<Source> {
        match self.tree.read(path) {
            Ok(source) => source,
            Err(error) => {
                let location = Location::new(&Source::new(path, ""), Span::default());
                self.problems.push(Finding::new(UNREADABLE, Severity::Warning, location, error.to_string()));
                None
            }
        }
    }

    fn report(&mut self, source: &Source, severity: Severity, fault: &json::Fault) {
        let message = format!("{} is not valid JSON: {}", source.path(), fault.message);
        self.problems.push(Finding::new(UNREADABLE, severity, Location::new(source, fault.span), message));
    }

    fn package(&mut self, folder: &str) -> Option<Package> {
        let source = self.file(&join(folder, "package.json")?)?;
        let (manifest, fault) = Manifest::parse(&source);
        if let Some(fault) = fault {
            self.report(&source, Severity::Error, &fault);
        }
        let manifest = manifest?;
        Some(Package { folder: folder.to_owned(), manifest, npmrc: self.npmrc(folder) })
    }

    fn npmrc(&mut self, folder: &str) -> Option<Npmrc> {
        self.file(&join(folder, ".npmrc")?).map(|source| Npmrc::parse(&source))
    }

    /// JSON that may hold comments (`lerna.json`, `nx.json`, `rush.json`).
    fn json(&mut self, path: &str) -> Option<(Source, json::Value)> {
        let source = self.file(path)?;
        let (value, fault) = json::parse(&source, json::Dialect::WithComments);
        if let Some(fault) = fault {
            self.report(&source, Severity::Warning, &fault);
        }
        Some((source, value?))
    }

    fn lockfiles(&mut self) -> Vec<Lockfile> {
        let mut found = Vec::new();
        for path in [
            "package-lock.json",
            "npm-shrinkwrap.json",
            "pnpm-lock.yaml",
            "yarn.lock",
            "bun.lock",
            "bun.lockb",
            "common/config/rush/pnpm-lock.yaml",
        ] {
            if !self.tree.is_file(path) {
                continue;
            }
            // The binary lockfile of bun is not text; its presence is all there is to know.
            let source = if path == "bun.lockb" { None } else { self.lockfile_text(path) };
            found.push(source.map_or_else(|| Lockfile::unread(path), |source| Lockfile::parse(path, source)));
        }
        found
    }

    fn lockfile_text(&mut self, path: &str) -> Option<Source> {
        match self.tree.read(path) {
            Err(ReadError::TooLarge { bytes, .. }) => {
                let location = Location::new(&Source::new(path, ""), Span::default());
                let message = format!("{path} is {bytes} bytes: the versions in it were not looked up");
                self.problems.push(Finding::new(UNREADABLE, Severity::Info, location, message));
                None
            }
            _ => self.file(path),
        }
    }

    fn nx_release(&mut self) -> Option<Location> {
        let (source, value) = self.json("nx.json")?;
        let release = value.member("release")?;
        Some(Location::new(&source, release.key_span))
    }
}
