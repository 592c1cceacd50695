//! Every format of one report, and what holds for any report: valid, stable, masked.

use std::sync::OnceLock;

use proptest::prelude::*;
use quick_xml::events::Event;

use super::{Format, Report, Rule, json};
use crate::ci::{
    Auth, Command, Identity, IdentityState, Learnt, LearntFrom, PublishPath, Registry, Tool, Toolchain,
};
use crate::diagnostic::{Finding, Fix, Location, Safety, Severity};
use crate::facts::node::{NodeSpec, bundled_npm};
use crate::facts::runners::Runner;
use crate::facts::{Provider, registry};
use crate::text::{Edit, Source, Span};

const WORKFLOW: &str = "\
name: release
on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
";

fn at(source: &Source, words: &str) -> Location {
    let start = source.text().find(words).unwrap();
    Location::new(source, Span::new(start, start + words.len()))
}

fn findings(workflow: &str) -> Vec<Finding> {
    let source = Source::new(".github/workflows/release.yml", workflow);
    let manifest = Source::new("packages/a b/package.json", "{\n  \"name\": \"@acme/core\"\n}\n");
    let token = at(&source, "        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n");
    let fix = Fix {
        title: "remove the stored token".to_owned(),
        safety: Safety::Safe,
        edits: vec![(".github/workflows/release.yml".to_owned(), Edit::delete(token.span))],
    };
    vec![
        Finding::new(
            "repository-url-missing",
            Severity::Warning,
            at(&manifest, "\"@acme/core\""),
            "@acme/core names no repository",
        )
        .with_package("@acme/core")
        .with_help("add `repository`: provenance is checked against it"),
        Finding::new(
            "npm-too-old",
            Severity::Error,
            at(&source, "22"),
            "Node 22 bundles npm 10, which cannot publish with the identity",
        )
        .with_label("bundles npm 10.9.8 or 10.9.9")
        .with_help("use Node 24.19.0")
        .with_provider(Provider::Github)
        .with_related(at(&source, "npm publish"), "published here")
        .with_related(at(&manifest, "@acme/core"), "this package"),
        Finding::new(
            "stored-publish-token",
            Severity::Error,
            at(&source, "${{ secrets.NPM_TOKEN }}"),
            "a stored token reaches `npm publish`",
        )
        .with_provider(Provider::Github)
        .with_fix(fix),
        Finding::new(
            "action-by-tag",
            Severity::Info,
            at(&source, "actions/setup-node@v4"),
            "the action is named by a tag, which can move",
        )
        .with_provider(Provider::Github),
    ]
}

fn rules() -> Vec<Rule> {
    let rule = |id: &'static str, severity| Rule {
        id,
        summary: format!("what {id} finds"),
        documentation: format!("## What {id} does\n\nIt looks."),
        url: format!("https://example.com/rules/{id}"),
        severity,
    };
    vec![rule("npm-too-old", Severity::Error), rule("stored-publish-token", Severity::Error)]
}

fn render(findings: &[Finding], format: Format) -> String {
    let rules = rules();
    Report { findings, publish_paths: &[], rules: &rules, files: 2, suppressed: 1 }.render(format)
}

