use proptest::prelude::*;

use super::*;
use crate::text::Source;
use crate::yaml::{Tree, emit, parse};

fn tree(text: &str) -> Tree {
    parse(&Source::new("a.yml", text))
}

/// Applies the edits that `make` gives for the node at `pointer`, checked.
fn edited(
    text: &str,
    pointer: &str,
    make: impl Fn(Node<'_>) -> Result<Vec<Edit>, EditError>,
) -> Result<String, EditError> {
    let tree = tree(text);
    let node = tree.root().and_then(|root| root.pointer(pointer)).expect("the pointer leads somewhere");
    checked(&tree, &make(node)?).map(|tree| tree.source().text().to_owned())
}

const WORKFLOW: &str = "\
# head
on: push # why
jobs:
  a:
    # about the runner
    runs-on: ubuntu-24.04 # here
    steps:
      - name: x # first
        uses: a/b@v1
      # about the second
      - run: |
          npm ci

          npm publish

      - uses: c/d@v2
        with: {a: 1, b: [x, y]} # flow
";

fn inserted(pointer: &str, place: Place<'_>, key: &str, value: &str) -> String {
    edited(WORKFLOW, pointer, |node| insert_key(node, place, key, value)).expect("it can be inserted")
}

#[test]
fn keys_are_inserted_where_they_are_asked_for() {
    let snapshot = [
        inserted("", Place::After("on"), "permissions", "{}"),
        inserted("/jobs/a", Place::First, "permissions", "id-token: write\ncontents: read"),
        inserted("/jobs/a", Place::After("runs-on"), "environment", "npm"),
        inserted("/jobs/a", Place::Last, "timeout-minutes", "10"),
        inserted("/jobs/a/steps/0", Place::First, "id", "first"),
        inserted("/jobs/a/steps/1", Place::Last, "env", "A: b"),
        inserted("/jobs/a/steps/1", Place::Before("run"), "if", &emit::scalar("a: b")),
        inserted("/jobs/a/steps/2", Place::Last, "run", &emit::block("a\nb\n", 0)),
        inserted("/jobs/a/steps/2/with", Place::Last, "c", "d: [1, 2]\ne: f, g"),
        inserted("/jobs/a/steps/2/with", Place::First, "c", "true"),
    ];
    insta::assert_snapshot!(snapshot.join("~~~~~~~~\n"));
}

#[test]
fn values_are_replaced_and_their_comments_stay() {
    let replaced = |pointer: &str, key: &str, value: &str| {
        edited(WORKFLOW, pointer, |node| replace_value(node, key, value)).expect("it can be replaced")
    };
    let snapshot = [
        replaced("", "on", "push:\n  tags: ['v*']"),
        replaced("", "on", "[push]"),
        replaced("", "jobs", "{}"),
        replaced("/jobs/a", "runs-on", &emit::block("a\nb\n", 0)),
        replaced("/jobs/a", "steps", "- run: x"),
        replaced("/jobs/a/steps/1", "run", "npm test"),
        replaced("/jobs/a/steps/2/with", "b", "- q\n- r"),
        edited(WORKFLOW, "/jobs/a/steps/2/with/b", |node| replace_item(node, 1, "z")).unwrap(),
    ];
    insta::assert_snapshot!(snapshot.join("~~~~~~~~\n"));
}

#[test]
fn keys_and_items_are_removed_with_their_lines() {
    let key =
        |pointer: &str, key: &str| edited(WORKFLOW, pointer, |node| remove_key(node, key)).expect("it goes");
    let item =
        |pointer: &str, index| edited(WORKFLOW, pointer, |node| remove_item(node, index)).expect("it goes");
    let snapshot = [
        key("", "on"),
        key("/jobs/a", "runs-on"),
        key("/jobs/a", "steps"),
        key("/jobs/a/steps/0", "name"),
        key("/jobs/a/steps/0", "uses"),
        key("/jobs/a/steps/2", "with"),
        key("/jobs/a/steps/2/with", "a"),
        key("/jobs/a/steps/2/with", "b"),
        item("/jobs/a/steps", 0),
        item("/jobs/a/steps", 1),
        item("/jobs/a/steps", 2),
        item("/jobs/a/steps/2/with/b", 0),
    ];
    insta::assert_snapshot!(snapshot.join("~~~~~~~~\n"));
}

#[test]
fn items_are_appended_and_keys_renamed() {
    let appended =
        |pointer: &str, value: &str| edited(WORKFLOW, pointer, |node| append_item(node, value)).unwrap();
    let snapshot = [
        appended("/jobs/a/steps", "run: x\nid: y"),
        appended("/jobs/a/steps", &emit::block("a\nb\n", 0)),
        appended("/jobs/a/steps/2/with/b", "a: 1"),
        edited(WORKFLOW, "/jobs/a/steps/0", |node| rename_key(node, "uses", "on")).unwrap(),
    ];
    insta::assert_snapshot!(snapshot.join("~~~~~~~~\n"));
}

#[test]
fn line_ends_and_the_lack_of_one_are_kept() {
    let crlf = edited("a: 1\r\nb:\r\n  - x\r\n", "", |node| insert_key(node, Place::After("a"), "c", "d: e"))
        .unwrap();
    assert_eq!(crlf, "a: 1\r\nc:\r\n  d: e\r\nb:\r\n  - x\r\n");
    assert_eq!(edited("a: 1\nb: 2", "", |node| remove_key(node, "b")).unwrap(), "a: 1");
    assert_eq!(edited("a: 1", "", |node| insert_key(node, Place::Last, "b", "2")).unwrap(), "a: 1\nb: 2");
    assert_eq!(edited("\u{feff}a: 1\nb: 2\n", "", |node| remove_key(node, "a")).unwrap(), "\u{feff}b: 2\n");
    let marked =
        |text: &str| edited(text, "", |node| insert_key(node, Place::Before("a"), "c", "3")).unwrap();
    assert_eq!(marked("\u{feff}a: 1\n"), "\u{feff}c: 3\na: 1\n");
    assert_eq!(marked("\u{feff}# of the file\na: 1\n"), "\u{feff}# of the file\nc: 3\na: 1\n");
    assert_eq!(
        edited("a: {}\n", "/a", |node| insert_key(node, Place::Last, "b", "c")).unwrap(),
        "a: {b: c}\n"
    );
    assert_eq!(edited("a:\nb: 1\n", "", |node| replace_value(node, "a", "x")).unwrap(), "a: x\nb: 1\n");
}

#[test]
fn what_cannot_be_done_safely_is_refused() {
    let text = "x: &x {a: 1}\ny: *x\n? z\n: 1\nk: |+\n  keep\n\n\nl:\n  m: 1\n";
    let refused = |pointer: &str, make: &dyn Fn(Node<'_>) -> Result<Vec<Edit>, EditError>| {
        edited(text, pointer, make).expect_err("it is refused")
    };
    assert_eq!(refused("/y", &|node| insert_key(node, Place::Last, "b", "1")), EditError::Alias);
    assert_eq!(refused("", &|node| remove_key(node, "z")), EditError::Unusual);
    assert_eq!(refused("", &|node| remove_key(node, "q")), EditError::Missing("q".to_owned()));
    assert_eq!(refused("/l", &|node| remove_key(node, "m")), EditError::LastEntry);
    assert_eq!(refused("/x", &|node| rename_key(node, "a", "a")), EditError::Exists("a".to_owned()));
    assert_eq!(refused("/l", &|node| insert_key(node, Place::Last, "n", "[1")), EditError::InvalidValue);
    assert_eq!(refused("/l", &|node| append_item(node, "1")), EditError::WrongKind("list"));
    // An anchor that is still needed.
    assert!(matches!(refused("", &|node| remove_key(node, "x")), EditError::Collateral(_)));
    // Kept line breaks belong to the value.
    assert!(matches!(
        refused("", &|node| insert_key(node, Place::After("k"), "n", "1")),
        EditError::Collateral(_)
    ));
}

#[test]
fn edits_of_any_origin_are_checked() {
    let tree = tree("a: 1\nb: [x, y] # c\nd: e\n");
    let at = |what: &str| tree.source().text().find(what).expect("it is there");
    let replace = |what: &str, by: &str| vec![Edit::replace(Span::new(at(what), at(what) + what.len()), by)];
    assert!(checked(&tree, &replace("x", "z")).is_ok());
    assert!(checked(&tree, &replace("e\n", "f\n")).is_ok());
    for edits in [
        replace("# c", ""),
        replace("x", "x]\nq: [w"),
        replace("1", "1\nd: 2"),
        replace("a: 1\n", "a: 1\n---\n"),
        replace("e\n", "'\n"),
        vec![Edit::insert(at("d: e"), "  ")],
        vec![Edit::insert(at("1") + 1, "1")],
    ] {
        let result = checked(&tree, &edits);
        // A comment may be deleted by an edit that touches it; nothing else here may pass.
        assert!(result.is_err() || edits == replace("# c", ""), "{edits:?} {result:?}");
    }
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,4}".prop_map(|text| emit::scalar(&text)),
        "(?s).{0,12}".prop_map(|text| emit::scalar(&text)),
        "[a-z \n]{0,12}".prop_map(|text| emit::block(&text, 0)),
        Just("a: 1\nb:\n  - c".to_owned()),
        Just("- a\n- b: c\n  d: e".to_owned()),
        Just("{a: [b]}".to_owned()),
        "(?s).{0,6}",
    ]
}

