//! Questions to which every provider has an answer of its own.

use super::model::{Auth, Providers, TokenProvider, Trigger};
use crate::facts::Provider;

impl Providers {
    /// Whether the provider publishes.
    pub fn has(&self, provider: Provider) -> bool {
        match provider {
            Provider::Github => self.github.is_some(),
            Provider::Gitlab => self.gitlab.is_some(),
            Provider::Circleci => self.circleci.is_some(),
            _ => self.token_provider(provider).is_some(),
        }
    }

    /// The providers that publish, in [`Provider::ALL`] order.
    pub fn named(&self) -> impl Iterator<Item = Provider> {
        Provider::ALL.into_iter().filter(|&provider| self.has(provider))
    }

    /// The settings of a provider without trusted publishing.
    pub fn token_provider(&self, provider: Provider) -> Option<&TokenProvider> {
        match provider {
            Provider::Azure => self.azure.as_ref(),
            Provider::Jenkins => self.jenkins.as_ref(),
            Provider::Bitbucket => self.bitbucket.as_ref(),
            Provider::Buildkite => self.buildkite.as_ref(),
            Provider::Github | Provider::Gitlab | Provider::Circleci => None,
        }
    }

    /// `file` as written.
    pub fn file(&self, provider: Provider) -> Option<&String> {
        match provider {
            Provider::Github => self.github.as_ref()?.file.as_ref(),
            Provider::Gitlab => self.gitlab.as_ref()?.file.as_ref(),
            Provider::Circleci => self.circleci.as_ref()?.file.as_ref(),
            _ => self.token_provider(provider)?.file.as_ref(),
        }
    }

    /// `auth` as written.
    pub fn auth(&self, provider: Provider) -> Option<Auth> {
        match provider {
            Provider::Github => self.github.as_ref()?.auth,
            Provider::Gitlab => self.gitlab.as_ref()?.auth,
            Provider::Circleci => self.circleci.as_ref()?.auth,
            _ => self.token_provider(provider)?.auth,
        }
    }

    /// The provider's own `trigger`.
    pub fn trigger(&self, provider: Provider) -> Option<&Trigger> {
        match provider {
            Provider::Github => self.github.as_ref()?.trigger.as_ref(),
            Provider::Gitlab => self.gitlab.as_ref()?.trigger.as_ref(),
            Provider::Circleci => self.circleci.as_ref()?.trigger.as_ref(),
            _ => self.token_provider(provider)?.trigger.as_ref(),
        }
    }
}
