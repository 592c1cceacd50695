//! Source text, byte spans, lines and columns, non-overlapping edits.

mod edit;
mod source;

pub use edit::{Edit, EditError, apply};
pub use source::{Position, Source, Span};