fn publish_path(node: &str) -> PublishPath {
    let source = Source::new(".github/workflows/release.yml", WORKFLOW);
    let node = NodeSpec::parse(node).unwrap();
    let npm = Learnt { value: bundled_npm(&node), from: LearntFrom::Bundled, ..Learnt::default() };
    PublishPath {
        provider: Provider::Github,
        file: source.path().to_owned(),
        entry: true,
        trigger: vec!["push:tags".to_owned()],
        started_by: vec![crate::ci::TriggerKind::Push],
        job: "publish".to_owned(),
        line: 10,
        command: Command {
            tool: Tool::SemanticRelease,
            text: format!("npm publish --//{}/:_authToken={TOKEN}", registry::HOST),
            at: at(&source, "npm publish"),
            version: None,
            staged: false,
            provenance: None,
            dist_tag: None,
            ignore_scripts: false,
            directory: None,
        },
        auth: Auth::Both,
        credentials: Vec::new(),
        identity: Identity {
            state: IdentityState::Granted,
            level: None,
            at: None,
            write_all: false,
            tokens: Vec::new(),
        },
        runner: Runner::SelfHosted,
        toolchain: Toolchain {
            node: Learnt { value: Some(node), written: Some("as written".to_owned()), ..Learnt::default() },
            npm,
            upgrades: Vec::new(),
        },
        guards: Vec::new(),
        proven: None,
        packages: vec!["@acme/core".to_owned()],
        registry: Registry::Npm,
        chain: Vec::new(),
        pipeline: 0,
        job_index: Vec::new(),
        acts: std::sync::Arc::default(),
        step: 0,
    }
}

#[test]
fn publish_paths_are_told_as_the_contract_says() {
    let paths = [publish_path("24.14.1"), publish_path("24")];
    let report = Report { findings: &[], publish_paths: &paths, rules: &[], files: 1, suppressed: 0 };
    let out = report.render(Format::Json);
    assert_valid(check_schema(), &out);
    let out: serde_json::Value = serde_json::from_str(&out).unwrap();
    let (exact, floating) = (&out["publish_paths"][0], &out["publish_paths"][1]);
    assert_eq!((&exact["node"], &exact["npm"]), (&"24.14.1".into(), &"11.11.0".into()));
    assert_eq!((&floating["node"], &floating["npm"]), (&"as written".into(), &serde_json::Value::Null));
    assert_eq!(exact["tool"], "semantic-release");
    assert_eq!(exact["runner"], "self-hosted");
    assert_eq!(
        (&exact["auth"], &exact["guard"], &exact["registry"]),
        (&"both".into(), &"none".into(), &"npm".into())
    );
    let command = format!("npm publish --//{}/:_authToken={}", registry::HOST, "*".repeat(TOKEN.len()));
    assert_eq!(exact["command"], command);
}

#[test]
fn text() {
    let plain = anstream::adapter::strip_str(&render(&findings(WORKFLOW), Format::Text)).to_string();
    insta::assert_snapshot!(plain);
}

#[test]
fn many_alike_share_one_excerpt() {
    let manifest = Source::new("package.json", "{ \"repository\": \"git@github.com:acme/a.git\" }\n");
    let copies = (1..=8).map(|number| {
        let source = Source::new(format!("packages/p{number}/package.json"), manifest.text());
        Finding::new(
            "repository-form",
            Severity::Info,
            at(&source, "git@github.com:acme/a.git"),
            "in ssh form",
        )
    });
    let all: Vec<Finding> = copies.collect();
    let text = render(&all, Format::Text);
    assert_eq!(text.matches("in ssh form").count(), 1, "{text}");
    assert!(text.contains("also in 7 other places: packages/p2/package.json:1:18, "), "{text}");
    assert!(text.contains("packages/p6/package.json:1:18 …") && text.contains("8 info in"), "{text}");
    let two = render(&all[..2], Format::Text);
    assert!(two.contains("p1/package.json:1:18") && two.contains("p2/package.json:1:18"), "{two}");
    assert!(!two.contains("also in"), "{two}");
}

#[test]
fn nothing_found() {
    for format in ALL {
        insta::assert_snapshot!(format!("nothing-{format:?}").to_lowercase(), render(&[], format));
    }
}

#[test]
fn machine_formats() {
    for format in [Format::Json, Format::Sarif, Format::Github, Format::Codequality, Format::Junit] {
        insta::assert_snapshot!(format!("{format:?}").to_lowercase(), render(&findings(WORKFLOW), format));
    }
}

const ALL: [Format; 6] =
    [Format::Text, Format::Json, Format::Sarif, Format::Github, Format::Codequality, Format::Junit];

