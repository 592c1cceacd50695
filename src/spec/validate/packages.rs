//! Packages: names, places, and who publishes which.

use super::{Checker, field};
use crate::facts::Provider;
use crate::spec::fault::{CONTRADICTION, INVALID_VALUE, MISSING};
use crate::spec::model::Package;

impl Checker<'_> {
    pub(super) fn packages(&mut self) {
        let Some(packages) = &self.spec.packages else {
            if let [first, second, ..] = self.named.as_slice() {
                let (first, second) = (*first, *second);
                let message = format!(
                    "{} and {} would both publish every package, and nothing says that this is meant",
                    first.name(),
                    second.name()
                );
                let help = format!(
                    "name each package with its providers, as in `packages: {{my-package: {{providers: [{first}]}}}}`"
                );
                self.fault(CONTRADICTION, &format!("providers.{second}"), message, help);
            }
            return;
        };
        if packages.is_empty() {
            let help = "leave `packages` out to publish every package that is not private";
            self.fault(MISSING, "packages", "no package is named", help);
        }
        for (name, package) in packages {
            self.package(name, package);
        }
        self.claims();
        self.folders();
    }

    fn package(&mut self, name: &str, package: &Package) {
        let key = format!("packages.{name}");
        self.package_name(&key, name);
        let named = self.named.clone();
        if let Some(path) = &package.path {
            self.path(&format!("{key}.path"), path, &named);
        }
        if let Some(tag) = &package.tag {
            self.dist_tag(&format!("{key}.tag"), tag);
        }
        match &package.providers {
            None if self.named.len() > 1 => {
                let both: Vec<&str> = self.named.iter().map(|provider| provider.name()).collect();
                let message = format!(
                    "{} would each publish `{name}`, and nothing says that this is meant",
                    both.join(" and ")
                );
                let ids: Vec<&str> = self.named.iter().map(|provider| provider.id()).collect();
                let help = format!(
                    "write `providers: [{}]`, or both if both are meant: [{}]",
                    ids[0],
                    ids.join(", ")
                );
                self.fault(CONTRADICTION, &key, message, help);
            }
            None => {}
            Some(providers) => self.providers_of(&format!("{key}.providers"), providers),
        }
    }

    fn providers_of(&mut self, key: &str, providers: &[Provider]) {
        if providers.is_empty() {
            let help = "name a provider, or leave the package out";
            self.fault(MISSING, key, "no provider publishes this package", help);
        }
        for (index, provider) in providers.iter().enumerate() {
            let item = format!("{key}.{index}");
            if providers[..index].contains(provider) {
                self.fault(CONTRADICTION, &item, format!("`{provider}` is named twice"), "name it once");
            } else if !self.named.contains(provider) {
                let message = format!("`{provider}` is none of this spec's providers");
                let help = format!("add `{provider}: {{}}` under `providers`, or leave it out here");
                self.fault(CONTRADICTION, &item, message, help);
            }
        }
    }

    /// A provider that publishes nothing is a mistake.
    fn claims(&mut self) {
        let packages = self.spec.packages.iter().flatten();
        let lists: Vec<&Option<Vec<Provider>>> = packages.map(|(_, package)| &package.providers).collect();
        if lists.is_empty() {
            return;
        }
        for provider in self.named.clone() {
            let publishes =
                lists.iter().any(|list| list.as_ref().is_none_or(|list| list.contains(&provider)));
            if !publishes {
                let message = format!("no package is published by {}", provider.name());
                let help = format!("name `{provider}` in a package's `providers`, or remove it here");
                self.fault_of(provider, CONTRADICTION, &format!("providers.{provider}"), message, help);
            }
        }
    }

    fn folders(&mut self) {
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (name, package) in self.spec.packages.iter().flatten() {
            let Some(path) = package.path.as_deref().and_then(|path| crate::files::join("", path)) else {
                continue;
            };
            match seen.iter().find(|(other, _)| *other == path) {
                Some((_, other)) => {
                    let message = format!("`{other}` already stands in this folder");
                    self.fault(
                        CONTRADICTION,
                        &format!("packages.{name}.path"),
                        message,
                        "a folder holds one package",
                    );
                }
                None => seen.push((path, name)),
            }
        }
    }

    fn package_name(&mut self, key: &str, name: &str) {
        if !is_package_name(name) {
            let message = format!("`{}` is no npm package name", field::shown(name));
            let help = if name.contains('/') && !name.starts_with('@') {
                "write the name in package.json, not the folder; a scope starts with `@`"
            } else {
                "write the name in package.json"
            };
            self.fault(INVALID_VALUE, key, message, help);
        }
    }
}

/// Whether npm takes `name` as a package's.
pub(in crate::spec) fn is_package_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
    };
    name.len() <= 214
        && match name.strip_prefix('@') {
            Some(scoped) => scoped.split_once('/').is_some_and(|(scope, name)| part(scope) && part(name)),
            None => part(name),
        }
}
