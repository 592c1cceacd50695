//! The vendored official schemas and ours: compile once, validate, map a pointer to a span.
//!
//! A miss on a user's file is a hint at most: the official schemas refuse some files that the
//! providers run. On a file that we rendered it is a fault.

mod explain;
mod json;
mod official;
mod suggest;
#[cfg(test)]
mod tests;

use jsonschema::Validator as Compiled;
use serde_json::Value;

pub use explain::{SchemaError, SchemaErrorKind};
pub use json::{Dialect, to_json};
pub use official::{Official, validate, validate_tree};
pub use suggest::closest;

use crate::yaml::Node;

/// A compiled JSON Schema together with its text, from which errors are explained.
pub struct Validator {
    compiled: Compiled,
    schema: Value,
    dialect: Dialect,
}

/// Why a schema cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("not a usable JSON Schema: {0}")]
pub struct InvalidSchema(String);

impl Validator {
    /// Compiles `schema`; values of the YAML files to validate are read in `dialect`.
    pub fn new(schema: Value, dialect: Dialect) -> Result<Self, InvalidSchema> {
        let compiled =
            jsonschema::options().build(&schema).map_err(|error| InvalidSchema(error.to_string()))?;
        Ok(Self { compiled, schema, dialect })
    }

    /// The schema itself.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// All errors of the value at `node`, in the order of the text.
    pub fn validate(&self, node: Node<'_>) -> Vec<SchemaError> {
        let value = to_json(node, self.dialect);
        let mut errors: Vec<SchemaError> = self
            .compiled
            .iter_errors(&value)
            .flat_map(|error| explain::explain(&error, &self.schema, node))
            .collect();
        errors.sort_by_key(|error| (error.span.start, error.span.end));
        errors.dedup_by(|a, b| a.pointer == b.pointer && a.message == b.message);
        errors
    }
}
