//! From pipelines to publish paths: one walk for every provider.

mod by_name;
mod credential;
mod proven;
mod registry;
mod session;
mod setup;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use session::{Found, Session};

use super::command::{Confidence, Finder};
use super::{
    Auth, Credential, CredentialKind, Guard, GuardKind, Hop, IdentityState, Job, Model, Pipeline,
    PublishPath, Reach, Repository, Start, Step, StepAct, StepKind, Tool, Trigger, TriggerKind,
};
use crate::diagnostic::Location;
use crate::facts::Provider;

/// The publish paths of a pipeline, for a model that has this pipeline alone.
pub(super) fn of(repository: &Repository<'_>, finder: &Finder<'_>, pipeline: &Pipeline) -> Vec<PublishPath> {
    let mut walk = Walk { repository, finder, pipeline, found: Vec::new() };
    for (position, job) in pipeline.jobs.iter().enumerate() {
        walk.job(job, &mut vec![position], &mut Vec::new());
    }
    walk.found
}

/// Tells the paths that lead through a file of their own, a called workflow or an included file, from there too.
pub(super) fn add_views(repository: &Repository<'_>, model: &mut Model) {
    view::add_called(repository, &mut model.pipelines, &mut model.paths);
    view::add_included(&mut model.paths);
}

struct Walk<'w, 'a> {
    repository: &'w Repository<'a>,
    finder: &'w Finder<'a>,
    pipeline: &'w Pipeline,
    found: Vec<PublishPath>,
}

/// Where in a pipeline the walk is.
#[derive(Clone, Copy)]
struct At<'c, 'w> {
    job: &'w Job,
    indices: &'c [usize],
    callers: &'c [&'w Job],
    /// Index of the next step among the job's leaves.
    leaf: usize,
}

impl<'w, 'a> Walk<'w, 'a> {
    fn job(&mut self, job: &'w Job, indices: &mut Vec<usize>, callers: &mut Vec<&'w Job>) {
        if job.conditions.iter().any(|condition| condition.never) {
            return;
        }
        let mut session = Session::start(self.repository, self.finder, job, self.pipeline.provider);
        let Some(call) = &job.call else {
            let mut at = At { job, indices, callers, leaf: 0 };
            let first = self.found.len();
            self.steps(&job.steps, &mut session, &mut at);
            let acts: Arc<[StepAct]> = session.done().into();
            for path in &mut self.found[first..] {
                path.acts = Arc::clone(&acts);
            }
            return;
        };
        let Some(jobs) = &call.jobs else {
            if let Some(found) = by_name::call(call, self.repository) {
                let at = At { job, indices, callers, leaf: 0 };
                self.add(None, &session, found, &at);
            }
            return;
        };
        callers.push(job);
        for (position, inner) in jobs.iter().enumerate() {
            indices.push(position);
            self.job(inner, indices, callers);
            indices.pop();
        }
        callers.pop();
    }

    /// Takes the steps in order; answers whether any of them publishes.
    fn steps(&mut self, steps: &'w [Step], session: &mut Session<'w, 'a>, at: &mut At<'_, 'w>) -> bool {
        let mut publishes = false;
        for step in steps {
            let never = step.condition.as_ref().is_some_and(|condition| condition.never);
            if let StepKind::Uses { steps: Some(inner), .. } = &step.kind {
                let first = at.leaf;
                if never {
                    at.leaf += step.leaf_count();
                    continue;
                }
                if self.steps(inner, session, at) {
                    publishes = true;
                } else if let Some(found) = by_name::action(step, at.job, self.repository) {
                    let inside = At { leaf: first, ..*at };
                    publishes |= self.add(Some(step), session, found, &inside);
                }
                continue;
            }
            if !never {
                for found in session.step(step, at.leaf) {
                    publishes |= self.add(Some(step), session, found, at);
                }
            }
            at.leaf += 1;
        }
        publishes
    }

    /// Adds the path to what `step`, or a call of a workflow that is not seen, publishes.
    fn add(&mut self, step: Option<&Step>, session: &Session<'_, '_>, found: Found, at: &At<'_, 'w>) -> bool {
        let path = self.path(step, session, found, at);
        let added = path.is_some();
        self.found.extend(path);
        added
    }

