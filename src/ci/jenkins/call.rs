//! Calls, with parentheses and without.

use super::lexer::{Kind, Tokens};

/// How many words a call without parentheses is looked at for.
pub(super) const MAX_WORDS: usize = 100;

/// A call: its arguments, and the block that it is handed.
pub(super) struct Call {
    pub(super) from: usize,
    pub(super) to: usize,
    /// After the arguments and their parentheses.
    pub(super) end: usize,
    /// The inside of the block.
    pub(super) block: Option<(usize, usize)>,
}

impl Call {
    /// The call of the word at `index`, in a block that ends at `to`.
    pub(super) fn at(tokens: &Tokens<'_>, index: usize, to: usize) -> Self {
        let block_at = |at: usize| tokens.is_sign(at, b'{').then(|| (at + 1, tokens.close_of(at)));
        if tokens.is_sign(index + 1, b'(') {
            let close = tokens.close_of(index + 1);
            let block = block_at(close + 1).or_else(|| block_at(tokens.skip_ends(close + 1)));
            return Self { from: index + 2, to: close, end: close + 1, block };
        }
        let mut at = index + 1;
        while at < to && at < index + MAX_WORDS {
            // A line that ends with a comma or plus sign goes on.
            let goes_on =
                is_end(tokens, at) && (tokens.is_sign(at - 1, b',') || tokens.is_sign(at - 1, b'+'));
            if is_end(tokens, at) && !goes_on || tokens.is_sign(at, b'{') || tokens.is_sign(at, b'}') {
                break;
            }
            at = tokens.over(at);
        }
        let at = at.min(to);
        Self { from: index + 1, to: at, end: at, block: block_at(at) }
    }
}

/// Whether a line ends at `at`.
pub(super) fn is_end(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_none_or(|token| token.kind == Kind::End)
}
