//! Lossless YAML: a span-carrying tree, queries, comment-preserving edits, safe scalar emission. Knows nothing of CI.
//!
//! Scalars stay text: whether `on`, `~` or `1.10` means a boolean, nothing or a number is for the
//! caller, because the providers disagree. Aliases are never expanded: a [`Node`] looks through
//! them when asked, and an alias that would make that endless or exponential is refused while
//! parsing, so no walk over a [`Tree`] can run away.

mod build;
pub mod edit;
pub mod emit;
mod merge;
mod node;
mod textmap;
mod tree;

#[cfg(test)]
mod tests;

pub use build::parse;
pub use node::{Kind, Node, ScalarStyle};
pub use textmap::TextMap;
pub use tree::{Comment, DuplicateKey, SyntaxError, SyntaxErrorKind, Tree};
