//! JUnit XML: one suite per file, one case per finding; without a finding one case that passes.

use std::fmt::Write as _;

use super::{Report, masked, message_and_help};
use crate::diagnostic::{Finding, Severity};

pub(super) fn report(report: &Report) -> String {
    let findings = report.in_order();
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = findings.len().max(1);
    let _ = writeln!(out, r#"<testsuites name="trustpub" tests="{tests}" failures="{failures}" errors="0">"#);
    if findings.is_empty() {
        out.push_str(
            "  <testsuite name=\"trustpub\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n",
        );
        out.push_str("    <testcase classname=\"trustpub\" name=\"no findings\"/>\n  </testsuite>\n");
    }
    for file in findings.chunk_by(|a, b| a.location.source.path() == b.location.source.path()) {
        suite(file, &mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

/// Information is no failure: a case that is skipped shows it.
fn fails(finding: &Finding) -> bool {
    finding.severity != Severity::Info
}

fn suite(findings: &[&Finding], out: &mut String) {
    let Some(path) = findings.first().map(|finding| escape(&masked(finding.location.source.path()))) else {
        return;
    };
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let _ = writeln!(
        out,
        r#"  <testsuite name="{path}" tests="{}" failures="{failures}" errors="0" skipped="{}">"#,
        findings.len(),
        findings.len() - failures
    );
    for finding in findings {
        let at = finding.location.start();
        let message = escape(&masked(&finding.message));
        let _ = writeln!(
            out,
            r#"    <testcase classname="{path}" name="{} ({}:{})" file="{path}" line="{}">"#,
            finding.rule, at.line, at.column, at.line
        );
        if fails(finding) {
            let _ = writeln!(
                out,
                r#"      <failure type="{}" message="{message}">{}</failure>"#,
                finding.severity.id(),
                escape(&message_and_help(finding))
            );
        } else {
            let _ = writeln!(out, r#"      <skipped message="{message}"/>"#);
        }
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

/// Text for XML 1.0, in content and in attributes: markup escaped, line breaks kept as references, characters
/// that XML cannot carry replaced.
pub(super) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
        out
    })
}
