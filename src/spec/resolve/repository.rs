//! `repository` of package.json, which the registry compares with the source repository of a provenance, letter
//! by letter, and refuses the publish where they differ (E422).

use super::Resolver;
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::facts::providers::capability;
use crate::project::{Acceptance, Package};
use crate::spec::fault::{CONTRADICTION, Fault, MISSING};
use crate::spec::model::{Access, Auth};
use crate::spec::resolved::{Details, Target};

/// What nobody has seen fail, nor pass.
const UNPROVEN: &str = "spec-unproven";

/// The source repository as the provenance will name it.
struct Source {
    host: &'static str,
    path: Option<String>,
    /// The spec key that names it.
    key: &'static str,
    /// Whether the spec says it; else the git remote or a package.json does.
    said: bool,
}

impl Resolver<'_> {
    /// `asked` is `publish.provenance`: without it npm signs one where repository and package are public.
    pub(super) fn repositories(&mut self, targets: &[Target], asked: Option<bool>) {
        if asked == Some(false) {
            return;
        }
        for target in targets {
            let signs = target.auth == Auth::Oidc && capability(target.provider).provenance;
            let Some(source) = self.source(target).filter(|_| signs) else { continue };
            for package in target.packages.iter().filter(|one| one.access != Some(Access::Restricted)) {
                let Some(found) = self.project().package(&package.name) else { continue };
                let Some(fault) = compare(found, &source, target.provider, asked.is_some()) else { continue };
                let known = |other: &Fault| other.message == fault.message;
                if self.faults.iter().chain(&self.warnings).any(known) {
                    continue;
                }
                let sure = asked == Some(true) || source.said && fault.rule == CONTRADICTION;
                let sure = sure && fault.rule != UNPROVEN;
                if sure { self.faults.push(fault) } else { self.warnings.push(fault) }
            }
        }
    }

    fn source(&self, target: &Target) -> Option<Source> {
        let providers = &self.spec.providers;
        Some(match &target.details {
            Details::Github { repository, .. } => Source {
                host: "github.com",
                path: repository.clone(),
                key: "providers.github.repository",
                said: providers.github.as_ref().is_some_and(|github| github.repository.is_some()),
            },
            Details::Gitlab { project, .. } => Source {
                host: "gitlab.com",
                path: project.clone(),
                key: "providers.gitlab.project",
                said: providers.gitlab.as_ref().is_some_and(|gitlab| gitlab.project.is_some()),
            },
            _ => return None,
        })
    }
}

/// What the registry would refuse.
fn compare(package: &Package, source: &Source, provider: Provider, asked: bool) -> Option<Fault> {
    let manifest = &package.manifest;
    let name = package.name().unwrap_or_default();
    let file = manifest.source.path();
    let path = source.path.as_deref();
    let right = format!("git+https://{}/{}.git", source.host, path.unwrap_or("<owner>/<name>"));
    let off = "or write `publish: {provenance: false}`";
    // Unasked, npm signs one where repository and package are public, which no file tells.
    let refused = if asked {
        "provenance is refused (E422)"
    } else {
        "provenance from a public repository is refused (E422)"
    };
    let fault = |rule, message: String, help: String, span| {
        let place = Location::new(&manifest.source, span);
        Some(Fault::new(rule, source.key, message, help).of(provider).at(place))
    };
    let url = manifest.repository.as_ref().and_then(|repository| repository.url.as_ref());
    let Some((repository, url)) = manifest.repository.as_ref().zip(url) else {
        let message = format!("`{name}` has no `repository`: {refused}");
        let help =
            format!("add `\"repository\": {{\"type\": \"git\", \"url\": \"{right}\"}}` to {file}, {off}");
        let span = manifest.name.as_ref().map(|name| name.span).unwrap_or_default();
        return fault(MISSING, message, help, span);
    };
    let address = repository.address.as_ref();
    let same = |path: &str| {
        address.is_some_and(|address| (address.host.as_str(), address.path.as_str()) == (source.host, path))
    };
    if path.is_none_or(same) {
        if repository.acceptance() != Some(Acceptance::Unproven) || path.is_none() {
            return None;
        }
        let sent = repository.normalised.as_deref().unwrap_or_default();
        let message = format!("npm sends `{sent}`, a form that nobody has seen pass beside a provenance");
        return fault(UNPROVEN, message, format!("write `\"{right}\"` in {file}"), url.span);
    }
    let path = path.unwrap_or_default();
    let shown = address.map_or_else(|| url.value.clone(), |one| format!("{}/{}", one.host, one.path));
    let told = if source.said { "the spec" } else { "the git remote" };
    let case = address.is_some_and(|one| one.host == source.host && one.path.eq_ignore_ascii_case(path));
    let letters = if case { " (the case of letters counts)" } else { "" };
    let message = format!(
        "`{name}` says that its source is {shown}, {told} says {}/{path}{letters}: {refused}",
        source.host
    );
    let help = format!("write `\"{right}\"` in {file}, correct `{}`, {off}", source.key);
    fault(CONTRADICTION, message, help, url.span)
}
