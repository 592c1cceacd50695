use std::borrow::Cow;

use crate::text::Span;

/// What was read of one text.
#[derive(Debug, Clone, Default)]
pub struct Script<'a> {
    /// In the order in which they start; a command comes before those nested in its words.
    pub commands: Vec<Command<'a>>,
    /// Shell environments; the first is the script's own.
    pub scopes: Vec<Scope>,
}

/// A shell environment: what a `cd` or an assignment inside it cannot leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Index of the scope around it; its own index for the script itself.
    pub parent: usize,
}

/// How a command is joined to the one before it in the same list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// The first of its list, or after `;` or a line break.
    #[default]
    Sequence,
    /// After `&&`.
    And,
    /// After `||`.
    Or,
    /// After `|` or `|&`: reads what the one before it writes.
    Pipe,
    /// After `&`.
    Background,
}

/// What sort of command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A simple command, or assignments alone.
    #[default]
    Simple,
    /// The head of a loop: `for NAME in WORD…` (or `select`).
    For,
    /// The head of a `case WORD in`.
    Case,
    /// `[[ … ]]`.
    Test,
}

/// One command. All spans are byte offsets into the text that was read.
#[derive(Debug, Clone, Default)]
pub struct Command<'a> {
    /// From its first word, assignment or redirect to its last.
    pub span: Span,
    /// Simple, or the head of a compound command.
    pub kind: Kind,
    /// Name and arguments; empty where there are only assignments or redirects.
    pub words: Vec<Word<'a>>,
    /// `NAME=value` before the first word.
    pub assignments: Vec<Assignment<'a>>,
    /// In the order as written.
    pub redirects: Vec<Redirect<'a>>,
    /// How it is joined to the command before it.
    pub link: Link,
    /// Index into [`Script::scopes`].
    pub scope: usize,
    /// Index of the command whose word holds the substitution that this one stands in.
    pub parent: Option<usize>,
    /// How many subshells, substitutions and compound commands are around it.
    pub depth: usize,
    /// Inside `if`, `case` or a loop, or after `&&` or `||`: it may not run.
    pub conditional: bool,
    /// The function whose body it stands in.
    pub function: Option<&'a str>,
}

impl Command<'_> {
    /// The first word's value, where no expansion hides it.
    pub fn name(&self) -> Option<&str> {
        self.words.first().filter(|word| !word.dynamic).map(|word| word.value.as_ref())
    }
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// Where it stands, quotes included.
    pub span: Span,
    /// As written.
    pub raw: &'a str,
    /// After quote removal; expansions stand in it as written.
    pub value: Cow<'a, str>,
    /// Whether it holds an expansion: a variable, a substitution or a CI provider's expression.
    pub dynamic: bool,
    /// Whether any part was quoted or escaped.
    pub quoted: bool,
}

/// What an assignment gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned<'a> {
    /// One value (its span is what follows the `=`).
    Scalar(Word<'a>),
    /// `(word word …)`.
    Array(Vec<Word<'a>>),
}

/// `NAME=value` or `NAME+=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment<'a> {
    /// The variable's name.
    pub name: &'a str,
    /// Whether it was `+=`.
    pub append: bool,
    /// What is assigned.
    pub value: Assigned<'a>,
}

/// A redirection with its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect<'a> {
    /// `>`, `>>`, `<`, `<<`, `<<-`, `<<<`, `>&`, `&>`, …
    pub operator: &'a str,
    /// The file, descriptor, here-string or delimiter.
    pub target: Word<'a>,
    /// The body, for `<<` and `<<-`.
    pub heredoc: Option<Heredoc>,
}

/// A heredoc's body: text, never read as commands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heredoc {
    /// The lines between the one that opens it and the delimiter.
    pub body: Span,
    /// Whether the shell expands variables in it (the delimiter was not quoted).
    pub expands: bool,
}
