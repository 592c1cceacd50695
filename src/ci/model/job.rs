use super::{Condition, EnvVar, Hop, Identity, Input, Permissions, Scalar, Start, Step, Value};
use crate::diagnostic::Location;
use crate::facts::runners::Runner as RunnerClass;

/// One job as it runs: everything inherited is already in it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its key in the file.
    pub id: String,
    /// Its name for people, where it has one.
    pub name: Option<String>,
    /// The key alone: where a finding about the whole job points.
    pub key: Location,
    /// The whole job.
    pub at: Location,
    /// Where it runs.
    pub runner: Runner,
    /// The container or image it runs in; none means the runner's own tools.
    pub container: Option<Container>,
    /// The deployment environment.
    pub environment: Option<Environment>,
    /// The id token that its steps can have.
    pub identity: Identity,
    /// What its job token may do (GitHub); none on providers without such permissions.
    pub permissions: Option<Permissions>,
    /// CircleCI contexts.
    pub contexts: Vec<Scalar>,
    /// What must hold for it to run: all of these.
    pub conditions: Vec<Condition>,
    /// Ways of starting the pipeline that do not lead to it, besides those that a condition refuses: by the provider's
    /// own rules, or because a job that it needs does not run.
    pub refuses: Vec<Start>,
    /// What guards it, strongest first.
    pub guards: Vec<Guard>,
    /// Variables that every step sees, the innermost setting of a name last.
    pub env: Vec<EnvVar>,
    /// Jobs that must have finished before.
    pub needs: Vec<Scalar>,
    /// Caches that it restores or saves, by keyword, step or action input.
    pub caches: Vec<Cache>,
    /// Who waits for whom.
    pub concurrency: Option<Concurrency>,
    /// Whether a failure of it leaves the pipeline green.
    pub allow_failure: Option<Scalar>,
    /// Whether a newer pipeline may stop it midway (GitLab's `interruptible`).
    pub interruptible: Option<Scalar>,
    /// How often it is run again by itself.
    pub retry: Option<Scalar>,
    /// Longest run time.
    pub timeout: Option<Scalar>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// The reusable workflow or child pipeline that it calls instead of running steps.
    pub call: Option<Call>,
    /// How the job came into the pipeline, outermost first; empty where it is written in the entry file.
    pub origin: Vec<Hop>,
    /// What of it cannot be seen.
    pub unknowns: Vec<super::Unknown>,
}

/// A call of a reusable workflow (GitHub) or a child pipeline (GitLab).
#[derive(Debug, Clone)]
pub struct Call {
    /// The reference as written.
    pub reference: Scalar,
    /// The file, where it is in the repository.
    pub file: Option<String>,
    /// What is handed over.
    pub inputs: Vec<Input>,
    /// Secrets handed over by name: the callee's name for it and what it holds.
    pub secrets: Vec<Input>,
    /// The `secrets: inherit` that hands over every secret.
    pub inherits_secrets: Option<Location>,
    /// The jobs that run, with inputs filled in and permissions limited to the caller's; none where
    /// the file is not seen.
    pub jobs: Option<Vec<Job>>,
}

/// Where a job runs.
#[derive(Debug, Clone)]
pub struct Runner {
    /// Who owns the machine: the least trusted where a matrix mixes them.
    pub class: RunnerClass,
    /// Labels, tags or the resource class, resolved where possible. With a matrix: of all of its runs.
    pub labels: Vec<String>,
    /// Where that is written; none where the default applies.
    pub at: Option<Location>,
}

/// A container that the steps run in.
#[derive(Debug, Clone)]
pub struct Container {
    /// Image with tag and digest.
    pub image: Scalar,
    /// The whole entry.
    pub entry: Location,
}

/// A deployment environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: Scalar,
    /// The whole entry.
    pub entry: Location,
}

/// What stands between a change to the file and a publish.
#[derive(Debug, Clone)]
pub struct Guard {
    /// What kind.
    pub kind: GuardKind,
    /// The environment's or context's name, or the filter as written.
    pub name: String,
    /// Where it is written.
    pub at: Location,
}

/// What kind of guard, strongest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum GuardKind {
    /// An environment that a settings file proves to be protected.
    ProtectedEnvironment,
    /// An environment; its protection is not in the YAML.
    Environment,
    /// A CircleCI context; its restriction is not in the YAML.
    Context,
    /// Triggers, filters or conditions that name branches or tags: removable by who can push.
    BranchFilter,
    /// Nothing.
    None,
}

/// A cache that a job uses.
#[derive(Debug, Clone)]
pub struct Cache {
    /// What brings it: `actions/cache`, `actions/setup-node`, `cache`, `restore_cache` …
    pub by: String,
    /// Where it is written.
    pub at: Location,
    /// Whether it comes by default and no line asks for it.
    pub implicit: bool,
    /// Whether the job reads from it.
    pub restores: bool,
    /// Whether the job writes to it.
    pub saves: bool,
}

/// Who waits for whom: GitHub's `concurrency`, GitLab's `resource_group`, CircleCI's `serial-group`.
#[derive(Debug, Clone)]
pub struct Concurrency {
    /// The group.
    pub group: Option<Scalar>,
    /// Whether a newer run stops this one midway: the written value, none where it is not written.
    pub cancel: Option<Scalar>,
    /// The whole entry.
    pub at: Location,
}

impl Job {
    /// Whether `start` may lead to it, as far as it says itself.
    pub fn may_start(&self, start: &Start) -> bool {
        let refused = self.conditions.iter().flat_map(|condition| &condition.refuses).chain(&self.refuses);
        refused.into_iter().all(|refused| refused != start)
    }

    /// The steps that run, those of composite actions of this repository in place of the call.
    pub fn leaves(&self) -> Vec<&Step> {
        let mut out = Vec::new();
        self.steps.iter().for_each(|step| step.leaves(&mut out));
        out
    }

    /// Calls `visit` for this job and every job that it calls, with the calling jobs, outermost first.
    pub fn walk<'j>(&'j self, visit: &mut dyn FnMut(&[&'j Job], &'j Job)) {
        fn go<'j>(job: &'j Job, callers: &mut Vec<&'j Job>, visit: &mut dyn FnMut(&[&'j Job], &'j Job)) {
            visit(callers, job);
            if let Some(jobs) = job.call.as_ref().and_then(|call| call.jobs.as_ref()) {
                callers.push(job);
                for inner in jobs {
                    go(inner, callers, visit);
                }
                callers.pop();
            }
        }
        go(self, &mut Vec::new(), visit);
    }

    /// The variable `name` as `step` sees it: the innermost setting.
    pub fn variable<'j>(&'j self, step: &'j Step, name: &str) -> Option<&'j EnvVar> {
        step.env.iter().rev().chain(self.env.iter().rev()).find(|var| var.name == name)
    }

    /// The variables that `step` sees and that may hold a credential.
    pub fn secrets<'j>(&'j self, step: &'j Step) -> impl Iterator<Item = &'j EnvVar> {
        step.env
            .iter()
            .chain(self.env.iter())
            .filter(|var| self.variable(step, &var.name).is_some_and(|seen| std::ptr::eq(seen, *var)))
            .filter(|var| matches!(var.value, Value::Secret(_)))
    }
}
