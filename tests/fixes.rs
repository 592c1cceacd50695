//! What `--fix` promises, over the example of every rule and, where it is there, over the trees of the corpus
//! (`../shared/corpus/dev.tar.gz` or `TRUSTPUB_CORPUS`): a second run finds nothing that was marked safe, no
//! line is changed that need not be, and nothing new goes wrong.

#![allow(clippy::print_stderr, reason = "the measurements are for whoever runs the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use similar::{ChangeTag, DiffOp, TextDiff};
use trustpub::ci;
use trustpub::diagnostic::{Finding, Safety, Severity};
use trustpub::files::{Disk, Memory, Overlay, Tree};
use trustpub::project::Project;
use trustpub::rules::{self, Context, Outcome, Selection, plan_fixes};

type Texts = BTreeMap<String, String>;

fn check(tree: &dyn Tree) -> Vec<Finding> {
    let project = Project::read(tree);
    let model = ci::read(tree, &project);
    let context = Context { model: &model, project: &project, spec: None, spec_faults: &[], today: None };
    Outcome::of(&context, &Selection::default(), None).findings
}

fn safe(findings: &[Finding]) -> Vec<String> {
    let safe = |finding: &&Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
    let told = |finding: &Finding| {
        format!("{} {}:{}", finding.rule, finding.location.source.path(), finding.location.start().line)
    };
    findings.iter().filter(safe).map(told).collect()
}

fn errors(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.rule)
        .collect()
}

fn with<'a>(tree: &'a dyn Tree, changed: &Texts) -> Overlay<'a> {
    Overlay::new(tree, Memory::new(changed.clone()))
}

/// The files that `--fix` changes, as the command goes about it: round by round, until nothing is left.
fn mend(tree: &dyn Tree, with_unsafe: bool) -> Texts {
    let mut changed = Texts::new();
    for _ in 0..8 {
        let overlay = with(tree, &changed);
        let round = plan_fixes(&overlay, &check(&overlay), with_unsafe);
        if round.files.is_empty() {
            break;
        }
        changed.extend(round.files);
    }
    changed
}

/// What is broken of the promises on `tree`; none where there is nothing to mend.
fn broken(tree: &dyn Tree) -> Option<Vec<String>> {
    let before = check(tree);
    if safe(&before).is_empty() {
        return None;
    }
    let changed = mend(tree, false);
    let after = check(&with(tree, &changed));
    let mut faults: Vec<String> = safe(&after).iter().map(|left| format!("still there: {left}")).collect();
    let new: Vec<&str> = errors(&after).difference(&errors(&before)).copied().collect();
    if !new.is_empty() {
        faults.push(format!("new errors: {new:?}"));
    }
    for (path, new) in &changed {
        let old = tree.read(path).expect("readable").expect("it was changed, not made");
        faults.extend(needless(tree, &changed, path, old.text(), new));
    }
    Some(faults)
}

/// The changes of one file that could be left out without a safe fix coming back.
fn needless(tree: &dyn Tree, changed: &Texts, path: &str, old: &str, new: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(old, new);
    let mut faults = Vec::new();
    for (index, op) in diff.ops().iter().enumerate() {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        // The new text but for this one change.
        let mut text = String::new();
        for (at, op) in diff.ops().iter().enumerate() {
            let drop = if at == index { ChangeTag::Insert } else { ChangeTag::Delete };
            let kept = diff.iter_changes(op).filter(|change| change.tag() != drop);
            kept.for_each(|change| text.push_str(change.value()));
        }
        let mut without = changed.clone();
        without.insert(path.to_owned(), text);
        if safe(&check(&with(tree, &without))).is_empty() {
            let lines: Vec<String> =
                diff.iter_changes(op).map(|change| format!("{}{}", change.tag(), change.value())).collect();
            faults.push(format!("{path} was changed for nothing:\n{}", lines.concat()));
        }
    }
    faults
}

