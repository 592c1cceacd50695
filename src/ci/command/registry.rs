//! Which registry a publish goes to: flags, configuration that the script writes, environment, and the
//! repository's own files, in the order in which npm looks at them.

use super::args::Args;
use super::model::Publish;
use super::npm::environment;
use super::walk::{Call, Walk};
use crate::ci::{Registry, Tool};
use crate::diagnostic::Location;
use crate::facts::registry::{HOST, is_proxy};
use crate::files;

/// What decided, as written, with its place where it stands in a file.
type Evidence = Option<(String, Option<Location>)>;

/// Registries that the job has chosen by then.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// By scope with its `@`, the last setting of a scope last.
    scopes: Vec<(String, String)>,
    default: Option<String>,
    /// Whether a command of the script that is being read has chosen the default.
    by_command: bool,
}

impl Chosen {
    /// Takes over the user's configuration.
    pub(super) fn user(&mut self, scope: Option<&str>, url: Option<&str>) {
        if let Some(url) = url {
            self.set(scope, url);
            self.by_command = false;
        }
    }

    /// Takes over a setting that a command writes.
    pub(super) fn set(&mut self, scope: Option<&str>, url: &str) {
        if let Some(scope) = scope {
            self.scopes.push((scope.to_owned(), url.to_owned()));
        } else {
            (self.default, self.by_command) = (Some(url.to_owned()), true);
        }
    }

    fn scope(&self, scope: &str) -> Option<&str> {
        self.scopes.iter().rfind(|(name, _)| name == scope).map(|(_, url)| url.as_str())
    }
}

/// Which registry a URL is.
pub(super) fn classify(url: &str) -> Registry {
    // GitLab's own registry is always written with its API variables, GitHub's with its host.
    const OTHERS: [&str; 4] = ["CI_API_V4_URL", "CI_SERVER_", "npm.pkg.github.com", "/packages/npm"];
    let host = url.split_once("//").map_or(url, |(_, rest)| rest).split(['/', ':']).next();
    if url.contains(HOST) || host.is_some_and(is_proxy) {
        Registry::Npm
    } else if OTHERS.iter().any(|other| url.contains(other)) {
        Registry::Other
    } else if url.is_empty() || url.contains('$') || url.contains("<<") {
        Registry::Unknown
    } else {
        Registry::Other
    }
}

/// The registry of a publish and what decided it.
pub(super) fn of_publish(
    walk: &Walk<'_, '_>,
    args: &Args<'_>,
    publish: &Publish,
    call: &Call<'_>,
) -> (Registry, Evidence) {
    let given = |url: &str| (classify(url), Some((url.to_owned(), None)));
    let flag = args.value("registry").or_else(|| args.value("publish-registry"));
    let named = args.names().find_map(|name| {
        let scope = name.strip_suffix(":registry")?;
        Some((scope, args.value(name)?))
    });
    if let Some((_, url)) = named {
        return given(url);
    }
    let scopes = package_scopes(walk, publish, call);
    // A scope's registry wins over every other setting (npm-registry-fetch, `pickRegistry`).
    if let Some(url) = scopes.iter().find_map(|scope| walk.chosen.scope(scope)) {
        return given(url);
    }
    let repository = of_files(walk, publish, call);
    if let Some((registry, evidence, true)) = &repository {
        return (*registry, evidence.clone());
    }
    if let Some(url) = flag {
        return given(url);
    }
    let variable = match publish.tool {
        Tool::Yarn => ["YARN_NPM_PUBLISH_REGISTRY", "YARN_NPM_REGISTRY_SERVER"]
            .iter()
            .find_map(|name| walk.variables.get(name)),
        _ => environment(walk, call, "registry"),
    };
    // Whether npm reads an `.npmrc` above the package depends on whose workspace it is; pnpm and yarn do.
    let contradicted = walk.chosen.by_command
        && repository.as_ref().is_some_and(|(registry, ..)| {
            walk.chosen.default.as_deref().is_some_and(|url| classify(url) != *registry)
        });
    match (repository, variable, walk.chosen.default.as_deref()) {
        (Some(_), _, Some(url)) if contradicted => (Registry::Unknown, Some((url.to_owned(), None))),
        (Some((registry, evidence, _)), _, _) => (registry, evidence),
        (None, Some(url), _) | (None, None, Some(url)) => given(url),
        // Only one scope is sent elsewhere, and whose package this is cannot be seen: it may be of that scope.
        (None, None, None) if scopes.is_empty() && !walk.chosen.scopes.is_empty() => {
            let all: Vec<Registry> = walk.chosen.scopes.iter().map(|(_, url)| classify(url)).collect();
            let first = walk.chosen.scopes.first().map(|(_, url)| (url.clone(), None));
            let same = all.iter().all(|registry| *registry == all[0]);
            if same { (all[0], first) } else { (Registry::Unknown, first) }
        }
        (None, None, None) => (Registry::Npm, None),
    }
}

/// Scopes of the packages that a publish may send.
fn package_scopes(walk: &Walk<'_, '_>, publish: &Publish, call: &Call<'_>) -> Vec<String> {
    let project = walk.finder.project;
    if publish.recursive || !publish.workspaces.is_empty() {
        let scopes = project.publishable().filter_map(|package| package.manifest.scope());
        let mut scopes: Vec<String> = scopes.map(str::to_owned).collect();
        scopes.dedup();
        return scopes;
    }
    let manifest = folder_of(publish, call).and_then(|folder| walk.finder.manifest_in(&folder));
    manifest.iter().filter_map(|manifest| manifest.scope()).map(str::to_owned).collect()
}

/// The folder whose package is published, where that can be known.
fn folder_of(publish: &Publish, call: &Call<'_>) -> Option<String> {
    let here = call.directory?;
    match &publish.target {
        None => Some(here.to_owned()),
        Some(target) if target.contains('$') || target.ends_with("gz") => None,
        Some(target) => files::join(here, target),
    }
}

/// What the repository's files say, and whether it is a scope's registry.
fn of_files(walk: &Walk<'_, '_>, publish: &Publish, call: &Call<'_>) -> Option<(Registry, Evidence, bool)> {
    let project = walk.finder.project;
    let mut found: Option<(Registry, Evidence, bool)> = None;
    let own = folder_of(publish, call).filter(|_| !publish.recursive);
    let one = own.as_deref().and_then(|folder| project.package_in(folder));
    let all: Vec<_> = match one {
        Some(package) => vec![package],
        None if publish.recursive => project.publishable().collect(),
        None => Vec::new(),
    };
    for package in all {
        let registry = project.registry_of(package)?;
        let class = if registry.is_npm() { Registry::Npm } else { classify(&registry.url) };
        let scope = registry.origin == crate::project::RegistryOrigin::Scope;
        match &found {
            None => found = Some((class, Some((registry.url, Some(registry.location))), scope)),
            Some((known, ..)) if *known == class => {}
            Some(_) => {
                return Some((Registry::Unknown, Some((registry.url, Some(registry.location))), scope));
            }
        }
    }
    found
}
