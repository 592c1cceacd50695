//! The file: a small envelope around what the providers' APIs answer, word for word. Of an answer only
//! what decides about a guard is read; all else in it is passed over.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// What `--settings FILE` reads: protections and restrictions as the providers' APIs answer them.
/// docs/settings.md has the commands that export it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The address of this schema, for editors.
    #[serde(rename = "$schema")]
    pub schema_address: Option<String>,
    /// The version of this format: 1.
    #[schemars(extend("const" = 1))]
    pub schema: u8,
    /// Settings of the repository on GitHub.
    pub github: Option<Github>,
    /// Settings of the project on GitLab.
    pub gitlab: Option<Gitlab>,
    /// Settings of the organization on CircleCI.
    pub circleci: Option<Circleci>,
}

/// Answers of GitHub's REST API.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Github {
    /// `GET /repos/OWNER/NAME/environments`: the answer, or a list of its pages.
    pub environments: Option<Pages<Environments>>,
    /// `GET /repos/OWNER/NAME/environments/ENVIRONMENT/deployment-branch-policies`, by the environment's name.
    #[serde(default)]
    pub deployment_branch_policies: BTreeMap<String, Pages<BranchPolicies>>,
    /// `GET /repos/OWNER/NAME/branches?protected=true`.
    pub protected_branches: Option<Vec<Named>>,
}

/// An answer that comes in pages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Pages<T> {
    /// The one page.
    One(T),
    /// All of them.
    Several(Vec<T>),
}

impl<T> Pages<T> {
    /// The pages in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        match self {
            Self::One(page) => std::slice::from_ref(page).iter(),
            Self::Several(pages) => pages.iter(),
        }
    }
}

/// A page of environments.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Environments {
    /// How many there are, on all pages.
    pub total_count: Option<usize>,
    /// Those of this page.
    pub environments: Vec<Environment>,
}

/// An environment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Reviewers, timers and rules of apps.
    #[serde(default)]
    pub protection_rules: Vec<ProtectionRule>,
    /// Which refs may deploy; null lets every one.
    pub deployment_branch_policy: Option<BranchPolicy>,
}

/// A protection rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ProtectionRule {
    /// `required_reviewers`, `wait_timer`, `branch_policy`, or an app's own.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who may approve.
    #[serde(default)]
    pub reviewers: Vec<Reviewer>,
}

/// Somebody who may approve a deployment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Reviewer {
    /// The user or team.
    pub reviewer: Account,
}

/// A user or team.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Account {
    /// A user's name.
    pub login: Option<String>,
    /// A team's name.
    pub slug: Option<String>,
}

/// Which refs may deploy to an environment.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct BranchPolicy {
    /// Protected branches alone.
    pub protected_branches: bool,
    /// Those that match a list of patterns.
    pub custom_branch_policies: bool,
}

/// A page of an environment's patterns.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct BranchPolicies {
    /// Those of this page.
    pub branch_policies: Vec<RefPattern>,
}

/// A pattern of refs that may deploy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct RefPattern {
    /// The pattern.
    pub name: String,
    /// `branch` or `tag`; older servers leave it out and mean branches.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// Something of which the name alone is read.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Named {
    /// Its name.
    pub name: String,
}

/// Answers of GitLab's REST API.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gitlab {
    /// `GET /projects/ID/protected_environments`.
    pub protected_environments: Option<Vec<ProtectedEnvironment>>,
    /// `GET /groups/ID/protected_environments` of every group around the project, in one list; `[]` where
    /// the project lies in no group.
    pub group_protected_environments: Option<Vec<ProtectedEnvironment>>,
}

/// A protected environment; for a group its name is a deployment tier.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ProtectedEnvironment {
    /// Its name.
    pub name: String,
    /// Who may deploy.
    #[serde(default)]
    pub deploy_access_levels: Vec<Access>,
    /// How many must approve a deployment (older form).
    pub required_approval_count: Option<u32>,
    /// Who must approve a deployment.
    #[serde(default)]
    pub approval_rules: Vec<ApprovalRule>,
}

/// A role, user or group that has access.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Access {
    /// The least role: 30 Developer, 40 Maintainer, 60 Admin.
    pub access_level: Option<u32>,
    /// The same in words.
    pub access_level_description: Option<String>,
    /// One user.
    pub user_id: Option<u64>,
    /// One group.
    pub group_id: Option<u64>,
}

/// Who must approve a deployment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ApprovalRule {
    /// How many of them.
    #[serde(default)]
    pub required_approvals: u32,
}

/// Answers of CircleCI's REST API, version 2.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Circleci {
    /// What was asked of each context, by the context's name.
    #[serde(default)]
    pub contexts: BTreeMap<String, Context>,
}

/// A context.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Context {
    /// `GET /api/v2/context/CONTEXT-ID/restrictions`.
    pub restrictions: Option<Items<Restriction>>,
    /// `GET /api/v2/context/CONTEXT-ID/environment-variable`: names, never values.
    pub environment_variables: Option<Items<Variable>>,
}

/// A page of a list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Items<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; null or left out on the last one.
    pub next_page_token: Option<String>,
}

/// A restriction of a context.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Restriction {
    /// `project`, `expression` or `group`.
    pub restriction_type: String,
    /// The project's or group's id, or the expression.
    pub restriction_value: String,
    /// The project's or group's name.
    pub name: Option<String>,
}

/// A variable of a context.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Variable {
    /// Its name.
    pub variable: String,
}
