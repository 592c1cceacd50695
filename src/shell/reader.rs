//! The state of reading and the main loop.

use super::Dialect;
use super::heredoc::Pending;
use super::model::{Command, Link, Scope, Script, Word};
use super::word::Partial;

/// How deep nesting is followed; deeper openers are read as ordinary characters. Real scripts stay below 10.
pub(super) const MAX_DEPTH: usize = 256;

/// What encloses the place that is being read, innermost last.
pub(super) enum Frame<'a> {
    /// Commands: the last of [`Reader::lists`].
    List,
    /// A word in progress.
    Word(Partial<'a>),
    /// `"…"`; `removes` where the quotes belong to a word's own text, not to an expansion's.
    Double { removes: bool },
    /// `${…}`.
    Param,
    /// `$((…))`, `((…))` or a pattern `@(…)`: ends when as many parentheses have closed.
    Parens { open: usize },
    /// `NAME=( … )`.
    Array { start: usize, name: &'a str, append: bool, items: Vec<Word<'a>> },
}

/// What ends a list of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closer {
    End,
    Paren,
    Backtick,
}

/// A compound command that is open within one list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compound<'a> {
    pub(super) kind: CompoundKind,
    /// What to restore when it closes.
    pub(super) function: Option<&'a str>,
    pub(super) conditional: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CompoundKind {
    If,
    Loop,
    Case,
    Group,
}

/// What the next word at command position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Expect<'a> {
    #[default]
    Command,
    /// A redirect's target.
    Target(&'a str),
    /// The name after `function`.
    FunctionName,
    /// The body of this function.
    FunctionBody(&'a str),
    /// A pattern of `case`, or `esac`.
    Pattern,
}

/// One list of commands: the script, a subshell or a substitution.
pub(super) struct List<'a> {
    pub(super) closer: Closer,
    pub(super) parent: Option<usize>,
    pub(super) scope: usize,
    pub(super) compounds: Vec<Compound<'a>>,
    /// The command in progress.
    pub(super) current: Option<usize>,
    pub(super) link: Link,
    pub(super) expect: Expect<'a>,
    pub(super) function: Option<&'a str>,
    pub(super) conditional: bool,
    /// Between `[[` and `]]`.
    pub(super) in_test: bool,
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) dialect: Dialect,
    pub(super) frames: Vec<Frame<'a>>,
    /// Never empty: the script's own list is first.
    pub(super) lists: Vec<List<'a>>,
    /// How many lists are backtick substitutions.
    pub(super) backticks: usize,
    /// Compound commands open in all lists together.
    pub(super) compounds: usize,
    pub(super) pending: Vec<Pending>,
    /// Set once no `}}` or `]]` follows any more, so that each is searched for in vain only once.
    pub(super) no_more: [bool; 2],
    pub(super) script: Script<'a>,
}

/// Reads `text`. Every text has a reading; what is malformed is read as far as it makes sense.
pub fn read(text: &str, dialect: Dialect) -> Script<'_> {
    let script = Script { commands: Vec::new(), scopes: vec![Scope { parent: 0 }] };
    let top = List {
        closer: Closer::End,
        parent: None,
        scope: 0,
        compounds: Vec::new(),
        current: None,
        link: Link::Sequence,
        expect: Expect::Command,
        function: None,
        conditional: false,
        in_test: false,
    };
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        dialect,
        frames: vec![Frame::List],
        lists: vec![top],
        backticks: 0,
        compounds: 0,
        pending: Vec::new(),
        no_more: [false; 2],
        script,
    };
    while reader.at < reader.bytes.len() {
        match reader.frames.last() {
            Some(Frame::Word(_)) => reader.word_step(),
            Some(Frame::Double { .. }) => reader.double_step(),
            Some(Frame::Param | Frame::Parens { .. }) => reader.bracket_step(),
            Some(Frame::Array { .. }) => reader.array_step(),
            Some(Frame::List) | None => reader.list_step(),
        }
    }
    reader.unwind(1);
    reader.end_command(Link::Sequence);
    reader.script
}

