//! `runtime: bundle`: the pin of the member that a thin pipeline refers to, and what the member cannot do.

use super::text::Checks;
use super::{ManagerSetup, PackNode, TriggerPlan};
use crate::facts::Provider;
use crate::spec::{ActionPin, Auth, ComponentPin, Details, OrbPin, Resolved, Runtime, Target};

/// The member of the bundle that a thin pipeline refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundlePin {
    /// The Action's repository, its full commit and the release that this is.
    Action(ActionPin),
    /// The component with its exact version.
    Component(ComponentPin),
    /// The orb with its exact version.
    Orb(OrbPin),
}

/// The pin of the target's member; refuses what stands in the way.
pub(super) fn pin(checks: &mut Checks<'_>, spec: &Resolved, target: &Target) -> Option<BundlePin> {
    if spec.runtime == Runtime::Inline {
        return None;
    }
    limits(checks, spec, target);
    let bundle = &spec.bundle;
    match target.provider {
        Provider::Github => {
            let Some(pin) = &bundle.github else {
                return missing(
                    checks,
                    "action: OWNER/npm-publish, commit: <40 hexadecimal digits>, version: v1.0.0",
                );
            };
            checks.name("bundle.github.action", &pin.action, "./-", 200);
            let parts: Vec<&str> = pin.action.split('/').collect();
            if parts.len() == 1 {
                checks.refuse("bundle.github.action", "the Action has no owner", "write `OWNER/npm-publish`");
            } else if !matches!(parts.as_slice(), [owner, "npm-publish"] | [owner, "trustpub", "action"] if !owner.is_empty())
            {
                let message = format!("`{}` is not the bundle's Action", pin.action);
                checks.refuse("bundle.github.action", message, CALLED);
            }
            if !is_commit(&pin.commit) {
                let help = "write the full commit of the Action, 40 lower-case hexadecimal digits: a tag can be moved";
                checks.refuse("bundle.github.commit", format!("`{}` is no commit", pin.commit), help);
            }
            if let Some(version) = &pin.version {
                checks.name("bundle.github.version", version, ".+-", 100);
            }
            Some(BundlePin::Action(pin.clone()))
        }
        Provider::Gitlab => {
            let Some(pin) = &bundle.gitlab else {
                return missing(
                    checks,
                    "component: gitlab.com/GROUP/npm-publish/npm-publish, version: <commit or 1.0.0>",
                );
            };
            checks.name("bundle.gitlab.component", &pin.component, "./-", 300);
            let host = pin.component.split('/').next().unwrap_or_default();
            if pin.component.split('/').count() < 4 {
                let help = "write host, project and component: `gitlab.com/GROUP/npm-publish/npm-publish`";
                checks.refuse(
                    "bundle.gitlab.component",
                    format!("`{}` names no component", pin.component),
                    help,
                );
            } else if !pin.component.ends_with("/npm-publish/npm-publish") {
                let message = format!("`{}` is not the bundle's component", pin.component);
                checks.refuse("bundle.gitlab.component", message, CALLED);
            } else if host != "gitlab.com" {
                let message =
                    format!("GitLab.com takes components of its own projects alone, none of {host}");
                let help = "copy the component to a project on gitlab.com, and name that: `gitlab.com/GROUP/npm-publish/npm-publish`";
                checks.refuse("bundle.gitlab.component", message, help);
            }
            if !is_commit(&pin.version) && !is_release(&pin.version) {
                let help = "write a full commit, or an exact release such as `1.0.0`; never `~latest`";
                checks.refuse(
                    "bundle.gitlab.version",
                    format!("`{}` is no exact version", pin.version),
                    help,
                );
            }
            Some(BundlePin::Component(pin.clone()))
        }
        _ => {
            let Some(pin) = &bundle.circleci else {
                return missing(checks, "orb: NAMESPACE/npm-publish@1.0.0");
            };
            let exact = pin.orb.split_once('@').is_some_and(|(name, version)| {
                let parts: Vec<&str> = name.split('/').collect();
                parts.len() == 2 && parts.iter().all(|part| !part.is_empty()) && is_release(version)
            });
            let name = pin.orb.split('@').next().unwrap_or_default();
            if exact && !name.ends_with("/npm-publish") {
                let message = format!("`{name}` is not the bundle's orb");
                checks.refuse("bundle.circleci.orb", message, CALLED);
            }
            checks.name("bundle.circleci.orb", &pin.orb, "/@.-", 200);
            if !exact {
                let help = "write `NAMESPACE/npm-publish@1.0.0`, with all three numbers";
                checks.refuse(
                    "bundle.circleci.orb",
                    format!("`{}` is no exact release of an orb", pin.orb),
                    help,
                );
            }
            Some(BundlePin::Orb(pin.clone()))
        }
    }
}

