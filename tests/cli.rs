//! The command line from outside: exit codes, streams, colours, a reader that goes away.

use std::process::{Command, Output, Stdio};

fn trustpub() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    // 2026-11-24, whatever the machine's clock and environment say.
    command.env_clear().env("SOURCE_DATE_EPOCH", "1795500000");
    command
}

fn run(arguments: &[&str]) -> Output {
    trustpub().args(arguments).output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is UTF-8")
}

#[test]
fn facts_are_listed_with_their_age() {
    let out = run(&["facts", "limits"]);
    assert_eq!(out.status.code(), Some(0));
    let out = text(&out.stdout);
    assert!(out.starts_with("limits\n"), "{out}");
    assert!(out.contains("documentation, seen 2026-11-22 (2 days ago): npm/documentation#2034"), "{out}");
    let json = run(&["facts", "--format", "json", "--older-than", "100"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["schema"], &json["today"]), (&1.into(), &"2026-11-24".into()));
    let facts = json["facts"].as_array().unwrap();
    assert!(!facts.is_empty() && facts.iter().all(|fact| fact["age_days"].as_i64() > Some(100)));
}

#[test]
fn the_users_errors_end_with_2_and_say_what_to_write() {
    for (arguments, said) in [
        (&["facts", "nope"] as &[&str], "no topic `nope`; the topics are npm-features, "),
        (&["man", "nope"], "no command `nope`; the commands are "),
        (&["facts", "--formt", "json"], "a similar argument exists: '--format'"),
        (&["fcts"], "a similar subcommand exists: 'facts'"),
        (&["completions", "tcsh"], "[possible values: bash, "),
    ] {
        let out = run(arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(out.stdout.is_empty(), "{arguments:?}");
        assert!(text(&out.stderr).contains(said), "{arguments:?}: {}", text(&out.stderr));
        assert!(text(&out.stderr).starts_with("error: "), "{arguments:?}");
    }
    let out = trustpub().arg("facts").env("SOURCE_DATE_EPOCH", "yesterday").output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(
        text(&out.stderr),
        "error: SOURCE_DATE_EPOCH is `yesterday`, expected seconds since 1970-01-01: invalid digit found in string\n"
    );
}

#[test]
fn colour_is_a_choice() {
    let coloured = |arguments: &[&str], no_color: bool| {
        let mut command = trustpub();
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.args(arguments).output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!coloured(&["facts"], false), "no terminal, no colour");
    assert!(coloured(&["facts", "--color", "always"], false));
    assert!(!coloured(&["--color", "never", "facts"], false));
    assert!(!coloured(&["facts"], true));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = trustpub().args(["facts"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""));
}

/// A repository with these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(dir.path().join(".git")).expect("writable");
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("in the folder")).expect("writable");
        std::fs::write(path, text).expect("writable");
    }
    dir
}

