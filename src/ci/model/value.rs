use super::Start;
use crate::diagnostic::Location;

/// A scalar of a CI file: as written, where it stands, and its value where that is known.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The text after YAML's own quoting, with the provider's expressions unresolved.
    pub written: String,
    /// What it is at run time, with expressions resolved; none where that cannot be known.
    pub value: Option<String>,
    /// Where it stands.
    pub at: Location,
}

impl Scalar {
    /// The value where known, else the text as written: for messages, never for decisions.
    pub fn shown(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.written)
    }
}

/// What a variable or input holds, as far as credentials are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The empty string: set, but no credential.
    Empty,
    /// This text, which stands in the file.
    Static(String),
    /// A secret of the provider: a GitHub secret, a GitLab or CircleCI project or context variable
    /// that the file only refers to. Its name.
    Secret(String),
    /// The job's own token (`GITHUB_TOKEN`, `CI_JOB_TOKEN`), which the npm registry does not accept.
    JobToken,
    /// The input or parameter of this name, whose value the caller decides and that is not known.
    Input(String),
    /// Anything else that is decided at run time.
    Unknown,
}

impl Value {
    /// Whether this may hold a credential: everything but what is seen to hold none.
    pub const fn may_be_credential(&self) -> bool {
        matches!(self, Self::Secret(_) | Self::Input(_) | Self::Unknown)
    }
}

/// How far around something is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// For every job: GitHub's workflow, GitLab's global `variables` and `default`.
    Pipeline,
    /// By a CircleCI context or executor, a GitLab `extends` parent, or a calling workflow.
    Inherited,
    /// For one job.
    Job,
    /// For one step.
    Step,
    /// Within a script, by an assignment or `export`.
    Script,
}

/// An environment variable that a step's process sees.
#[derive(Debug, Clone)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// The text that it is set to.
    pub text: Scalar,
    /// What that text holds.
    pub value: Value,
    /// Where it is set.
    pub level: Level,
    /// The whole entry, name and value: what a fix deletes.
    pub entry: Location,
}

/// A condition on a job or step: GitHub's `if`, a GitLab rule, a CircleCI filter or `when`.
#[derive(Debug, Clone)]
pub struct Condition {
    /// As written, without `${{ }}`.
    pub text: String,
    /// Where it stands.
    pub at: Location,
    /// Whether it can be seen to hold never (`if: false`, `when: never`).
    pub never: bool,
    /// Whether it limits the run to named branches or tags.
    pub limits_ref: bool,
    /// The ways of starting the pipeline in which it surely does not hold.
    pub refuses: Vec<Start>,
}
