//! Groovy text → words, strings and signs, with the bracket that closes each bracket. Tolerant: whatever
//! is no Groovy is a sign like any other, and nothing here recurses.

use crate::text::Span;

/// One piece of a Jenkinsfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What kind of piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, keyword or number.
    Word,
    /// A string.
    Text(Quote),
    /// Any other character.
    Sign(u8),
    /// The end of a line, or `;`.
    End,
}

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    /// How many bytes open it, and close it where it is closed.
    pub(super) len: usize,
    /// Whether it is closed.
    pub(super) closed: bool,
    /// Whether `${x}` in it is filled in.
    pub(super) fills: bool,
    /// Whether `\n` and the like are escapes.
    pub(super) escapes: bool,
}

/// A Jenkinsfile as tokens.
#[derive(Debug)]
pub(super) struct Tokens<'s> {
    pub(super) text: &'s str,
    pub(super) list: Vec<Token>,
    /// For each opening bracket the index of what closes it; for everything else zero.
    close: Vec<usize>,
}

impl<'s> Tokens<'s> {
    pub(super) fn of(text: &'s str) -> Self {
        let mut lexer = Lexer { text, at: 0, list: Vec::new() };
        lexer.run();
        let close = brackets(&lexer.list);
        Self { text, list: lexer.list, close }
    }

    pub(super) fn get(&self, index: usize) -> Option<Token> {
        self.list.get(index).copied()
    }

    pub(super) fn text_of(&self, index: usize) -> &'s str {
        self.get(index).map_or("", |token| &self.text[token.span.start..token.span.end])
    }

    /// The word at `index`; empty where there is none.
    pub(super) fn word(&self, index: usize) -> &'s str {
        match self.get(index) {
            Some(Token { kind: Kind::Word, .. }) => self.text_of(index),
            _ => "",
        }
    }

    pub(super) fn is_sign(&self, index: usize, sign: u8) -> bool {
        matches!(self.get(index), Some(Token { kind: Kind::Sign(found), .. }) if found == sign)
    }

    pub(super) fn quote(&self, index: usize) -> Option<Quote> {
        match self.get(index)?.kind {
            Kind::Text(quote) => Some(quote),
            _ => None,
        }
    }

    /// The index of what closes the bracket at `index`.
    pub(super) fn close_of(&self, index: usize) -> usize {
        self.close.get(index).copied().unwrap_or(self.list.len())
    }

    /// The first token from `index` on that ends no line.
    pub(super) fn skip_ends(&self, mut index: usize) -> usize {
        while matches!(self.get(index), Some(Token { kind: Kind::End, .. })) {
            index += 1;
        }
        index
    }

    /// The inside of the block that follows the word at `index`, on its line or the next.
    pub(super) fn block_after(&self, index: usize) -> Option<(usize, usize)> {
        let mut open = index + 1;
        // Lines between a word and its block are few.
        while open < index + 4 && matches!(self.get(open), Some(Token { kind: Kind::End, .. })) {
            open += 1;
        }
        self.is_sign(open, b'{').then(|| (open + 1, self.close_of(open)))
    }

    /// The token after the one at `index`, stepping over what stands in brackets that it opens.
    pub(super) fn over(&self, index: usize) -> usize {
        match self.get(index).map(|token| token.kind) {
            Some(Kind::Sign(b'(' | b'[' | b'{')) => self.close_of(index).max(index) + 1,
            _ => index + 1,
        }
    }

    /// The place of the tokens `from..to`.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let start = self.get(from).map_or(self.text.len(), |token| token.span.start);
        let end = to.checked_sub(1).and_then(|last| self.get(last)).map_or(start, |token| token.span.end);
        Span::new(start, end.max(start))
    }
}

/// The closing bracket of each opening one; one that nothing closes ends with the file.
fn brackets(list: &[Token]) -> Vec<usize> {
    let mut close = vec![0; list.len()];
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut counts = [0_usize; 256];
    for (index, token) in list.iter().enumerate() {
        let Kind::Sign(sign) = token.kind else { continue };
        let closer = match sign {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b')' | b']' | b'}' => {
                // One that closes nothing is passed over; one that closes an outer bracket closes the inner, too.
                while counts[usize::from(sign)] > 0 {
                    let Some((opener, wanted)) = open.pop() else { break };
                    counts[usize::from(wanted)] -= 1;
                    close[opener] = index;
                    if wanted == sign {
                        break;
                    }
                }
                continue;
            }
            _ => continue,
        };
        open.push((index, closer));
        counts[usize::from(closer)] += 1;
    }
    for (opener, _) in open {
        close[opener] = list.len();
    }
    close
}

