//! GitHub: the environment, its branch and tag rules, who may push release tags, the secrets.

use std::fmt::Write as _;

use serde_json::json;

use super::Item;
use super::home::{self, Home};
use crate::facts::Provider::Github;
use crate::plan::{TargetPlan, TriggerPlan};
use crate::shell::quote;
use crate::spec::{Auth, Details};

pub(super) fn items(target: &TargetPlan, home: &Home) -> Vec<Item> {
    let Details::Github { environment, .. } = &target.details else { return Vec::new() };
    let path = home.path.as_deref().unwrap_or(home::REPOSITORY);
    let repo = home.host.as_ref().map_or_else(|| path.to_owned(), |host| format!("{host}/{path}"));
    let api = format!("gh api{}", home.api_flag());
    let mut items = vec![environment_item(target, path, environment, &api), references(target, path, &api)];
    if let Some(token) = target.pack.install.as_ref().and_then(|install| install.token.as_ref()) {
        let why = "A granular token that can only read; the install step of the pack job alone sees it.";
        let item =
            Item::new("install-token", Some(Github), format!("Store the read-only token as `{token}`"), why)
                .run_noted(
                    format!("gh secret set {} --repo {}", quote(token), quote(&repo)),
                    "asks for the value",
                )
                .page("npm-access-tokens");
        items.push(item);
    }
    if target.auth == Auth::Token {
        let title = format!("Store the stage-only token in the environment `{environment}`");
        let why = "Only the publish job can read it there. It can stage, a person approves.";
        let command =
            format!("gh secret set NPM_STAGE_TOKEN --env {} --repo {}", quote(environment), quote(&repo));
        items.push(
            Item::new("stage-token", Some(Github), title, why)
                .run_noted(command, "asks for the value")
                .page("stage-only-tokens"),
        );
    }
    items.into_iter().map(home::fill).collect()
}

fn environment_item(target: &TargetPlan, repo: &str, environment: &str, api: &str) -> Item {
    let path = format!("repos/{repo}/environments/{}", percent(environment));
    let (name, kind) = match &target.trigger {
        TriggerPlan::Tag(pattern) | TriggerPlan::Release(pattern) => (pattern.as_str(), "tag"),
        TriggerPlan::Branch(branch) | TriggerPlan::Manual(branch) => (branch.as_str(), "branch"),
    };
    let title = format!("Create the environment `{environment}` and let only {kind} `{name}` deploy to it");
    let why =
        "npm cannot pin a branch or tag. Without this rule whoever can push a branch can publish from it.";
    Item::new("environment", Some(Github), title, why)
        .run(format!(
            "{api} --method PUT {} -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'",
            quote(&path)
        ))
        .run(format!(
            "{api} --method POST {} -f {} -f type={kind}",
            quote(&format!("{path}/deployment-branch-policies")),
            quote(&format!("name={name}"))
        ))
        .page("github-branch-policies-api")
}

/// Who may create what the environment lets through.
fn references(target: &TargetPlan, repo: &str, api: &str) -> Item {
    // 5 is the built-in administrator role.
    let bypass = json!([{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]);
    let (id, name, kind, rules) = match &target.trigger {
        TriggerPlan::Tag(pattern) | TriggerPlan::Release(pattern) => {
            let rules = json!([{"type": "creation"}, {"type": "update"}, {"type": "deletion"}]);
            ("tag-rules", pattern.as_str(), "tag", rules)
        }
        TriggerPlan::Branch(branch) | TriggerPlan::Manual(branch) => {
            let review = json!({
                "required_approving_review_count": 1, "dismiss_stale_reviews_on_push": true,
                "require_code_owner_review": false, "require_last_push_approval": true,
                "required_review_thread_resolution": false,
            });
            let rules = json!([
                {"type": "deletion"}, {"type": "non_fast_forward"}, {"type": "pull_request", "parameters": review}
            ]);
            ("branch-rules", branch.as_str(), "branch", rules)
        }
    };
    let body = json!({
        "name": format!("publish: {name}"), "target": kind, "enforcement": "active",
        "conditions": {"ref_name": {"include": [target.trigger.reference()], "exclude": []}},
        "rules": rules, "bypass_actors": bypass,
    });
    let (title, why) = if kind == "tag" {
        (
            format!("Let only administrators create tags `{name}`"),
            "The right to push such a tag is the right to publish.",
        )
    } else {
        (format!("Protect the branch `{name}`"), "The right to push to it is the right to publish.")
    };
    let command = format!(
        "printf %s {} | {api} --method POST {} --input -",
        quote(&body.to_string()),
        quote(&format!("repos/{repo}/rulesets"))
    );
    Item::new(id, Some(Github), title, why).run(command).page("github-rulesets-api")
}

/// `text` as one part of a URL's path.
pub(super) fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
