//! GitHub workflow commands: each finding becomes an annotation at its line.

use std::fmt::Write as _;

use super::{Report, masked, message_and_help};
use crate::diagnostic::Severity;

pub(super) fn report(report: &Report) -> String {
    let mut out = String::new();
    for finding in report.in_order() {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let (start, end) = (finding.location.start(), finding.location.end());
        // GitHub ignores columns where the finding spans several lines.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let _ = writeln!(
            out,
            "::{command} file={},line={},endLine={}{columns},title={}::{}",
            property(&masked(finding.location.source.path())),
            start.line,
            end.line,
            property(finding.rule),
            data(&message_and_help(finding)),
        );
    }
    out
}

/// Escapes a message as `@actions/core` does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property as `@actions/core` does.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
