//! The pivotal invariant: what is rendered, read like any file of a user, opens exactly the publish
//! path that the plan meant, and no rule finds anything above *info* in it.

mod jobs;
mod raw;
mod steps;

use super::Rendered;
use crate::ci::{
    self, Auth, Credential, CredentialKind, GuardKind, Job, Model, Pipeline, PublishPath, Reach, TriggerKind,
};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::facts::node::NodeSpec;
use crate::facts::runners::Runner;
use crate::files::{Memory, Overlay, Tree};
use crate::plan::{GithubEvent, TargetPlan};
use crate::project::{CiFile, Project};
use crate::rules;
use crate::spec;

/// What differs between `rendered`, read back in the repository `tree`, and the plan of its target.
pub(super) fn faults(
    tree: &dyn Tree,
    project: &Project,
    target: &TargetPlan,
    rendered: &Rendered,
) -> Vec<String> {
    let (path, files) = readable(target, rendered);
    let overlay = Overlay::new(tree, files);
    let mut project = project.clone();
    project.ci.files = vec![CiFile { provider: target.provider, path: path.clone() }];
    let model = ci::read(&overlay, &project);
    let mut differ = Differ::default();
    differ.0.extend(model.problems.iter().map(|problem| problem.message.clone()));
    let paths: Vec<&PublishPath> = model.paths.iter().filter(|found| found.file == path).collect();
    match paths.as_slice() {
        [found] => compare(&model, &project, found, target, &mut differ),
        paths => differ.0.push(format!("{} ways to publish are read back instead of one", paths.len())),
    }
    raw::compare(&rendered.text, target, &mut differ);
    let mut faults = differ.0;
    faults.extend(findings(&model, &project, target, rendered));
    faults
}

/// The path that the provider would start from, and the files as it would see them: a file that
/// needs an include or a definition of its own is read as it will be once it has that.
fn readable(target: &TargetPlan, rendered: &Rendered) -> (String, Memory) {
    let file = |path: &str| (path.to_owned(), rendered.text.clone());
    let path = match target.provider {
        _ if target.entry => target.file.as_str(),
        Provider::Gitlab => {
            let include =
                format!("include:\n  - local: {}\n", crate::yaml::emit::scalar(&format!("/{}", target.file)));
            let entry = ".gitlab-ci.yml";
            return (entry.to_owned(), Memory::new([file(&target.file), (entry.to_owned(), include)]));
        }
        _ => ".circleci/config.yml",
    };
    (path.to_owned(), Memory::new([file(path)]))
}

/// Gathers what is not as it was meant.
#[derive(Default)]
struct Differ(Vec<String>);

impl Differ {
    fn same(&mut self, what: &str, found: impl AsRef<str>, meant: impl AsRef<str>) {
        let (found, meant) = (found.as_ref(), meant.as_ref());
        if found != meant {
            let shown = |text: &str| -> String {
                let line = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
                let cut: String = line.chars().take(200).collect();
                if cut.is_empty() { "nothing".to_owned() } else { cut }
            };
            self.0.push(format!("{what} reads back as {}, meant was {}", shown(found), shown(meant)));
        }
    }
}

fn compare(model: &Model, project: &Project, found: &PublishPath, target: &TargetPlan, differ: &mut Differ) {
    let meant = target.intended();
    let oidc = meant.auth == spec::Auth::Oidc;
    differ.same("the job", &found.job, meant.job);
    differ.same("the entry file", if found.entry { &found.file } else { "" }, &found.file);
    let home = found.command.at.source.path();
    let at_home = match target.bundle {
        Some(_) => ci::bundle::is_member(home),
        None => home == home_of(target, found),
    };
    differ.same("the command's file", if at_home { "" } else { home }, "");
    credentials(found, oidc, differ);
    differ.same("the registry", format!("{:?}", found.registry), format!("{:?}", ci::Registry::Npm));
    differ.same("the tool", found.command.tool.id(), ci::Tool::Npm.id());
    let mode = |staged: bool| if staged { "stage" } else { "direct" };
    differ.same("the mode", mode(found.command.staged), mode(meant.staged));
    // A mirror's image name does not tell its Node: then nothing is known, and the image is compared below.
    if let Some(NodeSpec::Exact(node)) = &found.toolchain.node.value {
        differ.same("Node", node.to_string(), meant.node.to_string());
    } else if target.provider == Provider::Github {
        differ.same("Node", found.toolchain.node_shown().unwrap_or_default(), meant.node.to_string());
    }
    if let Some(npm) = found.toolchain.npm_shown() {
        differ.same("npm", npm, meant.npm.to_string());
    }
    if oidc && found.runner == Runner::SelfHosted {
        differ.same("the runner", "self-hosted", "hosted");
    }
    let guards = found.guards.iter().filter(|guard| guard.kind != GuardKind::BranchFilter);
    let guards: Vec<String> = guards.map(|guard| format!("{:?} {}", guard.kind, guard.name)).collect();
    let kind = if found.provider == Provider::Circleci { GuardKind::Context } else { GuardKind::Environment };
    differ.same("the guard", guards.join(", "), format!("{kind:?} {}", meant.guard));
    let known: Vec<&String> = meant
        .packages
        .iter()
        .filter(|name| project.publishable().any(|one| one.name() == Some(name)))
        .collect();
    let mut packages: Vec<&String> = found.packages.iter().collect();
    packages.sort();
    differ.same("the packages", format!("{packages:?}"), format!("{known:?}"));
    differ.same("what leads to the publish", found.trigger.join(", "), meant.trigger.join(", "));
    trigger(model.pipeline(found), target, differ);
    jobs::compare(model.pipeline(found), target, differ);
}

