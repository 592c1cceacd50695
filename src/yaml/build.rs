//! Events of the parser → [`Tree`].

use std::collections::{HashMap, HashSet};

use granit_parser::{ErrorKind, Event, Parser, ScanError, StructureStyle};

use super::ScalarStyle;
use super::tree::{
    Comment, Data, DuplicateKey, Properties, Shape, SyntaxError, SyntaxErrorKind, Tree, UNRESOLVED,
};
use crate::text::{Source, Span};

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 32 << 20;
/// How deep block collections may nest, and flow collections again inside them.
const MAX_DEPTH: usize = 100;
/// How deep collections may nest when aliases are looked through. Above what one document can
/// hold without aliases, low enough that recursion over a tree cannot exhaust a thread's stack.
const MAX_RESOLVED_DEPTH: usize = 256;
/// How many nodes a file may have when every alias is looked through.
const MAX_RESOLVED_NODES: u64 = 250_000;
/// How many faults, and how many duplicate keys, a tree tells: nobody reads more of one file.
const MAX_TOLD: usize = 100;
/// Above this number of keys, duplicates are looked for with a set.
const FEW_KEYS: usize = 16;

/// Parses `source`. Never fails: what could be read is in the tree, what could not in
/// [`Tree::errors`]. After a syntax error the parser goes on with the next document.
pub fn parse(source: &Source) -> Tree {
    let mut builder = Builder::new(source);
    if source.text().len() > MAX_BYTES {
        let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
        builder.error(SyntaxErrorKind::TooLarge, message, Span::default());
    } else {
        builder.run();
    }
    builder.finish()
}

struct Builder<'s> {
    text: &'s str,
    tree: Tree,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchor>,
    /// End of the last token seen; block indicators are looked for from here.
    cursor: usize,
    /// Nodes so far, aliases looked through.
    weight: u64,
}

/// A collection whose end has not been seen.
struct Open {
    id: u32,
    anchor: usize,
    children: u32,
    last_child: Option<u32>,
    merges: bool,
    /// Whether the end event tells where the collection ends (a written bracket).
    bracket: bool,
    /// Depth of the deepest child, aliases looked through.
    height: usize,
    weight: u64,
}

/// What an alias to a finished node costs.
#[derive(Clone, Copy)]
struct Anchor {
    id: u32,
    /// None while the node is still open.
    cost: Option<(usize, u64)>,
}

impl<'s> Builder<'s> {
    fn new(source: &'s Source) -> Self {
        let tree = Tree {
            source: source.clone(),
            nodes: Vec::with_capacity(source.text().len().min(MAX_BYTES) / 20),
            properties: Vec::new(),
            pool: String::new(),
            roots: Vec::new(),
            comments: Vec::new(),
            errors: Vec::new(),
            duplicates: Vec::new(),
        };
        Self { text: source.text(), tree, open: Vec::new(), anchors: HashMap::new(), cursor: 0, weight: 0 }
    }

    fn run(&mut self) {
        let options = granit_parser::options! {
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            max_buffered_comment_events: usize::MAX,
            block_nesting_limit: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
        };
        let mut parser = Parser::new_from_str_with_options(self.text, options);
        loop {
            match parser.next_event() {
                Some(Ok((event, span))) => self.event(event, span),
                Some(Err(error)) => {
                    self.syntax_error(&error);
                    self.close_all();
                    match parser.proceed_next_document() {
                        Ok(true) => {}
                        Ok(false) | Err(_) => return,
                    }
                }
                None => return,
            }
        }
    }

    fn finish(mut self) -> Tree {
        self.close_all();
        self.tree.comments.sort_by_key(|comment| comment.span.start);
        self.tree.errors.sort_by_key(|error| error.span.start);
        self.tree.duplicates.sort_by_key(|key| key.second.start);
        self.tree.nodes.shrink_to_fit();
        self.tree.pool.shrink_to_fit();
        self.tree
    }

