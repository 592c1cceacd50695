//! Makes the table of rules from the files in `src/rules`: a rule's id is its file's name, and its
//! leading doc comment is its page, its SARIF help and its tests; it has a function `check`, `check_file` or both.
//! Leaves out of the vendored schemas what validates nothing, and out of the bundle the programs.

use std::fmt::Write as _;
use std::path::Path;

/// Schemas that the binary carries.
const SCHEMAS: [&str; 4] =
    ["circle-ci.json", "github-actions.json", "github-workflows.json", "gitlab-ci.json"];

fn main() {
    rules();
    println!("cargo::rerun-if-changed=schemas/vendor");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for name in SCHEMAS {
        let text = std::fs::read_to_string(Path::new("schemas/vendor").join(name))
            .expect("a vendored schema is readable");
        let mut schema = serde_json::from_str(&text).expect("a vendored schema is JSON");
        strip(&mut schema);
        std::fs::write(Path::new(&out).join(name), schema.to_string()).expect("OUT_DIR is writable");
    }
    bundle(&out);
}

/// The bundle's members that readers know, and the names under which `src/ci/bundle.rs` includes them.
const BUNDLE: [(&str, &str); 5] = [
    ("action/action.yml", "action.yml"),
    ("action/pack/action.yml", "pack.yml"),
    ("action/publish/action.yml", "publish.yml"),
    ("gitlab/templates/npm-publish/template.yml", "component.yml"),
    ("orb/orb.yml", "orb.yml"),
];

fn bundle(out: &str) {
    for (path, name) in BUNDLE {
        println!("cargo::rerun-if-changed={path}");
        let text = std::fs::read_to_string(path).expect("a member of the bundle is readable");
        std::fs::write(Path::new(out).join(format!("bundle-{name}")), folded(&text))
            .expect("OUT_DIR is writable");
    }
}

/// Without the programs: of each its first line and the word that ends it are left. The Action runs files instead;
/// they get the same form.
fn folded(text: &str) -> String {
    let mut end: Option<&str> = None;
    let mut out = String::new();
    for line in text.lines() {
        if end.is_some_and(|word| line.trim() != word) {
            continue;
        }
        end =
            line.trim_end().strip_suffix('\'').and_then(|line| line.split_once("<<'")).map(|(_, word)| word);
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        if line.trim_start().starts_with("node ") && line.ends_with("/../scripts/publish.mjs\"") {
            let _ = writeln!(out, "{indent}node - <<'TRUSTPUB_PUBLISH'\n{indent}TRUSTPUB_PUBLISH");
        } else {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// Takes out what is for people alone: texts, and examples. A property of such a name is a schema, no text.
fn strip(schema: &mut serde_json::Value) {
    const WORDS: [&str; 4] = ["description", "markdownDescription", "title", "$comment"];
    match schema {
        serde_json::Value::Object(map) => {
            map.retain(|key, value| {
                let text = value.is_string() && (WORDS.contains(&key.as_str()) || key.starts_with("x-"));
                let examples = value.is_array() && key == "examples";
                !(text || examples)
            });
            map.values_mut().for_each(strip);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn rules() {
    println!("cargo::rerun-if-changed=src/rules");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut names: Vec<String> = std::fs::read_dir("src/rules")
        .expect("src/rules is readable")
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_owned()))
        .filter(|name| name != "mod")
        .collect();
    names.sort();
    let mut table = String::from("[\n");
    for name in names {
        let text =
            std::fs::read_to_string(Path::new("src/rules").join(format!("{name}.rs"))).expect("readable");
        let mut page = String::new();
        for line in text.lines().map_while(|line| line.strip_prefix("//!")) {
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        let function = |name: &str, function: &str| {
            if text.contains(&format!("\npub(super) fn {function}(")) {
                format!("Some({name}::{function})")
            } else {
                "None".to_owned()
            }
        };
        let [check, check_file, wants] =
            ["check", "check_file", "wants"].map(|wanted| function(&name, wanted));
        writeln!(
            table,
            "Rule {{ meta: &{name}::META, check: {check}, check_file: {check_file}, wants: {wants}, page: {page:?} }},"
        )
        .expect("writing to a string cannot fail");
    }
    table.push(']');
    std::fs::write(Path::new(&out).join("rules.rs"), table).expect("OUT_DIR is writable");
}
