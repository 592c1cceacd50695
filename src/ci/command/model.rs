//! What a script does that matters for publishing, in the order in which it does it.

use crate::ci::{Hop, Registry, Tool};
use crate::diagnostic::Location;

/// One thing that a script does.
#[derive(Debug, Clone)]
pub struct Act {
    /// What it does.
    pub deed: Deed,
    /// The command for people, on one line: `npm publish --access public`.
    pub text: String,
    /// Where the command itself stands: in the script, or in the file that it hides in.
    pub at: Location,
    /// How the script leads to it, outermost first; empty where it stands in the script.
    pub via: Vec<Hop>,
    /// The folder it runs in, relative to the repository; none where that cannot be known.
    pub directory: Option<String>,
    /// Whether it may not run (`if`, `case`, a loop, after `||`).
    pub conditional: bool,
}

impl Act {
    /// Where the script that was read leads to this: the outermost call, or the command itself.
    pub fn called_at(&self) -> &Location {
        self.via.first().map_or(&self.at, |hop| &hop.at)
    }
}

/// A kind of [`Act`].
#[derive(Debug, Clone)]
pub enum Deed {
    /// Publishes or stages packages.
    Publish(Publish),
    /// Installs npm itself, for the commands after it.
    UpgradeNpm {
        /// Version or range as written (`latest`, `^11.5.1`); none for a bare `npm install -g npm`.
        wanted: Option<String>,
    },
    /// Installs or prepares another package manager (`corepack prepare pnpm@10`, `npm i -g pnpm`).
    UseManager {
        /// `pnpm`, `yarn`, `bun`.
        name: String,
        /// Version or range as written.
        wanted: Option<String>,
    },
    /// Switches Node (`nvm use 24`, `fnm install`, `volta install node@24`).
    UseNode {
        /// Version or range as written; none where a version file decides.
        wanted: Option<String>,
    },
    /// Installs the project's dependencies.
    Install {
        /// `npm`, `pnpm`, `yarn`, `bun`.
        manager: &'static str,
        /// Whether install scripts are off.
        ignore_scripts: bool,
    },
    /// Runs a script of a `package.json`.
    RunScript {
        /// Its name.
        name: String,
    },
    /// Puts a registry credential where package managers find it.
    WriteToken {
        /// The value as written; it may hold a variable.
        value: String,
        /// The registry that it is for (`//host/`), where written.
        registry: Option<String>,
        /// The file, or none for `npm config set`.
        file: Option<String>,
    },
    /// Chooses a registry for later commands (`npm config set registry …`, a line added to `.npmrc`).
    SetRegistry {
        /// The scope with its `@`; none for the default registry.
        scope: Option<String>,
        /// The URL as written.
        url: String,
    },
    /// Sets a variable for the steps after this one (`echo NAME=value >> $GITHUB_ENV`).
    SetVariable {
        /// Its name.
        name: String,
        /// Its value as written, where nothing more is known.
        value: String,
    },
    /// Another call that needs a credential: `npm whoami`, `npm dist-tag`, `npm access` …
    RegistryCall {
        /// The subcommand: `whoami`, `dist-tag add`, `deprecate` …
        name: String,
    },
    /// Asks the provider for an id token.
    FetchIdentity(IdentityRequest),
    /// Runs a program that cannot be read as what it says it is.
    Unread {
        /// What it is, in words.
        what: String,
    },
    /// Prints a variable that looks like a credential, or the whole environment.
    PrintSecret {
        /// The variable; none for the whole environment.
        variable: Option<String>,
    },
}

/// `circleci run oidc get …`.
#[derive(Debug, Clone)]
pub struct IdentityRequest {
    /// What `--claims` hands over, after quote removal.
    pub claims: Option<String>,
    /// The variable that takes the token.
    pub variable: Option<String>,
    /// Whether the assignment stands in an `export` (or `local`), which hides a failure.
    pub hides_failure: bool,
    /// Whether a program takes the token that itself stops where none came.
    pub checked: bool,
}

/// Whether it publishes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublishKind {
    /// The version is public at once.
    Publish,
    /// `npm stage publish`: a human approves it later.
    Stage,
}

/// How sure it is that this publishes to a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Only a name says so (a task called `release` whose text is not in the repository): count it where
    /// the job also carries an npm credential.
    Possible,
    /// A program's text holds the call, or the name of a file that cannot be read says that it publishes.
    Likely,
    /// The command was read.
    Certain,
}

/// A command that publishes.
#[derive(Debug, Clone)]
pub struct Publish {
    /// The tool that the command names.
    pub tool: Tool,
    /// Its own name, where it is more precise than [`Self::tool`]: `beachball`, `napi`, `scripts/publish.sh`.
    pub name: String,
    /// Whether it stages.
    pub kind: PublishKind,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where to.
    pub registry: Registry,
    /// The URL that decided [`Self::registry`], as written, with its place where it stands in a file.
    pub registry_evidence: Option<(String, Option<Location>)>,
    /// Whether it certainly publishes nothing.
    pub dry_run: bool,
    /// `--provenance` or `--no-provenance`.
    pub provenance: Option<bool>,
    /// `--tag`, where static.
    pub tag: Option<String>,
    /// `--access`, where static.
    pub access: Option<String>,
    /// `--ignore-scripts`.
    pub ignore_scripts: bool,
    /// The npm that is named in the command itself: `npx npm@11.5.1 publish`.
    pub npm_version: Option<String>,
    /// The tool's version that is named in the command itself: `npx lerna@9 publish`.
    pub tool_version: Option<String>,
    /// A credential on the command line, as written: its flag.
    pub token_flag: Option<String>,
    /// The variable that it reads a stored token from, where no file need name it.
    pub token_variable: Option<String>,
    /// The folder or tarball that is published; none for the current folder or a workspace run.
    pub target: Option<String>,
    /// Workspaces that are chosen (`-w`, `--filter`), as written.
    pub workspaces: Vec<String>,
    /// Whether it runs over all workspaces.
    pub recursive: bool,
}

impl Publish {
    /// A publish by `tool`, called `name`, with nothing else known of it.
    pub(super) fn new(tool: Tool, name: impl Into<String>) -> Self {
        Self {
            tool,
            name: name.into(),
            kind: PublishKind::Publish,
            confidence: Confidence::Certain,
            registry: Registry::Unknown,
            registry_evidence: None,
            dry_run: false,
            provenance: None,
            tag: None,
            access: None,
            ignore_scripts: false,
            npm_version: None,
            tool_version: None,
            token_flag: None,
            token_variable: None,
            target: None,
            workspaces: Vec::new(),
            recursive: false,
        }
    }
}
