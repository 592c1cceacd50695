//! Variables whose values the text itself shows.

use std::collections::HashMap;

use super::Dialect;
use super::list::assignment;
use super::model::{Assigned, Assignment, Command, Kind, Link, Word};
use crate::text::Span;

/// Values a variable may have by then; more than these are as good as unknown.
const MAX_ALTERNATIVES: usize = 4;
/// Bytes of a value that are tracked; assignments to itself could double it without end.
const MAX_BYTES: usize = 4096;

/// One value: a scalar has one element, an array any number.
type Elements = Vec<String>;

/// What is known of variables at one place. A variable that is absent is unknown.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    known: HashMap<String, Vec<Elements>>,
}

/// One word after expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its text; expansions that nothing is known of stand in it as written.
    pub text: String,
    /// Whether such an expansion is left in it.
    pub dynamic: bool,
    /// The word that it comes from.
    pub span: Span,
}

impl Variables {
    /// Sets `name` to `value`, as an environment does.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.known.insert(name.into(), vec![vec![value.into()]]);
    }

    /// Adds `value` to those that `name` may have.
    pub fn set_also(&mut self, name: &str, value: &str) {
        let known = self.known.entry(name.to_owned()).or_default();
        if known.len() < MAX_ALTERNATIVES && value.len() <= MAX_BYTES {
            known.push(vec![value.to_owned()]);
        }
    }

    /// Every value that a scalar may have.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let known = self.known.get(name).into_iter().flatten();
        known.filter_map(|elements| match elements.as_slice() {
            [value] => Some(value.as_str()),
            _ => None,
        })
    }

    /// Makes `name` unknown.
    pub fn forget(&mut self, name: &str) {
        self.known.remove(name);
    }

    /// The one value of a scalar, where there is only one.
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.known.get(name)?.as_slice() {
            [only] => match only.as_slice() {
                [value] => Some(value),
                _ => None,
            },
            _ => None,
        }
    }

    /// Takes over what `command` assigns for the commands after it. An assignment that may not run adds to
    /// the values that were possible before.
    pub fn observe(&mut self, command: &Command<'_>) {
        let uncertain = command.conditional || command.link == Link::Or || command.link == Link::And;
        match (command.kind, command.name()) {
            (Kind::For, _) => self.observe_loop(&command.words),
            (_, Some("export" | "declare" | "local" | "readonly" | "typeset")) => {
                for word in &command.words[1..] {
                    if let Some(assignment) = assignment(word, Dialect::Posix) {
                        self.assign(&assignment, uncertain);
                    }
                }
                for assignment in &command.assignments {
                    self.assign(assignment, uncertain);
                }
            }
            (_, Some("unset" | "read")) => {
                for word in &command.words[1..] {
                    self.forget(&word.value);
                }
            }
            _ if command.words.is_empty() => {
                for assignment in &command.assignments {
                    self.assign(assignment, uncertain);
                }
            }
            _ => {}
        }
    }

    fn observe_loop(&mut self, words: &[Word<'_>]) {
        let [_, name, rest @ ..] = words else { return };
        let values = rest.get(1..).unwrap_or_default();
        self.forget(&name.value);
        if !values.is_empty()
            && values.len() <= MAX_ALTERNATIVES
            && values.iter().all(|word| is_literal(word))
        {
            let values = values.iter().map(|word| vec![word.value.clone().into_owned()]).collect();
            self.known.insert(name.value.clone().into_owned(), values);
        }
    }

    /// Takes over one assignment; `uncertain` where it may not be made.
    pub fn assign(&mut self, assignment: &Assignment<'_>, uncertain: bool) {
        let before = self.known.remove(assignment.name);
        let value = match &assignment.value {
            Assigned::Scalar(word) => self.scalar(word).map(|value| vec![value]),
            Assigned::Array(words) => self.elements(words),
        };
        let Some(mut value) = value else { return };
        let mut alternatives = Vec::new();
        if assignment.append {
            let Some(before) = before else { return };
            for old in &before {
                alternatives.push(appended(old, &value, &assignment.value));
            }
            if uncertain {
                alternatives.extend(before);
            }
        } else {
            alternatives.push(std::mem::take(&mut value));
            // Unknown before and perhaps set here: the value that is seen is the best reading.
            if uncertain {
                alternatives.extend(before.unwrap_or_default());
            }
        }
        alternatives.dedup();
        let bytes: usize = alternatives.iter().flatten().map(String::len).sum();
        if alternatives.len() <= MAX_ALTERNATIVES && bytes <= MAX_BYTES {
            self.known.insert(assignment.name.to_owned(), alternatives);
        }
    }

    fn scalar(&self, word: &Word<'_>) -> Option<String> {
        if !word.dynamic {
            return Some(word.value.clone().into_owned());
        }
        let mut fields = Vec::new();
        self.expand_word(word, 0, true, &mut fields);
        match fields.as_slice() {
            [] => Some(String::new()),
            [field] if !field.dynamic => Some(field.text.clone()),
            _ => None,
        }
    }

    fn elements(&self, words: &[Word<'_>]) -> Option<Elements> {
        let mut fields = Vec::new();
        for word in words {
            self.expand_word(word, 0, false, &mut fields);
        }
        // An element that is not static still has a place: `("--tag" "$TAG")`.
        let bytes: usize = fields.iter().map(|field| field.text.len()).sum();
        (bytes <= MAX_BYTES).then(|| fields.into_iter().map(|field| field.text).collect())
    }

    /// The words after expansion and splitting: one list for each set of values that is possible, at least
    /// one. The lists differ only where a variable has several possible values.
    pub fn expand(&self, words: &[Word<'_>]) -> Vec<Vec<Field>> {
        let mut alternatives = Vec::new();
        for choice in 0..MAX_ALTERNATIVES {
            let mut fields = Vec::with_capacity(words.len());
            let mut chosen = false;
            for word in words {
                chosen |= self.expand_word(word, choice, false, &mut fields);
            }
            if choice > 0 && !chosen {
                break;
            }
            alternatives.push(fields);
        }
        alternatives
    }

    /// Appends the fields of `word`, taking each variable's value number `choice` (its last where it has
    /// fewer). True where some variable has a value of just that number.
    fn expand_word(&self, word: &Word<'_>, choice: usize, whole: bool, fields: &mut Vec<Field>) -> bool {
        if !word.dynamic {
            let text = word.value.clone().into_owned();
            fields.push(Field { text, dynamic: false, span: word.span });
            return false;
        }
        let mut out = Fields { done: fields, field: None, span: word.span, dynamic: false };
        let (raw, bytes) = (word.raw, word.raw.as_bytes());
        let (mut at, mut quoted, mut chosen) = (0, whole, false);
        while at < bytes.len() {
            let step = match bytes[at] {
                b'"' => {
                    quoted = whole || !quoted;
                    out.text("");
                    1
                }
                b'\'' if !quoted || whole => {
                    let len = memchr::memchr(b'\'', &bytes[at + 1..]).unwrap_or(bytes.len() - at - 1);
                    out.text(&raw[at + 1..at + 1 + len]);
                    len + 2
                }
                b'\\' => {
                    let len = raw[at + 1..].chars().next().map_or(0, char::len_utf8);
                    out.text(&raw[at + 1..at + 1 + len]);
                    len + 1
                }
                b'$' | b'`' => {
                    let (len, name) = expansion(raw, at);
                    if let Some(alternatives) = name.and_then(|name| self.known.get(name)) {
                        chosen |= choice > 0 && choice < alternatives.len();
                        let value = alternatives.get(choice).or(alternatives.last());
                        out.value(value.map_or(&[], Vec::as_slice), quoted);
                    } else {
                        out.text(&raw[at..at + len]);
                        out.dynamic = true;
                    }
                    len
                }
                _ => {
                    let len = bytes[at..].iter().take_while(|byte| !b"\"'\\$`".contains(byte)).count().max(1);
                    let text = &raw[at..at + len];
                    out.text(text);
                    // A provider's `<< … >>` has no dollar.
                    out.dynamic |= text.contains("<<");
                    len
                }
            };
            at = (at + step).min(bytes.len());
        }
        out.end();
        chosen
    }
}

/// The fields that one word gives, in progress.
struct Fields<'f> {
    done: &'f mut Vec<Field>,
    field: Option<String>,
    span: Span,
    dynamic: bool,
}

impl Fields<'_> {
    fn text(&mut self, text: &str) {
        self.field.get_or_insert_default().push_str(text);
    }

    fn end(&mut self) {
        if let Some(text) = self.field.take() {
            self.done.push(Field { text, dynamic: self.dynamic, span: self.span });
        }
        self.dynamic = false;
    }

    /// Adds a variable's value: as it is in quotes, else split at blanks.
    fn value(&mut self, elements: &[String], quoted: bool) {
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.end();
            }
            if quoted {
                self.text(element);
                self.dynamic |= element.contains('$');
                continue;
            }
            if element.starts_with([' ', '\t', '\n']) {
                self.end();
            }
            for (index, part) in element.split_ascii_whitespace().enumerate() {
                if index > 0 {
                    self.end();
                }
                self.text(part);
                self.dynamic |= part.contains('$');
            }
            if element.ends_with([' ', '\t', '\n']) {
                self.end();
            }
        }
    }
}

