//! Findings, severities and fixes: data, no behaviour beyond construction.

use serde::{Deserialize, Serialize};

use crate::facts::Provider;
use crate::text::{Edit, Position, Source, Span};

/// How bad a finding is (`contract.md`): error = the publish fails or a credential can be stolen;
/// warning = it works today but is fragile or weaker than it could be; info = hygiene or unproven.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hygiene, and whatever is unproven.
    Info,
    /// It works today but is fragile or weaker than it could be.
    Warning,
    /// The publish fails, or a publish credential can be stolen or misused.
    Error,
}

impl Severity {
    /// The lower-case word that every output uses.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a file: its source (for excerpts) and the bytes meant.
#[derive(Debug, Clone)]
pub struct Location {
    /// The file.
    pub source: Source,
    /// The bytes meant.
    pub span: Span,
}

impl Location {
    /// The place `span` in `source`.
    pub fn new(source: &Source, span: Span) -> Self {
        Self { source: source.clone(), span }
    }

    /// Where the place begins.
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// Where the place ends (one past the last character).
    pub fn end(&self) -> Position {
        self.source.position(self.span.end)
    }
}

/// A second place that explains a finding, with what to see there.
#[derive(Debug, Clone)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What to see there.
    pub message: String,
}

/// Whether a fix keeps the pipeline's behaviour but for the fault it mends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Safety {
    /// Applied by `--fix`.
    Safe,
    /// Alters behaviour: applied by `--fix --unsafe` alone.
    Unsafe,
}

/// Edits that mend a finding. All of them are applied, or none.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What the fix does, in the imperative.
    pub title: String,
    /// Whether it may be applied without asking.
    pub safety: Safety,
    /// The edits, each with the repository-relative path of its file.
    pub edits: Vec<(String, Edit)>,
}

/// One thing to say about a repository or a spec: what, where, why, and what to write instead.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's id, kebab-case.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where.
    pub location: Location,
    /// A few words to print under the caret.
    pub label: Option<String>,
    /// Whose configuration it is; none for package manifests and npm configuration.
    pub provider: Option<Provider>,
    /// The package concerned, where it is one.
    pub package: Option<String>,
    /// How it could be mended by machine.
    pub fix: Option<Fix>,
    /// Other places that explain it.
    pub related: Vec<Related>,
}

impl Finding {
    /// A finding of `rule` at `location`; the rest is added with the `with_…` methods.
    pub fn new(
        rule: &'static str,
        severity: Severity,
        location: Location,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            help: None,
            location,
            label: None,
            provider: None,
            package: None,
            fix: None,
            related: Vec::new(),
        }
    }

    /// Says what to write instead.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Prints `label` under the caret.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Names the provider whose configuration it is.
    #[must_use]
    pub fn with_provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Names the package concerned.
    #[must_use]
    pub fn with_package(mut self, package: impl Into<String>) -> Self {
        self.package = Some(package.into());
        self
    }

    /// Offers a fix.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Adds a place that explains the finding.
    #[must_use]
    pub fn with_related(mut self, location: Location, message: impl Into<String>) -> Self {
        self.related.push(Related { location, message: message.into() });
        self
    }
}