/// `trustpub schema check`; `UPDATE_SCHEMAS=1 cargo test --lib report::` writes it anew.
#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/check.schema.json");
    let current = super::pretty(&json::schema());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "schemas/check.schema.json is out of date: UPDATE_SCHEMAS=1 cargo test --lib report::"
    );
}

fn assert_valid(validator: &jsonschema::Validator, document: &str) {
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn sarif_schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let text = include_str!("../../schemas/vendor/sarif-2.1.0-rtm.5.json");
        let mut schema: serde_json::Value = serde_json::from_str(text).unwrap();
        // Its pattern for languages is no regular expression (`]?` without a bracket that opens).
        for definition in ["run", "toolComponent"] {
            let language = schema["definitions"][definition]["properties"]["language"].as_object_mut();
            language.unwrap().remove("pattern").unwrap();
        }
        jsonschema::options().build(&schema).unwrap()
    })
}

fn check_schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| jsonschema::options().build(&json::schema()).unwrap())
}

#[test]
fn sarif_and_json_are_valid() {
    for findings in [findings(WORKFLOW), Vec::new()] {
        assert_valid(sarif_schema(), &render(&findings, Format::Sarif));
        assert_valid(check_schema(), &render(&findings, Format::Json));
    }
}

#[test]
fn sarif_keeps_the_worst_where_there_are_more_than_code_scanning_takes() {
    let findings = findings(WORKFLOW);
    let report = Report { findings: &findings, publish_paths: &[], rules: &rules(), files: 2, suppressed: 0 };
    let out = super::sarif::with_at_most(&report, 2);
    assert_valid(sarif_schema(), &out);
    let out: serde_json::Value = serde_json::from_str(&out).unwrap();
    let run = &out["runs"][0];
    let rules: Vec<&str> =
        run["results"].as_array().unwrap().iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(rules, ["npm-too-old", "stored-publish-token"]);
    let said = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(said.as_str().unwrap().starts_with("2 findings "), "{said}");
}

fn fingerprints(findings: &[Finding]) -> Vec<(String, String)> {
    let issues: serde_json::Value = serde_json::from_str(&render(findings, Format::Codequality)).unwrap();
    let text = |issue: &serde_json::Value, key: &str| issue[key].as_str().unwrap().to_owned();
    issues
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| (text(issue, "check_name"), text(issue, "fingerprint")))
        .collect()
}

#[test]
fn fingerprints_follow_the_place_not_the_line() {
    let before = fingerprints(&findings(WORKFLOW));
    assert_eq!(
        before.iter().map(|(_, print)| print).collect::<std::collections::BTreeSet<_>>().len(),
        before.len()
    );
    let moved = WORKFLOW
        .replace("jobs:\n", "# a comment\nconcurrency: x\n\njobs:\n  test:\n    runs-on: x\n    steps: []\n");
    assert_eq!(fingerprints(&findings(&moved)), before);
    let renamed = WORKFLOW.replace("  publish:", "  release:");
    let after = fingerprints(&findings(&renamed));
    assert_ne!(after[0], before[0], "another job is another finding");
}

#[test]
fn equal_findings_have_different_fingerprints() {
    let source = Source::new("a.yml", "a: 1\n");
    let twice = [
        Finding::new("x", Severity::Error, at(&source, "1"), "one"),
        Finding::new("x", Severity::Error, at(&source, "1"), "another"),
    ];
    let prints = fingerprints(&twice);
    assert_ne!(prints[0], prints[1]);
    assert_eq!(prints, fingerprints(&twice));
}

#[test]
fn the_order_of_the_findings_does_not_matter() {
    let mut reversed = findings(WORKFLOW);
    reversed.reverse();
    for format in ALL {
        assert_eq!(render(&reversed, format), render(&findings(WORKFLOW), format), "{format:?}");
    }
}

