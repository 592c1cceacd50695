//! GitLab: the included file, protected references, the protected environment, fork pipelines, variables.

use super::Item;
use super::github::percent;
use super::home::{self, Home};
use crate::facts::Provider::Gitlab;
use crate::plan::TargetPlan;
use crate::shell::quote;
use crate::spec::{Auth, Details};

/// GitLab's number for the Maintainer role.
const MAINTAINER: u32 = 40;

pub(super) fn items(target: &TargetPlan, home: &Home) -> Vec<Item> {
    let Details::Gitlab { environment, .. } = &target.details else { return Vec::new() };
    let path = home.path.as_deref().unwrap_or(home::PROJECT);
    let api = Api::of(home);
    let glab = api.glab.as_str();
    let mut items = Vec::new();
    if !target.entry {
        let title = format!("Include `{}` from `.gitlab-ci.yml`", target.file);
        let why = format!(
            "GitLab reads `.gitlab-ci.yml` alone. Both jobs run in the stage `{}`; if the file lists its own `stages`, it must be among them.",
            "deploy"
        );
        let line =
            format!("include: [{{ local: {} }}]", crate::yaml::emit::scalar(&format!("/{}", target.file)));
        items.push(Item::new("include", Some(Gitlab), title, why).run(line));
    }
    items.push(reference(target, &api));
    let title = format!("Protect the environment `{environment}`: Maintainers alone may deploy");
    let why = "npm cannot pin a branch or tag, and any Developer can take the rules out of the file on a branch. \
               Protected environments need GitLab Premium; without them choose `publish.mode: stage`, so that a person approves.";
    let body = serde_json::json!({
        "name": environment, "deploy_access_levels": [{"access_level": MAINTAINER}],
    });
    let command = format!(
        "printf %s {} | {glab} --method POST {} --header 'Content-Type: application/json' --input -",
        quote(&body.to_string()),
        api.below("protected_environments")
    );
    items.push(
        Item::new("environment", Some(Gitlab), title, why)
            .run(command)
            .page("gitlab-protected-environments-api"),
    );
    let why = "They would run with this project's variables.";
    let setting = "ci_allow_fork_pipelines_to_run_in_parent_project=false";
    items.push(
        Item::new("fork-pipelines", Some(Gitlab), "Keep pipelines of forks out of this project", why)
            .run(format!("{glab} --method PUT {} -F {setting}", quote(&api.project))),
    );
    // A host of one's own is told by the whole address.
    let repo = home.host.as_ref().map_or_else(|| path.to_owned(), |host| format!("https://{host}/{path}"));
    if let Some(token) = target.pack.install.as_ref().and_then(|install| install.token.as_ref()) {
        items.push(variable(
            &repo,
            token,
            "install-token",
            "Store the read-only token as",
            "A granular token that can only read, for `npm install` in the pack job.",
            "*",
        ));
    }
    if target.auth == Auth::Token {
        items.push(variable(
            &repo,
            "NPM_STAGE_TOKEN",
            "stage-token",
            "Store the stage-only token as",
            "It can stage, a person approves. The scope keeps it to the publish job.",
            environment,
        ));
    }
    items.into_iter().map(home::fill).collect()
}

/// How the project is reached.
struct Api {
    /// The command.
    glab: String,
    /// The path of the project.
    project: String,
}

impl Api {
    fn of(home: &Home) -> Self {
        let project = home.path.as_deref().map_or_else(|| home::PROJECT.to_owned(), percent);
        Self { glab: format!("glab api{}", home.api_flag()), project: format!("projects/{project}") }
    }

    /// A path below the project, quoted.
    fn below(&self, path: &str) -> String {
        quote(&format!("{}/{path}", self.project))
    }
}

/// What can be set once the first pipeline ran: releases that come close together go out one after the other.
pub(super) fn afterwards(home: &Home) -> Item {
    let api = Api::of(home);
    let why = "Of several releases that wait GitLab takes any one next, unless the oldest is asked for. An older one that \
               comes after a newer one can fail as an outdated deployment; npm refuses to move `latest` back. The group \
               exists once the first pipeline ran.";
    let command = format!(
        "{} --method PUT {} -f process_mode=oldest_first",
        api.glab,
        api.below("resource_groups/npm-publish")
    );
    let title = "Let releases that wait go out oldest first";
    home::fill(
        Item::new("release-order", Some(Gitlab), title, why).run(command).page("gitlab-resource-groups-api"),
    )
}

fn reference(target: &TargetPlan, api: &Api) -> Item {
    let glab = &api.glab;
    let why =
        "The rules of the generated jobs ask for a protected reference: on any other one they do not run.";
    if let Some(pattern) = target.trigger.pattern() {
        let title = format!("Protect the tags `{}`: Maintainers alone may create them", pattern.as_str());
        let command = format!(
            "{glab} --method POST {} -f {} -F create_access_level={MAINTAINER}",
            api.below("protected_tags"),
            quote(&format!("name={}", pattern.as_str()))
        );
        return Item::new("tag-rules", Some(Gitlab), title, why)
            .run(command)
            .page("gitlab-protected-tags-api");
    }
    let branch = target.trigger.branch().map_or("", crate::plan::Branch::as_str);
    let title = format!("Protect the branch `{branch}`: Maintainers alone may push to it");
    let command = format!(
        "{glab} --method POST {} -f {} -F push_access_level={MAINTAINER} -F merge_access_level={MAINTAINER}",
        api.below("protected_branches"),
        quote(&format!("name={branch}"))
    );
    Item::new("branch-rules", Some(Gitlab), title, why).run(command).page("gitlab-protected-branches-api")
}

fn variable(project: &str, name: &str, id: &'static str, title: &str, why: &str, scope: &str) -> Item {
    let command = format!(
        "glab variable set {} --repo {} --masked --protected --scope {}",
        quote(name),
        quote(project),
        quote(scope)
    );
    Item::new(id, Some(Gitlab), format!("{title} `{name}`"), why)
        .run_noted(command, "reads the value from standard input")
        .page("npm-access-tokens")
}
