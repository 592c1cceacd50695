//! SARIF 2.1.0 for code scanning.

use std::cmp::Reverse;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::fingerprint::fingerprints;
use super::{Report, Rule, masked, message_and_help, pretty};
use crate::diagnostic::{Finding, Fix, Location, Severity};
use crate::facts::limits;

/// The report with at most as many results as GitHub's code scanning accepts: the worst, where there are more.
pub(super) fn report(report: &Report) -> String {
    let most = limits::github_sarif_results().value.and_then(|most| usize::try_from(most).ok());
    with_at_most(report, most.unwrap_or(usize::MAX))
}

pub(super) fn with_at_most(report: &Report, most: usize) -> String {
    let findings = report.in_order();
    let mut numbered: Vec<(&Finding, String)> =
        findings.iter().copied().zip(fingerprints(&findings)).collect();
    let left_out = numbered.len().saturating_sub(most);
    if left_out > 0 {
        numbered.sort_by_key(|(finding, _)| Reverse(finding.severity));
        numbered.truncate(most);
    }
    let results: Vec<Value> =
        numbered.iter().map(|(finding, print)| result(report, finding, print)).collect();
    let notifications: Vec<Value> = (left_out > 0)
        .then(|| {
            format!(
                "{left_out} findings of the least severity are left out: code scanning takes {most} at most"
            )
        })
        .map(|text| json!({"level": "warning", "message": {"text": text}}))
        .into_iter()
        .collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0-rtm.5.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "trustpub",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
            "results": results,
        }],
    }))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": level(rule.severity)},
        // GitHub's code scanning ranks by these.
        "properties": {"tags": ["security", "supply-chain"], "security-severity": match rule.severity {
            Severity::Error => "8.0",
            Severity::Warning => "5.0",
            Severity::Info => "2.0",
        }},
    })
}

fn result(report: &Report, finding: &Finding, fingerprint: &str) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": message_and_help(finding)},
        "locations": [{"physicalLocation": physical(&finding.location)}],
        "partialFingerprints": {"trustpub/v1": fingerprint},
    });
    if let Some(index) = report.rules.iter().position(|rule| rule.id == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(id, related)| {
            json!({
                "id": id,
                "physicalLocation": physical(&related.location),
                "message": {"text": masked(&related.message)},
            })
        });
        result["relatedLocations"] = related.collect();
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([changes(fix)]);
    }
    result
}

fn physical(location: &Location) -> Value {
    let (start, end) = (location.start(), location.end());
    json!({
        "artifactLocation": artifact(location.source.path()),
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    })
}

fn changes(fix: &Fix) -> Value {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|(path, edit)| (path.as_str(), edit.span));
    let files = edits.chunk_by(|(a, _), (b, _)| a == b).filter_map(|edits| {
        let (path, _) = edits.first()?;
        let replacements = edits.iter().map(|(_, edit)| {
            json!({
                "deletedRegion": {"byteOffset": edit.span.start, "byteLength": edit.span.len()},
                "insertedContent": {"text": masked(&edit.replacement)},
            })
        });
        Some(json!({"artifactLocation": artifact(path), "replacements": replacements.collect::<Vec<_>>()}))
    });
    json!({"description": {"text": masked(&fix.title)}, "artifactChanges": files.collect::<Vec<_>>()})
}

fn artifact(path: &str) -> Value {
    json!({"uri": uri(&masked(path)), "uriBaseId": "%SRCROOT%"})
}

/// A relative path as a URI reference (RFC 3986): everything that is not plain is percent-encoded. A colon in
/// the first part would read as a scheme, so it is encoded as well.
fn uri(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/@+=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
