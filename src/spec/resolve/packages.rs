//! Which packages are published, from where, under which tag.

use super::Resolver;
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::project::{Package as Found, Text};
use crate::schema::closest;
use crate::spec::fault::{CONTRADICTION, Fault, IMPOSSIBLE, INVALID_VALUE, MISSING};
use crate::spec::model::{Access, Package};
use crate::spec::resolved::ResolvedPackage;
use crate::spec::validate::is_package_name;

/// A package and the providers that publish it; none means every provider.
pub(super) struct Assigned {
    pub(super) package: ResolvedPackage,
    pub(super) providers: Option<Vec<Provider>>,
}

impl Resolver<'_> {
    /// Every package, dependencies first.
    pub(super) fn packages(&mut self, tag: &str) -> Vec<Assigned> {
        match &self.spec.packages {
            Some(named) => {
                let mut assigned: Vec<Assigned> =
                    named.iter().filter_map(|(name, package)| self.named(name, package, tag)).collect();
                let order: Vec<&str> = self.project().publishable().filter_map(Found::name).collect();
                assigned.sort_by_key(|one| order.iter().position(|name| *name == one.package.name));
                assigned
            }
            None => self.every_package(tag),
        }
    }

    fn named(&mut self, name: &str, said: &Package, tag: &str) -> Option<Assigned> {
        let key = format!("packages.{name}");
        let Some(found) = self.project().package(name) else {
            let names: Vec<&str> = self.project().packages.iter().filter_map(Found::name).collect();
            let help = match (closest(name, names.iter().copied()), names.as_slice()) {
                (Some(other), _) => format!("did you mean `{other}`?"),
                (None, []) => "no package.json with a name was found in this repository".to_owned(),
                (None, few) => format!("the packages here are {}", list(few)),
            };
            let message = format!("this repository has no package named `{name}`");
            self.faults.push(Fault::new(MISSING, key, message, help));
            return None;
        };
        let path = found.path().to_owned();
        if found.manifest.private {
            let message = format!("`{name}` is marked private, and npm refuses to publish it");
            let help =
                format!("remove `\"private\": true` from {}, or leave the package out", manifest(&path));
            self.faults.push(Fault::new(CONTRADICTION, key.clone(), message, help));
        }
        if let Some(elsewhere) = said.path.as_ref().filter(|said| normal(said) != normal(&path)) {
            let message = format!("`{name}` is not in `{elsewhere}`");
            let help = format!("write `path: {path}`, or leave it out");
            self.faults.push(Fault::new(CONTRADICTION, format!("{key}.path"), message, help));
        }
        if let Some(registry) = self.project().registry_of(found).filter(|registry| !registry.is_npm()) {
            let message = format!("`{name}` is published to {}, not to npm's registry", registry.url);
            let help = format!(
                "trusted publishing is for npm's registry: change {}, or leave the package out",
                registry.location.source.path()
            );
            self.faults.push(Fault::new(IMPOSSIBLE, key, message, help));
        }
        Some(Assigned { package: self.resolved(found, said, tag), providers: said.providers.clone() })
    }

    fn every_package(&mut self, tag: &str) -> Vec<Assigned> {
        let (ours, others): (Vec<&Found>, Vec<&Found>) = self.project().publishable().partition(|package| {
            self.project().registry_of(package).is_none_or(|registry| registry.is_npm())
        });
        let names: Vec<&str> = ours.iter().filter_map(|package| package.name()).collect();
        if names.is_empty() {
            let help = if self.project().packages.is_empty() {
                "there is no package.json here; run trustpub at the root of the repository"
            } else {
                "every package here is private, has no name, or is published to another registry"
            };
            let fault = Fault::new(MISSING, "packages", "there is no package to publish", help);
            self.faults.push(fault);
            return Vec::new();
        }
        for (index, found) in ours.iter().enumerate() {
            if let Some(twin) = ours[..index].iter().find(|twin| twin.name() == found.name()) {
                let name = found.name().unwrap_or_default();
                let (one, other) = (manifest(twin.path()), manifest(found.path()));
                let message = format!("{one} and {other} both name the package `{name}`");
                let help = "give one another name, or mark the one that is not published as private";
                self.faults.push(Fault::new(CONTRADICTION, "packages", message, help));
            }
        }
        self.left_out();
        let elsewhere: Vec<&str> = others.iter().filter_map(|package| package.name()).collect();
        let rest = match elsewhere.as_slice() {
            [] => String::new(),
            some => format!("; to another registry: {}", list(some)),
        };
        let reason = format!("every package of this repository that is not private{rest}");
        self.choose("packages", names.join(", "), reason);
        let default = Package::default();
        ours.iter()
            .map(|found| Assigned { package: self.resolved(found, &default, tag), providers: None })
            .collect()
    }

    /// What npm refuses in a manifest, whatever the pipeline.
    fn manifest(&mut self, found: &Found) {
        let manifest = &found.manifest;
        let key = format!("packages.{}", found.name().unwrap_or_default());
        let mut refuse = |text: &Text, what: &str, help: &str| {
            let message = format!("`{}` is no {what}, and npm refuses it", text.value);
            let place = Location::new(&manifest.source, text.span);
            self.faults.push(Fault::new(INVALID_VALUE, key.as_str(), message, help).at(place));
        };
        if let Some(name) = manifest.name.as_ref().filter(|name| !is_package_name(&name.value)) {
            refuse(
                name,
                "package name",
                "use letters, digits, `-`, `.` and `_`, as in `my-package` or `@scope/my-package`",
            );
        }
        let lawful =
            |text: &str| text.trim_start_matches(['v', '=', ' ']).parse::<crate::facts::Version>().is_ok();
        if let Some(version) = manifest.version.as_ref().filter(|version| !lawful(&version.value)) {
            refuse(version, "version", "write three numbers, as in `1.0.0`");
        }
    }

    /// Packages that look meant for npm and that nothing can publish.
    fn left_out(&mut self) {
        let publishes: Vec<&str> = self.project().publishable().map(Found::path).collect();
        let mut warnings = Vec::new();
        for found in &self.project().packages {
            let Some(name) = found.manifest.name.as_ref() else { continue };
            if found.manifest.private || found.manifest.version.is_some() || publishes.contains(&found.path())
            {
                continue;
            }
            let message = format!("`{}` has no version, so it is left out", name.value);
            let help = format!("add one to {}, or `\"private\": true`", manifest(found.path()));
            let place = Location::new(&found.manifest.source, name.span);
            warnings.push(Fault::new(MISSING, "packages", message, help).at(place));
        }
        self.warnings.extend(warnings);
    }

    fn resolved(&mut self, found: &Found, said: &Package, tag: &str) -> ResolvedPackage {
        let name = found.name().unwrap_or_default().to_owned();
        let config = &found.manifest.publish_config;
        let key = format!("packages.{name}");
        self.manifest(found);
        if let Some(version) = found.placeholder_version() {
            let message = format!("`{name}` has the version {version} until its release tool publishes it");
            let help = "let the tool commit the version before the pipeline starts, or leave the package out";
            self.faults.push(Fault::new(IMPOSSIBLE, key.as_str(), message, help));
        }
        let access = said.access.or_else(|| {
            let of_manifest = config.access.as_ref().and_then(|access| match access.value.as_str() {
                "public" => Some(Access::Public),
                "restricted" => Some(Access::Restricted),
                _ => None,
            });
            of_manifest.or_else(|| (!name.starts_with('@')).then_some(Access::Public))
        });
        if access == Some(Access::Restricted) && !name.starts_with('@') {
            let message =
                format!("`{name}` has no scope, and npm restricts access to packages of a scope alone");
            let help = "write `access: public`, or publish it as `@scope/name`";
            self.faults.push(Fault::new(CONTRADICTION, format!("{key}.access"), message, help));
        }
        let own_tag = said.tag.clone().or_else(|| {
            let of_manifest = config.tag.as_ref()?.value.clone();
            let reason = format!("`publishConfig.tag` of {}", manifest(found.path()));
            self.choose(format!("{key}.tag"), of_manifest.as_str(), reason);
            Some(of_manifest)
        });
        let tag = own_tag.unwrap_or_else(|| tag.to_owned());
        let version = found.manifest.version.as_ref().map(|version| version.value.clone());
        ResolvedPackage { path: found.path().to_owned(), name, access, tag, version }
    }
}

fn manifest(path: &str) -> String {
    if path == "." { "package.json".to_owned() } else { format!("{path}/package.json") }
}

fn normal(path: &str) -> Option<String> {
    crate::files::join("", path)
}

/// A few names for a sentence.
fn list(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(shown.len());
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
