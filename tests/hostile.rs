//! No input can crash or stall the check: each ends with an answer, and a broken file never hides the others.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up must stop")]

use std::fmt::Write as _;

use assert_cmd::Command;
use serde_json::Value;

/// A workflow that publishes with a stored token: found whatever lies beside it.
const HONEST: &str = "\
on: { push: { tags: ['v*'] } }
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: npm publish
        env: { NODE_AUTH_TOKEN: '${{ secrets.NPM_TOKEN }}' }
";

/// Checks a repository of `files` and gives the JSON report.
fn check(files: &[(&str, &[u8])]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    report(dir.path())
}

/// Checks the repository at `root` and gives the JSON report.
fn report(root: &std::path::Path) -> Value {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    command.args(["check", "--format", "json", "--repo"]).arg(root);
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    // None is a crash by signal: an exhausted stack, an abort.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}: {error}", output.status);
    assert!(!error.contains("panicked"), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Checks files beside an honest workflow, which must be found all the same, and gives file and rule of each finding.
fn beside_honest(files: &[(&str, &[u8])]) -> Vec<(String, String)> {
    let mut all = files.to_vec();
    all.push((".github/workflows/honest.yml", HONEST.as_bytes()));
    let report = check(&all);
    let paths = report["publish_paths"].as_array().unwrap();
    assert!(
        paths.iter().any(|found| found["file"] == ".github/workflows/honest.yml" && found["tool"] == "npm"),
        "the honest workflow is hidden: {paths:?}"
    );
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.map(|finding| (text(&finding["file"]), text(&finding["rule"]))).collect()
}

/// A file of each reader.
const YAML: [&str; 6] = [
    ".github/workflows/hostile.yml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    ".buildkite/pipeline.yml",
];

/// For each reader's file with this content: whether it is reported as unreadable.
fn refusals(bytes: &[u8]) -> [bool; 6] {
    let found = beside_honest(&YAML.map(|path| (path, bytes)));
    YAML.map(|path| found.iter().any(|(file, rule)| file == path && rule == "yaml-syntax"))
}

fn is_a_syntax_error(bytes: &[u8]) {
    assert_eq!(refusals(bytes), [true; 6], "{YAML:?}");
}

fn is_read(bytes: &[u8]) {
    assert_eq!(refusals(bytes), [false; 6], "{YAML:?}");
}

#[test]
fn nesting_beyond_the_limit() {
    is_a_syntax_error("- ".repeat(260).as_bytes());
    is_a_syntax_error(format!("jobs: {}", "{a: ".repeat(10_000)).as_bytes());
    is_a_syntax_error(format!("jobs: {}{}", "[".repeat(10_000), "]".repeat(10_000)).as_bytes());
    let block: String = (0..2_000).flat_map(|depth| [" ".repeat(depth), "a:\n".to_owned()]).collect();
    is_a_syntax_error(block.as_bytes());
}

#[test]
fn a_large_flow_mapping() {
    let flat: String = (0..14_000).fold(String::from("on: push\njobs: {"), |mut text, index| {
        let _ = write!(text, "job{index}: {{}}, ");
        text
    }) + "}\n";
    assert!(flat.len() > 160 << 10);
    is_read(flat.as_bytes());
    is_a_syntax_error(format!("on: push\njobs: {}", "{a: [".repeat(32 << 10)).as_bytes());
}

#[test]
fn alias_bombs() {
    let mut bomb = String::from("on: push\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n");
    for level in 1..40 {
        let aliases = format!("*x{}, ", level - 1).repeat(9);
        let _ = writeln!(bomb, "x{level}: &x{level} [{aliases}]");
    }
    bomb.push_str("jobs: { a: { steps: *x39 } }\n");
    is_a_syntax_error(bomb.as_bytes());
    let mut merges = String::from("on: push\nm0: &m0 { a: 1, b: 2 }\n");
    for level in 1..40 {
        let last = level - 1;
        let _ = writeln!(merges, "m{level}: &m{level} {{ <<: [*m{last}, *m{last}, *m{last}] }}");
    }
    merges.push_str("jobs: *m39\n");
    is_a_syntax_error(merges.as_bytes());
    is_a_syntax_error(b"on: push\njobs: &a { b: *a }\n");
}

#[test]
fn many_keys() {
    let mut text = String::from("on: push\nenv:\n");
    for key in 0..50_000 {
        let _ = writeln!(text, "  K{key}: v");
    }
    is_read(text.as_bytes());
}

#[test]
fn bytes_that_are_no_text() {
    is_a_syntax_error(b"on: push\njobs: {}\n# \xff\xfe\n");
    is_a_syntax_error(b"on: push\njobs:\n  a: \0\n");
}

#[test]
fn every_line_break() {
    let crlf = HONEST.replace('\n', "\r\n");
    let lone = HONEST.replace('\n', "\r");
    let mixed = HONEST.replace("on:", "\u{feff}on:").replace("steps:\n", "steps:\r\n");
    for text in [crlf, lone, mixed] {
        let report = check(&[(".github/workflows/a.yml", text.as_bytes())]);
        let paths = report["publish_paths"].as_array().unwrap();
        assert_eq!(paths.len(), 1, "{text:?}");
    }
}

#[test]
fn files_beyond_the_limit() {
    is_a_syntax_error(&vec![b'#'; (10 << 20) + 1]);
}

#[test]
fn scripts_that_nest_or_never_end() {
    for script in [
        "$(".repeat(10_000),
        "(".repeat(10_000),
        "{ ".repeat(10_000),
        "`".repeat(10_001),
        "if true; then ".repeat(10_000),
        "case x in a) ".repeat(5_000),
        "cat <<EOF\n          ".repeat(2_000),
        "\"${".repeat(10_000),
        "${{ ".repeat(10_000),
        "A=$A$A; ".repeat(5_000),
        "npm publish && ".repeat(2_000),
        "npm run build\n          ".repeat(100_000),
        "if a; then b; fi\n          ".repeat(50_000),
        "if a\n          ".repeat(100_000),
        "x=$(a)\n          ".repeat(50_000),
        "$( ".repeat(100_000),
        "a".repeat(1 << 20),
        "a ".repeat(500_000),
        format!("echo '{}", "x ".repeat(500_000)),
        "a=\\\n          ".repeat(50_000),
        "{a,b}".repeat(1_000),
        "cd a; ".repeat(20_000),
        "cd a && npm run b\n          ".repeat(20_000),
        "x=$(npm run b)\n          ".repeat(50_000),
        "export A=b; ".repeat(20_000),
        "f() { f; }; f; ".repeat(5_000),
        "sh -c \"sh -c '".repeat(2_000),
        "node -e \"".repeat(2_000),
    ] {
        let text = format!(
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          {script}\n"
        );
        let azure = format!("steps:\n- script: |\n          {script}\n");
        let list =
            format!("pipelines:\n  default:\n  - step:\n      script:\n      - |\n          {script}\n");
        let buildkite = format!("steps:\n- command: |\n          {script}\n");
        let jenkins = format!("node {{ sh '''\n{script}\n'''\n sh \"\"\"{script}\"\"\" }}\n{script}");
        let found = beside_honest(&[
            (YAML[0], text.as_bytes()),
            (YAML[3], azure.as_bytes()),
            (YAML[4], list.as_bytes()),
            (YAML[5], buildkite.as_bytes()),
            ("Jenkinsfile", jenkins.as_bytes()),
        ]);
        // The script is what is hostile, not the YAML around it.
        let unread = found.iter().find(|(file, rule)| file != "Jenkinsfile" && rule == "yaml-syntax");
        assert!(unread.is_none(), "{unread:?}");
    }
}

#[test]
fn one_line_with_thousands_of_deeds() {
    let upgrades = format!("npm install -g{}", " npm@11".repeat(15_000));
    let literals = format!("echo{}", " npm_0123456789abcdefghijklmnopqrstuvwxyzABCD".repeat(2_500));
    for script in [upgrades, literals] {
        let workflow = format!("on: push\njobs: {{a: {{runs-on: x, steps: [{{run: {script}}}]}}}}\n");
        beside_honest(&[(".github/workflows/hostile.yml", workflow.as_bytes())]);
    }
}

#[test]
fn jenkinsfiles_that_nest_or_never_end() {
    for text in [
        "stage('x') { ".repeat(50_000),
        "a(b[c{".repeat(50_000),
        "def f() { f(); f() }\nf()\n".repeat(500),
        "sh \"${\"${".repeat(20_000),
        "withCredentials([string(".repeat(20_000),
        "'''".repeat(10_001),
        "sh a, ".repeat(50_000),
        "x = ".repeat(50_000),
        "/".repeat(100_001),
        "sh 'npm publish'\n".repeat(20_000),
        "agent { kubernetes { yaml '''\nspec:\n containers:\n - {name: a, image: b}\n''' } }\n".repeat(2_000),
    ] {
        beside_honest(&[("Jenkinsfile", text.as_bytes())]);
    }
    let refused = beside_honest(&[("Jenkinsfile", b"node { sh '\xff' }")]);
    assert!(refused.iter().any(|(file, rule)| file == "Jenkinsfile" && rule == "yaml-syntax"), "{refused:?}");
}

#[test]
fn files_that_call_each_other_for_ever() {
    let workflow = "on: { workflow_call: {}, push: {} }\njobs: { a: { uses: ./.github/workflows/a.yml }, \
                    b: { uses: ./.github/workflows/a.yml } }\n";
    let action = "runs: { using: composite, steps: [{ uses: ./act }, { uses: ./act }] }\n";
    let caller = "on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ uses: ./act }] } }\n";
    let include = "include: [{ local: .gitlab-ci.yml }, { local: .gitlab-ci.yml }]\na: { extends: b }\nb: { extends: a }\n";
    let template = "stages: [{template: azure-pipelines.yml}, {template: azure-pipelines.yml}]\n";
    let manifest = r#"{"name": "x", "version": "1.0.0", "scripts": {"a": "npm run b && npm run b", "b": "npm run a && npm run a"}}"#;
    let script = "on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: npm run a }] } }\n";
    let report = check(&[
        (".github/workflows/a.yml", workflow.as_bytes()),
        (".github/workflows/b.yml", caller.as_bytes()),
        (".github/workflows/c.yml", script.as_bytes()),
        ("act/action.yml", action.as_bytes()),
        (".gitlab-ci.yml", include.as_bytes()),
        ("azure-pipelines.yml", template.as_bytes()),
        ("package.json", manifest.as_bytes()),
    ]);
    assert!(report["publish_paths"].as_array().unwrap().is_empty());
}

/// Forty levels, each of which names the next one twice: followed without bounds, 2^40 calls.
fn doubled(level: impl Fn(usize, usize) -> String) -> String {
    (0..40).map(|index| level(index, index + 1)).collect()
}

#[test]
fn calls_that_double_at_every_level() {
    let scripts = doubled(|at, next| format!("\"s{at}\": \"npm run s{next} && npm run s{next}\","))
        + "\"s40\": \"true\"";
    let manifest = format!(r#"{{"name": "x", "version": "1.0.0", "scripts": {{{scripts}}}}}"#);
    let makefile = doubled(|at, next| format!("t{at}: t{next}\n\t$(MAKE) t{next}\n\tmake t{next}\n"));
    let functions = doubled(|at, next| format!("        f{at}() {{ f{next}; f{next}; }}\n"));
    let workflow = format!(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm run s0; make t0; sh s0.sh\n      \
         - uses: ./act0\n      - run: |\n{functions}        f0\n  b: {{ uses: ./.github/workflows/w0.yml }}\n"
    );
    let commands = doubled(|at, next| format!("  c{at}: {{ steps: [c{next}, c{next}] }}\n"));
    let circle = format!(
        "version: 2.1\ncommands:\n{commands}  c40: {{ steps: [checkout] }}\njobs:\n  a: {{ docker: [{{ image: x }}], steps: [c0] }}\n\
         workflows: {{ w: {{ jobs: [a] }} }}\n"
    );
    let extends = doubled(|at, next| {
        format!(
            "a{at}: {{ extends: [a{next}, b{next}], script: [!reference [a{next}, script], !reference [b{next}, script]] }}\n\
                 b{at}: {{ extends: [a{next}, b{next}], script: [!reference [a{next}, script], !reference [b{next}, script]] }}\n"
        )
    });
    let gitlab =
        format!("include: [{{ local: /i0.yml }}]\n{extends}a40: {{ script: [x] }}\nb40: {{ script: [x] }}\n");
    let mut files = vec![
        ("package.json".to_owned(), manifest),
        ("Makefile".to_owned(), makefile),
        (YAML[0].to_owned(), workflow),
        (YAML[1].to_owned(), gitlab),
        (YAML[2].to_owned(), circle),
    ];
    for at in 0..40 {
        let next = at + 1;
        files.push((format!("s{at}.sh"), format!("sh s{next}.sh; bash ./s{next}.sh\n")));
        let uses = format!("{{ uses: ./act{next} }}");
        files.push((
            format!("act{at}/action.yml"),
            format!("runs: {{ using: composite, steps: [{uses}, {uses}] }}\n"),
        ));
        let call = format!("{{ uses: ./.github/workflows/w{next}.yml }}");
        files.push((
            format!(".github/workflows/w{at}.yml"),
            format!("on: workflow_call\njobs: {{ a: {call}, b: {call} }}\n"),
        ));
        let include = format!("{{ local: /i{next}.yml }}");
        files.push((
            format!("i{at}.yml"),
            format!("include: [{include}, {include}]\nj{at}: {{ script: [x] }}\n"),
        ));
    }
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    beside_honest(&files);
}

#[test]
fn matrices_and_expressions_without_end() {
    let values: Vec<String> = (0..100).map(|value| format!("v{value}")).collect();
    let axes =
        ["a", "b", "c", "d", "e", "f"].map(|axis| format!("{axis}: [{}], ", values.join(", "))).concat();
    let github = format!(
        "on: push\njobs:\n  a:\n    strategy: {{ matrix: {{ {axes} }} }}\n    runs-on: ${{{{ matrix.a }}}}-${{{{ matrix.b }}}}-${{{{ matrix.c }}}}\n    \
         if: {}\n    steps:\n      - run: ${{{{ {} }}}}\n",
        "!(".repeat(5_000),
        "format('{0}', ".repeat(5_000) + &" || (".repeat(5_000),
    );
    let circle = format!(
        "version: 2.1\njobs:\n  a:\n    parameters: {{ a: {{ type: string }}, b: {{ type: string }}, c: {{ type: string }}, d: {{ type: string }} }}\n    \
         docker: [{{ image: << parameters.a >><< parameters.b >> }}]\n    steps: [run: << parameters.c >> << parameters.d >>]\n\
         workflows: {{ w: {{ jobs: [a: {{ matrix: {{ parameters: {{ {axes} }} }} }}] }} }}\n"
    );
    let gitlab = format!("a: {{ parallel: {{ matrix: [{{ {axes} }}] }}, script: [$a $b $c $d] }}\n");
    beside_honest(&[
        (YAML[0], github.as_bytes()),
        (YAML[1], gitlab.as_bytes()),
        (YAML[2], circle.as_bytes()),
    ]);
}

#[test]
fn large_files_that_are_right() {
    let step = "      - run: npm ci && npm test\n        env: { A: b }\n";
    let mut text = String::from("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n");
    while text.len() < 4 << 20 {
        text.push_str(step);
    }
    beside_honest(&[(YAML[0], text.as_bytes())]);
}

#[cfg(unix)]
#[test]
fn files_that_are_none() {
    let dir = tempfile::tempdir().unwrap();
    let workflows = dir.path().join(".github/workflows");
    std::fs::create_dir_all(&workflows).unwrap();
    std::fs::write(workflows.join("honest.yml"), HONEST).unwrap();
    std::fs::create_dir(workflows.join("folder.yml")).unwrap();
    std::os::unix::fs::symlink("loop.yml", workflows.join("loop.yml")).unwrap();
    std::os::unix::fs::symlink(dir.path(), dir.path().join("packages")).unwrap();
    std::fs::create_dir(dir.path().join("package.json")).unwrap();
    // Who opens a pipe waits for its writer.
    for pipe in [".npmrc", ".github/workflows/pipe.yml", ".gitlab-ci.yml", "yarn.lock"] {
        assert!(std::process::Command::new("mkfifo").arg(dir.path().join(pipe)).status().unwrap().success());
    }
    assert_eq!(report(dir.path())["publish_paths"].as_array().unwrap().len(), 1);
}

#[test]
fn manifests_and_settings_that_are_broken() {
    let deep = "[".repeat(100_000);
    for bytes in [deep.as_bytes(), b"\xff\xfe\0\0", b"", b"{\"scripts\": 7, \"name\": []}", b"a=\0\r\rb = ${"]
    {
        let files = [
            "package.json",
            "package-lock.json",
            "pnpm-workspace.yaml",
            "pnpm-lock.yaml",
            ".npmrc",
            ".yarnrc.yml",
            "lerna.json",
        ];
        beside_honest(&files.map(|path| (path, bytes)));
    }
}