/// The length of the expansion at `at`, and the variable's name where it is a plain one (`$NAME`,
/// `${NAME}`, `${NAME[@]}`).
fn expansion(raw: &str, at: usize) -> (usize, Option<&str>) {
    let rest = &raw[at..];
    let bytes = rest.as_bytes();
    if bytes[0] == b'`' {
        let len = memchr::memchr(b'`', &bytes[1..]).map_or(bytes.len(), |len| len + 2);
        return (len, None);
    }
    let name_len = |from: usize| {
        bytes
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| super::lexicon::is_name(**byte))
            .count()
    };
    match bytes.get(1) {
        Some(b'{') if bytes.get(2) == Some(&b'{') => {
            (memchr::memmem::find(bytes, b"}}").map_or(bytes.len(), |len| len + 2), None)
        }
        Some(b'[') => (memchr::memmem::find(bytes, b"]]").map_or(bytes.len(), |len| len + 2), None),
        Some(b'{') => {
            let len = name_len(2);
            let name = &rest[2..2 + len];
            let after = &rest[2 + len..];
            let array = ["[@]}", "[*]}"].iter().find(|suffix| after.starts_with(**suffix));
            match (array, after.starts_with('}')) {
                (Some(suffix), _) => (2 + len + suffix.len(), Some(name)),
                (None, true) => (3 + len, Some(name)),
                (None, false) => (balanced(bytes, b'{', b'}'), None),
            }
        }
        Some(b'(') => (balanced(bytes, b'(', b')'), None),
        Some(_) => {
            let len = name_len(1);
            if len > 0 { (1 + len, Some(&rest[1..=len])) } else { (1, None) }
        }
        None => (1, None),
    }
}

/// The length up to the bracket that closes the first one; all of it where none does.
fn balanced(bytes: &[u8], open: u8, close: u8) -> usize {
    let mut depth = 0usize;
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return index + 1;
            }
        }
    }
    bytes.len()
}

fn is_literal(word: &Word<'_>) -> bool {
    !word.dynamic && (word.quoted || !word.raw.contains(['*', '?', '[', '{']))
}

fn appended(old: &Elements, value: &Elements, assigned: &Assigned<'_>) -> Elements {
    let mut elements = old.clone();
    match (assigned, elements.last_mut()) {
        (Assigned::Scalar(_), Some(last)) => last.push_str(value.first().map_or("", String::as_str)),
        _ => elements.extend(value.iter().cloned()),
    }
    elements
}
