//! Where the repository is hosted: what the commands name, as far as the spec or the git remote tells.

use super::Item;
use crate::facts::Provider;
use crate::plan::TargetPlan;
use crate::project::{Forge, Origin};
use crate::spec::{Auth, Details};

/// What stands for a GitHub repository that nothing tells.
pub(super) const REPOSITORY: &str = "<owner>/<repository>";
/// What stands for a GitLab project that nothing tells.
pub(super) const PROJECT: &str = "<group>/<project>";

/// A repository at its host.
pub(super) struct Home {
    /// The host, where it is one's own and not the provider's.
    pub(super) host: Option<String>,
    /// `owner/name`, or a project's full path; none where nothing tells.
    pub(super) path: Option<String>,
}

impl Home {
    /// The home of the pipeline `target` in a repository that comes from `origin`.
    pub(super) fn of(target: &TargetPlan, origin: Option<&Origin>) -> Self {
        let said = match &target.details {
            Details::Github { repository, .. } => repository.clone(),
            Details::Gitlab { project, .. } => project.clone(),
            Details::Circleci { .. } | Details::Token { .. } => None,
        };
        // An identity is taken from the provider's own host alone, so a host of one's own goes with a token; one whose
        // name says nothing is then this provider's.
        let own = |origin: &&Origin| match origin.address.forge() {
            Forge::GithubEnterprise => target.provider == Provider::Github,
            Forge::GitlabSelfManaged => target.provider == Provider::Gitlab,
            Forge::Other => target.auth == Auth::Token,
            _ => false,
        };
        let own = origin.filter(own).map(|origin| &origin.address);
        Self {
            host: own.map(|address| address.host.clone()),
            path: said.or_else(|| own.map(|address| address.path.clone())),
        }
    }

    /// The flag by which `gh api` and `glab api` reach a host of one's own; empty for the provider's.
    pub(super) fn api_flag(&self) -> String {
        self.host
            .as_ref()
            .map_or_else(String::new, |host| format!(" --hostname {}", crate::shell::quote(host)))
    }
}

/// Says how to name the repository, where nothing tells it.
pub(super) fn fill(item: Item) -> Item {
    // CircleCI's placeholder ends like GitHub's.
    let github = item.provider != Some(Provider::Circleci);
    let item =
        item.missing(PROJECT, "the full path, exactly as GitLab spells it", "providers.gitlab.project");
    if github {
        item.missing(REPOSITORY, "exactly as GitHub spells it", "providers.github.repository")
    } else {
        item
    }
}
