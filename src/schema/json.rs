//! YAML node → JSON value, the way the file's own reader would take it.

use serde_json::{Map, Number, Value};

use crate::yaml::{Kind, Node, ScalarStyle};

/// How plain scalars become values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// YAML 1.2 core schema: booleans are `true` and `false` alone (GitHub, CircleCI, our spec).
    Yaml12,
    /// YAML 1.1 as Ruby's Psych reads it: `yes`, `no`, `on` and `off` too (GitLab).
    Yaml11,
}

/// The value of `node`: aliases looked through, merge keys resolved, keys as text, tags dropped
/// except `!!str`. What JSON cannot hold (infinities) stays text. The tree's own bounds on depth
/// and on expanded size bound this as well.
pub fn to_json(node: Node<'_>, dialect: Dialect) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Scalar => scalar(node, dialect),
        Kind::Sequence => node.items().map(|item| to_json(item, dialect)).collect(),
        Kind::Mapping => {
            let mut map = Map::new();
            for (key, value) in node.entries() {
                let name = key.as_str().unwrap_or_else(|| key.source().slice(key.span()));
                map.insert(name.to_owned(), to_json(value, dialect));
            }
            Value::Object(map)
        }
    }
}

fn scalar(node: Node<'_>, dialect: Dialect) -> Value {
    let text = node.as_str().unwrap_or_default();
    if node.style() != ScalarStyle::Plain || matches!(node.tag(), Some("!!str" | "!")) {
        return Value::from(text);
    }
    if node.is_null() {
        return Value::Null;
    }
    let boolean = match dialect {
        Dialect::Yaml12 => node.as_bool(),
        Dialect::Yaml11 => node.as_bool_1_1(),
    };
    boolean
        .map(Value::from)
        .or_else(|| number(text, dialect).map(Value::Number))
        .unwrap_or_else(|| text.into())
}

fn number(text: &str, dialect: Dialect) -> Option<Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let radix = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix)?;
        u64::from_str_radix(digits, radix).ok().map(Number::from)
    };
    let old = dialect == Dialect::Yaml11;
    let separated = text.replace(['_', ','], "");
    let text = if old && unsigned.ends_with(|last: char| last.is_ascii_digit()) { &separated } else { text };
    if old && unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.bytes().all(|b| b.is_ascii_digit())
    {
        return u64::from_str_radix(unsigned, 8).ok().map(Number::from);
    }
    radix("0x", 16)
        .or_else(|| if old { radix("0b", 2) } else { radix("0o", 8) })
        .or_else(|| text.parse::<u64>().ok().map(Number::from))
        .or_else(|| text.strip_prefix('+').unwrap_or(text).parse::<i64>().ok().map(Number::from))
        .or_else(|| {
            let float =
                text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
            let digits = text.bytes().any(|b| b.is_ascii_digit());
            (float && digits).then(|| text.parse().ok().and_then(Number::from_f64))?
        })
}
