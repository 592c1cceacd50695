//! What only the repository shows to be wrong: each refusal and warning of `generate` with its place, in the words that
//! people get to read.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up must stop")]

use std::fmt::Write as _;

use assert_cmd::Command;

const GITHUB: &str = "version: 1\nproviders:\n  github: {}\n";
const MANIFEST: &str = r#"{"name": "slug", "version": "1.0.0", "repository": "github:acme/slug"}"#;
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const REMOTE: &str = "[remote \"origin\"]\n\turl = git@github.com:acme/slug.git\n";

/// Exit code and what is said, of a command on a repository with these files beside the usual ones; an empty text takes
/// a file away.
fn said(args: &[&str], files: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let usual = [("package.json", MANIFEST), ("package-lock.json", "{}"), (".git/config", REMOTE)];
    for (path, text) in usual.iter().chain(files) {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if text.is_empty() {
            std::fs::remove_file(path).unwrap();
        } else {
            std::fs::write(path, text).unwrap();
        }
    }
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    let output = command.args(args).arg("--repo").arg(dir.path()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("a fault of trustpub"), "{text}");
    format!("exit {}\n{text}", output.status.code().unwrap())
        .replace(&dir.path().display().to_string(), "<repository>")
}

/// A name, a spec, and files.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Generates for each case and gives all answers.
fn table(cases: &[Case<'_>]) -> String {
    let mut out = String::new();
    for (name, spec, files) in cases {
        let mut all = vec![("trustpub.yml", *spec)];
        all.extend_from_slice(files);
        let _ = writeln!(out, "==== {name}: {}", said(&["generate", "--stdout"], &all).trim_end());
    }
    out
}

fn same(name: &str, table: &str) {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, table);
    });
}

