//! What one provider cannot do, and what cannot stand in its own fields.

use super::{Checker, field};
use crate::facts::{Date, Provider, runners};
use crate::spec::fault::{CONTRADICTION, IMPOSSIBLE, INVALID_VALUE};
use crate::spec::model::{Auth, Circleci, CircleciIntegration, Github, Gitlab};
use crate::spec::resolve::has_identity;

impl Checker<'_> {
    pub(super) fn provider(&mut self, provider: Provider) {
        if let Some(trigger) = self.spec.providers.trigger(provider) {
            self.trigger(&format!("providers.{provider}.trigger"), trigger);
        }
        if self.auth(provider) == Auth::Oidc && !has_identity(provider) {
            let message = format!("npm takes no identity from {}", provider.name());
            let help = "write `auth: token` to stage releases with a stage-only token, or publish from GitHub, GitLab or CircleCI";
            self.fault_of(provider, IMPOSSIBLE, &format!("providers.{provider}.auth"), message, help);
        }
        self.file(provider);
        let providers = &self.spec.providers;
        if let Some(github) = &providers.github
            && provider == Provider::Github
        {
            self.github(github);
        }
        if let Some(gitlab) = &providers.gitlab
            && provider == Provider::Gitlab
        {
            self.gitlab(gitlab);
        }
        if let Some(circleci) = &providers.circleci
            && provider == Provider::Circleci
        {
            self.circleci(circleci);
        }
        if let Some(day) = providers.token_provider(provider).and_then(|said| said.token_expires.as_ref())
            && day.parse::<Date>().is_err()
        {
            let message = format!("`{}` is no day", field::shown(day));
            let key = format!("providers.{provider}.token-expires");
            self.fault(INVALID_VALUE, &key, message, "write year, month and day, as in `2027-01-31`");
        }
    }

    fn file(&mut self, provider: Provider) {
        let Some(file) = self.spec.providers.file(provider) else { return };
        let key = format!("providers.{provider}.file");
        if !self.path(&key, file, &[provider]) {
            return;
        }
        if provider == Provider::Github && file.contains('/') {
            let name = file.rsplit('/').next().unwrap_or_default();
            let message =
                "a workflow lies in `.github/workflows/` itself, and npm knows it by its name alone";
            self.fault_of(provider, INVALID_VALUE, &key, message, format!("write `file: {name}`"));
        } else if crate::files::join("", file).as_deref() == Some(crate::spec::FILE) {
            let message = "this is the spec itself";
            self.fault_of(provider, CONTRADICTION, &key, message, "name another file, or leave it out");
        } else if has_identity(provider) && !matches!(file.rsplit_once('.'), Some((_, "yml" | "yaml"))) {
            let message = format!("`{}` does not end in `.yml` or `.yaml`", field::shown(file));
            self.fault_of(provider, INVALID_VALUE, &key, message, format!("write `file: {file}.yml`"));
        } else if provider == Provider::Circleci && !file.starts_with(".circleci/") {
            let message = "CircleCI reads configuration from the folder `.circleci` alone";
            self.fault_of(provider, IMPOSSIBLE, &key, message, format!("write `file: .circleci/{file}`"));
        }
    }

    fn github(&mut self, said: &Github) {
        const GITHUB: [Provider; 1] = [Provider::Github];
        if let Some(repository) = &said.repository {
            self.repository("providers.github.repository", repository, Provider::Github);
        }
        if let Some(environment) = &said.environment {
            self.name("providers.github.environment", environment, " ./-", &GITHUB);
        }
        for (key, label) in [("runner", &said.runner), ("build-runner", &said.build_runner)] {
            if let Some(label) = label {
                let key = format!("providers.github.{key}");
                self.name(&key, label, ".=/-", &GITHUB);
                self.misspelt(Provider::Github, &key, label);
            }
        }
        if let Some(runner) = &said.runner {
            self.hosted(Provider::Github, "providers.github.runner", std::slice::from_ref(runner));
        }
    }

    fn gitlab(&mut self, said: &Gitlab) {
        const GITLAB: [Provider; 1] = [Provider::Gitlab];
        if let Some(project) = &said.project {
            self.repository("providers.gitlab.project", project, Provider::Gitlab);
        }
        if let Some(environment) = &said.environment {
            self.name("providers.gitlab.environment", environment, " ./-", &GITLAB);
        }
        self.images(
            Provider::Gitlab,
            [said.image.as_deref(), said.image_digest.as_deref(), said.build_image.as_deref()],
        );
        let tags = said.tags.as_deref().unwrap_or_default();
        for (index, tag) in tags.iter().enumerate() {
            let key = format!("providers.gitlab.tags.{index}");
            self.name(&key, tag, ".:-", &GITLAB);
            self.misspelt(Provider::Gitlab, &key, tag);
        }
        if !tags.is_empty() {
            self.hosted(Provider::Gitlab, "providers.gitlab.tags", tags);
        }
    }

    fn circleci(&mut self, said: &Circleci) {
        const CIRCLECI: [Provider; 1] = [Provider::Circleci];
        if let Some(context) = &said.context {
            self.name("providers.circleci.context", context, " ./-", &CIRCLECI);
        }
        for (key, id) in [
            ("org-id", &said.org_id),
            ("project-id", &said.project_id),
            ("pipeline-definition-id", &said.pipeline_definition_id),
            ("context-id", &said.context_id),
        ] {
            if let Some(id) = id {
                self.uuid(&format!("providers.circleci.{key}"), id);
            }
        }
        self.images(
            Provider::Circleci,
            [said.image.as_deref(), said.image_digest.as_deref(), said.build_image.as_deref()],
        );
        if let Some(class) = &said.resource_class {
            self.name("providers.circleci.resource-class", class, "./+-", &CIRCLECI);
            self.misspelt(Provider::Circleci, "providers.circleci.resource-class", class);
            self.hosted(Provider::Circleci, "providers.circleci.resource-class", std::slice::from_ref(class));
        }
        if let Some(origin) = &said.vcs_origin {
            self.vcs_origin(origin, said.integration);
        }
    }

    fn vcs_origin(&mut self, origin: &str, integration: Option<CircleciIntegration>) {
        const KEY: &str = "providers.circleci.vcs-origin";
        if !self.harmless(KEY, origin, &[Provider::Circleci]) {
            return;
        }
        let parts: Vec<&str> = origin.split('/').collect();
        if origin.contains(':')
            || origin.contains('@')
            || parts.len() < 3
            || parts.iter().any(|part| part.is_empty())
        {
            let message = format!("`{}` is no `host/owner/name`", field::shown(origin));
            let help = "write it without a scheme, as in `github.com/acme/tools`";
            self.fault(INVALID_VALUE, KEY, message, help);
            return;
        }
        self.name(KEY, origin, "./-", &[Provider::Circleci]);
        let (host, word) = match integration {
            Some(CircleciIntegration::GithubApp | CircleciIntegration::GithubOauth) => {
                ("github.com", "GitHub")
            }
            Some(CircleciIntegration::Bitbucket) => ("bitbucket.org", "Bitbucket"),
            Some(CircleciIntegration::Gitlab) | None => return,
        };
        if parts[0] != host {
            let message =
                format!("the project is connected by {word}, but its repository is on `{}`", parts[0]);
            let help = "correct `integration` or `vcs-origin`";
            self.fault(CONTRADICTION, KEY, message, help);
        }
    }

    /// `owner/name`, or a GitLab project with its groups.
    fn repository(&mut self, key: &str, text: &str, provider: Provider) {
        if !self.harmless(key, text, &[provider]) {
            return;
        }
        let parts: Vec<&str> = text.split('/').collect();
        let lawful = |part: &&str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))
                && !part.starts_with('.')
        };
        let count = if provider == Provider::Github { parts.len() == 2 } else { parts.len() >= 2 };
        if !count
            || !parts.iter().all(lawful)
            || text.rsplit_once('.').is_some_and(|(_, extension)| extension == "git")
            || text.len() > 255
        {
            let form = if provider == Provider::Github { "owner/name" } else { "group/project" };
            let message = format!("`{}` is no `{form}`", field::shown(text));
            let bare = text.split("://").last().unwrap_or(text).trim_end_matches(".git");
            let bare = bare.rsplit(':').next().unwrap_or(bare);
            let path =
                bare.strip_prefix("github.com/").or_else(|| bare.strip_prefix("gitlab.com/")).unwrap_or(bare);
            let good = path.split('/').count() >= 2 && path.split('/').all(|part| lawful(&part));
            let help = if good && path != text {
                format!("write `{path}`")
            } else {
                format!("write `{form}` as the provider spells it, without host and `.git`")
            };
            self.fault_of(provider, INVALID_VALUE, key, message, help);
        }
    }

    fn images(&mut self, provider: Provider, [image, digest, build]: [Option<&str>; 3]) {
        let key = |name: &str| format!("providers.{provider}.{name}");
        if let Some(image) = image {
            self.image(&key("image"), image, false, provider);
        }
        if let Some(digest) = digest {
            self.digest(&key("image-digest"), digest);
        }
        if let Some(build) = build {
            self.image(&key("build-image"), build, true, provider);
        }
    }

    /// A label that one of the provider's own is misspelt in: no machine has it, so the job would wait for ever.
    fn misspelt(&mut self, provider: Provider, key: &str, label: &str) {
        if let Some(meant) = runners::misspelt(provider, label) {
            let message =
                format!("no machine of {} has the label `{}`", provider.name(), field::shown(label));
            self.fault_of(provider, INVALID_VALUE, key, message, format!("did you mean `{meant}`?"));
        }
    }

    /// npm takes the identity of the provider's own machines alone.
    fn hosted(&mut self, provider: Provider, key: &str, labels: &[String]) {
        let own = runners::classify(provider, labels) == runners::Runner::SelfHosted;
        if own && self.auth(provider) == Auth::Oidc {
            let message = format!(
                "npm takes no identity from `{}`: it is no machine of {}",
                labels.join(", "),
                provider.name()
            );
            let help = match provider {
                Provider::Github => {
                    "name a GitHub-hosted label, as in `ubuntu-24.04`; `build-runner` may be your own"
                }
                Provider::Gitlab => "leave `tags` out, or name a tag of GitLab.com's hosted runners",
                _ => "name a class of CircleCI's own machines, as in `medium`",
            };
            self.fault_of(provider, IMPOSSIBLE, key, message, help);
        }
    }
}
