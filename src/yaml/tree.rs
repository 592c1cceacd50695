use super::node::Node;
use crate::text::{Source, Span};

/// A parsed YAML file: nodes in the order of the text, comments, and what was wrong with it.
///
/// Nodes lie in one vector, each collection directly before its children, so that a subtree is a
/// contiguous range and needs no child lists.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) source: Source,
    pub(super) nodes: Vec<Data>,
    pub(super) properties: Vec<Properties>,
    /// Text of scalars whose value does not stand in the source as it is (escapes, folding, indentation).
    pub(super) pool: String,
    /// The root of each document.
    pub(super) roots: Vec<u32>,
    pub(super) comments: Vec<Comment>,
    pub(super) errors: Vec<SyntaxError>,
    pub(super) duplicates: Vec<DuplicateKey>,
}

/// One node, kept small: a workflow has about one for every fifteen bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) shape: Shape,
    /// Index into [`Tree::properties`] plus one; zero where the node has neither tag nor anchor.
    pub(super) properties: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Null,
    /// Where the value stands: in the source, or in the pool of decoded texts.
    Scalar {
        style: super::ScalarStyle,
        pooled: bool,
        start: u32,
        len: u32,
    },
    /// `after` is the first node behind the subtree.
    Mapping {
        flow: bool,
        merges: bool,
        after: u32,
        len: u32,
    },
    Sequence {
        flow: bool,
        after: u32,
        len: u32,
    },
    /// `target` is [`UNRESOLVED`] where the alias leads nowhere.
    Alias {
        target: u32,
    },
}

pub(super) const UNRESOLVED: u32 = u32::MAX;

/// Tag and anchor tokens of a node, as spans with their `!` or `&`; empty where absent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Properties {
    pub(super) tag: (u32, u32),
    pub(super) anchor: (u32, u32),
}

/// A comment, from its `#` to the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// The comment with its `#`, without the line break.
    pub span: Span,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

/// What kind of fault a [`SyntaxError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxErrorKind {
    /// The text is not YAML. The rest of this document was not read; later documents were.
    Syntax,
    /// An alias names an anchor that does not stand before it.
    UnknownAnchor,
    /// An alias lies inside the node that it names.
    CyclicAlias,
    /// Aliases nest so deep, or multiply so often, that reading through them would not end soon.
    AliasExpansion,
    /// Collections nest deeper than any pipeline does.
    TooDeep,
    /// The file is larger than any pipeline is; nothing of it was read.
    TooLarge,
}

/// One fault that makes the file, or a part of it, unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What kind of fault it is.
    pub kind: SyntaxErrorKind,
    /// What is wrong, as a phrase without a final stop.
    pub message: String,
    /// Where it was noticed; never empty unless it is the end of the text.
    pub span: Span,
}

/// A mapping key that stands twice in one mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The key's text.
    pub key: String,
    /// Where it stands first.
    pub first: Span,
    /// Where it stands again.
    pub second: Span,
}

impl Tree {
    /// The text that was parsed.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The root of each document that has content, in order.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        self.roots.iter().map(|&id| Node::at(self, id))
    }

    /// The first document's root; none where the file holds only comments or blanks.
    pub fn root(&self) -> Option<Node<'_>> {
        self.documents().next()
    }

    /// Syntax errors in the order of the text; at most one [`SyntaxErrorKind::Syntax`] per document.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Keys that stand twice in their mapping. A repeated merge key `<<` is none: production
    /// CircleCI files have it and providers take it.
    pub fn duplicates(&self) -> &[DuplicateKey] {
        &self.duplicates
    }

    /// All comments in the order of the text.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The comment on a line (from 1), beside content or alone.
    pub fn comment_on_line(&self, line: usize) -> Option<Comment> {
        let span = self.source.line_span(line);
        let at = self.comments.partition_point(|comment| comment.span.start < span.start);
        self.comments.get(at).copied().filter(|comment| comment.span.start < span.end)
    }

    /// A comment's text behind its `#`, trimmed.
    pub fn comment_text(&self, comment: Comment) -> &str {
        self.source.slice(comment.span).trim_start_matches('#').trim()
    }

    /// The nodes around `offset` as written (aliases not looked through), the root first, the
    /// innermost last; empty where no document covers the offset.
    pub fn path_at(&self, offset: usize) -> Vec<Node<'_>> {
        let covers = |node: &Node<'_>| {
            let span = node.written_span();
            span.start <= offset && offset <= span.end
        };
        let mut path: Vec<Node<'_>> = Vec::new();
        let mut next = self.documents().find(covers);
        while let Some(node) = next {
            path.push(node);
            next = if node.is_alias() { None } else { node.written_children().find(covers) };
        }
        path
    }

    /// The innermost node at `offset`, as written.
    pub fn at_offset(&self, offset: usize) -> Option<Node<'_>> {
        self.path_at(offset).pop()
    }

    pub(super) fn data(&self, id: u32) -> Data {
        self.nodes[id as usize]
    }

    /// The first node behind the subtree of `id`.
    pub(super) fn after(&self, id: u32) -> u32 {
        match self.data(id).shape {
            Shape::Mapping { after, .. } | Shape::Sequence { after, .. } => after,
            Shape::Null | Shape::Scalar { .. } | Shape::Alias { .. } => id + 1,
        }
    }

    pub(super) fn text(&self, id: u32) -> Option<&str> {
        let Shape::Scalar { pooled, start, len, .. } = self.data(id).shape else { return None };
        let text = if pooled { self.pool.as_str() } else { self.source.text() };
        text.get(start as usize..start as usize + len as usize)
    }

    /// The node an alias leads to, or the node itself. Aliases point only backwards and never at a
    /// node around them, so this ends.
    pub(super) fn resolve(&self, mut id: u32) -> u32 {
        while let Shape::Alias { target } = self.data(id).shape {
            if target == UNRESOLVED {
                return id;
            }
            id = target;
        }
        id
    }
}
