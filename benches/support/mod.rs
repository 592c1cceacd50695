//! Repositories to measure on: synthesised ones, and real CI files where the corpus lies beside the checkout.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository as path and text.
pub(crate) type Files = Vec<(String, String)>;

/// A pnpm workspace of `count` packages that depend on each other in a chain, with a spec for GitHub.
pub(crate) fn workspace(count: usize) -> Files {
    let mut files: Files = vec![
        ("pnpm-workspace.yaml".into(), "packages:\n  - packages/*\n".into()),
        ("pnpm-lock.yaml".into(), "lockfileVersion: '9.0'\n".into()),
        (
            "package.json".into(),
            r#"{"name": "root", "private": true, "packageManager": "pnpm@10.34.9", "scripts": {"build": "pnpm -r build"},
  "repository": "https://github.com/acme/many"}"#
                .into(),
        ),
        (
            "trustpub.yml".into(),
            "version: 1\nproviders:\n  github: {}\n".into(),
        ),
    ];
    for index in 0..count {
        let dependencies = match index {
            0 => "{}".to_owned(),
            _ => format!(r#"{{"@acme/part-{}": "workspace:*"}}"#, index - 1),
        };
        let manifest = format!(
            r#"{{"name": "@acme/part-{index}", "version": "1.{index}.0", "dependencies": {dependencies},
  "repository": {{"type": "git", "url": "git+https://github.com/acme/many.git", "directory": "packages/part-{index}"}},
  "publishConfig": {{"access": "public"}}, "scripts": {{"build": "tsc", "test": "node --test"}}}}"#
        );
        files.push((format!("packages/part-{index}/package.json"), manifest));
    }
    files
}

/// A repository with `count` GitHub workflows: every tenth publishes, the others build and test.
pub(crate) fn workflows(count: usize) -> Files {
    let mut files: Files = vec![(
        "package.json".into(),
        r#"{"name": "one", "version": "1.0.0", "scripts": {"release": "npm run build && npm publish"}}"#
            .into(),
    )];
    for index in 0..count {
        let mut text = format!(
            "name: workflow {index}\non:\n  push:\n    branches: [main]\n  pull_request:\npermissions:\n  contents: read\njobs:\n"
        );
        for job in 0..3 {
            let _ = write!(
                text,
                "  test-{job}:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        node: [20, 22, 24]\n    \
                 steps:\n      - uses: actions/checkout@v4\n      - uses: actions/setup-node@v4\n        with:\n          \
                 node-version: ${{{{ matrix.node }}}}\n          cache: npm\n      - run: npm ci\n      - name: test\n        \
                 run: |\n          npm run build --if-present\n          if [ -d test ]; then npm test -- --shard={job}/3; fi\n"
            );
        }
        if index % 10 == 0 {
            text.push_str(
                "  publish:\n    needs: [test-0]\n    runs-on: ubuntu-latest\n    permissions:\n      id-token: write\n    \
                 steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n      - run: npm run release\n        \
                 env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n",
            );
        }
        files.push((format!(".github/workflows/w{index:04}.yml"), text));
    }
    files
}

/// The corpus's GitHub workflows and CircleCI configs as one repository; none where the corpus is not there.
pub(crate) fn corpus() -> Option<Files> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = manifest
        .ancestors()
        .map(|folder| folder.join("shared/corpus/dev.tar.gz"))
        .find(|path| path.is_file())?;
    let unpacked = tempfile::tempdir().ok()?;
    let done = Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(unpacked.path()).status().ok()?;
    if !done.success() {
        return None;
    }
    let mut found = Vec::new();
    collect(&unpacked.path().join("dev/scan"), &mut found);
    let mut files: Files = vec![("package.json".into(), r#"{"name": "one", "version": "1.0.0"}"#.into())];
    for path in found {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let number = files.len();
        if path.components().any(|part| part.as_os_str() == "workflows") {
            files.push((format!(".github/workflows/w{number:04}.yml"), text));
        } else if path.components().any(|part| part.as_os_str() == ".circleci") {
            files.push((format!(".circleci/c{number:04}.yml"), text));
        }
    }
    Some(files)
}

/// YAML files below `folder`, in order.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "yml" || end == "yaml") {
            found.push(path);
        }
    }
}
