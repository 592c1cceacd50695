//! The folder that a script is in, command by command.

use crate::files;
use crate::shell::{self, Variables};

/// The longest path of a folder that is followed, in bytes: `cd` could lengthen it without end.
const MAX_PATH: usize = 512;
/// How many folders can be gone back to.
const MAX_BEFORE: usize = 32;

/// The folder of a scope, with those that `pushd` left.
#[derive(Clone)]
pub(super) struct Folders {
    pub(super) now: Option<String>,
    pub(super) before: Vec<Option<String>>,
}

/// The folders of `scope`, taken over from the scope around it the first time.
pub(super) fn enter<'s>(
    all: &'s mut [Option<Folders>],
    scopes: &[shell::Scope],
    scope: usize,
) -> &'s mut Folders {
    // Scopes are numbered in the order in which they open, so that every outer one has a lower number.
    if all[scope].is_none() {
        let mut outer = scopes[scope].parent;
        while outer > 0 && all[outer].is_none() {
            outer = scopes[outer].parent;
        }
        all[scope].clone_from(&all[outer].clone());
    }
    all[scope].get_or_insert(Folders::at(None))
}

impl Folders {
    /// Where a script starts.
    pub(super) fn at(directory: Option<&str>) -> Self {
        let now = directory.filter(|path| path.len() <= MAX_PATH).map(str::to_owned);
        Self { now, before: Vec::new() }
    }

    pub(super) fn follow(&mut self, command: &shell::Command<'_>, variables: &Variables) {
        let Some(name @ ("cd" | "pushd" | "popd" | "chdir" | "Set-Location")) = command.name() else {
            return;
        };
        if name == "popd" {
            self.now = self.before.pop().flatten();
            return;
        }
        let fields = variables.expand(&command.words).swap_remove(0);
        let target = fields.iter().skip(1).find(|field| !field.text.starts_with('-') || field.text == "-");
        let target = target.map(|field| (workspace_relative(&field.text), field));
        let next = match target {
            Some((Some(path), _)) => files::join("", path),
            Some((None, field)) if field.text == "-" => self.before.pop().flatten(),
            Some((None, field)) if !field.dynamic && !field.text.starts_with(['/', '~']) => {
                self.now.as_deref().and_then(|now| files::join(now, &field.text))
            }
            _ => None,
        };
        let next = next.filter(|path| path.len() <= MAX_PATH);
        let before = std::mem::replace(&mut self.now, next);
        if self.before.len() == MAX_BEFORE {
            self.before.remove(0);
        }
        self.before.push(before);
    }
}

/// What follows the variable that holds the checked-out repository's own folder.
pub(super) fn workspace_relative(text: &str) -> Option<&str> {
    const VARIABLES: [&str; 10] = [
        "GITHUB_WORKSPACE",
        "CI_PROJECT_DIR",
        "CIRCLE_WORKING_DIRECTORY",
        "BUILD_SOURCESDIRECTORY",
        "BUILD_REPOSITORY_LOCALPATH",
        "SYSTEM_DEFAULTWORKINGDIRECTORY",
        "BITBUCKET_CLONE_DIR",
        "BUILDKITE_BUILD_CHECKOUT_PATH",
        "WORKSPACE",
        "PWD",
    ];
    const ROOTS: [&str; 4] = ["${{ github.workspace }}", "${{github.workspace}}", "$(pwd)", "~/project"];
    let variable = || {
        let rest = text.strip_prefix('$')?;
        let (name, rest) = match rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}')?,
            None => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        };
        VARIABLES.contains(&name).then_some(rest)
    };
    let rest = ROOTS.iter().find_map(|root| text.strip_prefix(root)).or_else(variable)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
}
