//! Command position: operators, compound commands, and what a finished word means there.

use super::Dialect;
use super::lexicon::{Reserved, is_name, is_nested_subshell, template_len};
use super::model::{Assigned, Assignment, Kind, Link, Redirect, Word};
use super::reader::{Closer, Compound, CompoundKind, Expect, Frame, MAX_DEPTH, Reader};
use super::word::{Partial, Purpose};
use crate::text::Span;

/// How far back an unmatched `fi`, `done` or `esac` looks for what it closes.
const LOOK_BACK: usize = 8;

/// Redirect operators, a longer one before those that it begins with.
const OPERATORS: [&str; 12] = ["&>>", "<<-", "<<<", "&>", "<<", ">>", ">&", "<&", ">|", "<>", "<", ">"];

impl<'a> Reader<'a> {
    /// One step where a command, a word or an operator may stand.
    pub(super) fn list_step(&mut self) {
        if self.list().in_test && matches!(self.peek(0), b'&' | b'|' | b'<' | b'>' | b'(' | b')') {
            self.at += 1;
            return;
        }
        match self.peek(0) {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => self.line_break(),
            b'#' => self.skip_line(),
            byte if byte == self.escape_byte() && self.continuation_len() > 0 => {
                self.at += self.continuation_len();
            }
            b';' => self.semicolon(),
            b'&' => self.ampersand(),
            b'|' => self.pipe(),
            b'(' => self.open_paren(),
            b')' => self.close_paren(),
            b'<' | b'>' => self.redirect(),
            _ => self.start_word(),
        }
    }

    fn escape_byte(&self) -> u8 {
        match self.dialect {
            Dialect::Posix => b'\\',
            Dialect::PowerShell => b'`',
            Dialect::Cmd => b'^',
        }
    }

    /// The length of an escape character with the line break after it, or 0.
    pub(super) fn continuation_len(&self) -> usize {
        match (self.peek(1), self.peek(2)) {
            (b'\n', _) => 2,
            (b'\r', b'\n') => 3,
            _ => 0,
        }
    }

    pub(super) fn skip_line(&mut self) {
        self.at += memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
    }

    fn line_break(&mut self) {
        self.at += 1;
        // `case WORD` may be followed by line breaks before `in`.
        let unfinished_case = self.list().current.is_some_and(|index| {
            let command = &self.script.commands[index];
            command.kind == Kind::Case && command.words.len() < 3
        });
        if !unfinished_case {
            // A line break after `&&`, `||` or `|` continues the list.
            let list = self.list();
            let link = if list.current.is_some() { Link::Sequence } else { list.link };
            self.end_command(link);
        }
        self.read_heredocs();
    }

    fn semicolon(&mut self) {
        let len = match (self.peek(1), self.peek(2)) {
            (b';', b'&') => 3,
            (b';' | b'&', _) => 2,
            _ => 1,
        };
        self.at += len;
        self.end_command(Link::Sequence);
        if len > 1 && self.close_back_to(CompoundKind::Case, true) {
            self.list().expect = Expect::Pattern;
        }
    }

    fn ampersand(&mut self) {
        match self.peek(1) {
            b'&' => {
                self.at += 2;
                self.end_command(Link::And);
            }
            b'>' => self.redirect(),
            _ => {
                self.at += 1;
                self.end_command(Link::Background);
            }
        }
    }

    fn pipe(&mut self) {
        if self.list().expect == Expect::Pattern {
            self.at += 1;
            return;
        }
        let (len, link) = match self.peek(1) {
            b'|' => (2, Link::Or),
            b'&' => (2, Link::Pipe),
            _ => (1, Link::Pipe),
        };
        self.at += len;
        self.end_command(link);
    }

    fn open_paren(&mut self) {
        let list = self.list();
        if list.expect == Expect::Pattern || !self.may_nest() {
            self.at += 1;
            return;
        }
        let substitution = self.list().current.is_some();
        if self.peek(1) == b'(' && !is_nested_subshell(&self.rest()[2..]) {
            self.open_command();
            let start = self.at;
            self.at += 2;
            self.frames.push(Frame::Word(Partial::new(start, Purpose::Word)));
            self.mark_dynamic();
            self.frames.push(Frame::Parens { open: 2 });
            return;
        }
        self.at += 1;
        self.open_list(Closer::Paren, substitution);
    }