/// How many elements an XML text has: panics where it is not well-formed.
fn elements(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut count = 0;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {xml}")) {
            Event::Start(element) | Event::Empty(element) => {
                element.attributes().for_each(|attribute| drop(attribute.expect("well-formed")));
                count += 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(!xml.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')));
    count
}

const TOKEN: &str = "npm_0123456789abcdefABCDEF0123456789abcd";

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,30}",
        "[-:,%&<>\"'\\\\\\[\\]\n\r\t\u{0}\u{7}\u{1b}\u{202e}é🚀 a]{0,30}",
        Just(format!("leaked {TOKEN} here")),
    ]
}

fn any_finding() -> impl Strategy<Value = Finding> {
    (hostile(), hostile(), proptest::option::of(hostile()), hostile(), 0usize..40, 0usize..12, 0usize..3)
        .prop_map(|(path, text, help, message, start, length, severity)| {
            let path = if path.is_empty() { "a.yml".to_owned() } else { path };
            let source = Source::new(path, text);
            let severity = [Severity::Error, Severity::Warning, Severity::Info][severity];
            let span = Span::new(start, start + length);
            let fix = Fix {
                title: message.clone(),
                safety: Safety::Unsafe,
                edits: vec![("b.yml".to_owned(), Edit::replace(Span::new(1, 2), message.clone()))],
            };
            let mut finding =
                Finding::new("any-rule", severity, Location::new(&source, span), message.clone())
                    .with_label(message.clone())
                    .with_package(message.clone())
                    .with_related(Location::new(&source, Span::new(0, 1)), message)
                    .with_fix(fix);
            finding.help = help;
            finding
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_report_is_well_formed_and_masked(findings in prop::collection::vec(any_finding(), 0..4)) {
        for format in ALL {
            let out = render(&findings, format);
            prop_assert!(!out.contains(TOKEN) && !out.contains(&TOKEN[4..]), "{format:?}: {out}");
            prop_assert!(out.ends_with('\n') || out.is_empty());
            match format {
                Format::Json => assert_valid(check_schema(), &out),
                Format::Sarif => assert_valid(sarif_schema(), &out),
                Format::Codequality => {
                    let issues: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
                    prop_assert_eq!(issues.len(), findings.len());
                }
                Format::Github => {
                    let commands: Vec<&str> = out.lines().collect();
                    prop_assert_eq!(commands.len(), findings.len());
                    let known = |line: &&str| ["::error ", "::warning ", "::notice "].iter().any(|word| line.starts_with(word));
                    prop_assert!(commands.iter().all(known));
                }
                Format::Junit => prop_assert!(elements(&out) > findings.len()),
                // Nothing in a repository may steer the terminal: the only escapes are our colours.
                Format::Text => {
                    let plain = anstream::adapter::strip_str(&out).to_string();
                    let steers = plain.contains(['\u{1b}', '\u{202e}', '\u{7}']);
                    prop_assert!(!steers);
                }
            }
            // What cli masks once more stays what it was.
            prop_assert_eq!(super::redact(&out), out.as_str());
        }
    }
}

/// Found by fuzzing: with thousands of findings, excerpts over half the file each took seconds.
#[test]
fn excerpts_are_bounded() {
    let far = Source::new("a.yml", format!("first: 1\n{}second: 2\n", "middle: 0\n".repeat(5_000)));
    let finding = Finding::new("duplicate-key", Severity::Error, at(&far, "second"), "twice")
        .with_related(at(&far, "first"), "first written here");
    let text = anstream::adapter::strip_str(&super::text::findings(&[finding])).to_string();
    assert!(text.contains("a.yml:5002:1") && text.contains("a.yml:1:1"), "{text}");
    assert!(text.contains("second: 2") && text.contains("first: 1"), "{text}");
    let long = Source::new("b.yml", format!("a: [{}here]\n", "0, ".repeat(50_000)));
    let finding = Finding::new("duplicate-key", Severity::Error, at(&long, "here"), "on a long line");
    let text = anstream::adapter::strip_str(&super::text::findings(&[finding])).to_string();
    assert!(text.contains("b.yml:1:150005") && text.len() < 1_000, "{text}");
}