    fn event(&mut self, event: Event<'_>, at: granit_parser::Span) {
        let range = at.byte_range().unwrap_or_default();
        let mut span = Span::new(range.start, range.end.max(range.start));
        match event {
            Event::DocumentStart(true, _) => self.cursor = self.cursor.max(span.end),
            Event::Comment(..) => self.comment(span),
            Event::Scalar(value, style, anchor, _) => {
                let properties = self.tag(at);
                self.scalar(&value, style, anchor, span, properties);
            }
            Event::Anchor(_, _) => self.anchor_token(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor `&{name}` stands before this alias");
                self.error(SyntaxErrorKind::UnknownAnchor, message, span);
                self.leaf(Shape::Alias { target: UNRESOLVED }, 0, span, 0);
            }
            Event::SequenceStart(style, anchor, _) => {
                let properties = self.tag(at);
                let bracket = !span.is_empty();
                if bracket {
                    self.cursor = span.end;
                } else if let Some(dash) =
                    self.indicator(span.start, b"-").filter(|_| style == StructureStyle::Block)
                {
                    // An indentless sequence is reported where its first item begins.
                    span = Span::new(dash, dash);
                    self.cursor = dash + 1;
                }
                let flow = style == StructureStyle::Flow;
                self.open(Shape::Sequence { flow, after: 0, len: 0 }, anchor, span, properties, bracket);
            }
            Event::MappingStart(style, anchor, _) => {
                let properties = self.tag(at);
                let bracket = !span.is_empty();
                if bracket {
                    self.cursor = span.end;
                }
                let flow = style == StructureStyle::Flow;
                let shape = Shape::Mapping { flow, merges: false, after: 0, len: 0 };
                self.open(shape, anchor, span, properties, bracket);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            // Ends of documents and of the stream carry nothing; the enum is open to new presentation events.
            _ => {}
        }
    }

    fn comment(&mut self, span: Span) {
        let line_start = self.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let own_line = self.text[line_start..span.start].trim_start_matches('\u{feff}').trim().is_empty();
        self.tree.comments.push(Comment { span, own_line });
    }

    /// Remembers the tag of a node and gives its place in [`Tree::properties`], plus one.
    fn tag(&mut self, at: granit_parser::Span) -> u32 {
        let Some(range) = at.tag_span().and_then(|tag| tag.byte_range()) else { return 0 };
        self.tree
            .properties
            .push(Properties { tag: (offset(range.start), offset(range.end)), ..Properties::default() });
        offset(self.tree.properties.len())
    }

    /// The anchor token of the node that was added last.
    fn anchor_token(&mut self, span: Span) {
        let Some(node) = self.tree.nodes.last_mut() else { return };
        if node.properties == 0 {
            self.tree.properties.push(Properties::default());
            node.properties = offset(self.tree.properties.len());
        }
        self.tree.properties[node.properties as usize - 1].anchor = (offset(span.start), offset(span.end));
    }

    fn scalar(
        &mut self,
        value: &str,
        style: granit_parser::ScalarStyle,
        anchor: usize,
        mut span: Span,
        properties: u32,
    ) {
        use granit_parser::ScalarStyle as Style;
        let style = match style {
            // An empty value is reported as a plain `~` without extent, or, behind a tag, as an empty text.
            Style::Plain if span.is_empty() => {
                let place = self.null_place(span.start);
                self.leaf(Shape::Null, anchor, Span::new(place, place), properties);
                return;
            }
            Style::Plain => ScalarStyle::Plain,
            Style::SingleQuoted => ScalarStyle::SingleQuoted,
            Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
            Style::Literal => ScalarStyle::Literal,
            Style::Folded => ScalarStyle::Folded,
        };
        let quotes = usize::from(matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted));
        let content = span.start + quotes;
        let (pooled, start) = if self.text.get(content..).is_some_and(|rest| rest.starts_with(value)) {
            (false, content)
        } else {
            let start = self.tree.pool.len();
            self.tree.pool.push_str(value);
            (true, start)
        };
        let shape = Shape::Scalar { style, pooled, start: offset(start), len: offset(value.len()) };
        let token_end = span.end;
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let header = self.indicator(span.start, b"|>").unwrap_or(span.start);
            let end = header + self.text[header..span.end].trim_end().len();
            span = Span::new(header, end);
        }
        self.leaf(shape, anchor, span, properties);
        self.cursor = self.cursor.max(token_end);
    }

    /// Where a missing value or item would begin: behind the `:`, and never on a later line than its key.
    fn null_place(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let Some(parent) = self.open.last() else { return at };
        let is_mapping = matches!(self.tree.data(parent.id).shape, Shape::Mapping { .. });
        let is_value = is_mapping && !parent.children.is_multiple_of(2);
        if is_mapping && !is_value {
            return at;
        }
        if is_value && bytes.get(at) == Some(&b':') && at >= self.cursor {
            return at + 1;
        }
        if bytes.get(self.cursor..at).is_some_and(|gap| gap.contains(&b'\n')) { self.cursor } else { at }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let target = self.anchors.get(&anchor).copied();
        let refusal = match target {
            Some(Anchor { id, cost: Some((height, weight)) }) => {
                let too_deep = self.open.len() + height > MAX_RESOLVED_DEPTH;
                let too_many = self.weight.saturating_add(weight) > MAX_RESOLVED_NODES;
                if !too_deep && !too_many {
                    self.leaf_of(Shape::Alias { target: id }, 0, span, 0, (height, weight));
                    return;
                }
                let what = if too_deep { "nest too deeply" } else { "stand for too many nodes" };
                (SyntaxErrorKind::AliasExpansion, format!("the aliases up to here {what}"))
            }
            Some(Anchor { cost: None, .. }) => {
                (SyntaxErrorKind::CyclicAlias, "the alias lies inside the node that it names".to_owned())
            }
            None => (SyntaxErrorKind::UnknownAnchor, "no such anchor stands before this alias".to_owned()),
        };
        self.error(refusal.0, refusal.1, span);
        self.leaf(Shape::Alias { target: UNRESOLVED }, 0, span, 0);
    }

    /// Adds a node without children.
    fn leaf(&mut self, shape: Shape, anchor: usize, span: Span, properties: u32) {
        self.leaf_of(shape, anchor, span, properties, (1, 1));
    }

    fn leaf_of(&mut self, shape: Shape, anchor: usize, span: Span, properties: u32, cost: (usize, u64)) {
        let id = self.push(shape, span, properties);
        self.add_child(id, cost);
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { id, cost: Some(cost) });
        }
        self.weight = self.weight.saturating_add(cost.1);
        self.cursor = self.cursor.max(span.end);
    }

    fn push(&mut self, shape: Shape, span: Span, properties: u32) -> u32 {
        let id = offset(self.tree.nodes.len());
        self.tree.nodes.push(Data { start: offset(span.start), end: offset(span.end), shape, properties });
        if self.open.is_empty() {
            self.tree.roots.push(id);
        }
        id
    }

    /// Counts a finished node as a child of the collection around it.
    fn add_child(&mut self, id: u32, (height, weight): (usize, u64)) {
        let is_merge_key = matches!(
            self.tree.data(id).shape,
            Shape::Scalar { style: ScalarStyle::Plain, .. } if self.tree.text(id) == Some("<<")
        );
        let Some(parent) = self.open.last_mut() else { return };
        let is_key = parent.children.is_multiple_of(2)
            && matches!(self.tree.nodes[parent.id as usize].shape, Shape::Mapping { .. });
        parent.merges |= is_key && is_merge_key;
        parent.children += 1;
        parent.last_child = Some(id);
        parent.height = parent.height.max(height);
        parent.weight = parent.weight.saturating_add(weight);
    }

    fn open(&mut self, shape: Shape, anchor: usize, span: Span, properties: u32, bracket: bool) {
        let id = self.push(shape, span, properties);
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { id, cost: None });
        }
        self.weight = self.weight.saturating_add(1);
        self.open.push(Open {
            id,
            anchor,
            children: 0,
            last_child: None,
            merges: false,
            bracket,
            height: 0,
            weight: 1,
        });
    }

    /// Closes the innermost collection; `span` is that of its end event.
    fn close(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let after = offset(self.tree.nodes.len());
        let last_end = open.last_child.map(|child| self.written_end(child));
        let node = &mut self.tree.nodes[open.id as usize];
        node.end = if open.bracket && !span.is_empty() {
            offset(span.end)
        } else {
            last_end.unwrap_or_default().max(node.start)
        };
        let is_mapping = match &mut node.shape {
            Shape::Mapping { merges, after: end, len, .. } => {
                (*merges, *end, *len) = (open.merges, after, open.children / 2);
                true
            }
            Shape::Sequence { after: end, len, .. } => {
                (*end, *len) = (after, open.children);
                false
            }
            Shape::Null | Shape::Scalar { .. } | Shape::Alias { .. } => false,
        };
        self.cursor = self.cursor.max(span.end.min(node.end as usize));
        if is_mapping {
            self.find_duplicates(open.id, after);
        }
        let cost = (open.height + 1, open.weight);
        if let Some(anchor) = self.anchors.get_mut(&open.anchor) {
            anchor.cost = Some(cost);
        }
        self.add_child(open.id, cost);
    }

    /// Where a node ends with its tag and anchor, which follow each other but precede no content here.
    fn written_end(&self, id: u32) -> u32 {
        let data = self.tree.data(id);
        let properties = self.tree.properties_of(data).unwrap_or_default();
        data.end.max(properties.tag.1).max(properties.anchor.1)
    }

    /// After a syntax error or at the end: closes what is open where the text ends that was read.
    fn close_all(&mut self) {
        while let Some(open) = self.open.last() {
            let is_mapping = matches!(self.tree.data(open.id).shape, Shape::Mapping { .. });
            if is_mapping && !open.children.is_multiple_of(2) {
                let end = self.cursor;
                self.leaf(Shape::Null, 0, Span::new(end, end), 0);
            }
            self.close(Span::new(self.cursor, self.cursor));
        }
    }

    /// The first of `wanted` between the last token and `limit`, comments, blanks, properties and
    /// other indicators passed over.
    fn indicator(&self, limit: usize, wanted: &[u8]) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.cursor.min(limit);
        while at < limit {
            let byte = bytes[at];
            if wanted.contains(&byte) {
                return Some(at);
            }
            at += match byte {
                b'#' => memchr::memchr(b'\n', &bytes[at..limit]).unwrap_or(limit - at),
                b'&' | b'!' => {
                    bytes[at..limit].iter().position(u8::is_ascii_whitespace).unwrap_or(limit - at)
                }
                _ => 1,
            };
        }
        None
    }

    fn find_duplicates(&mut self, id: u32, after: u32) {
        let mut keys: Vec<u32> = Vec::new();
        let mut child = id + 1;
        while child < after {
            keys.push(child);
            child = self.tree.after(self.tree.after(child));
        }
        let text = |&key: &u32| {
            let text = self.tree.text(self.tree.resolve(key))?;
            let plain_merge = text == "<<"
                && matches!(self.tree.data(key).shape, Shape::Scalar { style: ScalarStyle::Plain, .. });
            (!plain_merge).then_some(text)
        };
        let mut found: Vec<(u32, u32)> = Vec::new();
        if keys.len() <= FEW_KEYS {
            for (at, key) in keys.iter().enumerate() {
                let Some(name) = text(key) else { continue };
                if let Some(&first) = keys[..at].iter().find(|other| text(other) == Some(name)) {
                    found.push((first, *key));
                }
            }
        } else {
            let names: HashSet<&str> = keys.iter().filter_map(text).collect();
            if names.len() == keys.len() {
                return;
            }
            let mut first: HashMap<&str, u32> = HashMap::with_capacity(names.len());
            for key in &keys {
                let Some(name) = text(key) else { continue };
                match first.get(name) {
                    Some(&earlier) => found.push((earlier, *key)),
                    None => drop(first.insert(name, *key)),
                }
            }
        }
        let span = |key: u32| {
            let data = self.tree.data(key);
            Span::new(data.start as usize, data.end as usize)
        };
        let room = MAX_TOLD.saturating_sub(self.tree.duplicates.len());
        let new: Vec<DuplicateKey> = found
            .into_iter()
            .take(room)
            .map(|(first, second)| DuplicateKey {
                key: text(&first).unwrap_or_default().to_owned(),
                first: span(first),
                second: span(second),
            })
            .collect();
        self.tree.duplicates.extend(new);
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let at = self.tab_before(at).filter(|_| is_tab(error.kind())).unwrap_or(at);
        let len = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let kind = match error.kind() {
            ErrorKind::RecursionLimitExceeded => SyntaxErrorKind::TooDeep,
            _ => SyntaxErrorKind::Syntax,
        };
        self.error(kind, message(error), Span::new(at, at + len));
    }

    /// The last tab of the blanks before `at`: the parser notices a tab at what follows it.
    fn tab_before(&self, at: usize) -> Option<usize> {
        let before = self.text.get(..at)?;
        let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
        before[at - blanks..].rfind('\t').map(|tab| at - blanks + tab)
    }

    fn error(&mut self, kind: SyntaxErrorKind, message: String, span: Span) {
        if self.tree.errors.len() < MAX_TOLD {
            self.tree.errors.push(SyntaxError { kind, message, span });
        }
    }
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed)
}

/// The parser's message, reworded where a pipeline's author would not know the term.
fn message(error: &ScanError) -> String {
    match error.kind() {
        kind if is_tab(kind) => "a tab cannot indent YAML; use spaces".to_owned(),
        ErrorKind::MappingValueNotAllowed => {
            "a `: ` cannot stand here; quote the value if the colon belongs to it".to_owned()
        }
        ErrorKind::RecursionLimitExceeded => format!("nested deeper than {MAX_DEPTH} levels"),
        ErrorKind::UnclosedQuotedScalar => "this quote is never closed".to_owned(),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("`{character}` cannot begin a value; quote the value")
        }
        ErrorKind::UnclosedFlowCollection { open } => format!("this `{open}` is never closed"),
        _ => error.info(),
    }
}

/// A byte offset or count in the compact form; [`MAX_BYTES`] keeps it far below the limit.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(UNRESOLVED)
}
