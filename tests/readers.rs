//! Whole repositories on CI systems whose identity npm does not accept: what is found in them, and what is
//! said about it.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up must stop")]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn run(fixture: &str, arguments: &[&str]) -> Output {
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/readers").join(fixture);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    // 2026-11-24, whatever the machine's clock and environment say.
    command.env_clear().env("SOURCE_DATE_EPOCH", "1795500000");
    command.args(arguments).arg("--repo").arg(repository).output().unwrap()
}

fn text(fixture: &str, arguments: &[&str]) -> String {
    let output = run(fixture, arguments);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn check(fixture: &str) -> Value {
    serde_json::from_str(&text(fixture, &["check", "--format", "json", "--fail-on", "never"])).unwrap()
}

/// Every finding on one line: severity, place, rule and words.
fn findings(report: &Value) -> String {
    let line = |finding: &Value| {
        format!(
            "{} {}:{}:{} {}: {}\n",
            finding["severity"].as_str().unwrap(),
            finding["file"].as_str().unwrap(),
            finding["start"]["line"],
            finding["start"]["column"],
            finding["rule"].as_str().unwrap(),
            finding["message"].as_str().unwrap(),
        )
    };
    report["findings"].as_array().unwrap().iter().map(line).collect()
}

const PROVIDERS: [&str; 4] = ["azure", "jenkins", "bitbucket", "buildkite"];

#[test]
fn paths_of_each() {
    for provider in PROVIDERS {
        insta::assert_snapshot!(format!("paths-{provider}"), text(provider, &["paths"]));
    }
}

#[test]
fn what_check_says_of_each() {
    for provider in PROVIDERS {
        insta::assert_snapshot!(format!("check-{provider}"), findings(&check(provider)));
    }
}

#[test]
fn staging_with_a_token_is_the_best_that_there_is() {
    for provider in PROVIDERS {
        let report = check(&format!("{provider}-staged"));
        let (paths, summary) = (&report["publish_paths"], &report["summary"]);
        assert_eq!(paths.as_array().unwrap().len(), 1, "{provider}: {paths}");
        assert_eq!((&paths[0]["provider"], &paths[0]["auth"]), (&provider.into(), &"token".into()));
        assert_eq!(
            (&summary["error"], &summary["warning"]),
            (&0.into(), &0.into()),
            "{provider}: {}",
            findings(&report)
        );
    }
}

/// Rules about an identity, which npm would not accept here.
const OF_IDENTITIES: [&str; 8] = [
    "id-token-missing",
    "npm-too-old",
    "npm-version-unknown",
    "node-too-old",
    "runner-not-hosted",
    "runner-unknown",
    "tool-without-oidc",
    "multiple-entry-workflows",
];

#[test]
fn nobody_is_told_of_an_identity_that_npm_refuses() {
    for provider in PROVIDERS {
        let report = check(provider);
        for finding in report["findings"].as_array().unwrap() {
            let rule = finding["rule"].as_str().unwrap();
            assert!(!OF_IDENTITIES.contains(&rule), "{provider}: {finding}");
            let help = finding["help"].as_str().unwrap_or_default();
            for word in ["job's identity", "trusted publisher", "id token"] {
                assert!(!help.contains(word), "{provider}, {rule}: {help}");
            }
        }
    }
}
