//! The pack job and the publish job: what their settings ask of npm, and what they exclude.

use nodejs_semver::Version;

use super::{Checker, field};
use crate::facts::Provider;
use crate::facts::node::NodeSpec;
use crate::facts::npm::{self, Feature};
use crate::spec::fault::{CONTRADICTION, IMPOSSIBLE, INVALID_VALUE};
use crate::spec::model::{Auth, Mode, Publish, Runtime};

/// The most commands between install and pack.
const MAX_COMMANDS: usize = 100;

/// All three numbers of a version, and nothing that npm would have to interpret.
fn exact_version(text: &str) -> Option<Version> {
    text.parse::<Version>()
        .ok()
        .filter(|_| text.starts_with(|c: char| c.is_ascii_digit()) && text.trim() == text)
}

impl Checker<'_> {
    pub(super) fn build(&mut self) {
        let Some(build) = &self.spec.build else { return };
        if let Some(node) = build.node.as_ref().filter(|node| exact_version(node).is_none()) {
            let message = format!("`{}` is no exact Node version", field::shown(node));
            let newest = NodeSpec::parse(node).and_then(|node| node.newest());
            let newest = newest.map_or_else(|| "22.14.0".to_owned(), |version| version.to_string());
            let help = format!(
                "write all three numbers, as in `{newest}`: what a range means changes under a release; a version file of the project may float"
            );
            self.fault(INVALID_VALUE, "build.node", message, help);
        }
        if let Some(version) =
            build.manager_version.as_ref().filter(|version| exact_version(version).is_none())
        {
            let message = format!("`{}` is no exact version", field::shown(version));
            let help = "write all three numbers, as in `10.34.9`: what a range means changes under a release";
            self.fault(INVALID_VALUE, "build.manager-version", message, help);
        }
        if let Some(install) = build.install.as_ref().filter(|install| !install.is_empty()) {
            self.command("build.install", install);
        }
        if build.install.as_deref() == Some("") && build.install_token.is_some() {
            let message = "a token for an install that does not happen";
            let help = "leave `install-token` out, or `install`";
            self.fault(CONTRADICTION, "build.install-token", message, help);
        }
        if let Some(token) = &build.install_token {
            self.variable("build.install-token", token);
        }
        let run = build.run.as_deref().unwrap_or_default();
        if run.len() > MAX_COMMANDS {
            let message =
                format!("{} commands: each becomes a step, and {MAX_COMMANDS} are the most", run.len());
            let help = "put them into a script of the repository and call that";
            self.fault(INVALID_VALUE, "build.run", message, help);
            return;
        }
        for (index, command) in run.iter().enumerate() {
            self.command(&format!("build.run.{index}"), command);
        }
    }

    pub(super) fn publish(&mut self) {
        if self.spec.runtime == Some(Runtime::Bundle)
            && let Some(&provider) =
                self.named.iter().find(|provider| !crate::spec::resolve::has_identity(**provider))
        {
            let message = format!("there is no bundle for {}", provider.name());
            self.fault_of(provider, IMPOSSIBLE, "runtime", message, "write `runtime: inline`");
        }
        self.bundle();
        let Some(publish) = &self.spec.publish else { return };
        self.tags(publish);
        self.mode(publish);
        self.provenance(publish);
        self.toolchain(publish);
    }

    /// A pin that nothing refers to.
    fn bundle(&mut self) {
        let Some(bundle) = &self.spec.bundle else { return };
        if self.spec.runtime.is_none() {
            let message = "nothing refers to the bundle: the pipelines carry everything themselves";
            let help = "write `runtime: bundle`, or leave `bundle` out";
            self.fault(CONTRADICTION, "bundle", message, help);
        }
        if self.spec.runtime != Some(Runtime::Bundle) {
            return;
        }
        let pins = [
            (Provider::Github, bundle.github.is_some()),
            (Provider::Gitlab, bundle.gitlab.is_some()),
            (Provider::Circleci, bundle.circleci.is_some()),
        ];
        for (provider, pinned) in pins {
            if pinned && !self.named.contains(&provider) {
                let message = format!("`{provider}` is none of this spec's providers");
                let help = format!("add `{provider}: {{}}` under `providers`, or leave it out here");
                self.fault_of(provider, CONTRADICTION, &format!("bundle.{provider}"), message, help);
            }
        }
    }

    fn tags(&mut self, publish: &Publish) {
        if let Some(tag) = &publish.tag {
            self.dist_tag("publish.tag", tag);
        }
        if let Some(tag) = &publish.prerelease_tag {
            self.dist_tag("publish.prerelease-tag", tag);
            if tag == "latest" {
                let message = "prereleases would become `latest`, which everyone installs";
                self.fault(
                    CONTRADICTION,
                    "publish.prerelease-tag",
                    message,
                    "choose another tag, as in `next`",
                );
            }
        }
        let extra = publish.extra_tags.as_deref().unwrap_or_default();
        for (index, tag) in extra.iter().enumerate() {
            let key = format!("publish.extra-tags.{index}");
            self.dist_tag(&key, tag);
            let first = publish.tag.as_deref().unwrap_or("latest");
            if tag == first || extra[..index].contains(tag) {
                self.fault(CONTRADICTION, &key, format!("`{tag}` is set already"), "name each dist-tag once");
            }
        }
        if extra.is_empty() {
            return;
        }
        let token = self.named.iter().copied().find(|&provider| self.auth(provider) == Auth::Token);
        if let Some(provider) = token {
            let message = format!(
                "further dist-tags are set by identity, and {} publishes with a token",
                provider.name()
            );
            self.fault_of(provider, IMPOSSIBLE, "publish.extra-tags", message, "leave `extra-tags` out");
        } else if publish.mode == Some(Mode::Stage) {
            let message = "a staged release is not published yet, so no further dist-tag can point to it";
            let help = "leave `extra-tags` out; the maintainer who approves sets them";
            self.fault(CONTRADICTION, "publish.extra-tags", message, help);
        }
    }

    fn mode(&mut self, publish: &Publish) {
        if publish.mode != Some(Mode::Direct) {
            return;
        }
        let token = self.named.iter().copied().find(|&provider| self.auth(provider) == Auth::Token);
        if let Some(provider) = token {
            let message = format!(
                "{} publishes with a stage-only token, which cannot publish directly",
                provider.name()
            );
            let help = "write `mode: stage`: a maintainer approves each release";
            self.fault_of(provider, CONTRADICTION, "publish.mode", message, help);
        }
    }

    fn provenance(&mut self, publish: &Publish) {
        if publish.provenance != Some(true) {
            return;
        }
        for provider in self.named.clone() {
            let (rule, message) = if npm::floor(Feature::AutoProvenance, provider).is_none()
                || !crate::spec::resolve::has_identity(provider)
            {
                (IMPOSSIBLE, format!("npm makes no provenance on {}", provider.name()))
            } else if self.auth(provider) == Auth::Token {
                (
                    CONTRADICTION,
                    format!("{} publishes with a token, which carries no provenance", provider.name()),
                )
            } else {
                continue;
            };
            let help = "leave `provenance` out: it is automatic where provider and package allow it";
            self.fault_of(provider, rule, "publish.provenance", message, help);
        }
    }

    fn toolchain(&mut self, publish: &Publish) {
        let node = publish.node.as_deref().and_then(|node| self.exact("publish.node", node, "Node"));
        let npm = publish.npm.as_deref().and_then(|npm| self.exact("publish.npm", npm, "npm"));
        let Some(npm) = npm else { return };
        if let Some(never) = npm::never(&npm) {
            let message = format!("npm {npm} is broken: {}", never.reason);
            self.fault(IMPOSSIBLE, "publish.npm", message, "choose another version, or leave it out");
            return;
        }
        if let Some(node) = node.filter(|node| npm::runs_on(&npm, node) == Some(false)) {
            let accepts = npm::engines(&npm).map_or_else(String::new, |engines| engines.node.clone());
            let message = format!("npm {npm} does not run on Node {node}");
            self.fault(
                CONTRADICTION,
                "publish.npm",
                message,
                format!("it accepts Node {accepts}; leave one of the two out"),
            );
        }
        for provider in self.named.clone() {
            self.floors(provider, &npm, publish);
        }
    }

    /// Everything that this provider's publish job asks of npm.
    fn floors(&mut self, provider: Provider, npm: &Version, publish: &Publish) {
        let auth = self.auth(provider);
        let stages = publish.mode == Some(Mode::Stage) || auth == Auth::Token;
        let tags = publish.extra_tags.as_ref().is_some_and(|tags| !tags.is_empty());
        let wants = [
            (auth == Auth::Oidc, Feature::OidcPublish, "publish with the identity"),
            (stages, Feature::StagePublish, "stage a release"),
            (tags && auth == Auth::Oidc, Feature::DistTagOidc, "set dist-tags with the identity"),
        ];
        for (wanted, feature, what) in wants {
            let Some(floor) = npm::floor(feature, provider).filter(|floor| wanted && !floor.admits(npm))
            else {
                continue;
            };
            let message = format!("npm {npm} cannot {what} on {}", provider.name());
            let help = format!("it takes npm {floor}; or leave `npm` out, and trustpub chooses");
            self.fault_of(provider, IMPOSSIBLE, "publish.npm", message, help);
        }
    }

    /// All three numbers of a version.
    fn exact(&mut self, key: &str, text: &str, what: &str) -> Option<Version> {
        let version = exact_version(text);
        if version.is_none() {
            let message = format!("`{}` is no exact {what} version", field::shown(text));
            let help =
                "write all three numbers, or leave it out: what a tag or range means changes under a release";
            self.fault(INVALID_VALUE, key, message, help);
        }
        version
    }
}