/// Where an inline pipeline's command must stand: the generated file, or the one place that it is read from.
fn home_of<'t>(target: &'t TargetPlan, found: &'t PublishPath) -> &'t str {
    if target.entry || target.provider == Provider::Gitlab { &target.file } else { &found.file }
}

/// With what the command authenticates. What the repository's own files hold is no part of what was rendered, and no
/// checkout brings it to the publish job.
fn credentials(found: &PublishPath, oidc: bool, differ: &mut Differ) {
    let rendered: Vec<&Credential> =
        found.credentials.iter().filter(|credential| credential.reach != Reach::ConfigFile).collect();
    let shown: Vec<String> = rendered.iter().map(|one| format!("{:?} {}", one.kind, one.name)).collect();
    let meant = match found.provider {
        _ if !oidc => format!("{:?} NPM_STAGE_TOKEN", CredentialKind::Token),
        Provider::Github => format!("{:?} id-token", CredentialKind::Identity),
        _ => format!("{:?} NPM_ID_TOKEN", CredentialKind::Identity),
    };
    differ.same("the credential", shown.join(", "), meant);
    if rendered.len() == found.credentials.len() {
        let auth = if oidc { Auth::Oidc } else { Auth::Token };
        differ.same("what authenticates", format!("{:?}", found.auth), format!("{auth:?}"));
    }
}

/// What starts the pipeline. GitLab and CircleCI start one for everything: there the jobs' rules decide.
fn trigger(pipeline: &Pipeline, target: &TargetPlan, differ: &mut Differ) {
    let starts: Vec<&ci::Trigger> = pipeline.triggers.iter().collect();
    if target.provider != Provider::Github {
        let clock = starts.iter().any(|one| one.kind == TriggerKind::Schedule && one.event == "schedule");
        if target.provider == Provider::Circleci && clock {
            differ.same("the trigger", "a schedule", "");
        }
        return;
    }
    let texts = |list: &[ci::RefFilter]| -> Vec<String> {
        let text =
            |one: &ci::RefFilter| format!("{}{}", if one.excludes { "!" } else { "" }, one.pattern.written);
        list.iter().map(text).collect()
    };
    let shown: Vec<String> = starts
        .iter()
        .map(|one| {
            let types: Vec<&str> = one.types.iter().map(ci::Scalar::shown).collect();
            format!("{} {:?} {:?} {types:?}", one.event, texts(&one.tags), texts(&one.branches))
        })
        .collect();
    let GithubEvent { event, tags, branches, types } = target.trigger.github_event();
    differ.same("the trigger", shown.join(", "), format!("{event} {tags:?} {branches:?} {types:?}"));
}

/// The job `id` among `jobs`.
fn job<'p>(pipeline: &'p Pipeline, id: &str) -> Option<&'p Job> {
    pipeline.jobs.iter().find(|job| job.id == id)
}

/// What the rules find in the rendered file itself, above info.
fn findings(model: &Model, project: &Project, target: &TargetPlan, rendered: &Rendered) -> Vec<String> {
    let context = rules::Context { model, project, spec: None, spec_faults: &[], today: None };
    let outcome = rules::Outcome::of(&context, &rules::Selection::default(), None);
    let own = outcome.findings.into_iter().filter(|finding| {
        // With `auth: token` a stored token is what the spec asks for.
        let asked = target.auth == spec::Auth::Token
            && matches!(finding.rule, "stored-publish-token" | "id-token-missing");
        !asked && finding.severity > Severity::Info && finding.location.source.text() == rendered.text
    });
    own.map(|finding| {
        format!("line {}: {} ({})", finding.location.start().line, finding.message, finding.rule)
    })
    .collect()
}
