//! CircleCI: the pipeline definition, the context and its restriction, forks, variables.

use super::Item;
use crate::facts::{Provider::Circleci, contexts};
use crate::plan::{TargetPlan, TriggerPlan};
use crate::shell::quote;
use crate::spec::{Auth, CircleciIntegration, Details};

/// Where CircleCI shows an organization's id.
pub(super) const ORGANIZATION: &str = "Organization settings, Overview";
/// Where CircleCI shows a project's id.
pub(super) const PROJECT: &str = "Project settings, Overview";

pub(super) fn items(target: &TargetPlan) -> Vec<Item> {
    let Details::Circleci { context, integration, vcs_origin, org_id, project_id, .. } = &target.details
    else {
        return Vec::new();
    };
    let origin = vcs_origin.as_deref().unwrap_or_default();
    let mut parts = origin.split('/').skip(1);
    let owner = parts.next().unwrap_or_default();
    let organization = match integration {
        CircleciIntegration::GithubOauth if !owner.is_empty() => format!("gh/{owner}"),
        CircleciIntegration::Bitbucket if !owner.is_empty() => format!("bb/{owner}"),
        _ => format!("circleci/{}", org_id.as_deref().unwrap_or("<org-id>")),
    };
    let mut items = Vec::new();
    if !target.entry {
        let title = format!("Add a pipeline definition that reads `{}`", target.file);
        let why = "CircleCI reads `.circleci/config.yml` alone unless the project has a definition with another path.";
        items.push(Item::new("pipeline-definition", Some(Circleci), title, why));
    }
    items.push(context_item(target, context, &organization, *integration, project_id.as_deref(), origin));
    let why = "With them on, a fork's pull request gets id tokens and variables of this project.";
    let title = "Turn off \"Pass secrets to builds from forked pull requests\" and \"Allow triggering pipelines with unversioned config\"";
    items.push(Item::new("fork-secrets", Some(Circleci), title, why).page("circleci-contexts"));
    if let Some(token) = target.pack.install.as_ref().and_then(|install| install.token.as_ref()) {
        let why = "A granular token that can only read. A project variable reaches every job; the generated jobs drop it after the install.";
        let title = format!("Store the read-only token as the project variable `{token}`");
        items.push(Item::new("install-token", Some(Circleci), title, why).page("npm-access-tokens"));
    }
    if target.auth == Auth::Token {
        let why = "Only the publish job has the context. The token can stage, a person approves.";
        let command = format!(
            "circleci context secret set {} NPM_STAGE_TOKEN --org {}",
            quote(context),
            quote(&organization)
        );
        let title = format!("Store the stage-only token in the context `{context}`");
        items.push(
            Item::new("stage-token", Some(Circleci), title, why)
                .run_noted(command, "asks for the value")
                .page("stage-only-tokens"),
        );
    }
    let fill = |item: Item| {
        item.missing("<org-id>", ORGANIZATION, "providers.circleci.org-id").missing(
            "<project-id>",
            PROJECT,
            "providers.circleci.project-id",
        )
    };
    items.into_iter().map(fill).collect()
}

fn context_item(
    target: &TargetPlan,
    context: &str,
    organization: &str,
    integration: CircleciIntegration,
    project: Option<&str>,
    origin: &str,
) -> Item {
    let expression = restriction(target, integration, origin);
    let title = format!("Create the context `{context}` and restrict it to what may publish");
    let mut why = "npm cannot pin a branch or tag, and a filter in the file can be deleted on a branch. A context that the \
               job may not use stops it; npm's trusted publisher names the context. CLI version 1, organization admin."
        .to_owned();
    if target.trigger.pattern().is_some() {
        why.push_str(" Whoever can push such a tag can point it at any commit: protect the tags in the repository too.");
    }
    let restrict = |kind: &str, value: &str| {
        format!(
            "circleci context restriction create {} --type {kind} --value {} --org {}",
            quote(context),
            quote(value),
            quote(organization)
        )
    };
    Item::new("context", Some(Circleci), title, why)
        .run(format!("circleci context create {} --org {}", quote(context), quote(organization)))
        .run_noted(
            restrict("expression", &expression),
            "a value that a pipeline lacks fails closed: the job is Unauthorized",
        )
        .run_noted(
            restrict("project", project.unwrap_or("<project-id>")),
            "no other project of the organization",
        )
        .page("circleci-contexts")
}

/// The context's restriction: every term that the facts name for this integration.
pub(super) fn restriction(target: &TargetPlan, integration: CircleciIntegration, origin: &str) -> String {
    let (reference, config) = match &target.trigger {
        TriggerPlan::Tag(pattern) | TriggerPlan::Release(pattern) => {
            let full = crate::plan::Pattern::new(&format!("refs/tags/{}", pattern.as_str()));
            let config =
                full.map_or_else(|_| String::new(), |full| full.circleci_term("pipeline.config.ref"));
            (pattern.circleci_term("pipeline.git.tag"), config)
        }
        TriggerPlan::Branch(branch) | TriggerPlan::Manual(branch) => (
            format!("pipeline.git.branch == \"{}\"", branch.as_str()),
            format!("pipeline.config.ref == \"refs/heads/{}\"", branch.as_str()),
        ),
    };
    let integration = match integration {
        CircleciIntegration::GithubApp => "github-app",
        CircleciIntegration::GithubOauth => "github-oauth",
        CircleciIntegration::Bitbucket => "bitbucket",
        CircleciIntegration::Gitlab => "gitlab",
    };
    let repository = origin.split_once('/').map_or(origin, |(_, name)| name);
    let terms: Vec<String> = contexts::terms(integration)
        .map(|term| {
            term.term
                .replace("{reference}", &reference)
                .replace("{config}", &config)
                .replace("{repository}", repository)
        })
        .filter(|term| !term.is_empty() && (!repository.is_empty() || !term.contains("repository.name")))
        .collect();
    terms.join(" and ")
}
