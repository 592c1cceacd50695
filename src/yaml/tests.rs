use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::text::{Source, Span};

fn tree(text: &str) -> Tree {
    parse(&Source::new("a.yml", text))
}

fn root(tree: &Tree) -> Node<'_> {
    tree.root().expect("the text has a document")
}

fn keys(node: Node<'_>) -> Vec<&str> {
    node.entries().filter_map(|(key, _)| key.as_str()).collect()
}

fn slice(node: Node<'_>) -> &str {
    node.source().slice(node.span())
}

#[test]
fn scalars_stay_text() {
    let tree = tree("on: push\nv: 1.10\nt: 22:14\nno: ~\nq: 'x'\n");
    let root = root(&tree);
    assert_eq!(keys(root), ["on", "v", "t", "no", "q"]);
    assert_eq!(root.get("v").and_then(Node::as_str), Some("1.10"));
    assert_eq!(root.get("t").and_then(Node::as_str), Some("22:14"));
    assert!(root.get("no").unwrap().is_null());
    assert_eq!(root.get("no").unwrap().kind(), Kind::Scalar);
    assert_eq!(root.get("q").unwrap().style(), ScalarStyle::SingleQuoted);
}

#[test]
fn booleans_by_version_and_only_when_plain() {
    let tree = tree("[true, 'true', on, !!str no, OFF]");
    let items: Vec<_> = root(&tree).items().collect();
    assert_eq!(items.iter().map(|n| n.as_bool()).collect::<Vec<_>>(), [Some(true), None, None, None, None]);
    let old: Vec<_> = items.iter().map(|n| n.as_bool_1_1()).collect();
    assert_eq!(old, [Some(true), None, Some(true), None, Some(false)]);
}

#[test]
fn empty_values_are_null_with_a_place() {
    let text = "a:\nb: {c: , d}\n- x\n";
    let tree = tree(&text[..text.len() - 4]);
    let root = root(&tree);
    let a = root.get("a").unwrap();
    assert_eq!((a.kind(), a.span(), a.as_str()), (Kind::Null, Span::new(2, 2), None));
    let b = root.get("b").unwrap();
    assert_eq!(b.get("c").unwrap().span(), Span::new(9, 9));
    assert_eq!(b.get("d").unwrap().kind(), Kind::Null);
    let list = super::parse(&Source::new("a", "- \n-\n- x"));
    let kinds: Vec<_> = list.root().unwrap().items().map(Node::kind).collect();
    assert_eq!(kinds, [Kind::Null, Kind::Null, Kind::Scalar]);
}

#[test]
fn collections_end_with_their_last_child() {
    let text = "jobs:\n  a:\n    steps:\n    - run: |\n        x\n\n\n    # about b\n  b: [1,\n   2]  # end\n\nz: 1\n";
    let tree = tree(text);
    let root = root(&tree);
    let jobs = root.get("jobs").unwrap();
    assert_eq!(slice(jobs.get("a").unwrap()), "steps:\n    - run: |\n        x");
    assert_eq!(slice(jobs.get("a").unwrap().get("steps").unwrap()), "- run: |\n        x");
    assert_eq!(slice(jobs.get("b").unwrap()), "[1,\n   2]");
    assert!(slice(jobs).ends_with("2]"));
    assert!(slice(root).ends_with("z: 1"));
}

#[test]
fn indentless_lists_begin_at_their_dash() {
    let tree = tree("a: # - no\n- - x\n  - y\nb: &l !t\n# -\n- q\n");
    let root = root(&tree);
    assert_eq!(slice(root.get("a").unwrap()), "- - x\n  - y");
    assert_eq!(slice(root.get("a").unwrap().items().next().unwrap()), "- x\n  - y");
    let b = root.get("b").unwrap();
    assert_eq!((slice(b), b.tag(), b.anchor()), ("- q", Some("!t"), Some("l")));
    assert!(b.source().slice(b.written_span()).starts_with("&l !t"));
}

