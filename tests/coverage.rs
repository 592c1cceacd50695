//! The research lists are covered: every entry has its rule, and small repositories show that each rule reports what it
//! is for and keeps silent beside it.

use std::collections::BTreeSet;

use trustpub::ci;
use trustpub::facts::{Date, registry};
use trustpub::files::Memory;
use trustpub::project::Project;
use trustpub::rules::{self, Context, Outcome, Selection};
use trustpub::spec::{self, Surroundings};
use trustpub::text::Source;

#[test]
fn every_entry_of_the_lists_has_a_rule() {
    for line in include_str!("coverage/lists.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [_, entry, ids] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {line}")
        };
        for id in ids.split(' ').filter(|id| *id != "-") {
            assert!(rules::by_id(id).is_some(), "{entry}: there is no rule `{id}`");
        }
    }
}

#[test]
fn every_rule_is_in_the_lists_or_says_why_it_is_not() {
    // Found in the corpus or needed by the product itself, not in a list.
    const OWN: [&str; 15] = [
        "duplicate-key",
        "manifest-invalid",
        "spec-invalid",
        "node-floating",
        "package-private",
        "prerelease-untagged",
        "provenance-redundant",
        "publish-hidden",
        "script-piped",
        "secrets-inherit",
        "token-empty",
        "yaml-syntax",
        "unread",
        "guard-unproven",
        "timeout-missing",
    ];
    let listed: BTreeSet<&str> = include_str!("coverage/lists.tsv")
        .lines()
        .filter_map(|line| line.split('\t').nth(2))
        .flat_map(|ids| ids.split(' '))
        .collect();
    for rule in rules::ALL {
        let id = rule.meta.id;
        assert!(listed.contains(id) || OWN.contains(&id), "{id} is neither listed nor known as our own");
    }
}

/// What the rules say of one small repository.
fn found(files: &[(String, String)]) -> BTreeSet<&'static str> {
    let tree = Memory::new(files.iter().cloned());
    let project = Project::read(&tree);
    let model = ci::read(&tree, &project);
    let text = files.iter().find(|(path, _)| path == spec::FILE);
    let resolved = text.map(|(path, text)| {
        let loaded = spec::load(&Source::new(path, text)).expect("the case's spec is right");
        let surroundings = Surroundings { project: &project, generated: &|_| false };
        spec::resolve(&loaded.spec, &surroundings).expect("the case's spec resolves").resolved
    });
    let context = Context {
        model: &model,
        project: &project,
        spec: resolved.as_ref(),
        spec_faults: &[],
        today: Date::new(2026, 11, 22),
    };
    Outcome::of(&context, &Selection::default(), None).findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn small_repositories_show_each_fault_and_its_neighbours() {
    let text = include_str!("coverage/cases.txt").replace("{registry}", registry::HOST);
    let mut faults = Vec::new();
    let mut cases = 0;
    for case in text.split("\n=== ").skip(1) {
        let (head, rest) = case.split_once('\n').expect("a case has files");
        let (name, expected) = head.split_once(" | ").expect("a case says what is expected");
        let files: Vec<(String, String)> = format!("\n{rest}\n")
            .split("\n--- ")
            .skip(1)
            .filter_map(|file| file.split_once('\n').map(|(path, text)| (path.to_owned(), text.to_owned())))
            .collect();
        let ids = found(&files);
        cases += 1;
        for word in expected.split_whitespace() {
            let (id, wanted) = word.strip_prefix('!').map_or((word, true), |id| (id, false));
            assert!(rules::by_id(id).is_some(), "{name}: there is no rule `{id}`");
            if ids.contains(id) != wanted {
                faults.push(format!("{name}: {word} ({ids:?})"));
            }
        }
    }
    assert!(cases > 130, "{cases} cases");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
