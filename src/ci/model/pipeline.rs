use std::sync::Arc;

use super::{Concurrency, EnvVar, Input, Job, Permissions, Scalar};
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::text::{Source, Span};
use crate::yaml::Tree;

/// One CI file with everything that it brings in.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Whose file it is.
    pub provider: Provider,
    /// The file; for included text see the location of each node.
    pub source: Source,
    /// Its YAML, for rules that need what the model does not carry; none where the file is no YAML
    /// (Jenkinsfile), and in what [`crate::ci::stream`] keeps.
    pub tree: Option<Arc<Tree>>,
    /// Whether the provider starts it by itself. A reusable workflow, an included file or an orb is no entry.
    pub entry: bool,
    /// Its name for people.
    pub name: Option<String>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Where the triggers stand (GitHub's `on`, GitLab's `workflow`), for fixes and findings.
    pub triggers_at: Option<Location>,
    /// What the job token may do where a job says nothing (GitHub).
    pub permissions: Option<Permissions>,
    /// Variables of every job.
    pub env: Vec<EnvVar>,
    /// Who waits for whom, for the whole pipeline.
    pub concurrency: Option<Concurrency>,
    /// Inputs that a caller or a person hands over, with their defaults.
    pub inputs: Vec<Input>,
    /// The jobs, in order.
    pub jobs: Vec<Job>,
    /// Orbs, includes and components, as written.
    pub imports: Vec<Scalar>,
    /// What of it cannot be seen.
    pub unknowns: Vec<Unknown>,
}

impl Pipeline {
    /// The file's path.
    pub fn path(&self) -> &str {
        self.source.path()
    }

    /// A place in the file itself.
    pub fn location(&self, span: Span) -> Location {
        Location::new(&self.source, span)
    }

    /// Calls `visit` for every job and every job called by one, with the calling jobs, outermost first.
    pub fn walk<'p>(&'p self, visit: &mut dyn FnMut(&[&'p Job], &'p Job)) {
        self.jobs.iter().for_each(|job| job.walk(visit));
    }

    /// Whether an event of this kind starts it.
    pub fn starts_on(&self, kind: TriggerKind) -> bool {
        self.triggers.iter().any(|trigger| trigger.kind == kind)
    }
}

/// One event that starts a pipeline.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// What kind of event.
    pub kind: TriggerKind,
    /// The provider's own word for it.
    pub event: String,
    /// Where it stands.
    pub at: Location,
    /// Which branches.
    pub branches: Vec<RefFilter>,
    /// Which tags.
    pub tags: Vec<RefFilter>,
    /// Which activities (GitHub's `types`).
    pub types: Vec<Scalar>,
    /// For [`TriggerKind::AfterPipeline`]: the names of the pipelines.
    pub pipelines: Vec<Scalar>,
}

/// A pattern for branches or tags.
#[derive(Debug, Clone)]
pub struct RefFilter {
    /// As written, without a leading `!`.
    pub pattern: Scalar,
    /// Whether it leaves out what it matches.
    pub excludes: bool,
}

/// What kind of event starts a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerKind {
    /// A push to branches, tags or both.
    Push,
    /// A pull or merge request, run with the rights of the contributor.
    PullRequest,
    /// A pull request, run with the rights of the target (GitHub's `pull_request_target`).
    PullRequestTarget,
    /// A release.
    Release,
    /// A person or the API.
    Manual,
    /// The clock.
    Schedule,
    /// Another pipeline of this repository calls it (`workflow_call`, child pipeline).
    Call,
    /// Another pipeline has ended (`workflow_run`).
    AfterPipeline,
    /// A comment on an issue or pull request.
    Comment,
    /// Another event (`repository_dispatch`, `merge_group` …).
    Other,
}

/// Something that cannot be seen from the repository, said instead of guessed.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// What is not seen, in words: "remote reusable workflow acme/ci/.github/workflows/x.yml@v1".
    pub what: String,
    /// Where it is called.
    pub at: Location,
}
