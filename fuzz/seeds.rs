//! Where inputs come from: the rules' own examples, and the fixtures of the tests.

use std::path::Path;

use trustpub::rules;

use crate::targets::{FILE_MARK, Target};

/// The inputs that mutation starts from.
pub(crate) fn of(target: Target) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeds = match target {
        Target::Check => repositories(),
        Target::Spec | Target::Readers => Vec::new(),
        Target::Yaml | Target::Edits | Target::Shell => repositories_files(),
    };
    match target {
        Target::Spec => {
            read_below(&root.join("tests/spec"), "yml", &mut seeds);
            read_below(&root.join("examples"), "yml", &mut seeds);
        }
        Target::Readers => {
            let fixtures = root.join("tests/readers");
            read_below(&fixtures, "yml", &mut seeds);
            let jenkinsfiles =
                ["jenkins", "jenkins-staged"].map(|name| fixtures.join(name).join("Jenkinsfile"));
            seeds.extend(jenkinsfiles.iter().flat_map(std::fs::read_to_string));
        }
        Target::Check => {}
        Target::Yaml | Target::Edits | Target::Shell => {
            read_below(&root.join("tests/matrix/snapshots"), "snap", &mut seeds);
        }
    }
    seeds.retain(|seed| !seed.is_empty());
    seeds
}

/// Every example of a rule as one text, a line with [`FILE_MARK`] before each file.
fn repositories() -> Vec<String> {
    let examples = rules::ALL.iter().flat_map(|rule| [rule.page().bad(), rule.page().good()]);
    let joined = |files: Vec<(String, String)>| -> String {
        files
            .into_iter()
            .flat_map(|(path, text)| [FILE_MARK.to_owned(), path, "\n".to_owned(), text])
            .collect()
    };
    examples.map(|example| joined(example.files)).collect()
}

fn repositories_files() -> Vec<String> {
    let examples = rules::ALL.iter().flat_map(|rule| [rule.page().bad(), rule.page().good()]);
    examples.flat_map(|example| example.files).map(|(_, text)| text).collect()
}

fn read_below(folder: &Path, extension: &str, texts: &mut Vec<String>) {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{} holds seeds: {error}", folder.display()))
        .flatten()
        .map(|entry| entry.path())
        .collect();
    // Equal seeds try equal inputs: the order is not the file system's.
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_below(&path, extension, texts);
        } else if path.extension().is_some_and(|end| end == extension) {
            texts.extend(std::fs::read_to_string(&path));
        }
    }
}
