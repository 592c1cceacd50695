use super::{Auth, Credential, Guard, GuardKind, Hop, Identity, Pipeline, Toolchain, TriggerKind};
use std::sync::Arc;

use crate::ci::command::Act;
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::facts::runners::Runner as RunnerClass;
use crate::settings::Settings;
use crate::text::Span;

/// All that a repository's CI files say.
#[derive(Debug, Default)]
pub struct Model {
    /// How many CI files were read.
    pub files: usize,
    /// Every CI file, or those that publish (see [`crate::ci::stream`]).
    pub pipelines: Vec<Pipeline>,
    /// Every way in which a package can reach a registry.
    pub paths: Vec<PublishPath>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What the provider's settings say, where an export of them was given ([`Model::prove`]).
    pub settings: Option<Settings>,
}

impl Model {
    /// Adds the pipelines and paths of another model.
    pub(in crate::ci) fn absorb(&mut self, other: Self) {
        let offset = self.pipelines.len();
        self.pipelines.extend(other.pipelines);
        self.paths.extend(
            other.paths.into_iter().map(|path| PublishPath { pipeline: path.pipeline + offset, ..path }),
        );
        self.problems.extend(other.problems);
        self.files += other.files;
    }

    /// The pipeline that `path` starts in.
    pub fn pipeline(&self, path: &PublishPath) -> &Pipeline {
        &self.pipelines[path.pipeline]
    }

    /// The job that runs the command of `path`, following the calls from the entry file.
    pub fn job(&self, path: &PublishPath) -> Option<&super::Job> {
        let mut jobs = self.pipelines.get(path.pipeline)?.jobs.as_slice();
        let (last, callers) = path.job_index.split_last()?;
        for &index in callers {
            jobs = jobs.get(index)?.call.as_ref()?.jobs.as_deref()?;
        }
        jobs.get(*last)
    }
}

/// A file that could not be read, or not as what it is.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// What is wrong, in words.
    pub message: String,
    /// Where, if the text was read.
    pub at: Option<Location>,
    /// Whose file it would be.
    pub provider: Provider,
}

impl Problem {
    /// What two notes of the same problem have in common.
    pub(in crate::ci) fn key(&self) -> (String, String, Option<Span>) {
        (self.file.clone(), self.message.clone(), self.at.as_ref().map(|at| at.span))
    }
}

/// One way in which a package can reach a registry: entry file and trigger → job chain → step → command,
/// with the credentials that it could use, the guard that it passes, its runner and its toolchain.
#[derive(Debug, Clone)]
pub struct PublishPath {
    /// Whose pipeline.
    pub provider: Provider,
    /// The file that the path is told from: the entry file, or the file of a reusable workflow seen by itself.
    pub file: String,
    /// Whether the provider starts that file by itself.
    pub entry: bool,
    /// What starts it: `push:tags`, `workflow_dispatch` …
    pub trigger: Vec<String>,
    /// What kinds of event these are.
    pub started_by: Vec<TriggerKind>,
    /// The job in `file`.
    pub job: String,
    /// The line in `file`, from 1: of the command, or of the call that leads to it.
    pub line: usize,
    /// The command that publishes.
    pub command: Command,
    /// With what it authenticates.
    pub auth: Auth,
    /// Credentials that reach the command, in the order in which the tool would look at them.
    pub credentials: Vec<Credential>,
    /// The id token of the job that runs the command.
    pub identity: Identity,
    /// Who owns the machine.
    pub runner: RunnerClass,
    /// Node and npm as the command finds them.
    pub toolchain: Toolchain,
    /// What guards it, strongest first; empty where nothing does.
    pub guards: Vec<Guard>,
    /// Whether a guard outside of the file holds, where a settings file shows it ([`Model::prove`]).
    pub proven: Option<bool>,
    /// The packages that it can publish, by name; empty where that cannot be known.
    pub packages: Vec<String>,
    /// Where it publishes to.
    pub registry: Registry,
    /// The chain from the entry file to the command, outermost first; empty where the command stands in the job.
    pub chain: Vec<Hop>,
    /// Index of the pipeline in [`Model::pipelines`].
    pub pipeline: usize,
    /// Indices of the job and of the jobs that call it, outermost first (see [`Model::job`]).
    pub job_index: Vec<usize>,
    /// Index of the step among [`super::Job::leaves`].
    pub step: usize,
    /// What else the scripts of its job do that matters for publishing, in order; shared by the job's paths.
    pub acts: Arc<[StepAct]>,
}

/// Something that a step's script does.
#[derive(Debug, Clone)]
pub struct StepAct {
    /// Index of the step among [`super::Job::leaves`].
    pub step: usize,
    /// What it does; never a publish, for that is a path of its own.
    pub act: Act,
}

impl PublishPath {
    /// The strongest guard.
    pub fn guard(&self) -> GuardKind {
        self.guards.iter().map(|guard| guard.kind).min().unwrap_or(GuardKind::None)
    }

    /// The stored tokens that reach the command.
    pub fn tokens(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.iter().filter(|credential| credential.kind == super::CredentialKind::Token)
    }
}

/// The command or action that publishes.
#[derive(Debug, Clone)]
pub struct Command {
    /// Which tool.
    pub tool: Tool,
    /// For people: `npm publish --access public`, `changesets/action@v1`.
    pub text: String,
    /// Where it stands: in the script text, or in the script file that it hides in.
    pub at: Location,
    /// The version of the tool where it can be seen (lockfile, manifest, `npx lerna@9`).
    pub version: Option<String>,
    /// Whether it stages for a human's approval instead of publishing.
    pub staged: bool,
    /// `--provenance`, or its negation, as asked for on the command line or in the environment.
    pub provenance: Option<bool>,
    /// Where the dist-tag is fixed, the tag.
    pub dist_tag: Option<String>,
    /// Whether lifecycle scripts are off.
    pub ignore_scripts: bool,
    /// The folder that it runs in, relative to the repository; none where that cannot be known.
    pub directory: Option<String>,
}

/// What publishes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is the name of the tool")]
pub enum Tool {
    Npm,
    Pnpm,
    Yarn,
    Bun,
    Changesets,
    SemanticRelease,
    Lerna,
    Nx,
    ReleaseIt,
    ReleasePlease,
    Np,
    /// A GitHub action or orb command that publishes by itself.
    Action,
    /// A tool or script that is none of these.
    Other,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 13] = [
        Self::Npm,
        Self::Pnpm,
        Self::Yarn,
        Self::Bun,
        Self::Changesets,
        Self::SemanticRelease,
        Self::Lerna,
        Self::Nx,
        Self::ReleaseIt,
        Self::ReleasePlease,
        Self::Np,
        Self::Action,
        Self::Other,
    ];

    /// The word that every output and the facts use.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Bun => "bun",
            Self::Changesets => "changesets",
            Self::SemanticRelease => "semantic-release",
            Self::Lerna => "lerna",
            Self::Nx => "nx",
            Self::ReleaseIt => "release-it",
            Self::ReleasePlease => "release-please",
            Self::Np => "np",
            Self::Action => "action",
            Self::Other => "other",
        }
    }

    /// The tool that the facts call so.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.id() == id)
    }
}

/// Where a path publishes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// The default npm registry.
    Npm,
    /// Another one (GitHub Packages, GitLab's package registry, a company's).
    Other,
    /// Not seen from here.
    Unknown,
}