#[test]
fn every_example_is_mended_and_no_line_is_changed_for_nothing() {
    let mut faults = Vec::new();
    let mut mended = 0;
    for rule in rules::ALL {
        let page = rule.page();
        for example in [page.bad(), page.good()] {
            let tree = example.tree();
            if let Some(broken) = broken(&tree) {
                mended += 1;
                faults.extend(broken.iter().map(|fault| format!("{}: {fault}", rule.meta.id)));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(mended > 5, "only {mended} examples had anything to mend");
}

#[test]
fn a_fix_gives_the_identity_to_no_other_job() {
    let job = |permissions: &str| {
        format!(
            "  p:\n    runs-on: ubuntu-latest\n    environment: npm\n    permissions: {permissions}\n    steps: [{{run: npm publish}}]\n"
        )
    };
    let test = |permissions: &str| {
        format!(
            "  test:\n    runs-on: ubuntu-latest\n    permissions: {permissions}\n    steps: [{{run: npm test}}]\n"
        )
    };
    let block = "\n      contents: read";
    let shared = format!("&p{block}");
    let top = format!("x: &p\n  contents: read\n{}", "jobs:\n");
    for text in [
        format!("jobs:\n{}{}", test(&shared), job("*p")),
        format!("jobs:\n{}{}", job(&shared), test("*p")),
        format!("{top}{}{}", test("*p"), job("*p")),
        format!("{top}{}", job(&format!("\n      <<: *p{block}"))),
    ] {
        let tree = Memory::new([
            (".github/workflows/p.yml", format!("on: push\n{text}").as_str()),
            ("package.json", "{\"name\": \"a\", \"version\": \"1.0.0\"}"),
        ]);
        let fixed = check(&tree).into_iter().filter(|finding| finding.rule == "id-token-missing");
        assert!(fixed.clone().count() > 0, "{text}");
        assert!(fixed.into_iter().all(|finding| finding.fix.is_none()), "{text}");
    }
    let own = format!("on: push\njobs:\n{}{}", test(block), job(block));
    let tree = Memory::new([(".github/workflows/p.yml", own.as_str())]);
    assert_eq!(
        mend(&tree, false).values().map(|text| text.matches("id-token: write").count()).sum::<usize>(),
        1
    );
}

#[test]
fn an_identity_is_granted_wherever_the_permissions_stand() {
    let file = |top: &str, own: &str| {
        format!(
            "on: push\n{top}jobs:\n  p:\n    # Publishes.\n    runs-on: ubuntu-26.04 # image\n{own}    steps: [{{run: npm publish}}]\n"
        )
    };
    let mended = |text: &str, with_unsafe: bool| {
        let tree = Memory::new([
            (".github/workflows/p.yml", text),
            ("package.json", "{\"name\": \"a\", \"version\": \"1.0.0\"}"),
        ]);
        mend(&tree, with_unsafe).remove(".github/workflows/p.yml")
    };
    let workflow = "permissions:\n  contents: write # tags\n";
    for (top, own, expected) in [
        ("", "    permissions: {} # none\n", "    permissions: {id-token: write} # none\n"),
        (
            "",
            "    permissions: { contents: read } # one\n",
            "    permissions: { contents: read, id-token: write } # one\n",
        ),
        ("", "    permissions: # none\n", "    permissions: # none\n      id-token: write\n"),
        (workflow, "", "    permissions:\n      contents: write\n      id-token: write\n"),
        ("permissions: {}\n", "", "    permissions:\n      id-token: write\n"),
    ] {
        assert_eq!(mended(&file(top, own), false), Some(file(top, expected)), "{top}{own}");
    }
    // These take away what the job may do today.
    for (top, own, expected) in [
        ("", "    permissions: read-all\n", "    permissions: {contents: read, id-token: write}\n"),
        ("", "", "    permissions:\n      contents: read\n      id-token: write\n"),
    ] {
        let text = file(top, own);
        assert!(mended(&text, false).is_none_or(|safe| !safe.contains("id-token")), "{text}");
        assert_eq!(mended(&text, true), Some(file(top, expected)), "{text}");
    }
    // A misspelling is told as such, and once.
    let tree =
        Memory::new([(".github/workflows/p.yml", file("", "    permissions: {id_token: write}\n").as_str())]);
    let told: Vec<&str> = check(&tree).iter().map(|finding| finding.rule).collect();
    assert!(told.contains(&"id-token-value-invalid") && !told.contains(&"id-token-missing"), "{told:?}");
}

#[test]
fn line_endings_and_byte_order_marks_stay() {
    for rule in rules::ALL {
        let files = rule.page().bad().files;
        for with_unsafe in [false, true] {
            let plain = mend(&Memory::new(files.clone()), with_unsafe);
            let crlf = |text: &str| text.replace('\n', "\r\n");
            let other = Memory::new(files.iter().map(|(path, text)| (path.clone(), crlf(text))));
            let expected: Texts = plain.iter().map(|(path, text)| (path.clone(), crlf(text))).collect();
            assert_eq!(mend(&other, with_unsafe), expected, "{}: CRLF", rule.meta.id);
            let marked = |text: &str| format!("\u{feff}{text}");
            let other = Memory::new(files.iter().map(|(path, text)| {
                // Only what is edited: tools disagree on the mark in the files that are merely read.
                (path.clone(), if plain.contains_key(path) { marked(text) } else { text.clone() })
            }));
            let expected: Texts = plain.iter().map(|(path, text)| (path.clone(), marked(text))).collect();
            assert_eq!(mend(&other, with_unsafe), expected, "{}: byte order mark", rule.meta.id);
        }
    }
}

#[test]
fn the_trees_of_the_corpus_are_mended_and_no_line_is_changed_for_nothing() {
    let archive = std::env::var_os("TRUSTPUB_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/dev.tar.gz"),
        PathBuf::from,
    );
    if !archive.is_file() {
        eprintln!("skipped: no corpus at {}", archive.display());
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    let status = Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(dir.path()).status();
    assert!(status.is_ok_and(|status| status.success()), "{} unpacks", archive.display());
    let pairs = std::fs::read_dir(dir.path().join("dev/pairs")).expect("the corpus has pairs");
    let pairs: BTreeSet<PathBuf> = pairs.flatten().map(|entry| entry.path()).collect();
    let (mut trees, mut mended, mut faults) = (0, 0, Vec::new());
    for tree in pairs.iter().flat_map(|pair| [pair.join("before"), pair.join("after")]) {
        if !tree.is_dir() {
            continue;
        }
        let disk = Disk::open(&tree).expect("a folder of the corpus");
        trees += 1;
        if let Some(broken) = broken(&disk) {
            mended += 1;
            let name = tree.strip_prefix(dir.path()).unwrap_or(&tree).display();
            faults.extend(broken.iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    eprintln!("{trees} trees, {mended} with something to mend, {} broken promises", faults.len());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