const BROKEN: &[(&str, &str)] = &[
    (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    runs-on: [x\n"),
    (".github/workflows/b.yml", "on: push\njobs: {}\n"),
];

fn check(repository: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let mut command = trustpub();
    command.arg("check").arg("--repo").arg(repository.path()).args(arguments);
    command.output().expect("the binary runs")
}

#[test]
fn check_ends_with_1_where_it_finds_an_error() {
    let repository = repository(BROKEN);
    let out = check(&repository, &[]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
    assert!(text(&out.stdout).starts_with("error[yaml-syntax]: "), "{}", text(&out.stdout));
    assert!(text(&out.stdout).contains(" --> .github/workflows/a.yml:"));
    assert_eq!(check(&repository, &["--fail-on", "never"]).status.code(), Some(0));
    assert_eq!(check(&repository, &["--ignore", "yaml-syntax"]).status.code(), Some(0));
    assert_eq!(check(&repository, &[".github/workflows/b.yml"]).status.code(), Some(0));
    assert_eq!(check(&repository, &[".github"]).status.code(), Some(1));
    for wrong in [
        &["nowhere.yml"] as &[&str],
        &["--select", "yaml-sintax"],
        &["--baseline", "none.json"],
        &["--unsafe"],
    ] {
        assert_eq!(check(&repository, wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn check_writes_every_format_to_a_file() {
    let repository = repository(BROKEN);
    let file = repository.path().join("report");
    for format in ["text", "json", "sarif", "github", "codequality", "junit"] {
        let out = check(&repository, &["--format", format, "--output", &file.to_string_lossy()]);
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(1), ""), "{format}");
        let report = std::fs::read_to_string(&file).expect("it was written");
        assert!(report.contains("yaml-syntax") && !report.contains('\u{1b}'), "{format}: {report}");
    }
    assert_eq!(check(&repository, &["--output", "nowhere/report"]).status.code(), Some(2));
}

#[test]
fn a_baseline_keeps_old_findings_quiet() {
    let repository = repository(BROKEN);
    let baseline = repository.path().join("baseline.json");
    let baseline = &*baseline.to_string_lossy();
    assert_eq!(check(&repository, &["--baseline", baseline, "--update-baseline"]).status.code(), Some(0));
    let out = check(&repository, &["--baseline", baseline]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stdout));
    assert!(text(&out.stdout).contains("suppressed"), "{}", text(&out.stdout));
    std::fs::write(repository.path().join(".github/workflows/b.yml"), "on: [push\n").expect("writable");
    assert_eq!(check(&repository, &["--baseline", baseline]).status.code(), Some(1));
}

#[test]
fn fixes_are_shown_or_written_and_then_nothing_is_left_to_mend() {
    let workflow = "on: {push: {tags: ['v*']}} # when\r\njobs:\r\n  publish:\r\n    runs-on: ubuntu-latest\r\n    \
                    permissions:\r\n      contents: read # to read\r\n    steps:\r\n      - run: npx npm@11.21.2 publish --provenance\r\n";
    let repository = repository(&[(".github/workflows/a.yml", workflow)]);
    let file = repository.path().join(".github/workflows/a.yml");
    let read = || std::fs::read_to_string(&file).expect("readable");
    let shown = check(&repository, &["--fix", "--diff"]);
    assert!(text(&shown.stdout).contains("+      id-token: write"), "{}", text(&shown.stdout));
    assert_eq!(read(), workflow, "--diff writes nothing");
    let fixed = check(&repository, &["--fix"]);
    assert!(text(&fixed.stderr).contains("mended in .github/workflows/a.yml"), "{}", text(&fixed.stderr));
    let mended = workflow
        .replace("contents: read # to read\r\n", "contents: read # to read\r\n      id-token: write\r\n");
    assert_eq!(read(), mended, "one line more, the rest to the byte as it was");
    let again = check(&repository, &["--fix", "--diff"]);
    assert_eq!(text(&again.stdout), "");
}

const GUARDED: &[(&str, &str)] = &[
    ("package.json", "{\"name\": \"@acme/core\", \"version\": \"1.0.0\"}"),
    (
        ".github/workflows/publish.yml",
        "on: {push: {tags: ['v*']}}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    environment: npm\n    \
         permissions: {id-token: write}\n    steps:\n      - run: npx npm@11.21.2 publish\n",
    ),
    (
        "reviewed.json",
        "{\"schema\": 1, \"github\": {\"environments\": {\"environments\": [{\"name\": \"npm\", \"protection_rules\": \
         [{\"type\": \"required_reviewers\", \"reviewers\": [{\"reviewer\": {\"login\": \"ada\"}}]}]}]}}}",
    ),
    (
        "open.json",
        "{\"schema\": 1, \"github\": {\"environments\": {\"environments\": [{\"name\": \"npm\"}]}}}",
    ),
    ("wrong.json", "{\n  \"schema\": 1,\n  \"githb\": {}\n}\n"),
];

#[test]
fn settings_prove_and_refute_what_the_yaml_only_names() {
    let repository = repository(GUARDED);
    let at = |name: &str| repository.path().join(name).to_string_lossy().into_owned();
    let seen = |settings: &[&str]| -> (Vec<String>, serde_json::Value) {
        let rules = ["--select", "guard-missing,guard-unproven,guard-open", "--format", "json"];
        let out = check(&repository, &[&rules, settings].concat());
        let json: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
        let rules = json["findings"].as_array().expect("a list").iter();
        let path = &json["publish_paths"][0];
        let guard = serde_json::json!([path["guard"], path["guard_proven"]]);
        (rules.map(|finding| finding["rule"].as_str().expect("text").to_owned()).collect(), guard)
    };
    assert_eq!(seen(&[]), (vec!["guard-unproven".to_owned()], serde_json::json!(["environment", null])));
    let reviewed = seen(&["--settings", &at("reviewed.json")]);
    assert_eq!(reviewed, (vec![], serde_json::json!(["protected-environment", true])));
    let open = seen(&["--settings", &at("open.json")]);
    assert_eq!(open, (vec!["guard-open".to_owned()], serde_json::json!(["environment", false])));
}

#[test]
fn a_wrong_settings_file_is_the_users_error() {
    let repository = repository(GUARDED);
    for command in ["check", "paths"] {
        let run = |file: &str| {
            let mut run = trustpub();
            run.arg(command).arg("--repo").arg(repository.path()).arg("--settings").arg(file);
            run.output().expect("the binary runs")
        };
        let wrong = repository.path().join("wrong.json");
        let out = run(&wrong.to_string_lossy());
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(2), ""), "{command}");
        let said = text(&out.stderr);
        assert!(said.contains("wrong.json:3:3") && said.contains("did you mean `github`?"), "{said}");
        let out = run("nowhere.json");
        assert_eq!(out.status.code(), Some(2), "{command}");
        assert!(text(&out.stderr).contains("there is no nowhere.json"), "{}", text(&out.stderr));
    }
}

#[test]
fn paths_are_drawn_in_every_format() {
    let repository = repository(GUARDED);
    for (format, begins) in
        [("text", ".github/"), ("json", "{"), ("mermaid", "flowchart LR"), ("svg", "<svg ")]
    {
        let mut command = trustpub();
        let out = command.args(["paths", "--format", format, "--repo"]).arg(repository.path()).output();
        let out = out.expect("the binary runs");
        assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), ""), "{format}");
        assert!(text(&out.stdout).starts_with(begins), "{format}: {}", text(&out.stdout));
    }
}

#[test]
fn schemas_are_those_that_are_committed() {
    let committed = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
        std::fs::read_to_string(path).expect("committed")
    };
    assert_eq!(text(&run(&["schema"]).stdout), committed("trustpub.schema.json"));
    assert_eq!(text(&run(&["schema", "check"]).stdout), committed("check.schema.json"));
    assert_eq!(text(&run(&["schema", "settings"]).stdout), committed("settings.schema.json"));
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let man = run(&["man"]);
    let fish = run(&["completions", "fish"]);
    for command in ["facts", "completions", "man"] {
        assert!(text(&man.stdout).contains(command) && text(&fish.stdout).contains(command), "{command}");
        assert!(text(&run(&["man", command]).stdout).contains(".SH SYNOPSIS"), "{command}");
    }
}
