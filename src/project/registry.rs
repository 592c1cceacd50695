//! Which registry `npm publish` sends a package to.

use super::{Package, Project};
use crate::diagnostic::Location;
use crate::facts::registry::URL;

/// What chose a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegistryOrigin {
    /// The scope's registry, of `publishConfig` or an `.npmrc`: it wins over everything else.
    Scope,
    /// `publishConfig.registry`.
    PublishConfig,
    /// `registry` of an `.npmrc`.
    Npmrc,
}

/// A registry that the repository's files choose.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Its URL as written; it may hold a `${VAR}`.
    pub url: String,
    /// What chose it.
    pub origin: RegistryOrigin,
    /// Where.
    pub location: Location,
}

impl Registry {
    /// Whether it is the default npm registry, the one with trusted publishing.
    pub fn is_npm(&self) -> bool {
        same_registry(&self.url, URL)
    }
}

/// Whether two registry URLs name one registry: scheme and trailing slash aside.
fn same_registry(a: &str, b: &str) -> bool {
    let bare = |url: &str| {
        let url = url.trim().trim_end_matches('/');
        url.split_once("://").map_or(url, |(_, rest)| rest).to_ascii_lowercase()
    };
    bare(a) == bare(b)
}

impl Project {
    /// The registry that the repository's files choose for publishing `package` with npm; none leaves
    /// npm's default. In npm's order: the scope's registry (`publishConfig` laid over `.npmrc`), then
    /// `publishConfig.registry`, then `.npmrc` (npm, `lib/commands/publish.js`; npm-registry-fetch, `pickRegistry`).
    pub fn registry_of(&self, package: &Package) -> Option<Registry> {
        let manifest = &package.manifest;
        let config = &manifest.publish_config;
        let in_manifest = |text: &super::Text, origin| {
            let location = Location::new(&manifest.source, text.span);
            Registry { url: text.value.clone(), origin, location }
        };
        let of_scope = |scope: &str| {
            let own = config.scopes.iter().rfind(|(name, _)| name == scope);
            own.map(|(_, text)| in_manifest(text, RegistryOrigin::Scope)).or_else(|| {
                self.npmrc_of(package).find_map(|npmrc| {
                    let entry = npmrc.scope_registry(scope)?;
                    let location = Location::new(&npmrc.source, entry.span());
                    Some(Registry { url: entry.value.clone(), origin: RegistryOrigin::Scope, location })
                })
            })
        };
        let of_npmrc = || {
            self.npmrc_of(package).find_map(|npmrc| {
                let entry = npmrc.get("registry")?;
                let location = Location::new(&npmrc.source, entry.span());
                Some(Registry { url: entry.value.clone(), origin: RegistryOrigin::Npmrc, location })
            })
        };
        manifest
            .scope()
            .and_then(of_scope)
            .or_else(|| config.registry.as_ref().map(|text| in_manifest(text, RegistryOrigin::PublishConfig)))
            .or_else(of_npmrc)
    }
}
