//! The pivotal invariant: what is rendered, read like any file of a user, opens exactly the publish
//! path that the plan meant, and no rule finds anything above *info* in it.

use super::Rendered;
use crate::ci::{self, Auth, GuardKind, Model, PublishPath, Value};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::facts::node::NodeSpec;
use crate::facts::runners::Runner;
use crate::files::{Memory, Overlay, Tree};
use crate::plan::{Intended, TargetPlan};
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
    project.ci.files = vec![CiFile { provider: target.provider, path: path.to_owned() }];
    let model = ci::read(&overlay, &project);
    let mut faults: Vec<String> = model.problems.iter().map(|problem| problem.message.clone()).collect();
    let paths: Vec<&PublishPath> = model.paths.iter().filter(|found| found.file == path).collect();
    match paths.as_slice() {
        [found] => compare(&model, found, &target.intended(), &mut faults),
        // GitLab and CircleCI hand a stored token over without a word in the file.
        [] if target.auth == spec::Auth::Token && target.provider != Provider::Github => {}
        paths => faults.push(format!("{} ways to publish are read back instead of one", paths.len())),
    }
    faults.extend(findings(&model, &project, target, rendered));
    faults
}

/// The path that the provider would start from, and the files as it would see them: a file that
/// needs an include or a definition of its own is read as it will be once it has that.
fn readable(target: &TargetPlan, rendered: &Rendered) -> (&'static str, Memory) {
    let file = |path: &str| (path.to_owned(), rendered.text.clone());
    match target.provider {
        Provider::Gitlab if !target.entry => {
            let include =
                format!("include:\n  - local: {}\n", crate::yaml::emit::scalar(&format!("/{}", target.file)));
            (".gitlab-ci.yml", Memory::new([file(&target.file), (".gitlab-ci.yml".to_owned(), include)]))
        }
        Provider::Gitlab => (".gitlab-ci.yml", Memory::new([file(".gitlab-ci.yml")])),
        Provider::Circleci => (".circleci/config.yml", Memory::new([file(".circleci/config.yml")])),
        _ => (".github/workflows/publish.yml", Memory::new([file(".github/workflows/publish.yml")])),
    }
}

fn compare(model: &Model, found: &PublishPath, meant: &Intended, faults: &mut Vec<String>) {
    let mut differ = |what: &str, found: &str, meant: &str| {
        if found != meant {
            faults.push(format!("{what} reads back as {found}, meant was {meant}"));
        }
    };
    differ("the job", &found.job, meant.job);
    let auth = if meant.auth == spec::Auth::Oidc { Auth::Oidc } else { Auth::Token };
    // A stored token of GitLab or CircleCI stands in no file, and CircleCI's identity is fetched by the
    // program itself: there the variable below alone says which of the two publishes.
    let seen = match found.provider {
        Provider::Circleci => false,
        Provider::Gitlab => meant.auth == spec::Auth::Oidc,
        _ => true,
    };
    if seen {
        differ("the credential", &format!("{:?}", found.auth), &format!("{auth:?}"));
    }
    differ("the registry", &format!("{:?}", found.registry), &format!("{:?}", ci::Registry::Npm));
    // A mirror's image name does not tell its Node: then nothing is known, and nothing is compared.
    if let Some(NodeSpec::Exact(node)) = &found.toolchain.node.value {
        differ("Node", &node.to_string(), &meant.node.to_string());
    }
    if let Some(npm) = found.toolchain.npm_shown() {
        differ("npm", &npm, &meant.npm.to_string());
    }
    if meant.auth == spec::Auth::Oidc && found.runner == Runner::SelfHosted {
        differ("the runner", "self-hosted", "hosted");
    }
    let guard =
        found.guards.iter().find(|guard| matches!(guard.kind, GuardKind::Environment | GuardKind::Context));
    differ("the guard", guard.map_or("none", |guard| guard.name.as_str()), &meant.guard);
    let Some(job) = model.job(found) else {
        faults.push("the publish job cannot be found again".to_owned());
        return;
    };
    let leaves = job.leaves();
    let variable = |name: &str| {
        let step = leaves.get(found.step)?;
        match &job.variable(step, name)?.value {
            Value::Static(text) => Some(text.clone()),
            _ => None,
        }
    };
    let provider = if meant.auth == spec::Auth::Oidc { meant.provider.id() } else { "token" };
    differ("what the runtime publishes with", &variable("TRUSTPUB_PROVIDER").unwrap_or_default(), provider);
    let mode = if meant.staged { "stage" } else { "direct" };
    differ("the mode", &variable("TRUSTPUB_MODE").unwrap_or_default(), mode);
    let packages = variable("TRUSTPUB_PACKAGES").map(|json| names(&json)).unwrap_or_default();
    differ("the packages", &packages.join(", "), &meant.packages.join(", "));
    for job in model.pipelines.iter().flat_map(|pipeline| &pipeline.jobs) {
        // CircleCI hands every job an identity: there the context is what tells the jobs apart.
        let holds = match found.provider {
            Provider::Circleci => !job.contexts.is_empty(),
            _ => job.identity.state == ci::IdentityState::Granted,
        };
        if holds && job.id != meant.job {
            faults.push(format!("job {} has the identity too", job.id));
        }
    }
}

/// The names in the runtime's list of packages, sorted.
fn names(json: &str) -> Vec<String> {
    let list: Vec<serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    let name = |package: &serde_json::Value| package.get("name")?.as_str().map(str::to_owned);
    let mut names: Vec<String> = list.iter().filter_map(name).collect();
    names.sort();
    names
}

/// What the rules find in the rendered file itself, above info.
fn findings(model: &Model, project: &Project, target: &TargetPlan, rendered: &Rendered) -> Vec<String> {
    let context = rules::Context { model, project, spec: None, today: None };
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
