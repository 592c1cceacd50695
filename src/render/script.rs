//! Shell text around what the spec gives: quoting, install, manager set-up.

use crate::plan::{Install, ManagerSetup, PackJob};
use crate::spec::Manager;

use super::runtime;
use crate::shell::quote;

/// A step that runs a command of the spec.
pub(super) struct Step {
    /// Its name: the command's first line.
    pub(super) name: String,
    /// The command.
    pub(super) script: String,
}

impl Step {
    pub(super) fn of(command: &str) -> Self {
        let first = command.trim_start().lines().next().unwrap_or_default().trim_end();
        let mut name: String = first.chars().take(60).collect();
        if name.len() < first.len() || command.trim().lines().nth(1).is_some() {
            name.push('…');
        }
        Self { name, script: command.to_owned() }
    }
}

/// The install command, behind the runtime's fragment where a token is needed.
pub(super) fn install(install: &Install, manager: Manager) -> String {
    let command = command(install, manager);
    if install.handed_over().is_none() {
        return command;
    }
    format!("set -- {}\n{}", words(&command), runtime::INSTALL)
}

/// The install command; bun alone needs a flag where the others read a variable.
fn command(install: &Install, manager: Manager) -> String {
    let bun = manager == Manager::Bun && !install.scripts && !install.command.contains('\n');
    if bun && !install.command.contains("--ignore-scripts") {
        format!("{} --ignore-scripts", install.command)
    } else {
        install.command.clone()
    }
}

/// The variables that keep dependencies from running install scripts, where the spec asks for that.
pub(super) fn install_env(install: &Install, manager: Manager) -> Vec<(&'static str, &'static str)> {
    match manager {
        _ if install.scripts => Vec::new(),
        Manager::Npm => vec![("npm_config_ignore_scripts", "true")],
        // Version 11 reads its own prefix alone.
        Manager::Pnpm => vec![("npm_config_ignore_scripts", "true"), ("pnpm_config_ignore_scripts", "true")],
        // Yarn 1 reads the first, later ones the second.
        Manager::Yarn => vec![("npm_config_ignore_scripts", "true"), ("YARN_ENABLE_SCRIPTS", "false")],
        Manager::Bun => Vec::new(),
    }
}

/// `command` as the arguments of `set --`: its own words where it is a plain call, else a shell of its own.
fn words(command: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " @%+=:,./_-".contains(c);
    let first = command.split(' ').next().unwrap_or_default();
    if command.chars().all(plain) && !first.contains('=') {
        return command.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    format!("sh -ec {}", quote(command))
}

/// Images and tool caches may hold a yarn that npm did not put there and will not replace unasked.
const FORCED: &str = "--force: npm ends with EEXIST where the image brings a yarn of its own";

/// How the package manager comes to the job.
pub(super) struct Setup {
    /// Name of the step.
    pub(super) name: String,
    /// Its command.
    pub(super) command: String,
    /// Whether it installs a package by exact version.
    pub(super) exact: bool,
    /// Why it says `--force`, where it does.
    pub(super) forced: Option<&'static str>,
}

/// The set-up step of the package manager; `sudo` stands before it where the image's user needs it.
pub(super) fn setup(pack: &PackJob, sudo: &str) -> Option<Setup> {
    let manager = match pack.manager {
        Manager::Npm => "npm",
        Manager::Pnpm => "pnpm",
        Manager::Yarn => "yarn",
        Manager::Bun => "bun",
    };
    let name = format!("Set up {manager}");
    match &pack.setup {
        ManagerSetup::Bundled => None,
        ManagerSetup::Corepack => {
            let command = format!("{sudo}corepack enable {manager}");
            Some(Setup { name, command, exact: false, forced: None })
        }
        ManagerSetup::CorepackExact(package) => {
            let install = format!("corepack install --global {}", quote(package));
            Some(Setup {
                name,
                command: format!("{sudo}corepack enable {manager} && {install}"),
                exact: false,
                forced: None,
            })
        }
        ManagerSetup::Exact(package) => {
            // bun's package puts its binary in place by an install script.
            let (flags, forced) = match pack.manager {
                Manager::Bun => ("", None),
                Manager::Yarn => ("--force --ignore-scripts ", Some(FORCED)),
                Manager::Npm | Manager::Pnpm => ("--ignore-scripts ", None),
            };
            let command = format!("{sudo}npm install --global {flags}{}", quote(package));
            Some(Setup { name, command, exact: true, forced })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_calls_stay_readable() {
        assert_eq!(words("npm ci"), "npm ci");
        assert_eq!(words("npm ci && echo 'x'"), r"sh -ec 'npm ci && echo '\''x'\'''");
        assert_eq!(words("A=1 npm ci"), "sh -ec 'A=1 npm ci'");
    }

    #[test]
    fn a_step_is_named_after_its_command() {
        assert_eq!(Step::of("npm run build").name, "npm run build");
        assert_eq!(Step::of("npm run build\nnpm test\n").name, "npm run build…");
    }
}
