use super::{Condition, EnvVar, Scalar, Script, Value};
use crate::diagnostic::Location;

/// One step of a job, as it runs.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its `id`, where it has one.
    pub id: Option<String>,
    /// Its name for people.
    pub name: Option<String>,
    /// The whole step.
    pub at: Location,
    /// What it does.
    pub kind: StepKind,
    /// What the step itself sets; [`super::Job::env`] holds the rest.
    pub env: Vec<EnvVar>,
    /// When it runs.
    pub condition: Option<Condition>,
    /// Whether the job goes on when it fails.
    pub continue_on_error: bool,
    /// How the step came into the pipeline, outermost first; empty for a step written in the entry file.
    pub origin: Vec<Hop>,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// Runs a script. GitLab's `before_script` and `script` are one step, for they share one shell.
    Run {
        /// The script.
        script: Script,
        /// The shell, where one is named.
        shell: Option<Scalar>,
        /// The folder it runs in, relative to the repository; none where that cannot be known.
        directory: Option<String>,
    },
    /// Runs an action (GitHub) or an orb's command whose body is not in the repository (CircleCI).
    Uses {
        /// The reference as written: `actions/checkout@v4`, `./.github/actions/x`, `node/install`.
        reference: Scalar,
        /// What stands before `@`, in lower case: GitHub compares without regard to case.
        action: String,
        /// What stands after `@`.
        version: Option<String>,
        /// The comment on the line, which by habit holds the version of a pinned commit.
        comment: Option<String>,
        /// Its inputs (`with`), in order.
        inputs: Vec<Input>,
        /// The steps of a composite action of this repository, with the inputs filled in; none where
        /// the action is not seen.
        steps: Option<Vec<Step>>,
    },
    /// A step that the provider itself knows: CircleCI's `checkout`, `restore_cache`, `persist_to_workspace` …
    Builtin {
        /// Its name.
        name: String,
        /// Its inputs.
        inputs: Vec<Input>,
    },
}

/// An input handed to an action, command, reusable workflow or component.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name, in lower case on GitHub (which compares without regard to case).
    pub name: String,
    /// The text it is set to.
    pub text: Scalar,
    /// What that text holds.
    pub value: Value,
    /// The whole entry, name and value: what a fix deletes.
    pub entry: Location,
}

/// One link of the chain from the entry file to the place where something stands.
#[derive(Debug, Clone)]
pub struct Hop {
    /// What kind of link.
    pub kind: HopKind,
    /// What is called, as written: `./.github/workflows/publish.yml`, `release`, `scripts/publish.sh`.
    pub name: String,
    /// Where it is called.
    pub at: Location,
    /// The file that it leads to, where that is in the repository.
    pub target: Option<String>,
}

/// What kind of link a [`Hop`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HopKind {
    /// GitHub reusable workflow.
    ReusableWorkflow,
    /// GitHub composite action, or another action that is followed.
    Action,
    /// GitLab `include`.
    Include,
    /// GitLab component.
    Component,
    /// GitLab `extends` or `!reference`.
    Extends,
    /// GitLab child pipeline.
    ChildPipeline,
    /// CircleCI command.
    Command,
    /// CircleCI orb.
    Orb,
    /// A script of a `package.json`.
    PackageScript,
    /// A file that is run.
    ScriptFile,
    /// A target of a Makefile.
    MakeTarget,
    /// The configuration of a release tool.
    ToolConfig,
}

impl Step {
    /// This step, or the steps that it runs where it is an action of this repository: the leaves
    /// in the order in which they run.
    pub fn leaves<'s>(&'s self, out: &mut Vec<&'s Step>) {
        match &self.kind {
            StepKind::Uses { steps: Some(steps), .. } => steps.iter().for_each(|step| step.leaves(out)),
            _ => out.push(self),
        }
    }

    /// How many leaves it has.
    pub fn leaf_count(&self) -> usize {
        match &self.kind {
            StepKind::Uses { steps: Some(steps), .. } => steps.iter().map(Self::leaf_count).sum(),
            _ => 1,
        }
    }

    /// The script that it runs.
    pub fn script(&self) -> Option<&Script> {
        match &self.kind {
            StepKind::Run { script, .. } => Some(script),
            _ => None,
        }
    }

    /// The action or orb command that it runs, in lower case and without its version.
    pub fn action(&self) -> Option<&str> {
        match &self.kind {
            StepKind::Uses { action, .. } => Some(action),
            _ => None,
        }
    }

    /// The input called `name` of an action, command or provider's own step.
    pub fn input(&self, name: &str) -> Option<&Input> {
        match &self.kind {
            StepKind::Uses { inputs, .. } | StepKind::Builtin { inputs, .. } => {
                inputs.iter().find(|input| input.name.eq_ignore_ascii_case(name))
            }
            StepKind::Run { .. } => None,
        }
    }
}
