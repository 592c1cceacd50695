//! GitLab Code Quality (`artifacts:reports:codequality`): a JSON list of issues.

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::{Report, masked, message_and_help, pretty};
use crate::diagnostic::Severity;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub(super) fn report(report: &Report) -> String {
    let findings = report.in_order();
    let fingerprints = fingerprints(&findings);
    let issues = findings.iter().zip(fingerprints).map(|(finding, fingerprint)| Issue {
        description: message_and_help(finding),
        check_name: finding.rule,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Info => "info",
        },
        location: Location {
            path: masked(finding.location.source.path()),
            lines: Lines { begin: finding.location.start().line, end: finding.location.end().line },
        },
    });
    pretty(&issues.collect::<Vec<_>>())
}
