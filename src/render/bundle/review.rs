//! CircleCI's review rules RC001 to RC012 (orb-tools, `review`), on the orb's sources. RC006 and RC007 ask the
//! network whether two addresses answer and are not here.

use super::*;
use crate::text::Source;
use crate::yaml::{self, Node, Tree as Yaml};

fn sources() -> Vec<(String, Yaml)> {
    let rendered = Bundle::new(NAMESPACE, true).unwrap().render();
    let source = |file: &Rendered| {
        let path = file.path.strip_prefix("orb/src/")?.to_owned();
        let is_yaml = std::path::Path::new(&path).extension().is_some_and(|extension| extension == "yml");
        is_yaml.then(|| (path.clone(), yaml::parse(&Source::new(&path, &file.text))))
    };
    rendered.iter().filter_map(source).collect()
}

fn base() -> Yaml {
    sources().into_iter().find(|(path, _)| path == "@orb.yml").unwrap().1
}

fn text(node: Option<Node<'_>>) -> String {
    node.and_then(Node::as_str).unwrap_or_default().to_owned()
}

/// Every `run` step below `node`.
fn runs<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>) {
    for (key, value) in node.entries().collect::<Vec<_>>() {
        if key.as_str() == Some("run") {
            found.push(value);
        }
        runs(value, found);
    }
    for item in node.items().collect::<Vec<_>>() {
        runs(item, found);
    }
}

fn is_snake_case(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn rc001_the_source_is_named() {
    let base = base();
    assert!(text(base.root().unwrap().get_path(&["display", "source_url"])).starts_with("https://"));
    assert!(text(base.root().unwrap().get_path(&["display", "home_url"])).starts_with("https://"));
}

#[test]
fn rc002_everything_is_described() {
    for (path, tree) in sources() {
        let root = tree.root().unwrap();
        assert!(!text(root.get("description")).is_empty(), "{path}");
        for (name, parameter) in root.get("parameters").into_iter().flat_map(Node::entries) {
            assert!(!text(parameter.get("description")).is_empty(), "{path}: {:?}", name.as_str());
        }
    }
}

#[test]
fn rc003_and_rc004_there_are_examples_that_say_of_what() {
    let names: Vec<String> = sources()
        .into_iter()
        .filter_map(|(path, _)| path.strip_prefix("examples/").map(str::to_owned))
        .collect();
    assert!(!names.is_empty());
    assert!(names.iter().all(|name| !name.contains("example")));
}

#[test]
fn rc005_the_orb_is_described_at_length() {
    assert!(text(base().root().unwrap().get("description")).len() >= 64);
}

#[test]
fn rc008_and_rc009_steps_are_named_and_long_commands_included() {
    let mut count = 0;
    for (path, tree) in sources() {
        let mut found = Vec::new();
        if !path.starts_with("examples/") {
            runs(tree.root().unwrap(), &mut found);
        }
        for run in found {
            count += 1;
            assert!(!text(run.get("name")).is_empty(), "{path}");
            let command = text(run.get("command"));
            assert!(command.len() <= 64 || orb_pack::included(&command).is_some(), "{path}: {command}");
        }
    }
    assert!(count >= 4);
}

#[test]
fn rc010_names_are_in_snake_case() {
    for (path, tree) in sources() {
        let file = path.rsplit('/').next().unwrap().trim_end_matches(".yml");
        assert!(is_snake_case(file.trim_start_matches('@')), "{path}");
        for (name, _) in tree.root().unwrap().get("parameters").into_iter().flat_map(Node::entries) {
            assert!(is_snake_case(name.as_str().unwrap()), "{path}");
        }
    }
}

#[test]
fn rc011_examples_show_one_major_exactly() {
    for (path, tree) in sources().into_iter().filter(|(path, _)| path.starts_with("examples/")) {
        let orb = text(tree.root().unwrap().get_path(&["usage", "orbs", "npm-publish"]));
        assert!(orb.ends_with("@1.0.0"), "{path}: {orb}");
    }
}

#[test]
fn rc012_no_default_is_a_variable_of_the_shell() {
    for (path, tree) in sources() {
        for (name, parameter) in tree.root().unwrap().get("parameters").into_iter().flat_map(Node::entries) {
            assert!(!text(parameter.get("default")).contains('$'), "{path}: {:?}", name.as_str());
        }
    }
}
