//! Inside words: quotes, escapes, expansions.

use std::borrow::Cow;

use super::Dialect;
use super::lexicon::{SPECIAL, is_name, template_len};
use super::model::{Link, Word};
use super::reader::{Closer, Expect, Frame, Reader};
use crate::text::Span;

/// What a word is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose<'a> {
    Word,
    /// The target of this redirect operator.
    Target(&'a str),
    /// A pattern of `case`.
    Pattern,
    /// An item of an array.
    Item,
}

/// A word in progress. Its value is borrowed until a quote or an escape has to be left out.
pub(super) struct Partial<'a> {
    start: usize,
    purpose: Purpose<'a>,
    owned: Option<String>,
    /// Where the text begins that is not in `owned` yet.
    copied: usize,
    dynamic: bool,
    quoted: bool,
}

impl<'a> Partial<'a> {
    pub(super) fn new(start: usize, purpose: Purpose<'a>) -> Self {
        Self { start, purpose, owned: None, copied: start, dynamic: false, quoted: false }
    }

    /// Leaves `len` bytes at `at` out of the value.
    fn leave_out(&mut self, text: &str, at: usize, len: usize) {
        let kept = text.get(self.copied..at).unwrap_or_default();
        self.owned.get_or_insert_default().push_str(kept);
        self.copied = at + len;
    }
}

