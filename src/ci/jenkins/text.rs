//! Strings of a Jenkinsfile as the shell, or a step, gets them.

use std::collections::HashMap;

use super::lexer::{Kind, Tokens, after_expression};
use crate::ci::{Scalar, Script};
use crate::diagnostic::Location;
use crate::text::{Source, Span};

/// Longest text that variables may blow a string up to, in bytes.
const MAX_TEXT: usize = 200_000;

/// What is needed to read a string.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r, 's> {
    pub(super) tokens: &'r Tokens<'s>,
    pub(super) source: &'r Source,
    /// Groovy variables whose one value is known.
    pub(super) values: &'r HashMap<&'s str, String>,
}

impl Reader<'_, '_> {
    pub(super) fn place(&self, from: usize, to: usize) -> Location {
        Location::new(self.source, self.tokens.span(from, to))
    }

    /// The text of the expression that begins at `from`: strings and variables joined by `+`. What is not
    /// known is a variable of the shell that nothing sets. None where no string stands there.
    pub(super) fn script(&self, from: usize, to: usize) -> Option<Script> {
        let mut script = Script::default();
        let mut at = from;
        let mut strings = 0;
        while at < to {
            match self.tokens.get(at)?.kind {
                Kind::Text(_) => {
                    self.push(at, &mut script);
                    strings += 1;
                    at += 1;
                }
                Kind::Word => {
                    let start = at;
                    while self.tokens.is_sign(at + 1, b'.') && !self.tokens.word(at + 2).is_empty() {
                        at += 2;
                    }
                    let span = self.tokens.span(start, at + 1);
                    self.fill(self.source.slice(span), span, &mut script);
                    at += 1;
                }
                Kind::Sign(b'(') if strings == 0 && at == from => {
                    at += 1;
                    continue;
                }
                _ => break,
            }
            // `.stripIndent()`, `.trim()` and the like change nothing that matters.
            while self.tokens.is_sign(at, b'.') || self.tokens.is_sign(at, b'(') {
                at = if self.tokens.is_sign(at, b'.') { at + 2 } else { self.tokens.over(at) };
            }
            let next = self.tokens.skip_ends(at);
            if !self.tokens.is_sign(next, b'+') || script.text().len() > MAX_TEXT {
                break;
            }
            at = self.tokens.skip_ends(next + 1);
        }
        let known = strings > 0 || !script.text().contains("${");
        (known && !script.text().is_empty()).then_some(script)
    }

    /// The string at `index`; its value is known where nothing in it is filled in.
    pub(super) fn scalar(&self, index: usize) -> Option<Scalar> {
        let quote = self.tokens.quote(index)?;
        let mut script = Script::default();
        self.push(index, &mut script);
        let span = self.tokens.get(index)?.span;
        let written = script.text().to_owned();
        let value = (!quote.fills || !written.contains('$')).then(|| written.clone());
        Some(Scalar { written, value, at: Location::new(self.source, span) })
    }

    /// Appends what the string at `index` holds.
    fn push(&self, index: usize, script: &mut Script) {
        let (Some(token), Some(quote)) = (self.tokens.get(index), self.tokens.quote(index)) else { return };
        let end = token.span.end - if quote.closed { quote.len } else { 0 };
        let inner = Span::new((token.span.start + quote.len).min(end), end);
        let text = self.source.text();
        let bytes = text.as_bytes();
        let (mut from, mut at) = (inner.start, inner.start);
        let flush = |script: &mut Script, from: usize, to: usize| {
            script.append(&text[from..to], self.source, Span::new(from, to), true);
        };
        while at < inner.end {
            let escape = bytes[at] == b'\\' && (quote.escapes || bytes.get(at + 1) == Some(&b'/'));
            if escape && at + 1 < inner.end {
                flush(script, from, at);
                let character = text[at + 1..].chars().next().unwrap_or('\\');
                let after = at + 1 + character.len_utf8();
                let meant = match character {
                    'n' => "\n",
                    't' => "\t",
                    'r' | '\n' => "",
                    _ => &text[at + 1..after],
                };
                script.append(meant, self.source, Span::new(at, after), false);
                (from, at) = (after, after);
            } else if quote.fills && bytes[at] == b'$' && at + 1 < inner.end {
                let brace = bytes[at + 1] == b'{';
                let after = if brace {
                    after_expression(bytes, at + 2, false).min(inner.end)
                } else {
                    let rest = &text[at + 1..inner.end];
                    let len =
                        rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                    at + 1 + len
                };
                if after > at + 1 {
                    flush(script, from, at);
                    let inside =
                        if brace { text[at + 2..after].trim_end_matches('}') } else { &text[at + 1..after] };
                    self.fill(inside, Span::new(at, after), script);
                    (from, at) = (after, after);
                } else {
                    at += 1;
                }
            } else {
                at += 1;
            }
        }
        flush(script, from, inner.end);
    }

    /// Appends what an expression stands for: its known value, or the environment's variable of its name.
    fn fill(&self, expression: &str, span: Span, script: &mut Script) {
        if script.text().len() > MAX_TEXT {
            return;
        }
        let expression = expression.trim();
        let name = ["env.", "params.", "this."].iter().find_map(|start| expression.strip_prefix(start));
        let name = name.unwrap_or(expression);
        if let Some(value) = self.values.get(name) {
            script.append(value, self.source, span, false);
            return;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let plain = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let shown = format!("${{{}}}", if plain { last } else { "UNKNOWN" });
        script.append(&shown, self.source, span, false);
    }
}
