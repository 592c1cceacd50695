use crate::facts::Provider;
use crate::spec::Fault;

/// Why a spec cannot become a pipeline, told at the field to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct Refusal {
    /// The spec key, dotted, as in `providers.github.environment`.
    pub key: String,
    /// The provider that cannot do it, where it is one.
    pub provider: Option<Provider>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Refusal {
    /// A refusal of what stands at `key`.
    pub fn new(key: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { key: key.into(), provider: None, message: message.into(), help: help.into() }
    }

    /// Names the provider that cannot do it.
    #[must_use]
    pub fn of(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }
}

impl From<Refusal> for Fault {
    fn from(Refusal { key, provider, message, help }: Refusal) -> Self {
        Self { rule: "spec-impossible", key, provider, message, help, at: None }
    }
}