#[test]
fn block_scalars_begin_at_their_header() {
    let tree = tree("a: !x | # > c\n\n  one\n   two\n\nb: >+2\n    f\n    g\n\nc: |-\nd: 1\n");
    let root = root(&tree);
    assert_eq!(root.get("a").and_then(Node::as_str), Some("\none\n two\n"));
    assert_eq!(slice(root.get("a").unwrap()), "| # > c\n\n  one\n   two");
    assert!(slice(root.get("b").unwrap()).starts_with(">+2"));
    assert_eq!(root.get("c").unwrap().as_str(), Some(""));
    assert_eq!(root.get("c").unwrap().style(), ScalarStyle::Literal);
}

#[test]
fn aliases_are_looked_through_lazily() {
    let tree = tree("a: &x {k: v}\nb: *x\nc: *none\n");
    let root = root(&tree);
    let b = root.get("b").unwrap();
    assert!(b.is_alias() && b.is_mapping());
    assert_eq!(b.get("k").and_then(Node::as_str), Some("v"));
    assert_eq!(slice(b), "{k: v}");
    assert_eq!(b.source().slice(b.written_span()), "*x");
    let c = root.get("c").unwrap();
    assert_eq!((c.kind(), c.unresolved_alias()), (Kind::Null, Some("none")));
    assert_eq!(tree.errors()[0].kind, SyntaxErrorKind::UnknownAnchor);
    assert_eq!(tree.source().slice(tree.errors()[0].span), "*none");
}

#[test]
fn alias_cycles_and_bombs_are_refused() {
    let cyclic = tree("a: &x [1, *x]\n");
    assert_eq!(cyclic.errors()[0].kind, SyntaxErrorKind::CyclicAlias);
    let mut bomb = String::from("l0: &l0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let refs = vec![format!("*l{}", level - 1); 9].join(", ");
        let _ = writeln!(bomb, "l{level}: &l{level} [{refs}]");
    }
    let bomb = tree(&bomb);
    assert!(bomb.errors().iter().any(|error| error.kind == SyntaxErrorKind::AliasExpansion));
    let mut seen = 0;
    let mut stack: Vec<Node<'_>> = bomb.documents().collect();
    while let Some(node) = stack.pop() {
        seen += 1;
        stack.extend(node.items());
        stack.extend(node.own_entries().map(|(_, value)| value));
    }
    assert!(seen < 300_000, "{seen}");
    let mut chain = String::from("a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n");
    for level in 1..200 {
        let _ = writeln!(chain, "a{level}: &a{level} [[[[[[[[*a{}]]]]]]]]", level - 1);
    }
    assert!(tree(&chain).errors().iter().any(|error| error.message.contains("too deeply")));
}

