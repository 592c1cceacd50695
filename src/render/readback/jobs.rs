//! The two jobs as they were read, beside the two that were meant.

use super::super::data;
use super::{Differ, job, steps};
use crate::ci::{Concurrency, IdentityState, Job, Pipeline, Scalar, Step, Value};
use crate::facts::{Provider, registry};
use crate::plan::{CIRCLECI_GROUP, GITHUB_GROUP, TargetPlan};
use crate::spec::{Auth, Details};
use crate::yaml::emit;

pub(super) fn compare(pipeline: &Pipeline, target: &TargetPlan, differ: &mut Differ) {
    let (pack_id, publish_id) = (target.pack_job(), target.publish_job());
    let ids: Vec<&str> = pipeline.jobs.iter().map(|job| job.id.as_str()).collect();
    differ.same("the jobs", ids.join(", "), format!("{pack_id}, {publish_id}"));
    let (Some(pack), Some(publish)) = (job(pipeline, pack_id), job(pipeline, publish_id)) else { return };
    differ.same("what the publish job waits for", texts(&publish.needs), pack_id);
    differ.same("what the pack job waits for", texts(&pack.needs), "");
    conditions(pack, publish, target, differ);
    identity(pack, publish, target, differ);
    let thin = target.bundle.is_some();
    if !thin || target.provider == Provider::Github {
        machines(pack, publish, target, differ);
    }
    concurrency(pipeline, publish, target.provider, differ);
    for job in [pack, publish] {
        let limits = [&job.allow_failure, &job.retry].map(|one| one.as_ref().map_or("", Scalar::shown));
        let meant = if target.provider == Provider::Gitlab { " 0" } else { " " };
        differ.same(&format!("allow_failure and retry of {}", job.id), limits.join(" "), meant);
        differ.same(&format!("the caches of {}", job.id), job.caches.len().to_string(), "0");
    }
    if thin {
        // What the jobs run is the bundle's own, and what it is given is compared as it stands in the file.
        return;
    }
    let minutes = |job: &Job| job.timeout.as_ref().map_or_else(String::new, |one| one.shown().to_owned());
    let meant = |minutes: u32| match target.provider {
        Provider::Github => minutes.to_string(),
        Provider::Gitlab => format!("{minutes} minutes"),
        _ => String::new(),
    };
    differ.same("the pack job's timeout", minutes(pack), meant(target.pack.timeout_minutes));
    differ.same("the publish job's timeout", minutes(publish), meant(target.publish.timeout_minutes));
    let (pack_steps, publish_steps) = steps::meant(target);
    differ.same("the pack job's steps", steps::shown(pack, target.provider), steps::joined(&pack_steps));
    differ.same(
        "the publish job's steps",
        steps::shown(publish, target.provider),
        steps::joined(&publish_steps),
    );
    variables(pack, &steps::pack_variables(target), differ);
    variables(publish, &steps::publish_variables(target), differ);
    secrets(pack, publish, target, differ);
}

fn texts(list: &[Scalar]) -> String {
    list.iter().map(Scalar::shown).collect::<Vec<_>>().join(", ")
}

/// What must hold for each job to run.
fn conditions(pack: &Job, publish: &Job, target: &TargetPlan, differ: &mut Differ) {
    let trigger = &target.trigger;
    let (meant_pack, meant_publish) = match target.provider {
        // The publish job waits for the pack job, and is skipped with it unless it says otherwise.
        Provider::Github => (trigger.github_condition().unwrap_or_default(), String::new()),
        Provider::Gitlab => {
            let rule = format!("rules: {}", trigger.gitlab_rule());
            (rule.clone(), rule)
        }
        _ => {
            let filters = trigger.circleci_filters();
            let filters = filters.iter().map(|(kind, verb, text)| format!("{kind} {verb} {text}"));
            let filters = filters.collect::<Vec<_>>().join("; ");
            // The reader shows a condition as it is written, quotes and all.
            let when = trigger.circleci_when().map(|when| emit::block_value(&when));
            let all = when.map(|when| format!("when {when} and {filters}")).unwrap_or(filters);
            (all.clone(), all)
        }
    };
    for (job, meant) in [(pack, meant_pack), (publish, meant_publish)] {
        let found: Vec<&str> = job.conditions.iter().map(|one| one.text.as_str()).collect();
        differ.same(&format!("when {} runs", job.id), found.join(" and "), meant);
    }
}

/// Who has an identity, and what else the job's own token may do.
fn identity(pack: &Job, publish: &Job, target: &TargetPlan, differ: &mut Differ) {
    let tokens = |job: &Job| {
        let token = |token: &crate::ci::IdToken| format!("{} for {}", token.name, texts(&token.audiences));
        job.identity.tokens.iter().map(token).collect::<Vec<_>>().join(", ")
    };
    let oidc = target.auth == Auth::Oidc;
    let meant = match target.provider {
        Provider::Gitlab if oidc => {
            format!("NPM_ID_TOKEN for {}, SIGSTORE_ID_TOKEN for sigstore", registry::AUDIENCE)
        }
        Provider::Circleci if oidc => format!("NPM_ID_TOKEN for {}", registry::AUDIENCE),
        _ => String::new(),
    };
    differ.same("the publish job's id tokens", tokens(publish), meant);
    differ.same("the pack job's id tokens", tokens(pack), "");
    // CircleCI hands every job an identity: there the context is what tells the jobs apart.
    if target.provider == Provider::Circleci {
        differ.same("the pack job's contexts", texts(&pack.contexts), "");
    } else {
        let granted = |job: &Job| (job.identity.state == IdentityState::Granted).to_string();
        differ.same("whether the publish job has the identity", granted(publish), oidc.to_string());
        differ.same("whether the pack job has the identity", granted(pack), "false");
    }
    if target.provider == Provider::Github {
        let scopes = |job: &Job| {
            let set = job.permissions.iter().filter(|set| set.level == Some(crate::ci::Level::Job));
            let scopes =
                set.flat_map(|set| set.scopes.iter().map(|(name, one)| format!("{name}: {}", one.shown())));
            scopes.collect::<Vec<_>>().join(", ")
        };
        differ.same("the pack job's permissions", scopes(pack), "contents: read");
        differ.same(
            "the publish job's permissions",
            scopes(publish),
            if oidc { "id-token: write" } else { "" },
        );
    }
}

