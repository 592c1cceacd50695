//! Where a command publishes to.

use super::session::Found;
use crate::ci::{Job, Registry, Repository, Step};
use crate::facts::registry::{HOST, is_proxy};
use crate::project::Package;

/// The registry that a URL means.
pub(super) fn of_url(url: &str) -> Registry {
    let url = url.trim().trim_matches(['"', '\'']);
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    // npm's registry has no path below its host; proxies and other registries have.
    let below = || {
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        !path.trim_end_matches(['/', '"', '\'']).is_empty() && !path.contains(['$', '<', '{'])
    };
    if host.eq_ignore_ascii_case(HOST) || is_proxy(host) {
        Registry::Npm
    } else if host.contains(['$', '<', '{']) && below() && !host.contains("{{") {
        Registry::Other
    } else if host.contains(['$', '<', '{']) || host.is_empty() {
        Registry::Unknown
    } else {
        Registry::Other
    }
}

/// Whether a registry as npm configuration names it (`//host/path/`) can be the default one.
pub(super) fn may_be_npm(registry: &str) -> bool {
    of_url(registry) != Registry::Other
}

/// Variables that choose a registry, whatever the case.
const VARIABLES: [&str; 3] = ["npm_config_registry", "yarn_npm_publish_registry", "yarn_npm_registry_server"];

/// Decides in npm's order: the command's own words, a variable, what the package says, what earlier steps
/// chose, the default.
pub(super) fn decide(
    repository: &Repository<'_>,
    job: &Job,
    step: Option<&Step>,
    found: &Found,
    packages: &[&Package],
    chosen: Option<&(Option<String>, String)>,
) -> Registry {
    if let Some(registry) = found.registry {
        return registry;
    }
    let own = step.into_iter().flat_map(|step| step.env.iter().rev());
    let variable = own
        .chain(job.env.iter().rev())
        .find(|var| VARIABLES.iter().any(|name| var.name.eq_ignore_ascii_case(name)));
    if let Some(var) = variable {
        return of_url(var.text.shown());
    }
    let declared: Vec<Registry> = packages
        .iter()
        .filter_map(|package| repository.project.registry_of(package))
        .map(|registry| if registry.is_npm() { Registry::Npm } else { of_url(&registry.url) })
        .collect();
    if let Some(first) = declared.first().filter(|_| declared.len() == packages.len()) {
        return if declared.iter().all(|registry| registry == first) { *first } else { Registry::Unknown };
    }
    match chosen {
        // A scope's registry is for packages of that scope.
        Some((Some(scope), url)) if !scope.is_empty() => {
            let of_scope = |package: &&Package| {
                package.manifest.scope().is_some_and(|own| own.eq_ignore_ascii_case(scope))
            };
            if packages.is_empty() || packages.iter().any(of_scope) { of_url(url) } else { Registry::Npm }
        }
        Some((_, url)) => of_url(url),
        None => Registry::Npm,
    }
}
