//! Validator errors → one sentence each, at the place that has to change.

use std::collections::HashSet;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Raw};
use serde_json::Value;

use super::suggest::closest;
use crate::text::Span;
use crate::yaml::{Kind, Node};

/// What a [`SchemaError`] is about, for those who want to say more than its message does.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaErrorKind {
    /// A key that the mapping does not have.
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that it may have.
        allowed: Vec<String>,
    },
    /// A key that the mapping must have is missing.
    MissingKey {
        /// The key.
        key: String,
    },
    /// A value of the wrong type.
    Type {
        /// The types that may stand here, in YAML's words.
        expected: Vec<&'static str>,
        /// The type that stands here.
        found: &'static str,
    },
    /// A value that is none of those allowed.
    Value {
        /// The values allowed, as text.
        allowed: Vec<String>,
    },
    /// Anything else: a pattern, a length, a range.
    Other,
}

impl SchemaErrorKind {
    /// What was probably meant by `written`, an unknown key or a value that is none of those allowed: the
    /// nearest one that is right, else which keys there are.
    pub fn near_miss(&self, written: &str) -> Option<String> {
        let (Self::UnknownKey { allowed, .. } | Self::Value { allowed }) = self else { return None };
        match closest(written, allowed.iter().map(String::as_str)) {
            Some(meant) => Some(format!("did you mean `{meant}`?")),
            None if matches!(self, Self::UnknownKey { .. }) && !allowed.is_empty() => {
                Some(format!("the keys here are {}", allowed.join(", ")))
            }
            None => None,
        }
    }
}

/// One way in which a file misses its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaError {
    /// What it is about.
    pub kind: SchemaErrorKind,
    /// What is wrong, as a sentence without a final stop.
    pub message: String,
    /// Where: a key for unknown keys and for faults of whole collections, else the value.
    pub span: Span,
    /// JSON pointer to the value (for an unknown or missing key: to the mapping).
    pub pointer: String,
}

/// Unfolds `anyOf` and `oneOf` into the errors of the branch that was probably meant.
pub(super) fn explain(error: &ValidationError<'_>, schema: &Value, root: Node<'_>) -> Vec<SchemaError> {
    match error.kind() {
        Raw::AnyOf { context } | Raw::OneOfNotValid { context } => branches(error, context, schema, root),
        Raw::AdditionalProperties { unexpected } | Raw::UnevaluatedProperties { unexpected } => {
            let pointer = error.instance_path().to_string();
            let allowed = siblings(error, schema);
            let mapping = root.pointer(&pointer);
            unexpected
                .iter()
                .map(|key| SchemaError {
                    message: format!("unknown key `{key}`{}", inside(&pointer)),
                    span: mapping
                        .and_then(|mapping| mapping.entry(key))
                        .map_or_else(|| place(root, &pointer), |(key, _)| key.span()),
                    kind: SchemaErrorKind::UnknownKey { key: key.clone(), allowed: allowed.clone() },
                    pointer: pointer.clone(),
                })
                .collect()
        }
        Raw::PropertyNames { error: inner } => {
            let key = inner.instance().as_str().unwrap_or_default().to_owned();
            let pointer = error.instance_path().to_string();
            let span = root
                .pointer(&pointer)
                .and_then(|mapping| mapping.entry(&key))
                .map_or_else(|| place(root, &pointer), |(key, _)| key.span());
            let message = format!("`{key}` is no valid name{}", inside(&pointer));
            vec![SchemaError { kind: SchemaErrorKind::Other, message, span, pointer }]
        }
        _ => vec![simple(error, root)],
    }
}