impl<'a> Reader<'a> {
    pub(super) fn list(&mut self) -> &mut List<'a> {
        self.lists.last_mut().expect("the script's own list is never popped")
    }

    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or_default()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    /// The text from `start` to `end`, both at character boundaries by construction.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Whether one more level may be opened.
    pub(super) fn may_nest(&self) -> bool {
        self.frames.len() < MAX_DEPTH
    }

    /// Opens a list of commands; the caller has seen that [`Self::may_nest`] and moved past the opener.
    pub(super) fn open_list(&mut self, closer: Closer, substitution: bool) {
        let scope = self.script.scopes.len();
        let list = self.list();
        let outer = list.scope;
        let parent = if substitution { list.current.or(list.parent) } else { list.parent };
        let (mut function, conditional) = (list.function, list.is_conditional());
        if let Expect::FunctionBody(name) = std::mem::take(&mut list.expect) {
            function = Some(name);
        }
        self.script.scopes.push(Scope { parent: outer });
        self.backticks += usize::from(closer == Closer::Backtick);
        self.frames.push(Frame::List);
        self.lists.push(List {
            closer,
            parent,
            scope,
            compounds: Vec::new(),
            current: None,
            link: Link::Sequence,
            expect: Expect::Command,
            function,
            conditional,
            in_test: false,
        });
    }

    /// Closes every frame above the first `keep`.
    pub(super) fn unwind(&mut self, keep: usize) {
        while self.frames.len() > keep.max(1) {
            match self.frames.pop() {
                Some(Frame::Word(partial)) => self.finish_word(partial),
                Some(Frame::Array { start, name, append, items }) => {
                    self.finish_array(start, name, append, items);
                }
                Some(Frame::List) => self.close_list(),
                Some(Frame::Double { .. } | Frame::Param | Frame::Parens { .. }) | None => {}
            }
        }
    }

    fn close_list(&mut self) {
        self.end_command(Link::Sequence);
        if self.lists.len() > 1
            && let Some(list) = self.lists.pop()
        {
            self.compounds -= list.compounds.len();
            self.backticks -= usize::from(list.closer == Closer::Backtick);
        }
    }

    /// Closes the innermost list that `closer` ends, with all that is open inside it. The caller knows that
    /// there is one.
    pub(super) fn close_nearest(&mut self, closer: Closer) {
        let mut lists = self.lists.iter().rev();
        let levels = lists.position(|list| list.closer == closer).unwrap_or_default() + 1;
        let mut seen = 0;
        let keep = self.frames.iter().rposition(|frame| {
            seen += usize::from(matches!(frame, Frame::List));
            seen == levels
        });
        self.unwind(keep.unwrap_or(1));
    }

    /// The command in progress, made where there is none.
    pub(super) fn open_command(&mut self) -> usize {
        let (next, depth) = (self.script.commands.len(), self.lists.len() - 1 + self.compounds);
        let list = self.list();
        if let Some(current) = list.current {
            return current;
        }
        list.current = Some(next);
        let command = Command {
            link: list.link,
            scope: list.scope,
            parent: list.parent,
            depth,
            conditional: list.is_conditional(),
            function: list.function,
            ..Command::default()
        };
        self.script.commands.push(command);
        next
    }

    /// Ends the command in progress; `link` joins the next one to it.
    pub(super) fn end_command(&mut self, link: Link) {
        let list = self.list();
        list.link = link;
        list.in_test = false;
        if matches!(list.expect, Expect::Target(_)) {
            list.expect = Expect::Command;
        }
        if let Some(index) = list.current.take() {
            let command = &self.script.commands[index];
            let empty =
                command.words.is_empty() && command.assignments.is_empty() && command.redirects.is_empty();
            if empty && index + 1 == self.script.commands.len() {
                self.script.commands.pop();
            }
        }
    }
}

impl List<'_> {
    pub(super) fn is_conditional(&self) -> bool {
        self.conditional || self.compounds.last().is_some_and(|compound| compound.conditional)
    }
}
