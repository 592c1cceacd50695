use proptest::prelude::*;

use super::*;
use crate::text::Source;

fn read(text: &str) -> Result<Loaded, Vec<crate::diagnostic::Finding>> {
    load(&Source::new("trustpub.yml", text))
}

const FULL: &str = include_str!("../../tests/spec/full.yml");

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let now = serde_json::to_string_pretty(&generate_schema()).unwrap() + "\n";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/trustpub.schema.json");
    if std::env::var_os("TRUSTPUB_UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == now,
        "the types have changed: run this test with TRUSTPUB_UPDATE=1 and read the difference"
    );
}

#[test]
fn six_lines_are_enough() {
    for text in ["version: 1\nproviders:\n  github: {}\n", "version: 1\nproviders:\n  github:\n"] {
        let loaded = read(text).unwrap();
        assert!(loaded.spec.providers.github.is_some() && loaded.spec.packages.is_none());
    }
}

#[test]
fn a_full_spec_loads_and_survives_writing() {
    let loaded = read(FULL).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let written = serde_json::to_string(&loaded.spec).unwrap();
    // JSON is YAML.
    assert_eq!(read(&written).unwrap().spec, loaded.spec);
}

#[test]
fn keys_are_located_though_package_names_hold_dots() {
    let loaded = read(FULL).unwrap();
    let at = |key: &str| loaded.source().slice(loaded.locate(key).span);
    assert_eq!(at("packages.@acme/core.js.tag"), "lts");
    assert_eq!(at("packages.@acme/core.js"), "\"@acme/core.js\"");
    assert_eq!(at("packages.@acme/core.js.path"), "packages/core");
    assert_eq!(at("packages.@acme/core.js.providers.1"), "gitlab");
    assert_eq!(at("providers.github.environment"), "release");
    assert_eq!(at("no.such.key"), "version");
}

#[test]
fn every_key_has_a_description() {
    fn walk(value: &serde_json::Value, path: &str, missing: &mut Vec<String>) {
        if let Some(properties) = value.get("properties").and_then(serde_json::Value::as_object) {
            for (key, property) in properties {
                if property.get("description").is_none() {
                    missing.push(format!("{path}.{key}"));
                }
            }
        }
        for (name, definition) in
            value.get("$defs").and_then(serde_json::Value::as_object).into_iter().flatten()
        {
            walk(definition, name, missing);
        }
    }
    let mut missing = Vec::new();
    walk(&generate_schema(), "", &mut missing);
    assert!(missing.is_empty(), "{missing:?}");
}

/// A spec-shaped text with a few places replaced.
fn mutated() -> impl Strategy<Value = String> {
    let insert = prop_oneof![
        "(?s).{0,8}",
        Just("${{ x }}".to_owned()),
        Just("$[[ x ]]".to_owned()),
        Just("<< x >>".to_owned()),
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("\n".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
    ];
    prop::collection::vec((0usize..FULL.len(), 0usize..12, insert), 0..4).prop_map(|edits| {
        let mut text: Vec<char> = FULL.chars().collect();
        for (at, len, insert) in edits {
            let at = at.min(text.len());
            text.splice(at..(at + len).min(text.len()), insert.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_and_every_error_has_a_place(text in prop_oneof![mutated(), "(?s).{0,60}"]) {
        match read(&text) {
            Ok(loaded) => prop_assert!(validate(&loaded.spec).is_empty()),
            Err(findings) => {
                prop_assert!(!findings.is_empty());
                for finding in findings {
                    prop_assert!(text.get(finding.location.span.start..finding.location.span.end).is_some());
                    prop_assert!(!finding.message.is_empty());
                }
            }
        }
    }
}
