//! Limits and dates: npm's and the providers'.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Date, Fact, Listed, Origin, entry};

/// A number or a date that npm or a provider sets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limit {
    /// Its name, such as `publishers-per-package`.
    pub id: String,
    /// The number, where it is one; the name and the prose give the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// The first day on which it holds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Whether the date is an announcement.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub planned: bool,
    /// The limit in prose.
    pub says: String,
    /// Where this is known from.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Limit {
    /// Whether it holds on `day`: always, unless it starts later.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
    }
}

impl Fact for Limit {
    fn id(&self) -> String {
        self.id.clone()
    }
    fn says(&self) -> String {
        match (self.from, self.planned) {
            (Some(from), true) => format!("{} [planned: {from}]", self.says),
            (Some(from), false) => format!("{} [since {from}]", self.says),
            (None, _) => self.says.clone(),
        }
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    limit: Vec<Limit>,
}

const TEXT: &str = include_str!("../../facts/limits.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| entry::read(TEXT))
}

fn limit(id: &str) -> &'static Limit {
    let found = file().limit.iter().find(|limit| limit.id == id);
    found.expect("every id below stands in the file: a test calls each function")
}

/// How many trusted publishers a package may have ([`Limit::value`]).
pub fn publishers_per_package() -> &'static Limit {
    limit("publishers-per-package")
}

/// How many days a granular token that may write lives at most ([`Limit::value`]).
pub fn write_token_days() -> &'static Limit {
    limit("write-token-days")
}

/// Since when tokens that bypass 2FA manage nothing ([`Limit::from`]).
pub fn bypass_tokens_no_management() -> &'static Limit {
    limit("bypass-tokens-no-management")
}

/// From when tokens that bypass 2FA cannot publish directly ([`Limit::from`], planned).
pub fn bypass_tokens_no_publish() -> &'static Limit {
    limit("bypass-tokens-no-publish")
}

/// Since when a trusted publisher must name its allowed actions ([`Limit::from`]).
pub fn allowed_actions_mandatory() -> &'static Limit {
    limit("allowed-actions-mandatory")
}

/// Since when staging is always allowed to a publisher ([`Limit::from`]).
pub fn staging_always_allowed() -> &'static Limit {
    limit("staging-always-allowed")
}

/// Since when stage-only tokens exist ([`Limit::from`]).
pub fn stage_only_tokens() -> &'static Limit {
    limit("stage-only-tokens")
}

/// Since when classic tokens are revoked ([`Limit::from`]).
pub fn classic_tokens_revoked() -> &'static Limit {
    limit("classic-tokens-revoked")
}

/// On which GitLab plans an environment can be protected (in prose).
pub fn gitlab_protected_environments() -> &'static Limit {
    limit("gitlab-protected-environments")
}

/// Since when new GitHub repositories have an immutable subject ([`Limit::from`]).
pub fn github_immutable_subject() -> &'static Limit {
    limit("github-immutable-subject")
}

/// How many packages one 2FA window of `npm trust` covers ([`Limit::value`]).
pub fn trust_bulk_packages() -> &'static Limit {
    limit("trust-bulk-packages")
}

/// How many seconds to pause between packages in bulk ([`Limit::value`]).
pub fn trust_bulk_pause_seconds() -> &'static Limit {
    limit("trust-bulk-pause-seconds")
}

/// How many results a SARIF run may have for GitHub's code scanning ([`Limit::value`]).
pub fn github_sarif_results() -> &'static Limit {
    limit("github-sarif-results")
}

pub(super) fn list(into: &mut Vec<Listed>) {
    into.extend(file().limit.iter().map(|fact| Listed::new("limits", fact)));
}

#[cfg(test)]
pub(super) fn raw() -> Vec<(&'static str, serde_json::Value)> {
    vec![(TEXT, serde_json::json!(file()))]
}
