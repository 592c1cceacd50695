//! Files beside the repository: what is overwritten, what is not.

use super::*;
use crate::facts::actions;
use crate::files::{Disk, Memory};

fn rendered(text: &str) -> Vec<Rendered> {
    vec![Rendered { path: "ci/a.yml".to_owned(), text: format!("{MARK}from x.\n{text}") }]
}

fn state(old: &str) -> State {
    compare(&Memory::new([("ci/a.yml", old)]), rendered("a: 1\n")).unwrap()[0].state
}

#[test]
fn only_what_trustpub_wrote_counts_as_its_own() {
    assert_eq!(state(&format!("{MARK}from x.\na: 1\n")), State::Same);
    assert_eq!(state(&format!("{MARK}from x.\na: 2\n")), State::Drifted);
    assert_eq!(state(&format!("\u{FEFF}{MARK}in an older form\n")), State::Drifted);
    assert_eq!(state("a: 1\n"), State::Foreign);
    assert_eq!(state(&format!("a: 1\n{MARK}\n")), State::Foreign);
    assert_eq!(compare(&Memory::default(), rendered("")).unwrap()[0].state, State::New);
}

#[test]
fn a_foreign_file_is_written_over_with_force_alone() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::open(dir.path()).unwrap();
    disk.write("ci/a.yml", "mine: true\n").unwrap();
    let files = compare(&disk, rendered("a: 1\n")).unwrap();
    assert_eq!(write(&disk, &files, false).unwrap(), Vec::<String>::new());
    assert_eq!(disk.read("ci/a.yml").unwrap().unwrap().text(), "mine: true\n");
    assert_eq!(write(&disk, &files, true).unwrap(), ["ci/a.yml"]);
    let files = compare(&disk, rendered("a: 1\n")).unwrap();
    assert_eq!(files[0].state, State::Same);
    assert_eq!(write(&disk, &files, true).unwrap(), Vec::<String>::new());
}

#[test]
fn drift_is_a_unified_diff() {
    let old = format!("{MARK}from x.\na: 2\n");
    let files = compare(&Memory::new([("ci/a.yml", old)]), rendered("a: 1\n")).unwrap();
    let expected = format!("--- a/ci/a.yml\n+++ b/ci/a.yml\n@@ -1,2 +1,2 @@\n {MARK}from x.\n-a: 2\n+a: 1\n");
    assert_eq!(files[0].diff(), expected);
}

#[test]
fn a_diff_is_what_the_text_diff_of_the_crate_makes_of_it() {
    let lines: Vec<String> = (1..40).map(|line| line.to_string()).collect();
    let long = lines.join("\n") + "\n";
    let changed = long.replace("7\n", "seven\n").replace("30\n", "");
    for (old, new) in [
        ("", "a\nb\n"),
        ("a\nb\n", ""),
        ("a\n", "a"),
        ("a", "b\nc"),
        (long.as_str(), changed.as_str()),
        (changed.as_str(), long.as_str()),
    ] {
        let expected = similar::TextDiff::from_lines(old, new)
            .unified_diff()
            .context_radius(3)
            .header("a/f", "b/f")
            .missing_newline_hint(true)
            .to_string();
        assert_eq!(unified_diff("f", Some(old), new), expected);
    }
    assert_eq!(unified_diff("f", Some("a\n"), "a\n"), "");
}

#[test]
fn every_action_used_has_a_pin_read_from_its_tag() {
    for action in data::ACTIONS {
        assert!(actions::pin(action).is_some(), "{action}");
    }
}