#[test]
fn package_managers_and_lockfiles() {
    let pinned = |manager: &str| MANIFEST.replace('}', &format!(r#", "packageManager": "{manager}"}}"#));
    let (pnpm, floating, npm) = (pinned("pnpm@10.34.9"), pinned("pnpm@10"), pinned("npm@11.0.0"));
    let hungry = MANIFEST.replace('}', r#", "dependencies": {"a": "1"}}"#);
    let lock = ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n");
    let manager = format!("{GITHUB}build:\n  manager: pnpm\n");
    let other = format!("{GITHUB}build:\n  manager-version: 10.1.0\n");
    same(
        "managers",
        &table(&[
            ("pnpm without a version", GITHUB, &[("package-lock.json", ""), lock]),
            ("pnpm with a range", GITHUB, &[("package-lock.json", ""), lock, ("package.json", &floating)]),
            ("pnpm with the lockfile of npm", GITHUB, &[("package.json", &pnpm)]),
            ("pnpm by the spec, npm by package.json", &manager, &[("package.json", &npm)]),
            ("two versions", &other, &[("package-lock.json", ""), lock, ("package.json", &pnpm)]),
            ("a version of npm", &other, &[]),
            (
                "modern Yarn without a version",
                GITHUB,
                &[("package-lock.json", ""), ("yarn.lock", "__metadata:\n  version: 8\n")],
            ),
            ("bun without a version", GITHUB, &[("package-lock.json", ""), ("bun.lockb", "x")]),
            (
                "dependencies without a lockfile",
                GITHUB,
                &[("package-lock.json", ""), ("package.json", &hungry)],
            ),
            (
                "Yarn 1 has a last release",
                GITHUB,
                &[("package-lock.json", ""), ("yarn.lock", "# yarn lockfile v1\n")],
            ),
        ]),
    );
}

#[test]
fn the_source_repository_of_a_provenance() {
    let elsewhere = MANIFEST.replace("acme/slug", "acme/other");
    let case = MANIFEST.replace("acme/slug", "Acme/slug");
    let none = r#"{"name": "slug", "version": "1.0.0"}"#;
    let ssh = MANIFEST.replace("github:acme/slug", "git@github.com:acme/slug.git");
    let told = "version: 1\nproviders:\n  github: {repository: acme/slug}\n";
    let asked = format!("{GITHUB}publish: {{provenance: true}}\n");
    let off = format!("{GITHUB}publish: {{provenance: false}}\n");
    let fork = "[remote \"origin\"]\n\turl = git@github.com:me/slug.git\n[remote \"upstream\"]\n\turl = git@github.com:acme/slug.git\n";
    same(
        "repositories",
        &table(&[
            ("the spec names another", told, &[("package.json", &elsewhere)]),
            ("the git remote names another", GITHUB, &[("package.json", &elsewhere)]),
            ("another case of letters", told, &[("package.json", &case)]),
            ("none, and provenance is asked for", &asked, &[("package.json", none)]),
            ("none, and provenance may come by itself", GITHUB, &[("package.json", none)]),
            ("a form that nobody has seen pass", GITHUB, &[("package.json", &ssh)]),
            ("no provenance, no comparison", &off, &[("package.json", &elsewhere)]),
            ("a fork knows where it comes from", GITHUB, &[(".git/config", fork)]),
        ]),
    );
}

#[test]
fn pins_of_the_bundle() {
    let thin = |provider: &str, pin: &str| {
        format!(
            "version: 1\nproviders:\n  {provider}: {{}}\nruntime: bundle\nbundle:\n  {provider}: {{{pin}}}\n"
        )
    };
    let other = thin("github", &format!("action: acme/other, commit: {COMMIT}"));
    let zeros = thin("github", &format!("action: acme/npm-publish, commit: '{}'", "0".repeat(40)));
    let host = thin("gitlab", "component: gitlab.acme.dev/a/npm-publish/npm-publish, version: 1.0.0");
    let component = thin("gitlab", "component: gitlab.com/a/ci/publish, version: 1.0.0");
    let orb = thin("circleci", "orb: acme/publish@1.0.0");
    let unused = format!(
        "{GITHUB}runtime: inline\nbundle:\n  github: {{action: acme/npm-publish, commit: {COMMIT}}}\n"
    );
    let gitlab = [
        ("package.json", r#"{"name": "slug", "version": "1.0.0", "repository": "gitlab:acme/slug"}"#),
        (".git/config", "[remote \"origin\"]\n\turl = git@gitlab.com:acme/slug.git\n"),
    ];
    same(
        "bundle",
        &table(&[
            ("another Action", &other, &[]),
            ("no commit", &zeros, &[]),
            ("another host", &host, &gitlab),
            ("another component", &component, &gitlab),
            ("another orb", &orb, &[]),
            ("pins that nothing reads", &unused, &[]),
        ]),
    );
}

#[test]
fn commands_machines_hosts_and_rules() {
    let run = |command: &str| format!("{GITHUB}build:\n  run:\n    - echo first\n    - {command}\n");
    let release = MANIFEST.replace('}', r#", "scripts": {"release": "npm publish"}}"#);
    let custom = "version: 1\nproviders:\n  github: {runner: acme-8-cores}\n";
    let ignore = format!("{GITHUB}check:\n  ignore:\n    npm-to-old: []\n");
    let alias = "[remote \"origin\"]\n\turl = git@github-work:acme/slug.git\n";
    same(
        "others",
        &table(&[
            ("a command that publishes", &run("npm publish"), &[]),
            ("a script that publishes", &run("npm run release"), &[("package.json", &release)]),
            ("a machine that nobody knows", custom, &[]),
            ("a rule that is none", &ignore, &[]),
            ("an SSH alias", GITHUB, &[(".git/config", alias)]),
        ]),
    );
    for command in ["'cat \\<<EOF'", "'echo \\\\<<'"] {
        assert!(table(&[("x", &run(command), &[])]).starts_with("==== x: exit 0"), "{command}");
    }
}

#[test]
fn manifests_and_version_files() {
    let with = |from: &str, to: &str| MANIFEST.replace(from, to);
    let (name, version) = (with("slug\", \"v", "My Slug\", \"v"), with("1.0.0", "one"));
    let publishes = with("}", r#", "scripts": {"build": "tsc && npm publish"}}"#);
    let root = r#"{"private": true, "workspaces": ["p/*"]}"#;
    let bare = r#"{"name": "b"}"#;
    let yarn = ("yarn.lock", "# yarn lockfile v1\n");
    same(
        "manifests",
        &table(&[
            ("a name that npm refuses", GITHUB, &[("package.json", &name)]),
            ("a version that npm refuses", GITHUB, &[("package.json", &version)]),
            (
                "a package without a version",
                GITHUB,
                &[("package.json", root), ("p/a/package.json", MANIFEST), ("p/b/package.json", bare)],
            ),
            ("a build script that publishes", GITHUB, &[("package.json", &publishes)]),
            ("a version file without a version", GITHUB, &[(".nvmrc", "system\n")]),
            ("lockfiles of two managers", GITHUB, &[yarn]),
        ]),
    );
}

#[test]
fn a_pipeline_that_the_spec_wants_is_no_finding() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = r#"{"name": "slug", "version": "1.0.0"}"#;
    let spec = "version: 1\nproviders:\n  gitlab: {auth: token}\n";
    for (path, text) in [("package.json", manifest), ("package-lock.json", "{}"), ("trustpub.yml", spec)] {
        std::fs::write(dir.path().join(path), text).unwrap();
    }
    for command in ["generate", "check"] {
        let mut run = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
        let output = run.args([command, "--repo"]).arg(dir.path()).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
    }
}

#[test]
fn init_follows_the_tags_that_are_there() {
    for (tags, pattern) in [
        ("x refs/tags/1.0.0\nx refs/tags/1.1.0\nx refs/tags/v0.1.0\n", "tag: \"*.*.*\""),
        ("x refs/tags/slug@1.0.0\nx refs/tags/slug@1.1.0-beta.1\n", "tag: slug@*"),
        ("x refs/tags/v1.0.0\nx refs/tags/nightly\n", "tag: v*"),
        ("x refs/tags/nightly\n", "tag: v*"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("package.json", MANIFEST),
            ("package-lock.json", "{}"),
            (".git/config", REMOTE),
            (".git/packed-refs", tags),
        ] {
            std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
            std::fs::write(dir.path().join(path), text).unwrap();
        }
        let mut run = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
        let output = run.args(["init", "--yes", "--repo"]).arg(dir.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = std::fs::read_to_string(dir.path().join("trustpub.yml")).unwrap();
        assert!(text.contains(pattern), "{pattern}: {text}");
    }
}

#[test]
fn init_writes_a_version_down_where_nothing_pins_the_manager_and_keeps_the_mode() {
    let dir = tempfile::tempdir().unwrap();
    let staged = format!("{GITHUB}publish: {{mode: stage, tag: beta}}\n");
    for (path, text) in [
        ("package.json", MANIFEST),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        ("trustpub.yml", &staged),
    ] {
        std::fs::write(dir.path().join(path), text).unwrap();
    }
    let mut run = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    let output = run.args(["init", "--yes", "--force", "--repo"]).arg(dir.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let text = std::fs::read_to_string(dir.path().join("trustpub.yml")).unwrap();
    assert!(text.contains("manager-version: \"10.34.9\"") && text.contains("mode: stage"), "{text}");
    assert!(said.contains("not taken over: `publish.tag`"), "{said}");
    let mut run = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    let output = run.args(["generate", "--stdout", "--repo"]).arg(dir.path()).output().unwrap();
    let pipeline = String::from_utf8(output.stdout).unwrap();
    assert!(
        pipeline.contains("corepack enable pnpm && corepack install --global pnpm@10.34.9"),
        "{pipeline}"
    );
}

#[test]
fn each_manager_comes_by_its_exact_version() {
    let setup = |files: &[(&str, &str)]| {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [("package.json", MANIFEST), ("trustpub.yml", GITHUB)].iter().chain(files) {
            std::fs::write(dir.path().join(path), text).unwrap();
        }
        let mut run = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
        let output = run.args(["generate", "--stdout", "--repo"]).arg(dir.path()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find(|line| line.contains("corepack enable") || line.contains("--global"));
        line.unwrap_or_default().trim().trim_start_matches("run: ").to_owned()
    };
    let berry = ("yarn.lock", "__metadata:\n  version: 8\n");
    let path = (".yarnrc.yml", "yarnPath: .yarn/releases/yarn-4.9.1.cjs\n");
    let (old, new) = ((".nvmrc", "22.14.0\n"), (".nvmrc", "26.7.0\n"));
    assert_eq!(setup(&[berry, path, old]), "corepack enable yarn && corepack install --global yarn@4.9.1");
    // The package `yarn` has no version after the first.
    assert!(setup(&[berry, path, new]).contains("@yarnpkg/cli-dist@4.9.1"));
    let classic = ("yarn.lock", "# yarn lockfile v1\n");
    assert_eq!(setup(&[classic]), "corepack enable yarn && corepack install --global yarn@1.22.22");
    let bun = [("bun.lock", "{\n  \"lockfileVersion\": 1\n}\n"), (".bun-version", "1.4.5\n")];
    assert!(setup(&bun).contains("bun@1.4.5"));
}

#[test]
fn a_spec_that_cannot_be_read() {
    let generate = |files: &[(&str, &str)]| said(&["generate"], files);
    let other = generate(&[("trustpub.yaml", GITHUB)]);
    assert!(other.contains("no trustpub.yml here, but trustpub.yaml: rename it"), "{other}");
    let folder = generate(&[("trustpub.yml/x", "x")]);
    assert!(folder.starts_with("exit 2") && folder.contains("trustpub.yml is no file"), "{folder}");
    let folder = said(&["init", "--yes"], &[("trustpub.yml/x", "x")]);
    assert!(folder.starts_with("exit 2") && folder.contains("is no file"), "{folder}");
    let init = said(&["init", "--yes"], &[("trustpub.yaml", GITHUB)]);
    assert!(init.starts_with("exit 2") && init.contains("rename it to trustpub.yml"), "{init}");
}

#[test]
fn utf_16_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let utf16: Vec<u8> =
        [0xfeff_u16].into_iter().chain(GITHUB.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(dir.path().join("trustpub.yml"), utf16).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    let output = command.args(["generate", "--repo"]).arg(dir.path()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("trustpub.yml:1:1: the file is not UTF-8, it begins like UTF-16"), "{text}");
}

/// What `check` says of the spec itself.
#[test]
fn check_reads_the_spec_and_the_manifests_too() {
    let check = |files: &[(&str, &str)]| {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
            std::fs::write(dir.path().join(path), text).unwrap();
        }
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
        let output = command.args(["check", "--repo"]).arg(dir.path()).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code().unwrap(), text)
    };
    let workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm publish\n        env: {NODE_AUTH_TOKEN: \"${{ secrets.NPM_TOKEN }}\"}\n";
    let workflow = (".github/workflows/a.yml", workflow);
    let manifest = ("package.json", MANIFEST);
    let (_, loud) = check(&[workflow, manifest]);
    assert!(loud.contains("stored-publish-token"), "{loud}");
    let ignore = "check: {ignore: {stored-publish-token: []}}\n";
    for spec in [ignore.to_owned(), format!("{ignore}providers: {{githb: {{}}}}\n")] {
        let (_, quiet) = check(&[workflow, manifest, ("trustpub.yml", &spec)]);
        assert!(!quiet.contains("[stored-publish-token]"), "{quiet}");
        assert_eq!(quiet.contains("[spec-invalid]: unknown key `githb`"), spec.contains("githb"), "{quiet}");
    }
    let (code, typo) =
        check(&[workflow, manifest, ("trustpub.yml", "check: {ignore: {stored-token: []}}\n")]);
    assert!(code == 2 && typo.contains("trustpub.yml:1:18"), "{typo}");
    let (code, broken) = check(&[("package.json", "{\"name\": \"a\",}")]);
    assert!(
        code == 1 && broken.contains("[manifest-invalid]") && broken.contains("package.json:1:13"),
        "{broken}"
    );
    let (code, name) = check(&[manifest, ("trustpub.yaml", GITHUB)]);
    assert!(code == 0 && name.contains("nothing reads trustpub.yaml"), "{name}");
}