    fn close_paren(&mut self) {
        self.at += 1;
        let list = self.list();
        if list.expect == Expect::Pattern {
            list.expect = Expect::Command;
        } else if list.closer == Closer::Paren {
            let keep = self.frames.len() - 1;
            self.unwind(keep);
        } else {
            self.end_command(Link::Sequence);
        }
    }

    fn redirect(&mut self) {
        let rest = self.rest();
        if rest.starts_with(b"<(") || rest.starts_with(b">(") || template_len(rest).is_some() {
            self.start_word();
            return;
        }
        let operator = OPERATORS.iter().find(|operator| rest.starts_with(operator.as_bytes()));
        let len = operator.map_or(1, |operator| operator.len());
        let operator = self.slice(self.at, self.at + len);
        self.at += len;
        self.open_command();
        self.list().expect = Expect::Target(operator);
    }

    fn start_word(&mut self) {
        let expect = self.list().expect;
        let purpose = match expect {
            Expect::Target(operator) => Purpose::Target(operator),
            Expect::Pattern => Purpose::Pattern,
            Expect::Command | Expect::FunctionName | Expect::FunctionBody(_) => Purpose::Word,
        };
        if purpose != Purpose::Pattern {
            self.open_command();
        }
        if matches!(expect, Expect::Target(_)) {
            self.list().expect = Expect::Command;
        }
        self.frames.push(Frame::Word(Partial::new(self.at, purpose)));
        if matches!(self.peek(0), b'<' | b'>') && self.peek(1) == b'(' && self.may_nest() {
            self.mark_dynamic();
            self.at += 2;
            self.open_list(Closer::Paren, true);
        } else {
            self.word_start_step();
        }
    }

    /// Takes a finished word of the list that is being read.
    pub(super) fn accept(&mut self, word: Word<'a>, purpose: Purpose<'a>) {
        match purpose {
            Purpose::Pattern => {
                if word.raw == "esac" {
                    self.list().expect = Expect::Command;
                    self.close_back_to(CompoundKind::Case, false);
                }
            }
            Purpose::Target(operator) => self.accept_target(word, operator),
            Purpose::Word | Purpose::Item => self.accept_word(word),
        }
    }

    fn accept_target(&mut self, word: Word<'a>, operator: &'a str) {
        let index = self.open_command();
        if matches!(operator, "<<" | "<<-") {
            self.expect_heredoc(index, &word, operator == "<<-");
        }
        let command = &mut self.script.commands[index];
        extend(&mut command.span, word.span);
        command.redirects.push(Redirect { operator, target: word, heredoc: None });
    }

    fn accept_word(&mut self, word: Word<'a>) {
        let index = self.open_command();
        let command = &mut self.script.commands[index];
        if command.words.is_empty() {
            let bare = command.assignments.is_empty() && command.redirects.is_empty();
            if bare && !word.quoted && self.reserved(index, &word) {
                return;
            }
            if let Some(assignment) = assignment(&word, self.dialect) {
                let command = &mut self.script.commands[index];
                extend(&mut command.span, word.span);
                command.assignments.push(assignment);
                return;
            }
            let list = self.list();
            match std::mem::take(&mut list.expect) {
                Expect::FunctionName => {
                    list.expect = Expect::FunctionBody(word.raw);
                    self.drop_command(index);
                    return;
                }
                expect @ Expect::Target(_) => list.expect = expect,
                Expect::Command | Expect::FunctionBody(_) | Expect::Pattern => {}
            }
            if word.raw == "[[" {
                self.list().in_test = true;
                self.script.commands[index].kind = Kind::Test;
            }
        }
        let command = &mut self.script.commands[index];
        extend(&mut command.span, word.span);
        let raw = word.raw;
        command.words.push(word);
        if command.kind == Kind::Case && command.words.len() == 3 {
            self.end_command(Link::Sequence);
            self.open_compound(CompoundKind::Case, true);
            self.list().expect = Expect::Pattern;
        } else if raw == "]]" && self.list().in_test {
            self.list().in_test = false;
        }
    }