impl<'a> Reader<'a> {
    /// The word in progress, where the innermost frame (or the one around a quotation) is one.
    fn partial(&mut self) -> Option<&mut Partial<'a>> {
        let (last, before) = match self.frames.as_mut_slice() {
            [.., before, last] => (last, Some(before)),
            [last] => (last, None),
            [] => return None,
        };
        match (last, before) {
            (Frame::Word(partial), _) | (Frame::Double { removes: true }, Some(Frame::Word(partial))) => {
                Some(partial)
            }
            _ => None,
        }
    }

    pub(super) fn mark_dynamic(&mut self) {
        if let Some(partial) = self.partial() {
            partial.dynamic = true;
        }
    }

    /// Leaves `len` bytes out of the word's value and moves past them.
    fn leave_out(&mut self, len: usize) {
        let (text, at) = (self.text, self.at);
        if let Some(partial) = self.partial() {
            partial.leave_out(text, at, len);
            partial.quoted = true;
        }
        self.at += len;
    }

    /// The first step of a word. It takes at least one byte, so that every step makes progress.
    pub(super) fn word_start_step(&mut self) {
        let before = self.at;
        self.word_step();
        if self.at == before {
            self.at += 1;
        }
    }

    pub(super) fn word_step(&mut self) {
        let plain = self.rest().iter().take_while(|byte| !SPECIAL[usize::from(**byte)]).count();
        self.at += plain;
        if self.at >= self.bytes.len() {
            return;
        }
        match self.peek(0) {
            b'\'' if self.dialect != Dialect::Cmd => self.single_quoted(),
            b'"' => self.open_double(),
            b'\\' if self.dialect == Dialect::Posix => self.escape(),
            b'^' if self.dialect == Dialect::Cmd => self.escape(),
            b'`' if self.dialect == Dialect::PowerShell => self.escape(),
            b'`' if self.dialect == Dialect::Posix => self.backtick(),
            b'$' => self.dollar(),
            b'\'' | b'\\' | b'^' | b'`' => self.at += 1,
            b'<' if template_len(self.rest()).is_some() => self.template(),
            b'(' => self.paren_in_word(),
            b'|' | b')' | b'<' | b'>' | b'&' if self.list().in_test && self.in_list_word() => self.at += 1,
            b'<' | b'>' => self.end_before_redirect(),
            _ => self.end_word(),
        }
    }

    fn in_list_word(&self) -> bool {
        matches!(self.frames.as_slice(), [.., Frame::List, Frame::Word(_)])
    }

    fn template(&mut self) {
        self.mark_dynamic();
        self.at += template_len(self.rest()).unwrap_or(1);
    }

    fn end_word(&mut self) {
        let keep = self.frames.len() - 1;
        self.unwind(keep);
    }

    /// A word of digits right before `<` or `>` is the descriptor that is redirected.
    fn end_before_redirect(&mut self) {
        let Some(Frame::Word(partial)) = self.frames.last() else { return };
        let raw = &self.bytes[partial.start..self.at];
        if !raw.is_empty() && raw.iter().all(u8::is_ascii_digit) && partial.purpose == Purpose::Word {
            self.frames.pop();
        } else {
            self.end_word();
        }
    }

    fn single_quoted(&mut self) {
        self.leave_out(1);
        match memchr::memchr(b'\'', self.rest()) {
            Some(len) => {
                self.at += len;
                self.leave_out(1);
            }
            None => self.at = self.bytes.len(),
        }
    }

    /// `$'…'`: the usual escapes, enough for a static value.
    fn ansi_quoted(&mut self) {
        self.leave_out(2);
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\'' => {
                    self.leave_out(1);
                    return;
                }
                b'\\' => {
                    let replaced = match self.peek(1) {
                        b'n' => Some('\n'),
                        b't' => Some('\t'),
                        b'r' => Some('\r'),
                        _ => None,
                    };
                    self.leave_out(1 + usize::from(replaced.is_some()));
                    if let (Some(character), Some(partial)) = (replaced, self.partial()) {
                        partial.owned.get_or_insert_default().push(character);
                    } else {
                        self.at += 1;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn open_double(&mut self) {
        if self.may_nest() {
            self.leave_out(1);
            self.frames.push(Frame::Double { removes: true });
        } else {
            self.at += 1;
        }
    }

    /// A backslash (or its like): a line break after it vanishes, any other character is itself.
    fn escape(&mut self) {
        match self.continuation_len() {
            0 => {
                self.leave_out(1);
                self.at = (self.at + 1).min(self.bytes.len());
            }
            len => self.leave_out(len),
        }
    }

    fn backtick(&mut self) {
        if self.backticks > 0 {
            // The words inside end before the backtick, the one around it after.
            self.close_nearest(Closer::Backtick);
            self.at += 1;
        } else {
            self.mark_dynamic();
            self.at += 1;
            if self.may_nest() {
                self.open_list(Closer::Backtick, true);
            }
        }
    }

    /// `$`: an expansion, a substitution, a provider's expression or just a dollar.
    fn dollar(&mut self) {
        match (self.peek(1), self.peek(2)) {
            (b'(', second) => {
                self.mark_dynamic();
                let arithmetic = second == b'(' && !super::lexicon::is_nested_subshell(&self.rest()[3..]);
                self.at += 2 + usize::from(arithmetic);
                if !self.may_nest() {
                } else if arithmetic {
                    self.frames.push(Frame::Parens { open: 2 });
                } else {
                    self.open_list(Closer::Paren, true);
                }
            }
            (b'{', b'{') => self.provider_expression(3, b"}}", 0),
            (b'[', b'[') => self.provider_expression(3, b"]]", 1),
            (b'{', _) => {
                self.mark_dynamic();
                self.at += 2;
                if self.may_nest() {
                    self.frames.push(Frame::Param);
                }
            }
            (b'\'', _) if matches!(self.frames.last(), Some(Frame::Word(_))) => self.ansi_quoted(),
            (b'"', _) if matches!(self.frames.last(), Some(Frame::Word(_))) => self.leave_out(1),
            (next, _) if is_name(next) || matches!(next, b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-') => {
                self.mark_dynamic();
                self.at += 2;
            }
            _ => self.at += 1,
        }
    }

    /// `${{ … }}` and `$[[ … ]]`: opaque up to `close`; without it an ordinary opener.
    fn provider_expression(&mut self, len: usize, close: &[u8], slot: usize) {
        self.mark_dynamic();
        self.at += len;
        if self.no_more[slot] {
            return;
        }
        match memchr::memmem::find(self.rest(), close) {
            Some(found) => self.at += found + close.len(),
            None => self.no_more[slot] = true,
        }
    }

    /// `(` in a word: an array's, a function's, a pattern's, else a subshell's.
    fn paren_in_word(&mut self) {
        let Some(Frame::Word(partial)) = self.frames.last() else { return };
        let (start, purpose) = (partial.start, partial.purpose);
        let raw = self.slice(start, self.at);
        let last = raw.as_bytes().last().copied().unwrap_or_default();
        if self.list().in_test && self.in_list_word() {
            self.at += 1;
            return;
        }
        if purpose == Purpose::Word && last == b'=' && self.may_nest() {
            let name = raw.trim_end_matches('=').trim_end_matches('+');
            if !name.is_empty() && name.bytes().all(is_name) {
                self.frames.pop();
                let append = raw.ends_with("+=");
                self.at += 1;
                self.frames.push(Frame::Array { start, name, append, items: Vec::new() });
                return;
            }
        }
        if matches!(last, b'@' | b'!' | b'+' | b'*' | b'?') && self.may_nest() {
            self.at += 1;
            self.frames.push(Frame::Parens { open: 1 });
            return;
        }
        if purpose == Purpose::Word && self.is_function_head() {
            self.frames.pop();
            let index = self.open_command();
            self.drop_command(index);
            self.at += memchr::memchr(b')', self.rest()).unwrap_or_default() + 1;
            self.list().expect = Expect::FunctionBody(raw);
            return;
        }
        self.end_word();
    }

    /// Whether the word in progress is its command's first and is followed by `()`.
    fn is_function_head(&mut self) -> bool {
        const BLANKS: usize = 8;
        let inner = self.rest().get(1..).unwrap_or_default();
        let blanks = inner.iter().take(BLANKS).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if inner.get(blanks) != Some(&b')') || !self.in_list_word() {
            return false;
        }
        let simple = matches!(self.frames.last(), Some(Frame::Word(word)) if !word.dynamic && !word.quoted);
        let Some(index) = self.list().current else { return false };
        let command = &self.script.commands[index];
        simple && command.words.is_empty() && command.assignments.is_empty() && command.redirects.is_empty()
    }

    pub(super) fn finish_word(&mut self, partial: Partial<'a>) {
        let span = Span::new(partial.start, self.at.min(self.bytes.len()));
        let raw = self.slice(span.start, span.end);
        let value = match partial.owned {
            None => Cow::Borrowed(raw),
            Some(mut owned) => {
                owned.push_str(self.slice(partial.copied, span.end));
                Cow::Owned(owned)
            }
        };
        let word = Word { span, raw, value, dynamic: partial.dynamic, quoted: partial.quoted };
        match self.frames.last_mut() {
            Some(Frame::Array { items, .. }) => items.push(word),
            _ => self.accept(word, partial.purpose),
        }
    }

    pub(super) fn array_step(&mut self) {
        match self.peek(0) {
            b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
            b'#' => self.skip_line(),
            b')' => {
                self.at += 1;
                let keep = self.frames.len() - 1;
                self.unwind(keep);
            }
            b'\\' if self.continuation_len() > 0 => self.at += self.continuation_len(),
            // Operators have no place in an array: it was never closed.
            b';' | b'&' | b'|' => {
                let keep = self.frames.len() - 1;
                self.unwind(keep);
                self.end_command(Link::Sequence);
            }
            _ => {
                self.frames.push(Frame::Word(Partial::new(self.at, Purpose::Item)));
                self.word_start_step();
            }
        }
    }

    pub(super) fn double_step(&mut self) {
        let Some(found) =
            self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'`' | b'<'))
        else {
            self.at = self.bytes.len();
            return;
        };
        self.at += found;
        match self.peek(0) {
            b'"' => {
                self.leave_out(1);
                self.frames.pop();
            }
            b'\\' if self.dialect == Dialect::Posix => match self.peek(1) {
                b'$' | b'`' | b'"' | b'\\' => {
                    self.leave_out(1);
                    self.at += 1;
                }
                _ => match self.continuation_len() {
                    0 => self.at += 1,
                    len => self.leave_out(len),
                },
            },
            b'`' if self.dialect == Dialect::PowerShell => self.escape(),
            b'`' if self.dialect == Dialect::Posix => self.backtick(),
            b'$' => self.dollar(),
            b'<' if template_len(self.rest()).is_some() => self.template(),
            _ => self.at += 1,
        }
    }

    /// Inside `${…}` or counted parentheses: only what ends them, quotes and substitutions matter.
    pub(super) fn bracket_step(&mut self) {
        let stop = |byte: &u8| matches!(byte, b'}' | b'(' | b')' | b'\'' | b'"' | b'\\' | b'$' | b'`');
        let Some(found) = self.rest().iter().position(stop) else {
            self.at = self.bytes.len();
            return;
        };
        self.at += found;
        let in_double = matches!(self.frames.as_slice(), [.., Frame::Double { .. }, _]);
        let may_nest = self.may_nest();
        match (self.peek(0), self.frames.last_mut()) {
            (b'}', Some(Frame::Param)) => {
                self.at += 1;
                self.frames.pop();
            }
            (b'(', Some(Frame::Parens { open })) => {
                *open += 1;
                self.at += 1;
            }
            (b')', Some(Frame::Parens { open })) => {
                *open -= 1;
                self.at += 1;
                if *open == 0 {
                    self.frames.pop();
                }
            }
            (b'\'', Some(Frame::Param)) if !in_double => {
                let rest = self.rest().get(1..).unwrap_or_default();
                self.at += memchr::memchr(b'\'', rest).map_or(rest.len() + 1, |len| len + 2);
            }
            (b'"', _) if may_nest => {
                self.at += 1;
                self.frames.push(Frame::Double { removes: false });
            }
            (b'\\', _) => self.at = (self.at + 2).min(self.bytes.len()),
            (b'`', _) if self.dialect == Dialect::Posix => self.backtick(),
            (b'$', _) => self.dollar(),
            _ => self.at += 1,
        }
    }
}
