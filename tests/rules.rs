//! Every rule's page is complete and true: its bad example is reported, its good one is not.

use std::collections::BTreeSet;

use trustpub::ci;
use trustpub::facts::Date;
use trustpub::project::Project;
use trustpub::rules::{self, Availability, Context, Example, Outcome, Run, Selection, plan_fixes};
use trustpub::settings;
use trustpub::spec::{self, Surroundings};
use trustpub::text::Source;

/// What a page must say, in this order. `Use instead` may be missing where there is nothing to write.
const HEADINGS: [&str; 5] = ["What it does", "Why is this bad?", "Example", "Use instead", "Evidence"];

/// The file of an example that stands for `--settings FILE`.
const SETTINGS: &str = "trustpub-settings.json";

/// The outcome of the whole repository, and of its files one by one.
fn runs(example: &Example) -> [Outcome; 2] {
    let tree = example.tree();
    let project = Project::read(&tree);
    let settings = example.files.iter().find(|(path, _)| path == SETTINGS).map(|(path, text)| {
        settings::load(&Source::new(path.as_str(), text.as_str())).expect("the page's settings are right")
    });
    let prove = |mut model: ci::Model| {
        if let Some(settings) = &settings {
            model.prove(settings.clone());
        }
        model
    };
    let model = prove(ci::read(&tree, &project));
    let today = Date::new(2026, 11, 22);
    let text = example.files.iter().find(|(path, _)| path == spec::FILE);
    let (mut resolved, mut spec_faults) = (None, Vec::new());
    if let Some((path, text)) = text {
        match spec::load(&Source::new(path, text)) {
            Ok(loaded) => {
                let surroundings = Surroundings { project: &project, generated: &|_| false };
                let resolution = spec::resolve(&loaded.spec, &surroundings);
                resolved = Some(resolution.expect("the example's spec resolves").resolved);
            }
            Err(findings) => spec_faults = findings,
        }
    }
    let (spec, spec_faults) = (resolved.as_ref(), spec_faults.as_slice());
    let context = Context { model: &model, project: &project, spec, spec_faults, today };
    let selection = Selection::default();
    let run = Run::new(&selection);
    let kept = prove(ci::stream(&tree, &project, &|file| run.files(&Context { model: file, ..context })));
    let streamed = run.finish(&Context { model: &kept, ..context }, None);
    [Outcome::of(&context, &selection, None), streamed]
}

fn run(example: &Example) -> Outcome {
    let [whole, _] = runs(example);
    whole
}

fn reported(outcome: &Outcome, id: &str) -> Vec<String> {
    let of_rule = outcome.findings.iter().filter(|finding| finding.rule == id);
    of_rule.map(|finding| finding.message.clone()).collect()
}

/// `check` sees the files of a repository one by one and keeps those alone that a rule about the whole looks at.
#[test]
fn file_by_file_the_same_is_found() {
    for rule in rules::ALL {
        for example in [rule.page().bad(), rule.page().good()] {
            let [whole, streamed] = runs(&example).map(|outcome| {
                let findings = outcome.findings.into_iter();
                findings.map(|finding| (finding.rule, finding.message)).collect::<Vec<_>>()
            });
            assert_eq!(whole, streamed, "{}", rule.meta.id);
        }
    }
}

#[test]
fn ids_are_sorted_unique_and_named_like_their_files() {
    let ids: Vec<&str> = rules::ALL.iter().map(|rule| rule.meta.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let files: BTreeSet<String> = std::fs::read_dir("src/rules")
        .expect("readable")
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.replace('_', "-")))
        .filter(|name| name != "mod")
        .collect();
    assert_eq!(ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), files);
}

#[test]
fn pages_have_every_section() {
    for rule in rules::ALL {
        let (id, page) = (rule.meta.id, rule.page());
        assert!(!page.title.is_empty() && !page.title.ends_with('.'), "{id}: title {:?}", page.title);
        let headings: Vec<&str> = page.sections.iter().map(|(heading, _)| heading.as_str()).collect();
        let expected: Vec<&str> = HEADINGS.into_iter().filter(|heading| headings.contains(heading)).collect();
        assert_eq!(headings, expected, "{id}: headings");
        for heading in HEADINGS {
            assert!(heading == "Use instead" || headings.contains(&heading), "{id}: no `{heading}`");
        }
    }
}

#[test]
fn bad_examples_are_reported() {
    let mut faults = Vec::new();
    for rule in rules::ALL {
        let (id, bad) = (rule.meta.id, rule.page().bad());
        assert!(!bad.files.is_empty(), "{id}: the example names no file");
        let outcome = run(&bad);
        if reported(&outcome, id).is_empty() {
            let others: Vec<&str> = outcome.findings.iter().map(|finding| finding.rule).collect();
            faults.push(format!("{id}: silent about its own example (reported: {others:?})"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn good_examples_are_not() {
    let mut faults = Vec::new();
    for rule in rules::ALL {
        let id = rule.meta.id;
        let found = reported(&run(&rule.page().good()), id);
        if !found.is_empty() {
            faults.push(format!("{id}: {found:?}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn fixes_are_as_announced_and_hold() {
    for rule in rules::ALL {
        let (id, bad) = (rule.meta.id, rule.page().bad());
        let mut example = bad.clone();
        let fixes: Vec<_> = run(&example)
            .findings
            .into_iter()
            .filter(|finding| finding.rule == id && finding.fix.is_some())
            .collect();
        match rule.meta.fix {
            Availability::None => assert!(fixes.is_empty(), "{id}: has a fix and announces none"),
            announced => {
                let with_unsafe = announced == Availability::Unsafe;
                if !with_unsafe && fixes.is_empty() {
                    continue;
                }
                let plan = plan_fixes(&example.tree(), &fixes, with_unsafe);
                assert!(!plan.files.is_empty(), "{id}: its fix changes nothing");
                for (path, text) in &mut example.files {
                    if let Some(new) = plan.files.get(path) {
                        text.clone_from(new);
                    }
                }
                let left = reported(&run(&example), id);
                assert!(left.len() < fixes.len().max(1), "{id}: still there after its fix: {left:?}");
            }
        }
    }
}
