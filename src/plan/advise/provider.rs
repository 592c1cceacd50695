//! Which CI systems are in question, the recommended one first.

use super::Situation;
use crate::facts::Provider;
use crate::facts::providers::capability;
use crate::project::Forge;

/// A CI system in question.
pub(super) struct Candidate {
    pub(super) provider: Provider,
    pub(super) because: String,
    /// Whether it is the public instance whose identity npm takes: github.com, gitlab.com, CircleCI cloud.
    pub(super) public_instance: bool,
}

/// The CI systems that the user names; else those that publish today, then those with configuration files,
/// then the host's own. Of those with files, the ones whose identity npm takes come first.
pub(super) fn candidates(situation: &Situation<'_>) -> Vec<Candidate> {
    let mut found: Vec<(Provider, String)> = Vec::new();
    let mut add = |provider: Provider, because: String| {
        if !found.iter().any(|(known, _)| *known == provider) {
            found.push((provider, because));
        }
    };
    if situation.providers.is_empty() {
        for provider in in_spec(situation) {
            add(provider, "`trustpub.yml` names it".to_owned());
        }
        for path in &situation.model.paths {
            add(path.provider, format!("{} publishes today", path.file));
        }
        let mut files: Vec<_> = situation.project.ci.files.iter().collect();
        files.sort_by_key(|file| !identity_possible(situation, file.provider));
        let own = own_ci(situation);
        if let Some(own) = own.filter(|own| files.iter().any(|file| file.provider == *own)) {
            add(own, host_reason(situation, own));
        }
        for file in files {
            add(file.provider, format!("{} is there", file.path));
        }
        if let Some(own) = own {
            add(own, host_reason(situation, own));
        }
    } else {
        for &provider in situation.providers {
            add(provider, "you named it".to_owned());
        }
    }
    let candidate = |(provider, because)| {
        let public_instance = public_instance(situation, provider);
        Candidate { provider, because, public_instance }
    };
    let mut candidates: Vec<Candidate> = found.into_iter().map(candidate).collect();
    if situation.providers.is_empty() && situation.model.paths.is_empty() && situation.spec.is_none() {
        // Nothing publishes yet: an identity is worth more than the CI that is there already.
        candidates
            .sort_by_key(|candidate| !(candidate.public_instance && capability(candidate.provider).oidc));
    }
    candidates
}

fn in_spec(situation: &Situation<'_>) -> Vec<Provider> {
    let Some(spec) = situation.spec else { return Vec::new() };
    let named = |provider: &Provider| match provider {
        Provider::Github => spec.providers.github.is_some(),
        Provider::Gitlab => spec.providers.gitlab.is_some(),
        Provider::Circleci => spec.providers.circleci.is_some(),
        Provider::Azure => spec.providers.azure.is_some(),
        Provider::Jenkins => spec.providers.jenkins.is_some(),
        Provider::Bitbucket => spec.providers.bitbucket.is_some(),
        Provider::Buildkite => spec.providers.buildkite.is_some(),
    };
    Provider::ALL.into_iter().filter(named).collect()
}

fn forge(situation: &Situation<'_>) -> Option<Forge> {
    situation.project.origin().map(|origin| origin.address.forge())
}

/// The CI that comes with the host.
fn own_ci(situation: &Situation<'_>) -> Option<Provider> {
    match forge(situation)? {
        Forge::Github | Forge::GithubEnterprise => Some(Provider::Github),
        Forge::Gitlab | Forge::GitlabSelfManaged => Some(Provider::Gitlab),
        Forge::Bitbucket => Some(Provider::Bitbucket),
        Forge::Azure => Some(Provider::Azure),
        Forge::Other => None,
    }
}

fn host_reason(situation: &Situation<'_>, own: Provider) -> String {
    let host = situation.project.origin().map(|origin| origin.address.host).unwrap_or_default();
    format!("the repository is on {host}, which brings {}", own.name())
}

/// Whether `provider` here is the instance whose identity npm takes. A repository without a known host
/// gets the benefit of the doubt; one on a host of its own does not.
fn public_instance(situation: &Situation<'_>, provider: Provider) -> bool {
    match (provider, forge(situation)) {
        (Provider::Github, Some(forge)) => forge == Forge::Github,
        // GitLab.com also runs pipelines for repositories that it mirrors from GitHub.
        (Provider::Gitlab, Some(forge)) => matches!(forge, Forge::Gitlab | Forge::Github),
        _ => true,
    }
}

fn identity_possible(situation: &Situation<'_>, provider: Provider) -> bool {
    capability(provider).oidc && public_instance(situation, provider)
}
