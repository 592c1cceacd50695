//! Defaults, applied last: a spec and the repository it stands in → everything decided, with the
//! reason for each choice.

mod build;
mod lockfile;
mod packages;
mod repository;
mod runner;
mod target;
#[cfg(test)]
mod tests;

pub(super) use target::has_identity;

use super::fault::{CONTRADICTION, Fault};
use super::model::{Runtime, Spec};
use super::resolved::{Choice, Resolved, Target};
use crate::project::Project;

/// What resolving needs to know besides the spec.
pub struct Surroundings<'a> {
    /// The repository.
    pub project: &'a Project,
    /// Whether trustpub generated the file at a path: then it may be written again, and is no
    /// reason to look for another name.
    pub generated: &'a dyn Fn(&str) -> bool,
}

/// A spec with every default applied, and what there is to say about it.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// What `plan` works from.
    pub resolved: Resolved,
    /// What the defaults chose, and why.
    pub choices: Vec<Choice>,
    /// What works, and what a release may still fail of.
    pub warnings: Vec<Fault>,
}

/// Applies every default to `spec`, which has passed [`super::validate`]; or tells everything in which spec
/// and repository do not fit each other.
pub fn resolve(spec: &Spec, surroundings: &Surroundings<'_>) -> Result<Resolution, Vec<Fault>> {
    let (choices, faults, warnings) = (Vec::new(), Vec::new(), Vec::new());
    let mut resolver = Resolver { spec, surroundings, choices, faults, warnings };
    let outcome = resolver.run();
    let Resolver { choices, faults, warnings, .. } = resolver;
    if faults.is_empty() { Ok(Resolution { resolved: outcome, choices, warnings }) } else { Err(faults) }
}

struct Resolver<'a> {
    spec: &'a Spec,
    surroundings: &'a Surroundings<'a>,
    choices: Vec<Choice>,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl<'a> Resolver<'a> {
    fn project(&self) -> &'a Project {
        self.surroundings.project
    }

    /// Notes a default with its reason.
    fn choose(&mut self, key: impl Into<String>, value: impl Into<String>, reason: impl Into<String>) {
        self.choices.push(Choice { key: key.into(), value: value.into(), reason: reason.into() });
    }

    /// What the spec says, else the default, noted with its reason.
    fn or_choose(&mut self, said: Option<&String>, key: &str, default: &str, reason: &str) -> String {
        said.cloned().unwrap_or_else(|| {
            self.choose(key, default, reason);
            default.to_owned()
        })
    }

    fn run(&mut self) -> Resolved {
        let publish = self.spec.publish.clone().unwrap_or_default();
        let tag = publish.tag.unwrap_or_else(|| "latest".to_owned());
        let packages = self.packages(&tag);
        let targets: Vec<Target> =
            self.spec.providers.named().map(|provider| self.target(provider, &packages)).collect();
        let build = self.build(&targets);
        if let Some(node) = &publish.node {
            self.tags("publish.node", node, None, &targets);
        }
        self.repositories(&targets, publish.provenance);
        self.runners(&targets);
        if self.spec.runtime == Some(Runtime::Inline) && self.spec.bundle.is_some() {
            let message = "these pins are not used: the pipelines carry everything themselves";
            let help = "write `runtime: bundle` to refer to the bundle, or leave `bundle` out";
            self.warnings.push(Fault::new(CONTRADICTION, "bundle", message, help));
        }
        let prerelease_tag = self.or_choose(
            publish.prerelease_tag.as_ref(),
            "publish.prerelease-tag",
            "next",
            "a prerelease must never become `latest`",
        );
        Resolved {
            targets,
            build,
            tag,
            prerelease_tag,
            extra_tags: publish.extra_tags.unwrap_or_default(),
            provenance: publish.provenance,
            pinned_node: publish.node,
            pinned_npm: publish.npm,
            runtime: self.spec.runtime.unwrap_or(Runtime::Inline),
            bundle: self.spec.bundle.clone().unwrap_or_default(),
            // Offline nothing shows whether the source repository is private.
            private_repository: None,
        }
    }
}