    /// Handles `word` as a reserved word at command position; false where it is none.
    fn reserved(&mut self, index: usize, word: &Word<'a>) -> bool {
        if self.list().expect == Expect::FunctionName {
            return false;
        }
        let Some(reserved) = Reserved::of(word.raw) else { return false };
        match reserved {
            Reserved::For | Reserved::Case => {
                let kind = if reserved == Reserved::For { Kind::For } else { Kind::Case };
                let command = &mut self.script.commands[index];
                command.kind = kind;
                command.span = word.span;
                command.words.push(word.clone());
                if kind == Kind::For {
                    self.open_compound(CompoundKind::Loop, true);
                }
                return true;
            }
            Reserved::If => self.open_compound(CompoundKind::If, true),
            Reserved::Loop => self.open_compound(CompoundKind::Loop, true),
            Reserved::Open => self.open_compound(CompoundKind::Group, false),
            Reserved::Fi => _ = self.close_back_to(CompoundKind::If, false),
            Reserved::Done => _ = self.close_back_to(CompoundKind::Loop, false),
            Reserved::Esac => _ = self.close_back_to(CompoundKind::Case, false),
            Reserved::Close => _ = self.close_back_to(CompoundKind::Group, false),
            Reserved::Function => self.list().expect = Expect::FunctionName,
            Reserved::Part => {}
        }
        self.drop_command(index);
        true
    }

    /// Forgets the command in progress, which has no words and no nested commands.
    pub(super) fn drop_command(&mut self, index: usize) {
        self.list().current = None;
        self.script.commands.truncate(index);
    }

    fn open_compound(&mut self, kind: CompoundKind, conditional: bool) {
        // PowerShell's `if` has no `fi`: nothing would ever close it.
        if self.compounds >= MAX_DEPTH || (self.dialect != Dialect::Posix && kind != CompoundKind::Group) {
            return;
        }
        self.compounds += 1;
        let list = self.list();
        let conditional = conditional || list.is_conditional();
        let outer = list.function;
        if let Expect::FunctionBody(name) = std::mem::take(&mut list.expect) {
            list.function = Some(name);
        }
        list.compounds.push(Compound { kind, function: outer, conditional });
    }

    /// Closes compound commands back to the nearest of `kind` (which stays open with `keep`); false, and
    /// nothing closed, where there is none near.
    fn close_back_to(&mut self, kind: CompoundKind, keep: bool) -> bool {
        let list = self.list();
        let Some(back) = list.compounds.iter().rev().take(LOOK_BACK).position(|open| open.kind == kind)
        else {
            return false;
        };
        let close = if keep { back } else { back + 1 };
        for _ in 0..close {
            if let Some(compound) = list.compounds.pop() {
                list.function = compound.function;
            }
        }
        self.compounds -= close;
        true
    }

    pub(super) fn finish_array(&mut self, start: usize, name: &'a str, append: bool, items: Vec<Word<'a>>) {
        let index = self.open_command();
        let command = &mut self.script.commands[index];
        extend(&mut command.span, Span::new(start, self.at));
        command.assignments.push(Assignment { name, append, value: Assigned::Array(items) });
    }
}

fn extend(span: &mut Span, by: Span) {
    *span = if span.is_empty() { by } else { span.join(by) };
}

/// Reads `word` as `NAME=value` or `NAME+=value` (in PowerShell `$env:NAME=value`).
pub(super) fn assignment<'a>(word: &Word<'a>, dialect: Dialect) -> Option<Assignment<'a>> {
    let prefix = if dialect == Dialect::PowerShell && word.raw.starts_with("$env:") { 5 } else { 0 };
    let bytes = &word.raw.as_bytes()[prefix..];
    let len = bytes.iter().take_while(|byte| is_name(**byte)).count();
    if len == 0 || bytes[0].is_ascii_digit() {
        return None;
    }
    let append = bytes.get(len) == Some(&b'+');
    let equals = len + usize::from(append);
    if bytes.get(equals) != Some(&b'=') {
        return None;
    }
    let from = prefix + equals + 1;
    let value = match &word.value {
        std::borrow::Cow::Borrowed(value) => std::borrow::Cow::Borrowed(value.get(from..)?),
        std::borrow::Cow::Owned(value) => std::borrow::Cow::Owned(value.get(from..)?.to_owned()),
    };
    let raw = word.raw.get(from..)?;
    let span = Span::new(word.span.start + from, word.span.end);
    let value = Word {
        span,
        raw,
        value,
        dynamic: word.dynamic && raw.contains(['$', '`', '<']),
        quoted: word.quoted,
    };
    Some(Assignment { name: &word.raw[prefix..prefix + len], append, value: Assigned::Scalar(value) })
}
