//! JSON with the place of every key and value, for `package.json`, `lerna.json`, `nx.json` and `rush.json`.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::text::{Source, Span};

/// A JSON value and the bytes it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Its bytes, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a JSON value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object, in the order of the file; a key may stand twice.
    Object(Vec<Member>),
}

/// One `"key": value` of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key, unescaped.
    pub key: String,
    /// The key's bytes with its quotes.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

impl Value {
    /// The member `key` of an object. Where a key stands twice, the last counts, as in JavaScript.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().rfind(|member| member.key == key)
    }

    /// The value of the member `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.member(key).map(|member| &member.value)
    }

    /// The value at the end of `path`, key by key.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// An object's members; empty for anything else.
    pub fn members(&self) -> &[Member] {
        if let Kind::Object(members) = &self.kind { members } else { &[] }
    }

    /// An array's items; empty for anything else.
    pub fn items(&self) -> &[Value] {
        if let Kind::Array(items) = &self.kind { items } else { &[] }
    }

    /// A string's text.
    pub fn as_str(&self) -> Option<&str> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Kind::Bool(value) = self.kind { Some(value) } else { None }
    }

    /// Whether JavaScript takes it for true, as npm does with `"private": "true"`.
    pub fn is_truthy(&self) -> bool {
        match &self.kind {
            Kind::Null => false,
            Kind::Bool(value) => *value,
            Kind::String(text) => !text.is_empty(),
            _ => true,
        }
    }
}

/// What a file may contain beside strict JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Nothing: what npm reads.
    Strict,
    /// Comments and trailing commas: what nx, rush and editors read.
    WithComments,
}

/// Why a text is not JSON in its dialect, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The offending bytes.
    pub span: Span,
    /// What is wrong there.
    pub message: String,
}

/// Reads `source`. A text that only breaks its dialect (a comment in a `package.json`) is read all
/// the same and the fault is returned beside it; a byte order mark is skipped, as npm does. Nesting is
/// bounded by the parser (512).
pub fn parse(source: &Source, dialect: Dialect) -> (Option<Value>, Option<Fault>) {
    let text = source.text();
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shift = text.len() - body.len();
    let relaxed = dialect == Dialect::WithComments;
    match read(body, shift, &options(relaxed, relaxed)) {
        Ok(value) => (value, None),
        Err(fault) => (read(body, shift, &options(true, true)).ok().flatten(), Some(fault)),
    }
}

fn options(comments: bool, trailing_commas: bool) -> ParseOptions {
    ParseOptions {
        allow_comments: comments,
        allow_trailing_commas: trailing_commas,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn read(body: &str, shift: usize, options: &ParseOptions) -> Result<Option<Value>, Fault> {
    let collect = CollectOptions::default();
    match parse_to_ast(body, &collect, options) {
        Ok(parsed) => Ok(parsed.value.map(|value| convert(value, shift))),
        Err(error) => {
            let range = error.range();
            let span = Span::new(range.start + shift, range.end + shift);
            Err(Fault { span, message: error.kind().to_string() })
        }
    }
}

fn convert(value: ast::Value<'_>, shift: usize) -> Value {
    let place = |range: jsonc_parser::common::Range| Span::new(range.start + shift, range.end + shift);
    let span = place(value.range());
    let kind = match value {
        ast::Value::NullKeyword(_) => Kind::Null,
        ast::Value::BooleanLit(literal) => Kind::Bool(literal.value),
        ast::Value::NumberLit(literal) => Kind::Number(literal.value.to_owned()),
        ast::Value::StringLit(literal) => Kind::String(literal.value.into_owned()),
        ast::Value::Array(array) => {
            Kind::Array(array.elements.into_iter().map(|item| convert(item, shift)).collect())
        }
        ast::Value::Object(object) => {
            let member = |property: ast::ObjectProp<'_>| Member {
                key_span: place(property.name.range()),
                key: property.name.into_string(),
                value: convert(property.value, shift),
            };
            Kind::Object(object.properties.into_iter().map(member).collect())
        }
    };
    Value { span, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("package.json", text)
    }

    #[test]
    fn spans_count_bytes_and_the_byte_order_mark() {
        let source = source("\u{feff}{\t\"é\": {\"a\": [1, \"x\\u00e9\"]}}");
        let (value, fault) = parse(&source, Dialect::Strict);
        let value = value.expect("parsed");
        assert_eq!(fault, None);
        let item = &value.at(&["é", "a"]).expect("there").items()[1];
        assert_eq!((item.as_str(), source.slice(item.span)), (Some("xé"), "\"x\\u00e9\""));
        assert_eq!(source.slice(value.member("é").expect("there").key_span), "\"é\"");
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let (value, _) = parse(&source(r#"{"a": 1, "a": "b"}"#), Dialect::Strict);
        assert_eq!(value.expect("parsed").get("a").and_then(Value::as_str), Some("b"));
    }

    #[test]
    fn comments_are_a_fault_only_where_npm_refuses_them() {
        let text = "{ // why\n \"a\": true, }";
        let (value, fault) = parse(&source(text), Dialect::Strict);
        assert_eq!(value.expect("read all the same").get("a").and_then(Value::as_bool), Some(true));
        assert!(fault.is_some());
        let (value, fault) = parse(&source(text), Dialect::WithComments);
        assert!(value.is_some() && fault.is_none());
    }

    #[test]
    fn broken_empty_and_deep_texts_end_in_a_fault() {
        for text in ["", "{", "{'a': 1}", "[1 2]", &"[".repeat(100_000)] {
            let (value, fault) = parse(&source(text), Dialect::Strict);
            assert!(value.is_none() && (fault.is_some() || text.is_empty()), "{text:.20}");
        }
    }
}
