//! What starts a pipeline and what holds its jobs back, in each provider's own words: what is rendered,
//! and what reading it back must find.

use super::TriggerPlan;

/// GitHub's `on`: one event, held to one pattern or to one activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubEvent {
    /// The event.
    pub event: &'static str,
    /// Patterns of tags.
    pub tags: Vec<String>,
    /// Patterns of branches.
    pub branches: Vec<String>,
    /// Activities.
    pub types: Vec<&'static str>,
}

/// One line of CircleCI's `filters`: `tags`, `only`, a name or a regular expression between slashes.
pub type CircleciFilter = (&'static str, &'static str, String);

/// CircleCI's pipeline parameter that a person sets to publish by hand.
pub const CIRCLECI_PARAMETER: &str = "publish-to-npm";

/// GitHub's concurrency group: one for each commit, for of those that wait in one group only the newest stays.
pub const GITHUB_GROUP: &str = "npm-publish-${{ github.sha }}";

/// CircleCI's serial group: one for each commit, for an older pipeline is skipped where a newer one waits or runs in
/// the same group. A tag may have characters that a group's name may not.
pub const CIRCLECI_GROUP: &str = "<< pipeline.project.slug >>/npm-publish/<< pipeline.git.revision >>";

impl TriggerPlan {
    /// The event that starts the workflow on GitHub.
    pub fn github_event(&self) -> GithubEvent {
        let event = |event| GithubEvent { event, tags: Vec::new(), branches: Vec::new(), types: Vec::new() };
        match self {
            Self::Tag(pattern) => GithubEvent { tags: vec![pattern.github_filter()], ..event("push") },
            Self::Branch(branch) => GithubEvent { branches: vec![branch.github_filter()], ..event("push") },
            Self::Release(_) => GithubEvent { types: vec!["published"], ..event("release") },
            Self::Manual(_) => event("workflow_dispatch"),
        }
    }

    /// The `if` of the pack job on GitHub, where the event alone lets more in.
    pub fn github_condition(&self) -> Option<String> {
        match self {
            Self::Release(pattern) => pattern.github_condition("github.event.release.tag_name"),
            Self::Manual(branch) => {
                Some(format!("github.ref == 'refs/heads/{}'", branch.as_str().replace('\'', "''")))
            }
            Self::Tag(_) | Self::Branch(_) => None,
        }
    }

    /// The rule of both jobs on GitLab, which reads `rules` alone: a protected reference, never a merge request's.
    pub fn gitlab_rule(&self) -> String {
        let term = match self {
            Self::Tag(pattern) | Self::Release(pattern) => {
                format!("$CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_TAG =~ {}", pattern.regex())
            }
            Self::Branch(branch) => {
                format!("$CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_BRANCH == \"{}\"", branch.as_str())
            }
            Self::Manual(branch) => {
                format!("$CI_PIPELINE_SOURCE == \"web\" && $CI_COMMIT_BRANCH == \"{}\"", branch.as_str())
            }
        };
        format!("{term} && $CI_COMMIT_REF_PROTECTED == \"true\"")
    }

    /// The filters of both jobs on CircleCI. A job without a filter of tags runs for none.
    pub fn circleci_filters(&self) -> Vec<CircleciFilter> {
        match self {
            Self::Tag(pattern) | Self::Release(pattern) => {
                vec![("tags", "only", pattern.circleci_filter()), ("branches", "ignore", "/.*/".to_owned())]
            }
            Self::Branch(branch) | Self::Manual(branch) => {
                vec![("branches", "only", branch.as_str().to_owned())]
            }
        }
    }

    /// The `when` of the workflow on CircleCI, where a push alone must start nothing.
    pub fn circleci_when(&self) -> Option<String> {
        matches!(self, Self::Manual(_)).then(|| format!("<< pipeline.parameters.{CIRCLECI_PARAMETER} >>"))
    }
}
