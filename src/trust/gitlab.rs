//! GitLab: the included file, protected references, the protected environment, fork pipelines, variables.

use super::Item;
use super::github::percent;
use crate::facts::Provider::Gitlab;
use crate::plan::TargetPlan;
use crate::shell::quote;
use crate::spec::{Auth, Details};

/// GitLab's number for the Maintainer role.
const MAINTAINER: u32 = 40;

pub(super) fn items(target: &TargetPlan) -> Vec<Item> {
    let Details::Gitlab { project, environment, .. } = &target.details else { return Vec::new() };
    let path = project.as_deref().unwrap_or("<group>/<project>");
    let api = format!("projects/{}", if project.is_some() { percent(path) } else { path.to_owned() });
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
        "printf %s {} | glab api --method POST {} --header 'Content-Type: application/json' --input -",
        quote(&body.to_string()),
        quote(&format!("{api}/protected_environments"))
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
            .run(format!("glab api --method PUT {} -F {setting}", quote(&api))),
    );
    if let Some(token) = target.pack.install.as_ref().and_then(|install| install.token.as_ref()) {
        items.push(variable(
            path,
            token,
            "install-token",
            "Store the read-only token as",
            "A granular token that can only read, for `npm install` in the pack job.",
            "*",
        ));
    }
    if target.auth == Auth::Token {
        items.push(variable(
            path,
            "NPM_STAGE_TOKEN",
            "stage-token",
            "Store the stage-only token as",
            "It can stage, a person approves. The scope keeps it to the publish job.",
            environment,
        ));
    }
    items.into_iter().map(|item| item.missing("<group>/<project>", "no git remote tells it")).collect()
}

fn reference(target: &TargetPlan, api: &str) -> Item {
    let why =
        "The rules of the generated jobs ask for a protected reference: on any other one they do not run.";
    if let Some(pattern) = target.trigger.pattern() {
        let title = format!("Protect the tags `{}`: Maintainers alone may create them", pattern.as_str());
        let command = format!(
            "glab api --method POST {} -f {} -F create_access_level={MAINTAINER}",
            quote(&format!("{api}/protected_tags")),
            quote(&format!("name={}", pattern.as_str()))
        );
        return Item::new("tag-rules", Some(Gitlab), title, why)
            .run(command)
            .page("gitlab-protected-tags-api");
    }
    let branch = target.trigger.branch().map_or("", crate::plan::Branch::as_str);
    let title = format!("Protect the branch `{branch}`: Maintainers alone may push to it");
    let command = format!(
        "glab api --method POST {} -f {} -F push_access_level={MAINTAINER} -F merge_access_level={MAINTAINER}",
        quote(&format!("{api}/protected_branches")),
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
