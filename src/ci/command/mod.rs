//! What scripts do: publish commands, and what decides whether they work, through every indirection
//! that the repository shows (package.json scripts, Makefiles, shell and program files).

mod args;
mod config;
mod file;
mod folders;
mod makefile;
mod manager;
mod model;
mod name;
mod npm;
mod origin;
pub mod own;
mod program_text;
mod registry;
mod release;
pub(in crate::ci) mod runtime;
mod task;
mod walk;
mod wrapper;

#[cfg(test)]
mod indirect_tests;
#[cfg(test)]
mod tests;

pub use runtime::package_names;

pub use model::{Act, Confidence, Deed, IdentityRequest, Publish, PublishKind};
pub(in crate::ci) use name::{confidence_of_name, speaks_of_release};

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use self::origin::Origin;
use self::walk::Walk;
use super::{Script, Unknown};
use crate::diagnostic::Location;
use crate::files::Tree;
use crate::project::{Manager, Manifest, Project};
use crate::shell::{Dialect, Variables};
use crate::text::Source;

/// Finds what scripts do in one repository. Files that they lead to are read once.
pub struct Finder<'a> {
    files: &'a dyn Tree,
    project: &'a Project,
    sources: RefCell<HashMap<String, Option<Source>>>,
    manifests: RefCell<HashMap<String, Option<Arc<Manifest>>>>,
    /// What lay too deep to be read.
    unread: RefCell<Vec<Unknown>>,
}

/// How a script is run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setting<'a> {
    /// The folder, relative to the repository; none where it cannot be known.
    pub directory: Option<&'a str>,
    /// The shell's name or command line as the CI file gives it (`bash`, `pwsh`, `python {0}`); none for
    /// the provider's own, a POSIX shell.
    pub shell: Option<&'a str>,
    /// Variables with a value that the CI file shows.
    pub env: &'a [(String, String)],
    /// Variables that earlier steps have handed on; of one that was set twice, either value may hold.
    pub carried: &'a [(String, String)],
    /// The registry that the user's configuration names, such as `registry-url` of a set-up action.
    pub registry: Option<&'a str>,
    /// The scope with its `@` that [`Self::registry`] is for; none for all.
    pub scope: Option<&'a str>,
}

impl<'a> Finder<'a> {
    /// A finder for the repository in `files`, which `project` was read from.
    pub fn new(files: &'a dyn Tree, project: &'a Project) -> Self {
        let (sources, manifests, unread) = <_>::default();
        Self { files, project, sources, manifests, unread }
    }

    /// What lay too deep to be read since this was asked for last.
    pub(super) fn take_unread(&self) -> Vec<Unknown> {
        std::mem::take(&mut self.unread.borrow_mut())
    }

    /// Notes once that what is called at `at` is not followed.
    fn too_deep(&self, at: Option<Location>) {
        let mut unread = self.unread.borrow_mut();
        if unread.is_empty() {
            let what = "commands that scripts lead to, nested too deep or too many".to_owned();
            unread.extend(at.map(|at| Unknown { what, at }));
        }
    }

    /// What `script` does, in order.
    pub fn acts(&self, script: &Script, setting: &Setting<'_>) -> Vec<Act> {
        let mut variables = Variables::default();
        for (name, value) in setting.env {
            variables.set(name, value);
        }
        for (name, value) in setting.carried {
            variables.set_also(name, value);
        }
        let mut walk = Walk::new(self, variables);
        walk.chosen.user(setting.scope, setting.registry);
        let origin = Origin::Script(script, 0);
        let shell = setting.shell.unwrap_or("bash").split_ascii_whitespace().next().unwrap_or("bash");
        match wrapper::program(shell) {
            "node" | "python" | "python3" | "deno" | "bun" => {
                walk.program_text(script.text(), &origin, setting.directory);
            }
            shell => {
                let dialect = match shell {
                    "pwsh" | "powershell" => Dialect::PowerShell,
                    "cmd" => Dialect::Cmd,
                    _ => Dialect::Posix,
                };
                walk.shell(script.text(), &origin, dialect, setting.directory, false);
            }
        }
        walk.acts
    }

    /// The file at `path`, read once; none where it cannot be read.
    fn source(&self, path: &str) -> Option<Source> {
        if let Some(known) = self.sources.borrow().get(path) {
            return known.clone();
        }
        let source = self.files.read(path).ok().flatten();
        self.sources.borrow_mut().insert(path.to_owned(), source.clone());
        source
    }

    /// The manifest in `directory`, read once.
    fn manifest_in(&self, directory: &str) -> Option<Arc<Manifest>> {
        if let Some(known) = self.manifests.borrow().get(directory) {
            return known.clone();
        }
        let path = crate::files::join(directory, "package.json")?;
        let manifest = self.source(&path).and_then(|source| Manifest::parse(&source).0).map(Arc::new);
        self.manifests.borrow_mut().insert(directory.to_owned(), manifest.clone());
        manifest
    }

    /// The manifest that npm finds from `directory`: its own or that of the nearest folder above.
    fn manifest(&self, directory: &str) -> Option<(String, Arc<Manifest>)> {
        let mut directory = directory;
        loop {
            if let Some(manifest) = self.manifest_in(directory) {
                return Some((directory.to_owned(), manifest));
            }
            if directory.is_empty() {
                return None;
            }
            directory = directory.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    /// The folder of the package called `name`, or of the folder itself.
    fn folder_of(&self, name: &str) -> Option<String> {
        let package = self.project.package(name).or_else(|| self.project.package_in(name))?;
        Some(package.folder.clone())
    }

    /// Whether the repository uses Yarn 2 or later.
    fn uses_modern_yarn(&self) -> bool {
        self.project.yarnrc.is_some() || self.project.manager.manager == Manager::Yarn
    }

    /// The program of the repository's package manager.
    fn manager_name(&self) -> &'static str {
        self.project.manager.manager.command()
    }
}
