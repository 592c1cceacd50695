//! JUnit XML: one suite per file, one case per finding; without a finding one case that passes.

use super::xml::Xml;
use super::{Report, masked, message_and_help};
use crate::diagnostic::{Finding, Severity};

pub(super) fn report(report: &Report) -> String {
    let findings = report.in_order();
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let mut xml = Xml::new();
    xml.declare();
    let tests = findings.len().max(1).to_string();
    let counts =
        [("name", "trustpub"), ("tests", &*tests), ("failures", &*failures.to_string()), ("errors", "0")];
    xml.open("testsuites", &counts);
    if findings.is_empty() {
        let counts =
            [("name", "trustpub"), ("tests", "1"), ("failures", "0"), ("errors", "0"), ("skipped", "0")];
        xml.open("testsuite", &counts);
        xml.empty("testcase", &[("classname", "trustpub"), ("name", "no findings")]);
        xml.close("testsuite");
    }
    for file in findings.chunk_by(|a, b| a.location.source.path() == b.location.source.path()) {
        suite(file, &mut xml);
    }
    xml.close("testsuites");
    xml.finish()
}

/// Information is no failure: a case that is skipped shows it.
fn fails(finding: &Finding) -> bool {
    finding.severity != Severity::Info
}

fn suite(findings: &[&Finding], xml: &mut Xml) {
    let Some(path) = findings.first().map(|finding| masked(finding.location.source.path())) else { return };
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let counts = [
        ("name", &*path),
        ("tests", &findings.len().to_string()),
        ("failures", &failures.to_string()),
        ("errors", "0"),
        ("skipped", &(findings.len() - failures).to_string()),
    ];
    xml.open("testsuite", &counts);
    for finding in findings {
        let at = finding.location.start();
        let message = masked(&finding.message);
        let name = format!("{} ({}:{})", finding.rule, at.line, at.column);
        let case =
            [("classname", &*path), ("name", &*name), ("file", &*path), ("line", &*at.line.to_string())];
        xml.open("testcase", &case);
        if fails(finding) {
            let attributes = [("type", finding.severity.id()), ("message", &*message)];
            xml.text("failure", &attributes, &message_and_help(finding));
        } else {
            xml.empty("skipped", &[("message", &*message)]);
        }
        xml.close("testcase");
    }
    xml.close("testsuite");
}
