//! One provider's pipeline: file, trigger, identity, and what only that provider has.

use super::Resolver;
use super::packages::Assigned;
use crate::facts::{Provider, runners};
use crate::project::{Address, Forge, Origin};
use crate::spec::fault::{Fault, IMPOSSIBLE, MISSING};
use crate::spec::model::{Auth, CircleciIntegration, Mode, Trigger};
use crate::spec::resolved::{Details, ResolvedTrigger, Target};

impl Resolver<'_> {
    pub(super) fn target(&mut self, provider: Provider, packages: &[Assigned]) -> Target {
        let own = self.spec.providers.auth(provider);
        let auth = own.unwrap_or(if has_identity(provider) { Auth::Oidc } else { Auth::Token });
        if own.is_none() && auth == Auth::Token {
            let reason = format!("npm takes no identity from {}", provider.name());
            self.choose(format!("providers.{provider}.auth"), "token", reason);
        }
        let mode = self.spec.publish.as_ref().and_then(|publish| publish.mode).unwrap_or(match auth {
            Auth::Oidc => Mode::Direct,
            Auth::Token => Mode::Stage,
        });
        let (file, entry) = self.file(provider);
        let mine: Vec<_> = packages
            .iter()
            .filter(|one| one.providers.as_ref().is_none_or(|only| only.contains(&provider)))
            .map(|one| one.package.clone())
            .collect();
        if mine.is_empty() && !packages.is_empty() {
            let message = format!("no package is published by {}", provider.name());
            let help = format!("name `{provider}` in a package's `providers`, or remove the provider");
            self.faults
                .push(Fault::new(MISSING, format!("providers.{provider}"), message, help).of(provider));
        }
        Target {
            provider,
            file,
            entry,
            auth,
            mode,
            trigger: self.trigger(provider),
            packages: mine,
            details: self.details(provider, auth),
        }
    }

    fn trigger(&mut self, provider: Provider) -> ResolvedTrigger {
        let said = self.spec.providers.trigger(provider).or(self.spec.trigger.as_ref());
        if let Some(trigger) = said.and_then(one_trigger) {
            return trigger;
        }
        let reason = "a tag says which commit is released; change it with `trigger`";
        if !self.choices.iter().any(|choice| choice.key == "trigger.tag") {
            self.choose("trigger.tag", "v*", reason);
        }
        ResolvedTrigger::Tag("v*".to_owned())
    }

    /// The file to generate, and whether the provider reads it by itself.
    fn file(&mut self, provider: Provider) -> (String, bool) {
        let key = format!("providers.{provider}.file");
        let said = self.spec.providers.file(provider).cloned();
        // What the provider reads by itself, and where to go if somebody else wrote that already.
        let (own, beside) = match provider {
            Provider::Github => {
                let name = self.or_choose(
                    said.as_ref(),
                    &key,
                    "publish.yml",
                    "npm's trusted publisher will name exactly this file",
                );
                return (format!(".github/workflows/{name}"), true);
            }
            Provider::Gitlab => (".gitlab-ci.yml", Some(".gitlab/publish.gitlab-ci.yml")),
            Provider::Circleci => (".circleci/config.yml", Some(".circleci/publish.yml")),
            Provider::Azure => ("azure-pipelines.yml", None),
            Provider::Jenkins => ("Jenkinsfile", None),
            Provider::Bitbucket => ("bitbucket-pipelines.yml", None),
            Provider::Buildkite => (".buildkite/pipeline.yml", None),
        };
        if let Some(said) = said {
            let entry = crate::files::join("", &said).as_deref() == Some(own);
            return (said, entry);
        }
        let taken = self.project().ci.files.iter().any(|file| file.path == own)
            && !(self.surroundings.generated)(own);
        if let Some(beside) = beside.filter(|_| taken) {
            let how = match provider {
                Provider::Gitlab => "include it there",
                _ => "give it a pipeline definition of its own",
            };
            self.choose(key, beside, format!("{own} is yours and stays as it is: {how}"));
            return (beside.to_owned(), false);
        }
        self.choose(key, own, format!("the file that {} reads", provider.name()));
        (own.to_owned(), true)
    }

    fn details(&mut self, provider: Provider, auth: Auth) -> Details {
        let providers = &self.spec.providers;
        match provider {
            Provider::Github => self.github(auth),
            Provider::Gitlab => self.gitlab(auth),
            Provider::Circleci => self.circleci(),
            Provider::Azure | Provider::Jenkins | Provider::Bitbucket | Provider::Buildkite => {
                let said = providers.token_provider(provider);
                Details::Token { token_expires: said.and_then(|said| said.token_expires.clone()) }
            }
        }
    }

    fn github(&mut self, auth: Auth) -> Details {
        let said = self.spec.providers.github.clone().unwrap_or_default();
        let repository = said.repository.or_else(|| {
            self.origin_on("providers.github.repository", Forge::Github).or_else(|| {
                self.refuse_own_host(Provider::Github, Forge::GithubEnterprise, auth);
                None
            })
        });
        let environment = self.or_choose(
            said.environment.as_ref(),
            "providers.github.environment",
            "npm",
            "the publish job waits for what this deployment environment asks for, and npm can demand its name",
        );
        let default = runners::default_label(Provider::Github).unwrap_or_default();
        let runner = self.or_choose(
            said.runner.as_ref(),
            "providers.github.runner",
            default,
            "npm takes the identity of GitHub-hosted runners alone",
        );
        let build_runner = said.build_runner.unwrap_or_else(|| runner.clone());
        Details::Github { repository, environment, runner, build_runner }
    }

    fn gitlab(&mut self, auth: Auth) -> Details {
        let said = self.spec.providers.gitlab.clone().unwrap_or_default();
        let project = said.project.or_else(|| {
            self.origin_on("providers.gitlab.project", Forge::Gitlab).or_else(|| {
                self.refuse_own_host(Provider::Gitlab, Forge::GitlabSelfManaged, auth);
                None
            })
        });
        let environment = self.or_choose(
            said.environment.as_ref(),
            "providers.gitlab.environment",
            "npm",
            "a protected environment guards the publish job, and npm can demand its name",
        );
        Details::Gitlab {
            project,
            environment,
            image: said.image.unwrap_or_else(|| "node".to_owned()),
            image_digest: said.image_digest,
            build_image: said.build_image,
            tags: said.tags.unwrap_or_default(),
        }
    }

    fn circleci(&mut self) -> Details {
        let said = self.spec.providers.circleci.clone().unwrap_or_default();
        let context = self.or_choose(
            said.context.as_ref(),
            "providers.circleci.context",
            "npm-publish",
            "a restricted context guards the publish job, and npm can demand its id",
        );
        let origin = self.project().origin();
        let forge = origin.as_ref().map(|origin| origin.address.forge());
        let integration = said.integration.unwrap_or_else(|| {
            let (integration, id) = match forge {
                Some(Forge::Gitlab | Forge::GitlabSelfManaged) => (CircleciIntegration::Gitlab, "gitlab"),
                Some(Forge::Bitbucket) => (CircleciIntegration::Bitbucket, "bitbucket"),
                _ => (CircleciIntegration::GithubApp, "github-app"),
            };
            let reason = "it decides what a context's restriction can test; change it where the project is connected otherwise";
            self.choose("providers.circleci.integration", id, reason);
            integration
        });
        let vcs_origin = said.vcs_origin.or_else(|| {
            let Origin { address, from_git } = origin?;
            let value = format!("{}/{}", address.host, address.path);
            let reason = told_by(&address, from_git);
            self.choose("providers.circleci.vcs-origin", value.as_str(), reason);
            Some(value)
        });
        let class = runners::default_label(Provider::Circleci).unwrap_or_default();
        Details::Circleci {
            context,
            integration,
            vcs_origin,
            org_id: said.org_id,
            project_id: said.project_id,
            pipeline_definition_id: said.pipeline_definition_id,
            context_id: said.context_id,
            image: said.image.unwrap_or_else(|| "cimg/node".to_owned()),
            image_digest: said.image_digest,
            build_image: said.build_image,
            resource_class: said.resource_class.unwrap_or_else(|| class.to_owned()),
        }
    }

    /// The repository's path, where it is hosted on `forge`.
    fn origin_on(&mut self, key: &str, forge: Forge) -> Option<String> {
        let Origin { address, from_git } = self.project().origin()?;
        if address.forge() != forge {
            return None;
        }
        let reason = told_by(&address, from_git);
        if let Some(alias) = address.alias.as_ref().filter(|alias| !alias.contains('.')) {
            let message =
                format!("the git remote's host `{alias}` was read as an SSH alias of {}", address.host);
            let help = format!(
                "write `{}: {}` if that is right, and another host's CI if it is not",
                key.rsplit('.').next().unwrap_or(key),
                address.path
            );
            self.warnings.push(Fault::new(MISSING, key, message, help));
        }
        self.choose(key, address.path.as_str(), reason);
        Some(address.path)
    }

    /// npm knows the issuers of github.com and gitlab.com alone.
    fn refuse_own_host(&mut self, provider: Provider, own: Forge, auth: Auth) {
        let Some(host) = self.project().origin().map(|origin| origin.address).filter(|it| it.forge() == own)
        else {
            return;
        };
        if auth == Auth::Oidc {
            let message = format!("npm takes no identity from {}, a host of your own", host.host);
            let help = "write `auth: token` to stage releases with a stage-only token";
            let key = format!("providers.{provider}");
            self.faults.push(Fault::new(IMPOSSIBLE, key, message, help).of(provider));
        }
    }
}

fn told_by(address: &Address, from_git: bool) -> String {
    match &address.alias {
        Some(alias) if from_git => {
            format!("the git remote, whose host `{alias}` reads as an SSH alias of {}", address.host)
        }
        _ if from_git => "the git remote".to_owned(),
        _ => "`repository` in package.json; there is no git remote".to_owned(),
    }
}

/// Whether npm exchanges this provider's identity.
pub(in crate::spec) fn has_identity(provider: Provider) -> bool {
    matches!(provider, Provider::Github | Provider::Gitlab | Provider::Circleci)
}

fn one_trigger(trigger: &Trigger) -> Option<ResolvedTrigger> {
    let Trigger { tag, branch, release, manual } = trigger;
    tag.clone()
        .map(ResolvedTrigger::Tag)
        .or_else(|| branch.clone().map(ResolvedTrigger::Branch))
        .or_else(|| release.clone().map(ResolvedTrigger::Release))
        .or_else(|| manual.clone().map(ResolvedTrigger::Manual))
}
