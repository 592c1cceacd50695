//! Whether installing needs a token: a scope of the dependencies that an `.npmrc` maps to a registry with a credential.

use crate::facts::Provider;
use crate::project::{Credential, Npmrc, Project};

/// The secret that the install step needs.
pub(super) struct InstallToken {
    pub(super) variable: String,
    pub(super) reason: String,
}

/// The token, or what to do where its name cannot be a secret's.
pub(super) fn token(project: &Project, providers: &[Provider]) -> Option<Result<InstallToken, String>> {
    let npmrc = project.npmrc.as_ref()?;
    let mut found = npmrc.scopes().filter_map(|(scope, entry)| {
        let dependency = dependency_in(project, scope)?;
        let (variable, line) = credential_for(npmrc, &entry.value)?;
        if providers.contains(&Provider::Github) && variable.to_ascii_uppercase().starts_with("GITHUB_") {
            return Some(Err(format!(
                "{dependency} comes from a registry that .npmrc:{line} reads {variable} for, a name that GitHub gives to no secret: it was \
                 not taken over, and the install has no token for it. Make a secret of another name with a read-only token, \
                 write that name in .npmrc and under `build.install-token`."
            )));
        }
        let reason = format!(
            "{dependency} comes from a registry that .npmrc:{line} reads {variable} for; a read-only token, which the install step alone sees"
        );
        Some(Ok(InstallToken { variable, reason }))
    });
    let first = found.next()?;
    // A name that works counts before one that does not.
    Some(if first.is_err() { found.find(Result::is_ok).unwrap_or(first) } else { first })
}

/// A dependency in `scope` that is no package of this repository.
fn dependency_in(project: &Project, scope: &str) -> Option<String> {
    let dependencies = project.packages.iter().flat_map(|package| &package.manifest.dependencies);
    let mut names = dependencies.map(|dependency| dependency.name.as_str());
    let in_scope = |name: &&str| name.strip_prefix(scope).is_some_and(|rest| rest.starts_with('/'));
    names.find(|name| in_scope(name) && project.package(name).is_none()).map(str::to_owned)
}

/// The variable that a credential line reads for the registry at `url`, and its line.
fn credential_for(npmrc: &Npmrc, url: &str) -> Option<(String, usize)> {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    let slashed = format!("//{}/", bare.trim_end_matches('/'));
    let mut lines = npmrc.auth().filter(|auth| {
        let applies = auth
            .registry
            .is_some_and(|registry| slashed.starts_with(&format!("{}/", registry.trim_end_matches('/'))));
        applies && auth.credential == Credential::Variable
    });
    let auth = lines.next()?;
    let variable = (*auth.entry.variables().first()?).to_owned();
    Some((variable, npmrc.source.position(auth.entry.key_span.start).line))
}
