//! The repository on disk: the only room that reads and writes files at run time.
//!
//! Readers take a [`Tree`], so that the same code reads a repository ([`Disk`]), a rendering that
//! is not written yet ([`Overlay`]) and a test ([`Memory`]).

mod disk;
mod tree;

pub use disk::{Disk, WriteError};
pub use tree::{Entry, MAX_FILE_BYTES, Memory, Overlay, ReadError, Tree, join};
