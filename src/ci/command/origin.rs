//! Where a text that is walked comes from.

use crate::ci::Script;
use crate::diagnostic::Location;
use crate::text::{Source, Span};

/// Maps places of a text to places of a file.
pub(super) enum Origin<'t> {
    /// A part of a script of a CI file or manifest, from this offset on.
    Script(&'t Script, usize),
    /// A part of a file, from this offset on.
    File(&'t Source, usize),
    /// A JSON string, quotes included.
    Json(&'t Source, Span),
    /// All of it stands at one place: it was quoted, or put together.
    Fixed(Location),
}

impl Origin<'_> {
    pub(super) fn locate(&self, span: Span) -> Option<Location> {
        match self {
            Self::Script(script, offset) => script.locate(Span::new(span.start + offset, span.end + offset)),
            Self::File(source, offset) => {
                Some(Location::new(source, Span::new(span.start + offset, span.end + offset)))
            }
            Self::Json(source, string) => {
                let at = |offset| string.start + json_offset(source.slice(*string), offset);
                Some(Location::new(source, Span::new(at(span.start), at(span.end))))
            }
            Self::Fixed(at) => Some(at.clone()),
        }
    }

    /// The origin of the part that starts at `offset`.
    pub(super) fn inside(&self, offset: usize) -> Origin<'_> {
        match self {
            Self::Script(script, outer) => Origin::Script(script, outer + offset),
            Self::File(source, outer) => Origin::File(source, outer + offset),
            Self::Json(source, string) => Origin::Fixed(Location::new(source, *string)),
            Self::Fixed(at) => Origin::Fixed(at.clone()),
        }
    }
}

/// Where byte `offset` of a JSON string's value stands in `raw`, the string with its quotes; its closing
/// quote for an offset past the end.
fn json_offset(raw: &str, offset: usize) -> usize {
    let bytes = raw.as_bytes();
    let (mut at, mut value) = (1, 0);
    while value < offset && at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            (at, value) = (at + 1, value + 1);
        } else if bytes.get(at + 1) == Some(&b'u') {
            let digits = raw.get(at + 2..at + 6).unwrap_or_default();
            let code = u32::from_str_radix(digits, 16).unwrap_or_default();
            // A surrogate pair is one character of four bytes: two for each half.
            let len = if (0xD800..0xE000).contains(&code) {
                2
            } else {
                char::from_u32(code).map_or(1, char::len_utf8)
            };
            (at, value) = (at + 6, value + len);
        } else {
            (at, value) = (at + 2, value + 1);
        }
    }
    at.min(raw.len().saturating_sub(1))
}
