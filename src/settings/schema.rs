use std::sync::LazyLock;

use super::model::Settings;
use crate::schema::{Dialect, Validator};

/// The schema as committed at `schemas/settings.schema.json`, which a test compares with the types.
pub const JSON_SCHEMA: &str = include_str!("../../schemas/settings.schema.json");

/// The compiled schema.
pub(super) fn validator() -> &'static Validator {
    static COMPILED: LazyLock<Validator> = LazyLock::new(|| {
        let schema = serde_json::from_str(JSON_SCHEMA).expect("a test reads the committed schema");
        Validator::new(schema, Dialect::Yaml12).expect("a test compiles the committed schema")
    });
    &COMPILED
}

/// Makes the schema from the types.
pub fn generate_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Settings).to_value();
    schema["title"] = "settings for trustpub --settings".into();
    schema
}
