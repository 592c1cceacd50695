//! Findings → text, JSON, SARIF, GitHub annotations, GitLab Code Quality, JUnit.
//!
//! Every output masks what looks like a token ([`redact`]) and is the same for the same findings,
//! in whatever order they come.

mod codequality;
mod fingerprint;
mod github;
pub mod json;
mod junit;
pub mod paths;
mod redact;
mod sarif;
#[cfg(test)]
mod tests;
pub mod text;
mod xml;

pub use redact::redact;

use std::convert::Infallible;

use crate::ci::PublishPath;
use crate::diagnostic::{Finding, Severity};
use crate::rules;

/// What a check found, with all that an output needs.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The findings, in any order.
    pub findings: &'a [Finding],
    /// Every way in which a package can be published.
    pub publish_paths: &'a [PublishPath],
    /// The rules that were applied; a finding of another rule is printed without a page.
    pub rules: &'a [Rule],
    /// How many files were read.
    pub files: usize,
    /// How many findings a comment or the settings silenced.
    pub suppressed: usize,
}

/// A rule as an output describes it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, kebab-case.
    pub id: &'static str,
    /// What it finds, in one sentence.
    pub summary: String,
    /// Its page, in Markdown.
    pub documentation: String,
    /// The address of its page.
    pub url: String,
    /// The severity of its worst finding.
    pub severity: Severity,
}

impl From<&rules::Rule> for Rule {
    fn from(rule: &rules::Rule) -> Self {
        Self {
            id: rule.meta.id,
            summary: rule.page().title,
            documentation: rule.markdown(),
            url: rule.url(),
            severity: rule.meta.severity,
        }
    }
}

/// An output format of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: excerpts with the cause and the fix
    Text,
    /// For programs: schema 1, see `trustpub schema check`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands, shown as annotations
    Github,
    /// GitLab Code Quality, shown in merge requests
    Codequality,
    /// JUnit XML, for every CI system
    Junit,
}

impl Report<'_> {
    /// The report in `format`, with a final line break.
    pub fn render(&self, format: Format) -> String {
        let mut text = String::new();
        let _: Result<(), Infallible> = self.write(format, &mut |part| {
            text.push_str(part);
            Ok(())
        });
        text
    }

    /// Hands the report in `format` to `out`, for people part by part: it can be long.
    pub fn write<E>(&self, format: Format, out: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let whole = match format {
            Format::Text => return text::report(self, out),
            Format::Json => return write_pretty(&json::report(self), out),
            Format::Sarif => sarif::report(self),
            Format::Github => github::report(self),
            Format::Codequality => codequality::report(self),
            Format::Junit => junit::report(self),
        };
        out(&whole)
    }

    /// How many findings have `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The findings by file, place and rule.
    fn in_order(&self) -> Vec<&Finding> {
        text::in_order(self.findings)
    }
}

/// Name and version, as outputs give them.
const TOOL: &str = concat!("trustpub ", env!("CARGO_PKG_VERSION"));

/// A text as an output carries it: masked, as an owned string.
fn masked(text: &str) -> String {
    redact(text).into_owned()
}

/// Message and help as one text.
fn message_and_help(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => masked(&format!("{}\n\n{help}", finding.message)),
        None => masked(&finding.message),
    }
}

/// Hands a document with a final line break to `out`, part by part.
fn write_pretty<E>(
    document: &impl serde::Serialize,
    out: &mut dyn FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut parts = Parts { out, text: String::new(), failed: None };
    let written = serde_json::to_writer_pretty(&mut parts, document);
    let Parts { out, mut text, failed } = parts;
    if let Some(error) = failed {
        return Err(error);
    }
    written.expect("strings, numbers and lists always serialise");
    text.push('\n');
    out(&text)
}

/// A writer of text that hands on large parts, and keeps the error of whoever takes them.
struct Parts<'o, E> {
    out: &'o mut dyn FnMut(&str) -> Result<(), E>,
    text: String,
    failed: Option<E>,
}

impl<E> Parts<'_, E> {
    /// How many bytes are handed on at once.
    const SIZE: usize = 64 << 10;
}

impl<E> std::io::Write for Parts<'_, E> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(std::io::Error::other)?;
        self.text.push_str(text);
        if self.text.len() >= Self::SIZE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let handed = (self.out)(&self.text);
        self.text.clear();
        handed.map_err(|error| {
            self.failed = Some(error);
            std::io::Error::other("the report is not taken")
        })
    }
}

/// A document with a final line break.
fn pretty(document: &impl serde::Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(document).expect("strings, numbers and lists always serialise");
    text.push('\n');
    text
}
