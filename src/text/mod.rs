//! Source text, byte spans, lines and columns, non-overlapping edits.

mod edit;
mod source;
mod wrap;

pub use edit::{Edit, EditError, apply};
pub use source::{Position, Source, Span};
pub use wrap::{sentence, wrap};
