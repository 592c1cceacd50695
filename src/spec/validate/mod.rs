//! What no JSON Schema says: combinations that contradict each other, that a provider or npm cannot
//! do, and values that a provider would evaluate. Everything is found at once.

mod field;
mod packages;
mod provider;
mod publish;

pub(super) use packages::is_package_name;

use super::fault::{CONTRADICTION, Fault, IMPOSSIBLE, INVALID_VALUE, MISSING};
use super::model::{Auth, Spec, Trigger};
use super::resolve::has_identity;
use crate::facts::Provider;

/// Everything in `spec` that cannot become a pipeline, whatever the repository looks like.
pub fn validate(spec: &Spec) -> Vec<Fault> {
    let named: Vec<Provider> = spec.providers.named().collect();
    let mut check = Checker { spec, named, faults: Vec::new() };
    check.all();
    check.faults
}

struct Checker<'a> {
    spec: &'a Spec,
    /// The providers that publish.
    named: Vec<Provider>,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn fault(&mut self, rule: &'static str, key: &str, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault::new(rule, key, message, help));
    }

    fn fault_of(
        &mut self,
        provider: Provider,
        rule: &'static str,
        key: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faults.push(Fault::new(rule, key, message, help).of(provider));
    }

    /// How a provider's publish job will prove who it is.
    fn auth(&self, provider: Provider) -> Auth {
        let default = if has_identity(provider) { Auth::Oidc } else { Auth::Token };
        self.spec.providers.auth(provider).unwrap_or(default)
    }

    fn all(&mut self) {
        if self.spec.version != 1 {
            let message = format!("there is no version {} of this format", self.spec.version);
            self.fault(INVALID_VALUE, "version", message, "write `version: 1`");
        }
        if self.named.is_empty() {
            let help = "add `github: {}`, `gitlab: {}` or `circleci: {}`";
            self.fault(MISSING, "providers", "no provider is named", help);
        }
        if let Some(trigger) = &self.spec.trigger {
            self.trigger("trigger", trigger);
        }
        self.releases();
        for provider in self.named.clone() {
            self.provider(provider);
        }
        self.files();
        self.packages();
        self.build();
        self.publish();
        self.ignored_rules();
    }

    /// One trigger: exactly one event, and a reference that every provider can be told.
    fn trigger(&mut self, key: &str, trigger: &Trigger) {
        let Trigger { tag, branch, release, manual } = trigger;
        let events = [
            ("tag", tag.as_deref(), true),
            ("branch", branch.as_deref(), false),
            ("release", release.as_deref(), true),
            ("manual", manual.as_deref(), false),
        ];
        let said: Vec<&str> = events.iter().filter(|(_, value, _)| value.is_some()).map(|it| it.0).collect();
        match said.as_slice() {
            [_] => {}
            [] => {
                let help = "write one of `tag: v*`, `branch: main`, `release: v*` or `manual: main`";
                self.fault(MISSING, key, "the trigger names no event", help);
            }
            [_, second, ..] => {
                let message = format!("the trigger names {}: it can have one event", said.join(" and "));
                let help = "keep one; a second way to publish is a second thing to guard";
                self.fault(CONTRADICTION, &format!("{key}.{second}"), message, help);
            }
        }
        for (event, value, star) in events {
            if let Some(value) = value {
                self.reference(&format!("{key}.{event}"), value, star);
            }
        }
        if release.as_ref().is_some_and(|release| release.matches('*').count() > 1) {
            let help = "use at most one `*`, or the `tag` trigger";
            let message = "GitHub cannot compare a release's tag with two `*`";
            self.fault_of(Provider::Github, IMPOSSIBLE, &format!("{key}.release"), message, help);
        }
    }

    /// GitHub alone has releases that start a pipeline.
    fn releases(&mut self) {
        let help = "use `tag`: publishing a release pushes one, and every provider starts on it";
        for provider in self.named.clone() {
            if provider == Provider::Github {
                continue;
            }
            let own = self.spec.providers.trigger(provider);
            let key = match (own, &self.spec.trigger) {
                (Some(own), _) if own.release.is_some() => format!("providers.{provider}.trigger.release"),
                (None, Some(shared)) if shared.release.is_some() => "trigger.release".to_owned(),
                _ => continue,
            };
            let message = format!("{} has no release trigger", provider.name());
            self.fault_of(provider, IMPOSSIBLE, &key, message, help);
        }
    }

    /// Two providers cannot generate the same file.
    fn files(&mut self) {
        let mut seen: Vec<(String, Provider)> = Vec::new();
        for provider in self.named.clone() {
            let Some(file) = self.spec.providers.file(provider) else { continue };
            let Some(file) = crate::files::join("", file) else { continue };
            match seen.iter().find(|(other, _)| *other == file) {
                Some((_, other)) => {
                    let message = format!("{} already generates `{file}`", other.name());
                    let key = format!("providers.{provider}.file");
                    self.fault_of(provider, CONTRADICTION, &key, message, "name another file");
                }
                None => seen.push((file, provider)),
            }
        }
    }

    fn ignored_rules(&mut self) {
        let Some(ignore) = self.spec.check.as_ref().and_then(|check| check.ignore.as_ref()) else { return };
        for (rule, globs) in ignore {
            let key = format!("check.ignore.{rule}");
            if rule.is_empty()
                || !rule.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            {
                let help = "write an id of `trustpub rules`, as in `npm-too-old`";
                self.fault(INVALID_VALUE, &key, format!("`{}` is no rule id", field::shown(rule)), help);
            }
            for (index, glob) in globs.iter().enumerate() {
                if let Err(error) = globset::Glob::new(glob) {
                    let message = format!("`{}` is no glob: {}", field::shown(glob), error.kind());
                    let help = "write a path with `*` and `**`, as in `.github/workflows/*.yml`";
                    self.fault(INVALID_VALUE, &format!("{key}.{index}"), message, help);
                }
            }
        }
    }
}
