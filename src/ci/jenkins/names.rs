//! What a Jenkinsfile gives a name to: methods, and variables with one value that is known.

use std::collections::{HashMap, HashSet};

use super::lexer::Tokens;

/// Methods and closures by name, with the tokens of their body.
#[derive(Default)]
pub(super) struct Names<'s> {
    pub(super) methods: HashMap<&'s str, (usize, usize)>,
    /// The opening braces of these bodies, and the words that name them.
    pub(super) definitions: HashSet<usize>,
    /// Variables of Groovy that are set once, to a text.
    pub(super) values: HashMap<&'s str, String>,
}

impl<'s> Names<'s> {
    pub(super) fn of(tokens: &Tokens<'s>) -> Self {
        let mut names = Self::default();
        let mut changed: Vec<&str> = Vec::new();
        for index in 0..tokens.list.len() {
            let word = tokens.word(index);
            if word.is_empty() {
                continue;
            }
            if let Some(open) = body(tokens, index) {
                names.methods.insert(word, (open + 1, tokens.close_of(open)));
                names.definitions.extend([index, open]);
            }
            let assigned = tokens.is_sign(index + 1, b'=') && !tokens.is_sign(index + 2, b'=');
            let member =
                index > 0 && tokens.is_sign(index - 1, b'.') && tokens.word(index.wrapping_sub(2)) != "env";
            if assigned && !member {
                let value = text(tokens, index + 2);
                match value.filter(|_| !names.values.contains_key(word)) {
                    Some(value) => {
                        names.values.insert(word, value.to_owned());
                    }
                    None => changed.push(word),
                }
            }
        }
        for word in changed {
            names.values.remove(word);
        }
        names
    }
}

/// The opening brace of the method or closure that the word at `index` names: `def f(a) {`, `f = {`.
fn body(tokens: &Tokens<'_>, index: usize) -> Option<usize> {
    let before = index.checked_sub(1).map_or("", |before| tokens.word(before));
    // After a type or `def`, so that no call with a block is taken for a method.
    let typed = !before.is_empty() && !matches!(before, "return" | "new" | "else" | "in" | "assert" | "case");
    if tokens.is_sign(index + 1, b'(') && typed {
        let open = tokens.skip_ends(tokens.close_of(index + 1) + 1);
        return tokens.is_sign(open, b'{').then_some(open);
    }
    let closure = tokens.is_sign(index + 1, b'=') && tokens.is_sign(index + 2, b'{');
    closure.then_some(index + 2)
}

/// The plain text that stands at `index` and is the whole of its line.
fn text<'s>(tokens: &Tokens<'s>, index: usize) -> Option<&'s str> {
    let quote = tokens.quote(index).filter(|quote| quote.closed)?;
    let written = tokens.text_of(index);
    let inner = written.get(quote.len..written.len().checked_sub(quote.len)?)?;
    let more = tokens.is_sign(index + 1, b'+') || tokens.is_sign(index + 1, b'.');
    let special = inner.contains('\\') || quote.fills && inner.contains('$');
    (!special && !more).then_some(inner)
}
