//! What every rule shares: metadata, pages, selection, suppression, baselines and fixes.

mod baseline;
mod context;
mod docs;
mod fingerprint;
mod fix;
pub(super) mod grant;
mod page;
mod run;
mod selection;
pub(super) mod shape;
mod suppress;
pub(super) mod words;

use crate::ci::Pipeline;
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub use baseline::{Baseline, BaselineError};
pub use context::Context;
pub(super) use context::PublishingJob;
pub(super) use context::{Client, client, npm_has, outdated, relies_on_identity, tool_facts, tool_version};
pub use docs::table;
pub use fingerprint::fingerprint;
pub use fix::{FixPlan, plan_fixes};
pub use page::{Example, Page};
pub use run::{Outcome, Run};
pub use selection::{Selection, SelectionError};

/// Whether a rule can offer a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// Never.
    None,
    /// Applied by `--fix`, where it can be made.
    Safe,
    /// Applied by `--fix --unsafe` alone, where it can be made.
    Unsafe,
}

/// What is known of a rule without running it.
#[derive(Debug)]
pub struct Meta {
    /// Kebab-case, equal to the file's name.
    pub id: &'static str,
    /// The severity of a finding where nothing lowers or raises it.
    pub severity: Severity,
    /// Whether a finding may come with a fix.
    pub fix: Availability,
    /// The providers whose configuration it reads; all that publish packages where empty.
    pub providers: &'static [Provider],
}

/// A rule's check of the repository: reads the publish paths and their pipelines, adds findings.
pub type Check = fn(&Context<'_>, &mut Vec<Finding>);

/// A rule's check of one CI file, whether it publishes or not: the context's model may have that file alone.
pub type FileCheck = fn(&Context<'_>, &Pipeline, &mut Vec<Finding>);

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its metadata.
    pub meta: &'static Meta,
    /// Its check of the repository, where it has one.
    pub check: Option<Check>,
    /// Its check of every CI file, where it has one.
    pub check_file: Option<FileCheck>,
    /// Which workflows its `check` looks at though they publish nothing, where there are any.
    pub wants: Option<fn(&Pipeline) -> bool>,
    /// Its page: the doc comment of its file, in Markdown, with `{registry}` for the default registry's host.
    pub page: &'static str,
}