    fn path(
        &self,
        step: Option<&Step>,
        session: &Session<'_, '_>,
        found: Found,
        at: &At<'_, 'w>,
    ) -> Option<PublishPath> {
        let At { job, indices, callers, leaf } = *at;
        let credentials = session.credentials(step, &found);
        let auth = self.auth(job, session, &credentials);
        let auth = if found.own_credential { Auth::Unknown } else { auth };
        // Where only a name says that something publishes to npm, a credential must say so too.
        let named = found.confidence < Confidence::Certain || found.command.tool == Tool::Other;
        let unseen =
            found.confidence == Confidence::Possible && credentials.is_empty() && job.contexts.is_empty();
        let elsewhere = found.confidence == Confidence::Possible
            && auth == Auth::Oidc
            && by_name::identity_is_for_another(job);
        if named && auth == Auth::None || unseen && auth == Auth::Token || elsewhere {
            return None;
        }
        let origin = step.map_or(&job.origin, |step| &step.origin);
        let chain: Vec<Hop> = origin.iter().chain(&found.via).cloned().collect();
        let file = self.pipeline.path();
        // Within the file that the path is told from: the command, or the first call that leads to it.
        let here = std::iter::once(&found.command.at)
            .chain(chain.iter().map(|hop| &hop.at))
            .find(|at| at.source.path() == file)
            .map_or_else(|| job.key.start(), Location::start);
        let outermost = callers.first().copied().unwrap_or(job);
        let started = started(self.pipeline, callers, job, step);
        Some(PublishPath {
            provider: self.pipeline.provider,
            file: file.to_owned(),
            entry: self.pipeline.entry,
            trigger: started.iter().map(|(_, label)| label.clone()).collect(),
            started_by: started.iter().map(|(kind, _)| *kind).collect(),
            job: outermost.id.clone(),
            line: here.line,
            auth,
            credentials,
            identity: job.identity.clone(),
            runner: job.runner.class,
            toolchain: session.toolchain_for(&found),
            guards: guards(self.pipeline, callers, job, step),
            proven: None,
            packages: session.packages(&found),
            registry: session.registry(step, &found),
            command: found.command,
            chain,
            pipeline: 0,
            job_index: indices.to_vec(),
            step: leaf,
            acts: Arc::default(),
        })
    }

    /// With what a command authenticates that these credentials reach.
    fn auth(&self, job: &Job, session: &Session<'_, '_>, credentials: &[Credential]) -> Auth {
        let token = credentials.iter().any(|credential| credential.kind == CredentialKind::Token);
        let named = |credential: &Credential| {
            credential.kind == CredentialKind::Token && credential.reach != Reach::Inherited
        };
        match (job.identity.state, token) {
            // Beside an identity, that every secret is handed on says nothing of a token.
            (IdentityState::Granted, true) if session.has_identity() && !credentials.iter().any(named) => {
                Auth::Oidc
            }
            // A job with an identity for something else, or that never asks for one.
            (IdentityState::Granted, _) if !session.has_identity() => Auth::Token,
            (IdentityState::Granted, true) => Auth::Both,
            (IdentityState::Granted, false) => Auth::Oidc,
            (_, true) => Auth::Token,
            (IdentityState::Unknown, false) => Auth::Unknown,
            // Variables of a GitLab or CircleCI project reach every job and stand in no file.
            (_, false) if self.pipeline.provider != Provider::Github => Auth::Token,
            (IdentityState::Missing | IdentityState::Withheld, false) => Auth::None,
        }
    }
}

/// What starts the pipeline in a way that may lead to the step; everything where no way that is told of does.
fn started(
    pipeline: &Pipeline,
    callers: &[&Job],
    job: &Job,
    step: Option<&Step>,
) -> Vec<(TriggerKind, String)> {
    let refused = |start: &Start| {
        let condition = step.and_then(|step| step.condition.as_ref());
        !callers.iter().copied().chain([job]).all(|job| job.may_start(start))
            || condition.is_some_and(|condition| condition.refuses.contains(start))
    };
    let open = |trigger: &Trigger| {
        let ways: Vec<Start> = trigger.starts().into_iter().filter(|start| !refused(start)).collect();
        Some((trigger.kind, trigger.label_of(&ways)?))
    };
    let led: Vec<_> = pipeline.triggers.iter().filter_map(open).collect();
    if !led.is_empty() {
        return led;
    }
    pipeline.triggers.iter().map(|trigger| (trigger.kind, trigger.label())).collect()
}

/// What guards a step: environments and filters of its job and of every job that calls it, its own
/// condition, and triggers that name branches or tags. Strongest first.
fn guards(pipeline: &Pipeline, callers: &[&Job], job: &Job, step: Option<&Step>) -> Vec<Guard> {
    let filter = |name: String, at: &Location| Guard { kind: GuardKind::BranchFilter, name, at: at.clone() };
    let mut guards: Vec<Guard> =
        callers.iter().copied().chain([job]).flat_map(|job| job.guards.iter().cloned()).collect();
    let own =
        step.and_then(|step| step.condition.as_ref()).into_iter().filter(|condition| condition.limits_ref);
    guards.extend(own.map(|condition| filter(condition.text.clone(), &condition.at)));
    let pushes: Vec<_> =
        pipeline.triggers.iter().filter(|trigger| trigger.kind == TriggerKind::Push).collect();
    if !pushes.is_empty() && pushes.iter().all(|push| !(push.branches.is_empty() && push.tags.is_empty())) {
        guards.extend(pushes.iter().map(|push| filter(push.label(), &push.at)));
    }
    guards.sort_by_key(|guard| guard.kind);
    guards
}
