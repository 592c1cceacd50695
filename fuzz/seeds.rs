//! Where inputs come from: the rules' own examples, the fixtures of the tests, and real files where a folder is named.

use std::path::{Path, PathBuf};

use trustpub::text::Source;
use trustpub::{rules, yaml};

use crate::targets::{FILE_MARK, Target};

/// Longer texts make slow inputs, and hardly other ones.
const MAX_BYTES: usize = 12 << 10;

/// The inputs that mutation starts from; `corpus` is a folder with checkouts of repositories.
pub(crate) fn of(target: Target, corpus: Option<&Path>) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let real = corpus.map(files_of).unwrap_or_default();
    let examples = rules::ALL.iter().flat_map(|rule| [rule.page().bad(), rule.page().good()]);
    let examples = examples.map(|example| example.files);
    let mut seeds: Vec<String> = match target {
        Target::Spec => {
            [texts_below(&root.join("tests/spec"), "yml"), texts_below(&root.join("examples"), "yml")]
                .concat()
        }
        Target::Check => {
            let real = real.into_iter().map(|file| vec![file]);
            examples.chain(hostile()).chain(real).map(joined).collect()
        }
        Target::Readers => {
            let fixtures = root.join("tests/readers");
            let jenkinsfiles =
                ["jenkins", "jenkins-staged"].map(|name| fixtures.join(name).join("Jenkinsfile"));
            let jenkinsfiles = jenkinsfiles.iter().flat_map(std::fs::read_to_string);
            texts_below(&fixtures, "yml").into_iter().chain(jenkinsfiles).collect()
        }
        Target::Yaml | Target::Edits | Target::Shell => {
            let examples = examples.flatten().chain(real).map(|(_, text)| text);
            examples.chain(texts_below(&root.join("tests/matrix/snapshots"), "snap")).collect()
        }
    };
    if target == Target::Shell {
        seeds = seeds.iter().flat_map(|text| scripts(text)).collect();
        seeds.extend(texts_below(&root.join("src/shell/fixtures"), "sh"));
    }
    seeds.retain(|seed| !seed.is_empty() && seed.len() <= MAX_BYTES);
    assert!(!seeds.is_empty(), "mutation needs a beginning");
    seeds
}

/// A repository as one text, a line with [`FILE_MARK`] before each file.
fn joined(files: Vec<(String, String)>) -> String {
    files.into_iter().flat_map(|(path, text)| [FILE_MARK.to_owned(), path, "\n".to_owned(), text]).collect()
}

/// Repositories whose files lead to each other, for ever or not.
fn hostile() -> impl Iterator<Item = Vec<(String, String)>> {
    let workflow = "on: { workflow_call: { inputs: { c: { type: string, default: npm publish } } }, push: {} }\n\
                    jobs:\n  a: { uses: ./.github/workflows/b.yml, secrets: inherit }\n  b:\n    runs-on: ubuntu-latest\n    \
                    steps:\n      - uses: ./act\n      - run: ${{ inputs.c }}\n      - run: make release\n      - run: sh ci.sh\n";
    let action =
        "runs:\n  using: composite\n  steps:\n    - uses: ./act\n    - run: npm run a\n      shell: bash\n";
    let manifest = r#"{"name": "x", "version": "1.0.0", "workspaces": ["p/*"], "scripts": {"a": "npm run b && make release", "b": "npm run a; sh ci.sh"}}"#;
    let gitlab = "include: [{ local: ci.yml }]\n.x: &x { script: [npm run a] }\na: { extends: [.x, b], id_tokens: { NPM_ID_TOKEN: { aud: x } } }\n\
                  b: { extends: a, script: [!reference [a, script], npm publish] }\n";
    let circle = "version: 2.1\nparameters: { p: { type: string, default: npm publish } }\ncommands:\n  c: { steps: [c, { run: << pipeline.parameters.p >> }] }\n\
                  jobs:\n  j: { docker: [{ image: cimg/node:24 }], steps: [checkout, c, { when: { condition: true, steps: [c] } }] }\n\
                  workflows: { w: { jobs: [j: { context: npm, matrix: { parameters: { p: [a, b] } } }] } }\n";
    [
        vec![
            (".github/workflows/a.yml", workflow),
            (".github/workflows/b.yml", workflow),
            ("act/action.yml", action),
            ("package.json", manifest),
            ("Makefile", "release: release\n\tnpm run b\n\tnpm publish\n"),
            ("ci.sh", "sh ci.sh\nnpm run a || make release\n"),
        ],
        vec![(".gitlab-ci.yml", gitlab), ("ci.yml", gitlab), ("package.json", manifest)],
        vec![(".circleci/config.yml", circle), ("package.json", manifest), (".npmrc", "a=${B}\n")],
    ]
    .into_iter()
    .map(|files| files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect())
}

/// The shell scripts that a YAML text holds.
fn scripts(text: &str) -> Vec<String> {
    let tree = yaml::parse(&Source::new("a.yml", text));
    let mut found = Vec::new();
    let mut open: Vec<yaml::Node<'_>> = tree.documents().collect();
    while let Some(node) = open.pop() {
        for (key, value) in node.own_entries() {
            if matches!(key.as_str(), Some("run" | "command" | "script" | "before_script")) {
                let lines = value.items().filter_map(yaml::Node::as_str).collect::<Vec<_>>().join("\n");
                found.push(value.as_str().map_or(lines, str::to_owned));
            }
            open.push(value);
        }
        open.extend(node.items());
    }
    found
}

/// The CI files below `folder` by their path within a repository.
fn files_of(folder: &Path) -> Vec<(String, String)> {
    let kinds = [".github/workflows/", ".circleci/config.yml", ".gitlab-ci.yml"];
    let mut files = Vec::new();
    for path in ["yml", "yaml"].iter().flat_map(|end| paths_below(folder, end)) {
        let shown = path.to_string_lossy();
        let inside = kinds.iter().find_map(|kind| shown.find(kind).map(|at| shown[at..].to_owned()));
        if let (Some(inside), Ok(text)) = (inside, std::fs::read_to_string(&path)) {
            files.push((inside, text));
        }
    }
    files
}

fn texts_below(folder: &Path, extension: &str) -> Vec<String> {
    paths_below(folder, extension).iter().flat_map(std::fs::read_to_string).collect()
}

/// Sorted: equal seeds try equal inputs, whatever the order of the file system.
fn paths_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{} holds seeds: {error}", folder.display()))
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(paths_below(&path, extension));
        } else if path.extension().is_some_and(|end| end == extension) {
            found.push(path);
        }
    }
    found
}
