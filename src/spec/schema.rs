//! The JSON Schema of `trustpub.yml`, made from the types.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::model::Spec;
use crate::schema::{Dialect, Validator};

/// The schema as committed at `schemas/trustpub.schema.json`, which a test compares with the types.
pub const JSON_SCHEMA: &str = include_str!("../../schemas/trustpub.schema.json");

/// The compiled schema.
pub(super) fn validator() -> &'static Validator {
    static COMPILED: LazyLock<Validator> = LazyLock::new(|| {
        let schema = serde_json::from_str(JSON_SCHEMA).expect("a test reads the committed schema");
        Validator::new(schema, Dialect::Yaml12).expect("a test compiles the committed schema")
    });
    &COMPILED
}

/// Makes the schema from the types. An optional field must be left out, not left empty, so `null` is
/// allowed only for a provider: `github:` alone means what `github: {}` does.
pub fn generate_schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    let schema = settings.into_generator().into_root_schema_for::<Spec>();
    let mut value = schema.to_value();
    let providers = value.pointer("/$defs/Providers").cloned();
    without_null(&mut value);
    if let (Some(slot), Some(providers)) = (value.pointer_mut("/$defs/Providers"), providers) {
        *slot = providers;
    }
    let Value::Object(mut root) = value else { return value };
    // What a reader looks for first comes first.
    let mut ordered = Map::new();
    ordered.extend(root.shift_remove("$schema").map(|draft| ("$schema".to_owned(), draft)));
    ordered.insert("title".to_owned(), "trustpub.yml".into());
    ordered.extend(root.shift_remove("description").map(|text| ("description".to_owned(), text)));
    root.shift_remove("title");
    ordered.extend(root);
    Value::Object(ordered)
}

fn without_null(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(without_null);
            unwrap_optional(map);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// `anyOf: [X, null]` → X, and `type: [T, null]` → T.
fn unwrap_optional(map: &mut Map<String, Value>) {
    let null = serde_json::json!({"type": "null"});
    let only = map.get_mut("anyOf").and_then(Value::as_array_mut).and_then(|any| {
        any.retain(|option| *option != null);
        (any.len() == 1).then(|| any.remove(0))
    });
    if let Some(Value::Object(only)) = only {
        map.remove("anyOf");
        map.extend(only);
    }
    if let Some(types) = map.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|name| name != "null");
        if types.len() == 1 {
            let only = types.remove(0);
            map.insert("type".to_owned(), only);
        }
    }
    // The default of an optional field is to leave it out.
    if map.get("default") == Some(&Value::Null) {
        map.remove("default");
    }
}