/// Runners and images.
fn machines(pack: &Job, publish: &Job, target: &TargetPlan, differ: &mut Differ) {
    let labels = |job: &Job| job.runner.labels.join(", ");
    let image = |job: &Job| job.container.as_ref().map_or_else(String::new, |one| one.image.written.clone());
    let (pack_label, publish_label) = match &target.details {
        Details::Github { runner, build_runner, .. } => (build_runner.clone(), runner.clone()),
        Details::Gitlab { tags, .. } => (tags.join(", "), tags.join(", ")),
        Details::Circleci { resource_class, .. } => (resource_class.clone(), resource_class.clone()),
        Details::Token { .. } => return,
    };
    differ.same("the pack job's runner", labels(pack), pack_label);
    differ.same("the publish job's runner", labels(publish), publish_label);
    let (pack_image, publish_image) = data::images_of(target);
    differ.same("the pack job's image", image(pack), pack_image);
    differ.same("the publish job's image", image(publish), publish_image);
    let environment = publish.environment.as_ref().map_or("", |one| one.name.shown());
    let meant = match &target.details {
        Details::Github { environment, .. } | Details::Gitlab { environment, .. } => environment.as_str(),
        _ => "",
    };
    differ.same("the environment", environment, meant);
    differ.same(
        "the pack job's environment",
        pack.environment.as_ref().map_or("", |one| one.name.shown()),
        "",
    );
}

/// No two runs of one commit at a time, no run that waits dropped for a newer release, and none stopped midway. GitLab
/// drops none that wait: there one release goes after the other.
fn concurrency(pipeline: &Pipeline, publish: &Job, provider: Provider, differ: &mut Differ) {
    let shown = |found: Option<&Concurrency>| {
        let group = found.and_then(|one| one.group.as_ref()).map_or("", |one| one.written.as_str());
        let cancel = found.and_then(|one| one.cancel.as_ref()).map_or("", Scalar::shown);
        format!("{group} {cancel}")
    };
    let (found, meant) = match provider {
        Provider::Github => (shown(pipeline.concurrency.as_ref()), format!("{GITHUB_GROUP} false")),
        Provider::Gitlab => (shown(publish.concurrency.as_ref()), "npm-publish ".to_owned()),
        _ => (shown(publish.concurrency.as_ref()), format!("{CIRCLECI_GROUP} ")),
    };
    differ.same("who waits for whom", found, meant);
    if provider == Provider::Gitlab {
        let stops = publish.interruptible.as_ref().map_or("", Scalar::shown);
        differ.same("whether a newer pipeline stops the publish", stops, "false");
    }
}

/// The variables of every step, with those of the job.
fn variables(job: &Job, meant: &[(String, String)], differ: &mut Differ) {
    let steps = job.leaves().into_iter().flat_map(|step| step.env.iter());
    let found: Vec<String> = steps
        .chain(&job.env)
        .filter(|var| !matches!(var.value, Value::Secret(_)))
        .map(|var| format!("{}={}", var.name, var.text.written))
        .collect();
    let meant: Vec<String> = meant.iter().map(|(name, text)| format!("{name}={text}")).collect();
    for one in found.iter().filter(|one| !meant.contains(one)) {
        differ.same(&format!("a variable of {}", job.id), one, "");
    }
    for one in meant.iter().filter(|one| !found.contains(one)) {
        differ.same(&format!("a variable of {}", job.id), "", one);
    }
    differ.same(&format!("the variables of {}", job.id), found.len().to_string(), meant.len().to_string());
}

/// The stored credentials that the file hands to each job: the read-only token to the install step, and to the publish
/// step the stage-only token where the spec asks for that.
fn secrets(pack: &Job, publish: &Job, target: &TargetPlan, differ: &mut Differ) {
    let github = target.provider == Provider::Github;
    let install = target.pack.install.as_ref().filter(|_| github);
    let token = install.and_then(|install| Some((install.variable()?, install.token.as_deref()?)));
    let meant_pack = token.map(|(variable, secret)| format!("{variable}={secret}")).unwrap_or_default();
    let staged = github && target.auth == Auth::Token;
    let meant_publish = if staged { "NPM_STAGE_TOKEN=NPM_STAGE_TOKEN" } else { "" };
    differ.same("the pack job's secrets", held(pack), meant_pack);
    differ.same("the publish job's secrets", held(publish), meant_publish);
}

fn held(job: &Job) -> String {
    let of_step = |step: &&Step| -> Vec<String> {
        let secret = |var: &crate::ci::EnvVar| match &var.value {
            Value::Secret(secret) => Some(format!("{}={secret}", var.name)),
            _ => None,
        };
        step.env.iter().chain(&job.env).filter_map(secret).collect()
    };
    job.leaves().iter().flat_map(of_step).collect::<Vec<_>>().join(", ")
}
