use crate::diagnostic::Location;
use crate::facts::Provider;

/// Something in a spec that cannot become a pipeline, told at the field to change.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Rule id, kebab-case.
    pub rule: &'static str,
    /// The spec key, dotted, as in `providers.github.environment`; list items by index.
    pub key: String,
    /// The provider concerned, where it is one.
    pub provider: Option<Provider>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The place in another file of the repository, where that is what must change.
    pub at: Option<Location>,
}

/// A value that cannot stand in its field.
pub(super) const INVALID_VALUE: &str = "spec-invalid-value";
/// A value that a provider would evaluate, or that hides something.
pub(super) const UNSAFE_VALUE: &str = "spec-unsafe-value";
/// Two settings that exclude each other.
pub(super) const CONTRADICTION: &str = "spec-contradiction";
/// What the provider or npm cannot do.
pub(super) const IMPOSSIBLE: &str = "spec-impossible";
/// Something that must be said and is not.
pub(super) const MISSING: &str = "spec-missing";

impl Fault {
    pub(super) fn new(
        rule: &'static str,
        key: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { rule, key: key.into(), provider: None, message: message.into(), help: help.into(), at: None }
    }

    pub(super) fn at(mut self, place: Location) -> Self {
        self.at = Some(place);
        self
    }

    pub(super) fn of(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }
}
