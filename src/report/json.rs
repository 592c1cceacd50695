//! `check --format json`, schema 1: the contract that scripts and editors rely on.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::{Report, TOOL, masked};
use crate::ci::{PathSummary, PublishPath};
use crate::diagnostic::{Finding, Location, Related, Safety, Severity};
use crate::facts::Provider;
use crate::text::Position;

/// What `trustpub check --format json` prints. Lines and columns are 1-based, columns count characters;
/// paths are relative to the repository, with `/`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "trustpub check report")]
pub struct Check<'a> {
    /// The version of this format. Fields may be added to it, none is bent.
    #[schemars(extend("const" = 1))]
    schema: u8,
    /// Name and version of the tool.
    tool: String,
    #[schemars(with = "Vec<FindingRow>")]
    findings: Rows<'a>,
    publish_paths: Vec<PathSummary>,
    summary: Summary,
}

/// The findings of a report, each made into a row when it is written: there can be very many.
struct Rows<'a>(&'a Report<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.in_order().into_iter().map(|finding| row(self.0, finding)))
    }
}

/// One finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingRow {
    /// The rule's id, kebab-case.
    rule: String,
    severity: Severity,
    /// What is wrong, in one sentence.
    message: String,
    /// What to write instead.
    help: Option<String>,
    /// The rule's page.
    url: Option<String>,
    /// The file.
    file: String,
    /// The first character meant.
    start: Place,
    /// One past the last character meant.
    end: Place,
    /// Whose configuration it is; null for package manifests and npm configuration.
    provider: Option<Provider>,
    /// The package concerned, where it is one.
    package: Option<String>,
    /// Whether `--fix` mends it.
    fix: FixKind,
    /// Other places that explain it.
    related: Vec<RelatedRow>,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
struct Place {
    /// From 1.
    #[schemars(range(min = 1))]
    line: usize,
    /// In characters, from 1.
    #[schemars(range(min = 1))]
    column: usize,
}

impl From<Position> for Place {
    fn from(at: Position) -> Self {
        Self { line: at.line, column: at.column }
    }
}

/// Whether a machine can mend a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum FixKind {
    /// By `--fix`.
    Safe,
    /// By `--fix --unsafe`: it alters more than the fault.
    Unsafe,
    /// By hand alone.
    None,
}

/// Another place that explains a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Related")]
struct RelatedRow {
    file: String,
    start: Place,
    /// What to see there.
    message: String,
}

/// How many of what.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    error: usize,
    warning: usize,
    info: usize,
    /// Files read.
    files: usize,
    /// Findings that a comment or the settings silenced.
    suppressed: usize,
}

/// The schema as committed at `schemas/check.schema.json`, which a test compares with the types.
pub const JSON_SCHEMA: &str = include_str!("../../schemas/check.schema.json");

/// The JSON Schema of the report, from these types.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Check).to_value()
}

/// The publish paths as every JSON output lists them, masked.
pub fn publish_paths(paths: &[PublishPath]) -> Vec<PathSummary> {
    let row = |path| {
        let mut summary = PathSummary::from(path);
        let PathSummary { file, job, command, .. } = &mut summary;
        for text in [file, job, command] {
            *text = masked(text);
        }
        summary
    };
    paths.iter().map(row).collect()
}

pub(super) fn report(report: &Report) -> impl Serialize {
    Check {
        schema: 1,
        tool: TOOL.to_owned(),
        findings: Rows(report),
        publish_paths: publish_paths(report.publish_paths),
        summary: Summary {
            error: report.count(Severity::Error),
            warning: report.count(Severity::Warning),
            info: report.count(Severity::Info),
            files: report.files,
            suppressed: report.suppressed,
        },
    }
}

fn row(report: &Report, finding: &Finding) -> FindingRow {
    let Location { source, .. } = &finding.location;
    FindingRow {
        rule: finding.rule.to_owned(),
        severity: finding.severity,
        message: masked(&finding.message),
        help: finding.help.as_deref().map(masked),
        url: report.rule(finding.rule).map(|rule| rule.url.clone()),
        file: masked(source.path()),
        start: finding.location.start().into(),
        end: finding.location.end().into(),
        provider: finding.provider,
        package: finding.package.as_deref().map(masked),
        fix: match finding.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => FixKind::Safe,
            Some(Safety::Unsafe) => FixKind::Unsafe,
            None => FixKind::None,
        },
        related: finding.related.iter().map(related).collect(),
    }
}

fn related(related: &Related) -> RelatedRow {
    RelatedRow {
        file: masked(related.location.source.path()),
        start: related.location.start().into(),
        message: masked(&related.message),
    }
}