fn simple(error: &ValidationError<'_>, root: Node<'_>) -> SchemaError {
    let pointer = error.instance_path().to_string();
    let what = what(&pointer);
    let found = noun(error.instance());
    let (kind, message) = match error.kind() {
        Raw::Type { kind } => {
            let expected = expected_types(kind);
            let message = format!("{what} must be {}, not {found}", any_of(&expected));
            (SchemaErrorKind::Type { expected, found }, message)
        }
        Raw::Enum { options } => {
            let options: &Value = options;
            let allowed = options.as_array().map(|all| all.iter().map(text).collect()).unwrap_or_default();
            not_allowed(&what, error.instance(), allowed)
        }
        Raw::Constant { expected_value } => {
            let expected: &Value = expected_value;
            not_allowed(&what, error.instance(), vec![text(expected)])
        }
        Raw::Required { property } => {
            let key = text(property);
            let message = if pointer.is_empty() {
                format!("the key `{key}` is missing")
            } else {
                format!("{what} has no `{key}`")
            };
            (SchemaErrorKind::MissingKey { key }, message)
        }
        other => (SchemaErrorKind::Other, limit(&what, other, error.instance())),
    };
    SchemaError { kind, message, span: place(root, &pointer), pointer }
}

fn not_allowed(what: &str, instance: &Value, mut allowed: Vec<String>) -> (SchemaErrorKind, String) {
    // `2.1` and `"2.1"` read alike.
    let mut seen = HashSet::new();
    allowed.retain(|value| seen.insert(value.clone()));
    let list = match allowed.as_slice() {
        [one] => format!("`{one}`"),
        few if few.len() <= 12 => {
            format!("one of {}", few.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "))
        }
        many => format!("one of {} known values", many.len()),
    };
    let message = format!("{what} must be {list}, not {}", shown(instance));
    (SchemaErrorKind::Value { allowed }, message)
}

/// Keywords that set a bound.
fn limit(what: &str, kind: &Raw, instance: &Value) -> String {
    match kind {
        Raw::Pattern { pattern } => {
            format!("{what} has the wrong form: {} does not match `{pattern}`", shown(instance))
        }
        Raw::Format { format } => format!("{what} is no valid {format}"),
        Raw::MaxLength { limit } => format!("{what} must have at most {limit} characters"),
        Raw::MinLength { limit: 1 } | Raw::MinItems { limit: 1 } | Raw::MinProperties { limit: 1 } => {
            format!("{what} must not be empty")
        }
        Raw::MinLength { limit } => format!("{what} must have at least {limit} characters"),
        Raw::MinItems { limit } => format!("{what} needs at least {limit} items"),
        Raw::MaxItems { limit } => format!("{what} may have at most {limit} items"),
        Raw::AdditionalItems { limit } => format!("{what} may have at most {limit} items"),
        Raw::MinProperties { limit } => format!("{what} needs at least {limit} keys"),
        Raw::MaxProperties { limit } => format!("{what} may have at most {limit} keys"),
        Raw::Minimum { limit } => format!("{what} must be at least {limit}"),
        Raw::Maximum { limit } => format!("{what} must be at most {limit}"),
        Raw::ExclusiveMinimum { limit } => format!("{what} must be greater than {limit}"),
        Raw::ExclusiveMaximum { limit } => format!("{what} must be less than {limit}"),
        Raw::UniqueItems => format!("{what} names an item twice"),
        Raw::OneOfMultipleValid { .. } => format!("{what} mixes forms that exclude each other"),
        Raw::Not { .. } | Raw::FalseSchema => format!("{what} cannot stand here in this form"),
        Raw::Contains => format!("{what} lacks an item that it needs"),
        _ => format!("{what} does not fit the schema"),
    }
}

/// The errors of the branch that was meant: the one whose faults lie deepest, for its outer shape
/// fits. Where every branch fails at the value itself, their expectations are put together.
fn branches(
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    schema: &Value,
    root: Node<'_>,
) -> Vec<SchemaError> {
    let own = error.instance_path().to_string();
    let explained: Vec<Vec<SchemaError>> = context
        .iter()
        .map(|branch| branch.iter().flat_map(|error| explain(error, schema, root)).collect())
        .collect();
    let wrong_shape = |branch: &[SchemaError]| {
        branch.iter().any(|error| {
            error.pointer == own
                && matches!(error.kind, SchemaErrorKind::Type { .. } | SchemaErrorKind::Value { .. })
        })
    };
    let meant =
        explained.iter().filter(|branch| !branch.is_empty() && !wrong_shape(branch)).max_by_key(|branch| {
            let depth = branch.iter().map(|error| error.pointer.matches('/').count()).max().unwrap_or(0);
            (depth, std::cmp::Reverse(branch.len()))
        });
    if let Some(branch) = meant {
        return branch.clone();
    }
    let mut expected: Vec<&'static str> = Vec::new();
    let mut allowed: Vec<String> = Vec::new();
    for error in explained.iter().flatten().filter(|error| error.pointer == own) {
        match &error.kind {
            SchemaErrorKind::Type { expected: types, .. } => {
                expected.extend(types.iter().filter(|name| **name != "nothing"));
            }
            SchemaErrorKind::Value { allowed: values } => allowed.extend(values.iter().cloned()),
            _ => {}
        }
    }
    let mut seen = HashSet::new();
    expected.retain(|name| seen.insert(*name));
    let what = what(&own);
    let span = place(root, &own);
    let (kind, message) =
        if !allowed.is_empty() && !matches!(&**error.instance(), Value::Object(_) | Value::Array(_)) {
            not_allowed(&what, error.instance(), allowed)
        } else if expected.is_empty() {
            (SchemaErrorKind::Other, format!("{what} fits none of the forms that it may have"))
        } else {
            let found = noun(error.instance());
            let message = format!("{what} must be {}, not {found}", any_of(&expected));
            (SchemaErrorKind::Type { expected, found }, message)
        };
    vec![SchemaError { kind, message, span, pointer: own }]
}

/// The keys of the mapping whose `additionalProperties` refused one.
fn siblings(error: &ValidationError<'_>, schema: &Value) -> Vec<String> {
    let path = error.schema_path().to_string();
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let Some(object) = schema.pointer(parent) else { return Vec::new() };
    let properties = object.get("properties").and_then(Value::as_object);
    properties.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

/// The value at `pointer`, or the key in front of it where the value is a collection or missing:
/// an excerpt of a whole job would hide what is meant.
fn place(root: Node<'_>, pointer: &str) -> Span {
    let Some((key, value)) = root.pointer_entry(pointer) else { return root.span() };
    match (key, value.kind()) {
        (_, Kind::Scalar) | (None, Kind::Null) => value.span(),
        (Some(key), _) => key.span(),
        (None, _) => {
            let first = value.own_entries().map(|(key, _)| key).chain(value.items()).next();
            match first {
                Some(first) if first.kind() == Kind::Scalar => first.span(),
                _ => Span::new(value.span().start, (value.span().start + 1).min(value.span().end)),
            }
        }
    }
}

/// The value's name for a sentence, by the last parts of its pointer.
fn what(pointer: &str) -> String {
    let parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    match parts.as_slice() {
        [] => "the file".to_owned(),
        [.., list, index] if index.parse::<usize>().is_ok() => {
            format!("item {} of `{list}`", index.parse::<usize>().unwrap_or_default() + 1)
        }
        [.., key] => format!("`{key}`"),
    }
}

fn inside(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" in {}", what(pointer)) }
}

fn expected_types(kind: &TypeKind) -> Vec<&'static str> {
    match kind {
        TypeKind::Single(one) => vec![type_noun(one.as_str())],
        TypeKind::Multiple(many) => many.iter().map(|one| type_noun(one.as_str())).collect(),
    }
}

fn type_noun(json: &str) -> &'static str {
    match json {
        "null" => "nothing",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        _ => "a mapping",
    }
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(true) => "`true`",
        Value::Bool(false) => "`false`",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

fn any_of(nouns: &[&'static str]) -> String {
    let nouns: Vec<&str> = match nouns {
        [one] => vec![one],
        many => many.iter().copied().filter(|noun| *noun != "nothing").collect(),
    };
    match nouns.as_slice() {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value in a message, cut where it is long.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) | Value::Null => noun(value).to_owned(),
        _ => {
            let text = text(value);
            let short: String = text.chars().take(60).collect();
            if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
        }
    }
}
