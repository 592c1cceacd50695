//! Broken specs, each small and named for what it shows, with the exact text that people get to read.

use std::path::Path;

use trustpub::text::Source;
use trustpub::{report, spec};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec")
}

#[test]
fn every_broken_spec_says_what_is_wrong_where_and_what_to_write() {
    let mut count = 0;
    let entries = std::fs::read_dir(folder().join("broken")).expect("fixtures are there");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        let findings = spec::load(&Source::new("trustpub.yml", text))
            .expect_err(&format!("{name}.yml is broken, and nobody noticed"));
        let rendered = report::text::findings(&findings);
        let plain = anstream::adapter::strip_str(&rendered).to_string();
        assert!(plain.contains("trustpub.yml:"), "{name}: {plain}");
        insta::with_settings!({ snapshot_path => "spec/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.as_str(), plain.trim_end());
        });
        count += 1;
    }
    assert!(count >= 60, "{count}");
}

#[test]
fn what_is_wrong_by_itself_does_not_make_other_things_wrong() {
    let text =
        std::fs::read_to_string(folder().join("broken/several-wrong-values-at-once.yml")).expect("readable");
    let findings = spec::load(&Source::new("trustpub.yml", text)).expect_err("it is broken");
    assert_eq!(findings.len(), 7, "{findings:#?}");
}