#[test]
fn merge_keys_resolve_with_own_keys_first() {
    let text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nm:\n  <<: [*a, *b]\n  x: 0\nr:\n  <<: *a\n  <<: *b\nn: {<<: *r, '<<': q}\n";
    let text = text.replace("r:\n", "r: &r\n");
    let tree = tree(&text);
    assert!(tree.errors().is_empty() && tree.duplicates().is_empty(), "{:?}", tree.duplicates());
    let root = root(&tree);
    let pairs = |key: &str| {
        let entries = root.get(key).unwrap().entries();
        entries.map(|(k, v)| format!("{}={}", k.as_str().unwrap(), v.as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(pairs("m"), ["x=0", "y=1", "z=2"]);
    assert_eq!(pairs("r"), ["x=1", "y=1", "z=2"]);
    assert_eq!(pairs("n"), ["<<=q", "x=1", "y=1", "z=2"]);
    assert_eq!(root.get("m").unwrap().get("z").and_then(Node::as_str), Some("2"));
}

#[test]
fn duplicate_keys_are_found_in_small_and_large_mappings() {
    let small = tree("a: 1\n'a': 2\nb: {<<: 1, <<: 2, c: 1, c: 2, c: 3}\n");
    let found: Vec<_> = small.duplicates().iter().map(|d| (d.key.as_str(), d.first.start)).collect();
    assert_eq!(found, [("a", 0), ("c", 30), ("c", 30)]);
    let mut large = String::new();
    for n in 0..50_000 {
        let _ = writeln!(large, "k{n}: 1");
    }
    large.push_str("k77: 2\n");
    assert_eq!(tree(&large).duplicates().len(), 1);
}

#[test]
fn several_documents_and_recovery() {
    let tree = tree("spec:\n  inputs: {}\n---\nbad: [1, 2\n---\nok: true\n...\n---\n");
    assert_eq!(tree.documents().len(), 4);
    assert_eq!(tree.errors().len(), 1);
    assert_eq!(tree.errors()[0].message, "this `[` is never closed");
    let third = tree.documents().nth(2).unwrap();
    assert_eq!(third.get("ok").and_then(Node::as_bool), Some(true));
    assert_eq!(tree.documents().nth(3).unwrap().kind(), Kind::Null);
}

#[test]
fn what_was_read_before_an_error_is_kept() {
    let tree = tree("name: x\njobs:\n  a:\n    steps:\n\t- run: y\n");
    assert_eq!(tree.errors()[0].message, "a tab cannot indent YAML; use spaces");
    assert_eq!(tree.source().slice(tree.errors()[0].span), "\t");
    let root = root(&tree);
    assert_eq!(root.get("name").and_then(Node::as_str), Some("x"));
    assert_eq!(root.get_path(&["jobs", "a", "steps"]).unwrap().kind(), Kind::Null);
}

#[test]
fn byte_order_mark_and_crlf() {
    let tree = tree("\u{feff}a: 1 # c\r\n# d\r\nb:\r\n  - |\r\n    x\r\n    y\r\n");
    let root = root(&tree);
    assert_eq!(keys(root), ["a", "b"]);
    assert_eq!(root.get("b").unwrap().items().next().unwrap().as_str(), Some("x\ny\n"));
    let texts: Vec<_> = tree.comments().iter().map(|c| (tree.comment_text(*c), c.own_line)).collect();
    assert_eq!(texts, [("c", false), ("d", true)]);
    assert_eq!(tree.source().slice(tree.comments()[0].span), "# c");
    assert_eq!(tree.comment_on_line(2).map(|c| c.own_line), Some(true));
    assert_eq!(tree.comment_on_line(3), None);
}

#[test]
fn more_comments_than_the_parser_would_buffer_by_default() {
    let tree = tree(&format!("a:\n{}  b: 1\n", "  # c\n".repeat(500)));
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.comments().len(), 500);
}

#[test]
fn nesting_is_bounded() {
    for text in ["[".repeat(100_000), "- ".repeat(50_000), "{a: ".repeat(50_000)] {
        let tree = tree(&text);
        assert_eq!(tree.errors()[0].kind, SyntaxErrorKind::TooDeep);
    }
    assert!(tree(&format!("{}x{}", "[".repeat(99), "]".repeat(99))).errors().is_empty());
}

#[test]
fn pointers_and_offsets_find_nodes() {
    let tree = tree("a:\n  b/c: [x, {y~: z}]\n");
    let root = root(&tree);
    let (key, value) = root.pointer_entry("/a/b~1c/1/y~0").unwrap();
    assert_eq!((key.unwrap().as_str(), value.as_str()), (Some("y~"), Some("z")));
    assert_eq!(root.pointer("/a/q"), None);
    assert_eq!(root.pointer("").unwrap(), root);
    let at = tree.source().text().find('z').unwrap();
    assert_eq!(tree.at_offset(at).and_then(Node::as_str), Some("z"));
    assert_eq!(tree.path_at(at).len(), 5);
}

#[test]
fn text_maps_lead_back_to_the_source() {
    let text = "a: |\n    one\n      npm publish é\n\n    done\nb: >-\n  npm\n  publish\nc: \"x\\ty\\u00e9 npm publish\"\nd: 'it''s npm publish'\ne: npm\n   publish\nf: *q\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let tree = tree(&text);
        for (key, node) in root(&tree).own_entries() {
            let Some(value) = node.as_str() else { continue };
            let key = key.as_str().unwrap();
            let at = value.find("publish").unwrap();
            let found = node.text_map().span(at..at + 7);
            assert_eq!(tree.source().slice(found), "publish", "{key}");
        }
    }
}

fn rebuilt(text: &str, wrap: &str) -> Option<String> {
    let document = wrap.replace('@', text);
    let tree = tree(&document);
    assert!(tree.errors().is_empty(), "{:?} in {document:?}", tree.errors());
    assert!(tree.documents().len() == 1);
    let root = root(&tree);
    let found = root.pointer("/a/b").or_else(|| root.pointer("/a/1"))?;
    assert_eq!(root.get("z").and_then(Node::as_str), Some("end"), "{document:?}");
    assert_eq!(root.get("a").unwrap().len(), 3 - usize::from(root.get("a").unwrap().is_mapping()));
    found.as_str().filter(|_| found.tag().is_none() && !found.is_null()).map(str::to_owned)
}

fn check_emitted(text: &str) {
    let safe = emit::scalar(text);
    for wrap in [
        "a:\n  b: @\n  c: 1\nz: end\n",
        "a:\n  - x\n  - @\n  - y\nz: end\n",
        "a: [x, @, y]\nz: end\n",
        "a: {b: @, c: 1}\nz: end\n",
    ] {
        assert_eq!(rebuilt(&safe, wrap).as_deref(), Some(text), "{safe:?}");
    }
    for wrap in ["a:\n  b: @\n  c: 1\nz: end\n", "a:\n  - x\n  - @\n  - y\nz: end\n"] {
        assert_eq!(rebuilt(&emit::block_value(text), wrap).as_deref(), Some(text));
    }
    assert_eq!(rebuilt(&emit::block(text, 2), "a:\n  b: @\n  c: 1\nz: end\n").as_deref(), Some(text));
    assert_eq!(rebuilt(&emit::block(text, 2), "a:\n  - x\n  - @\n  - y\nz: end\n").as_deref(), Some(text));
    if text.len() < 900 {
        for document in [format!("{safe}: v\n"), format!("{{x: y, {safe}: v}}\n"), format!("- {safe}: v\n")] {
            let tree = tree(&document);
            assert!(tree.errors().is_empty(), "{:?} {document:?}", tree.errors());
            let root = root(&tree);
            let mapping = root.items().next().unwrap_or(root);
            assert_eq!(mapping.own_entries().last().and_then(|(key, _)| key.as_str()), Some(text));
        }
    }
}

#[test]
fn emitted_scalars_mean_their_text() {
    let long = "x y ".repeat(2_500);
    let samples = [
        "",
        " ",
        "on",
        "No",
        "~",
        "null",
        "1.10",
        "22:14",
        "0o7",
        "0x1F",
        "1e3",
        "2026-11-22",
        ".inf",
        ".5",
        "-",
        "--- a",
        "...",
        "=",
        "<<",
        "a: b",
        "a #b",
        "a#b",
        "#",
        "@x",
        "`x`",
        "*a",
        "&a",
        "!t",
        "%d",
        "|",
        ">",
        "? x",
        "'",
        "\"",
        "it's \"q\"",
        "\\",
        "${{ secrets.X }}",
        "$[[ inputs.x ]]",
        "<< parameters.x >>",
        "{a: b}",
        "a, b",
        "a:",
        ":a",
        "http://x",
        "a:{",
        " lead",
        "trail ",
        "tab\t",
        "\ttab",
        "new\nline",
        "\n",
        "\n\n",
        "x\n",
        "x\n\n",
        "\n x",
        "  x\n y\n",
        "x\n  \ny",
        "cr\rx",
        "nel\u{85}x",
        "ls\u{2028}x",
        "ps\u{2029}x",
        "\u{0}",
        "\u{7f}",
        "\u{feff}",
        "🚀 x",
        "é",
        "\u{202e}rtl",
        "\u{10FFFF}",
        "\u{FFFF}",
        "./a",
        "../a",
        ".github/x.yml",
        ".a",
        "../",
        "..",
        "TRUE",
        "y",
        "x\n# c\n",
        "---\nx",
        "a\n--- b\n",
        "\u{a0}",
        "key\u{a0}: x",
    ];
    for sample in samples.into_iter().chain([long.as_str()]) {
        check_emitted(sample);
    }
}

#[test]
fn ordinary_text_stays_unquoted() {
    for text in
        ["npm publish", "actions/checkout@v4", "ubuntu-24.04", "./dist", ".github/workflows/a.yml", "a:b"]
    {
        assert_eq!(emit::scalar(text), text);
    }
    assert_eq!(emit::block_value("${{ github.ref }}"), "${{ github.ref }}");
    assert_eq!(emit::scalar("${{ github.ref }}"), "\"${{ github.ref }}\"");
    assert_eq!(emit::block("a\nb\n", 4), "|\n      a\n      b");
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "(?s).{0,6}",
        "[a-z0-9 :#\\-,\\[\\]{}'\"\\\\|>&*!%@`\n\t]{0,8}",
        Just("${{ x }}".to_owned()),
        Just(": ".to_owned()),
        Just(" #".to_owned()),
        Just("\n".to_owned()),
        Just("---".to_owned()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

const SEED: &str = "# head\non: {push: {tags: ['v*']}}\nx: &a\n  k: \"v\\n\"\njobs:\n  p: # c\n    <<: *a\n    steps:\n    - uses: a/b@v1\n      with: {n: 1}\n    - run: |\n        npm ci\n\n        npm publish\n---\ny: [1,\n  !reference [a, b]]\n";

fn mutated() -> impl Strategy<Value = String> {
    prop::collection::vec((0usize..SEED.len(), 0usize..6, hostile()), 0..5).prop_map(|edits| {
        let mut text: Vec<char> = SEED.chars().collect();
        for (at, len, insert) in edits {
            let at = at.min(text.len());
            let end = (at + len).min(text.len());
            text.splice(at..end, insert.chars());
        }
        text.into_iter().collect()
    })
}

fn assert_sound(tree: &Tree) {
    let text = tree.source().text();
    let good = |span: Span| text.get(span.start..span.end).is_some();
    let mut stack: Vec<(Node<'_>, Span)> =
        tree.documents().map(|node| (node, Span::new(0, text.len()))).collect();
    while let Some((node, around)) = stack.pop() {
        assert!(good(node.span()) && good(node.written_span()));
        assert!(around.contains(node.written_span()), "{node:?} outside {around:?} in {text:?}");
        if let Some(value) = node.as_str() {
            let map = node.text_map();
            for (at, _) in value.char_indices() {
                assert!(node.span().start <= map.offset(at) && map.offset(at) <= node.span().end);
            }
        }
        if !node.is_alias() {
            stack.extend(node.written_children().map(|child| (child, node.span())));
        }
        let _ = node.entries().count();
    }
    assert!(tree.errors().iter().all(|error| good(error.span)));
    assert!(tree.comments().iter().all(|comment| good(comment.span)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scalar_survives_emission(text in hostile()) {
        check_emitted(&text);
    }

    #[test]
    fn any_text_parses_to_a_sound_tree(text in prop_oneof![mutated(), "(?s).{0,80}", hostile()]) {
        assert_sound(&tree(&text));
    }
}

#[test]
fn faults_are_told_up_to_a_bound() {
    let duplicates = parse(&Source::new("a.yml", "a: 1\n".repeat(10_000)));
    assert_eq!(duplicates.duplicates().len(), 100);
    let aliases = parse(&Source::new("a.yml", "- *x\n".repeat(10_000)));
    assert_eq!(aliases.errors().len(), 100);
    let documents = parse(&Source::new("a.yml", "---\n[\n".repeat(10_000)));
    assert!((1..=100).contains(&documents.errors().len()));
}
