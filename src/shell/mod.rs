//! Shell text → commands (words, assignments, redirects, heredocs) with spans.
//!
//! The reader is tolerant (any text yields the commands that can be seen), linear in time and bounded in
//! depth. It follows nesting with an explicit stack, so no input can overflow the call stack. It knows
//! nothing of npm or of CI, except that a CI provider's `${{ … }}`, `$[[ … ]]` and `<< … >>` are opaque
//! values which no shell ever sees.

mod heredoc;
mod lexicon;
mod list;
mod model;
mod quote;
mod reader;
mod variables;
mod word;

#[cfg(test)]
mod tests;

pub use model::{Assigned, Assignment, Command, Heredoc, Kind, Link, Redirect, Scope, Script, Word};
pub use quote::quote;
pub use reader::read;
pub use variables::{Field, Variables};

/// Whose rules of quoting the text follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// sh, bash, zsh.
    #[default]
    Posix,
    /// PowerShell: the backtick escapes, the backslash is an ordinary character.
    PowerShell,
    /// cmd.exe: the caret escapes, single quotes are ordinary characters.
    Cmd,
}

/// The commands of a POSIX or bash text in the order in which they start.
pub fn commands(text: &str) -> Vec<Command<'_>> {
    read(text, Dialect::Posix).commands
}