fn missing(checks: &mut Checks<'_>, example: &str) -> Option<BundlePin> {
    let provider = checks.provider;
    let message = format!("`runtime: bundle` needs the exact pin of what {} runs", provider.name());
    let help = format!(
        "write `bundle: {{{provider}: {{{example}}}}}`; `trustpub bundle --out DIR --namespace NS` renders a copy of your own"
    );
    checks.refuse("runtime", message, help);
    None
}

/// A copy keeps the name, by which `check` and the read-back know it.
const CALLED: &str = "a copy by `trustpub bundle --out DIR --namespace NS` is called `npm-publish`; for any other one write `runtime: inline`";

/// Git itself names no commit by forty times the same digit: it stands for none, or for one to fill in.
fn is_commit(text: &str) -> bool {
    let first = text.as_bytes().first();
    text.len() == 40
        && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && !text.bytes().all(|b| Some(&b) == first)
}

/// `1.2.3`.
fn is_release(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// What no member takes as an input.
fn limits(checks: &mut Checks<'_>, spec: &Resolved, target: &Target) {
    const INLINE: &str = "leave it out, or write `runtime: inline`";
    let key = |name: &str| format!("providers.{}.{name}", target.provider);
    if target.auth == Auth::Token {
        checks.refuse(&key("auth"), "the bundle publishes with an identity alone", INLINE);
    }
    if !spec.extra_tags.is_empty() {
        checks.refuse("publish.extra-tags", "the bundle sets no more than one dist-tag", INLINE);
    }
    if let Some(token) = spec.build.install_token.as_ref().filter(|token| token.in_npmrc) {
        let message = format!(
            "`.npmrc` reads `{}`, and the bundle hands the token to the default registry under a name of its own",
            token.name
        );
        checks.refuse("build.install-token", message, "write `runtime: inline`");
    }
    for (name, pinned) in [("publish.node", &spec.pinned_node), ("publish.npm", &spec.pinned_npm)] {
        if pinned.is_some() {
            checks.refuse(name, "the bundle brings its own Node and npm to the publish job", INLINE);
        }
    }
    match &target.details {
        Details::Gitlab { image_digest, build_image, tags, .. } => {
            for (name, set) in [
                ("image-digest", image_digest.is_some()),
                ("build-image", build_image.is_some()),
                ("tags", !tags.is_empty()),
            ] {
                if set {
                    checks.refuse(&key(name), "the component takes no such thing", INLINE);
                }
            }
            let token = spec.build.install_token.as_ref();
            if token.is_some_and(|token| token.name != "NPM_READ_TOKEN") {
                let help = "call the project's variable so, or write `runtime: inline`";
                checks.refuse("build.install-token", "the component reads `NPM_READ_TOKEN` alone", help);
            }
        }
        Details::Circleci { image_digest, build_image, .. } => {
            for (name, set) in
                [("image-digest", image_digest.is_some()), ("build-image", build_image.is_some())]
            {
                if set {
                    checks.refuse(&key(name), "the orb takes no such thing", INLINE);
                }
            }
        }
        Details::Github { .. } | Details::Token { .. } => {}
    }
}

/// What the trigger and the pack job ask for that no member can do.
pub(super) fn further_limits(
    checks: &mut Checks<'_>,
    trigger: Option<&TriggerPlan>,
    node: &PackNode,
    setup: Option<&ManagerSetup>,
) {
    const INLINE: &str = "write `runtime: inline`";
    if let (Provider::Gitlab, Some(trigger)) = (checks.provider, trigger) {
        match trigger.pattern() {
            None => checks.refuse("trigger", "the component publishes on protected tags alone", INLINE),
            Some(pattern)
                if !pattern.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "._-/@+*".contains(c)) =>
            {
                checks.refuse("trigger.tag", "the component does not take this pattern", INLINE);
            }
            Some(_) => {}
        }
    }
    match setup {
        // What corepack brings untold: the last Yarn 1.
        Some(ManagerSetup::CorepackExact(package)) if package.starts_with("yarn@1.") => {}
        Some(ManagerSetup::CorepackExact(package)) => {
            let help = format!(
                "add `\"packageManager\": \"{package}\"` to package.json, or write `runtime: inline`"
            );
            let message = "the bundle runs the version that `packageManager` in package.json names";
            checks.refuse("build.manager-version", message, help);
        }
        _ => {}
    }
    if matches!(setup, Some(ManagerSetup::Exact(_))) {
        let help = "use a Node that has corepack, or write `runtime: inline`";
        checks.refuse("build.manager", "the bundle sets the package manager up with corepack alone", help);
    }
    if matches!(
        (checks.provider, node),
        (Provider::Gitlab | Provider::Circleci, PackNode::Image(_) | PackNode::File(_))
    ) {
        checks.refuse("build.node", "the bundle takes an exact Node version here", INLINE);
    }
}