struct Lexer<'s> {
    text: &'s str,
    at: usize,
    list: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, end: usize) {
        self.list.push(Token { kind, span: Span::new(self.at, end) });
        self.at = end;
    }

    fn run(&mut self) {
        if self.rest().starts_with("#!") {
            self.skip_line();
        }
        while let Some(character) = self.rest().chars().next() {
            let rest = self.rest();
            if character == '\n' || character == ';' {
                self.push(Kind::End, self.at + 1);
            } else if character.is_whitespace() || character == '\u{feff}' {
                self.at += character.len_utf8();
            } else if rest.starts_with("//") {
                self.skip_line();
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
                self.at += rest.find('\n').map_or(1, |end| end + 1);
            } else if let Some((quote, end)) = self.string() {
                self.push(Kind::Text(quote), end);
            } else if is_word(character) {
                let len = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                self.push(Kind::Word, self.at + len);
            } else {
                self.push(Kind::Sign(rest.as_bytes()[0]), self.at + character.len_utf8());
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// The string that begins here, with its end.
    fn string(&self) -> Option<(Quote, usize)> {
        let rest = self.rest();
        for (open, fills) in [("'''", false), ("\"\"\"", true), ("'", false), ("\"", true)] {
            if rest.starts_with(open) {
                let (end, closed) = end_of(rest, open, fills);
                return Some((Quote { len: open.len(), closed, fills, escapes: true }, self.at + end));
            }
        }
        if rest.starts_with("$/") {
            let end = rest.get(2..)?.find("/$").map(|end| end + 4);
            let quote = Quote { len: 2, closed: end.is_some(), fills: true, escapes: false };
            return Some((quote, self.at + end.unwrap_or(rest.len())));
        }
        if rest.starts_with('/') && self.may_begin_a_pattern() {
            let line = rest.lines().next().unwrap_or_default();
            let mut at = 1;
            loop {
                at += line.get(at..)?.find('/')?;
                if !line[..at].ends_with('\\') {
                    return Some((
                        Quote { len: 1, closed: true, fills: true, escapes: false },
                        self.at + at + 1,
                    ));
                }
                at += 1;
            }
        }
        None
    }

    /// Whether a `/` is a string's beginning and no division: after a sign, never after a value.
    fn may_begin_a_pattern(&self) -> bool {
        match self.list.last().map(|token| token.kind) {
            Some(Kind::Sign(sign)) => !matches!(sign, b')' | b']' | b'}'),
            Some(Kind::Word) => {
                let last = self.list.last().map_or("", |token| &self.text[token.span.start..token.span.end]);
                matches!(last, "return" | "in" | "case")
            }
            Some(Kind::Text(_)) => false,
            Some(Kind::End) | None => true,
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Where the string at the beginning of `rest` ends, and whether it is closed: one that is not ends with
/// its line, or with the file where it may have several lines.
fn end_of(rest: &str, open: &str, fills: bool) -> (usize, bool) {
    let bytes = rest.as_bytes();
    let one_line = open.len() == 1;
    let mut at = open.len();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1 + rest[at + 1..].chars().next().map_or(0, char::len_utf8),
            b'\n' if one_line => return (at, false),
            b'$' if fills && bytes.get(at + 1) == Some(&b'{') => {
                at = after_expression(bytes, at + 2, one_line);
            }
            _ if rest.as_bytes()[at..].starts_with(open.as_bytes()) => return (at + open.len(), true),
            _ => at += 1,
        }
    }
    (rest.len(), false)
}

/// The end of `${…}` whose inside begins at `at`; strings in it may hold braces and quotes.
pub(super) fn after_expression(bytes: &[u8], mut at: usize, one_line: bool) -> usize {
    let mut depth = 1;
    let mut quote = None;
    while let Some(&byte) = bytes.get(at) {
        match (byte, quote) {
            (b'\n', _) if one_line => return at,
            (b'\\', Some(_)) => at += 1,
            (_, Some(open)) if byte == open => quote = None,
            (b'\'' | b'"', None) => quote = Some(byte),
            (b'{', None) => depth += 1,
            (b'}', None) => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