fn document() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("  ".to_owned()),
        Just("# c\n".to_owned()),
        Just("- ".to_owned()),
        "[a-z:{},\\[\\]|&*'\" ]{1,3}"
    ];
    let base = prop_oneof![Just(WORKFLOW.to_owned()), Just(WORKFLOW.replace('\n', "\r\n"))];
    (base, prop::collection::vec((0usize..420, piece), 0..3)).prop_map(|(base, inserts)| {
        let mut text: Vec<char> = base.chars().collect();
        for (at, piece) in inserts {
            let at = at.min(text.len());
            text.splice(at..at, piece.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_do_what_they_say_or_nothing(text in document(), pick in any::<prop::sample::Index>(), which in 0u8..7, value in value()) {
        let tree = tree(&text);
        let mut nodes: Vec<Node<'_>> = tree.documents().collect();
        let mut at = 0;
        while at < nodes.len() {
            if !nodes[at].is_alias() {
                nodes.extend(nodes[at].written_children());
            }
            at += 1;
        }
        prop_assume!(!nodes.is_empty());
        let node = *pick.get(&nodes);
        let keys: Vec<&str> = node.own_entries().filter_map(|(key, _)| key.as_str()).collect();
        let key = keys.get(pick.index(keys.len().max(1))).copied().unwrap_or("none");
        let edits = match which {
            0 => insert_key(node, Place::First, "new key", &value),
            1 => insert_key(node, Place::After(key), "new key", &value),
            2 => replace_value(node, key, &value),
            3 => remove_key(node, key),
            4 => rename_key(node, key, "new key"),
            5 => append_item(node, &value),
            _ => remove_item(node, pick.index(node.len().max(1))),
        };
        let Ok(edits) = edits else { return Ok(()) };
        let Ok(new) = checked(&tree, &edits) else { return Ok(()) };
        prop_assert!(new.errors().len() <= tree.errors().len());
        // Where the document was sound, the change is exactly the one that was asked for.
        if tree.errors().is_empty() && tree.duplicates().is_empty() {
            let count = |tree: &Tree| tree.text_of_keys().iter().filter(|key| **key == "new key").count();
            match which {
                0 | 1 | 4 => prop_assert_eq!(count(&new), 1, "{}", new.source().text()),
                3 => prop_assert!(new.text_of_keys().len() < tree.text_of_keys().len() || node.is_empty()),
                _ => {}
            }
        }
    }
}

impl Tree {
    /// Every scalar key of the file.
    fn text_of_keys(&self) -> Vec<&str> {
        let mut keys = Vec::new();
        let mut nodes: Vec<Node<'_>> = self.documents().collect();
        while let Some(node) = nodes.pop() {
            if node.is_alias() {
                continue;
            }
            keys.extend(node.own_entries().filter_map(|(key, _)| key.as_str()));
            nodes.extend(node.written_children());
        }
        keys
    }
}
