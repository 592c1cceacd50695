use super::tree::{Data, Properties, Shape, Tree, UNRESOLVED};
use super::{TextMap, merge};
use crate::text::{Source, Span};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing is written (`key:` alone), or an alias leads nowhere. A written `~` or `null` is a scalar.
    Null,
    /// Text in any style.
    Scalar,
    /// Keys with values.
    Mapping,
    /// A list.
    Sequence,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// One node of a [`Tree`], cheap to copy. Every question looks through an alias, except those
/// about how the node is written: [`Node::is_alias`] and [`Node::written_span`].
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    /// The node as written: possibly an alias.
    written: u32,
    /// The node meant.
    id: u32,
}

impl PartialEq for Node<'_> {
    /// Whether both are the same node at the same place of the same tree.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.written == other.written
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("kind", &self.kind())
            .field("span", &self.span())
            .field("text", &self.as_str())
            .finish_non_exhaustive()
    }
}

impl<'t> Node<'t> {
    pub(super) fn at(tree: &'t Tree, written: u32) -> Self {
        Self { tree, written, id: tree.resolve(written) }
    }

    pub(super) fn id(self) -> u32 {
        self.id
    }

    fn data(self) -> Data {
        self.tree.data(self.id)
    }

    /// The tree that the node belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// The file that the node stands in.
    pub fn source(self) -> &'t Source {
        self.tree.source()
    }

    /// The node's content, without tag and anchor; behind an alias, the content it leads to.
    /// A collection ends with its last child; a block scalar begins at its `|` or `>`. Nothing
    /// written has an empty span at the place where a value would begin.
    pub fn span(self) -> Span {
        let data = self.data();
        Span::new(data.start as usize, data.end as usize)
    }

    /// The node as it stands at its own place, with tag and anchor; an alias is its `*name`.
    pub fn written_span(self) -> Span {
        let data = self.tree.data(self.written);
        let mut span = Span::new(data.start as usize, data.end as usize);
        if let Some(properties) = self.tree.properties_of(data) {
            for (start, end) in [properties.tag, properties.anchor] {
                if start < end {
                    span = span.join(Span::new(start as usize, end as usize));
                }
            }
        }
        span
    }

    /// Whether an alias is written here.
    pub fn is_alias(self) -> bool {
        matches!(self.tree.data(self.written).shape, Shape::Alias { .. })
    }

    /// What the node is.
    pub fn kind(self) -> Kind {
        match self.data().shape {
            Shape::Null | Shape::Alias { .. } => Kind::Null,
            Shape::Scalar { .. } => Kind::Scalar,
            Shape::Mapping { .. } => Kind::Mapping,
            Shape::Sequence { .. } => Kind::Sequence,
        }
    }

    /// Whether the node is a mapping.
    pub fn is_mapping(self) -> bool {
        self.kind() == Kind::Mapping
    }

    /// Whether the node is a list.
    pub fn is_sequence(self) -> bool {
        self.kind() == Kind::Sequence
    }

    /// Whether nothing is written, or a plain `~` or `null`.
    pub fn is_null(self) -> bool {
        match self.kind() {
            Kind::Null => true,
            Kind::Scalar => {
                self.is_plain() && matches!(self.as_str(), Some("~" | "null" | "Null" | "NULL" | ""))
            }
            Kind::Mapping | Kind::Sequence => false,
        }
    }

    /// Whether a mapping or list is written with `{}` or `[]`.
    pub fn is_flow(self) -> bool {
        matches!(self.data().shape, Shape::Mapping { flow: true, .. } | Shape::Sequence { flow: true, .. })
    }

    /// The text of any scalar, after unquoting and unfolding; numbers and booleans as written.
    pub fn as_str(self) -> Option<&'t str> {
        self.tree.text(self.id)
    }

    /// How a scalar is written; [`ScalarStyle::Plain`] for everything else.
    pub fn style(self) -> ScalarStyle {
        match self.data().shape {
            Shape::Scalar { style, .. } => style,
            _ => ScalarStyle::Plain,
        }
    }

    fn is_plain(self) -> bool {
        self.style() == ScalarStyle::Plain && self.tag().is_none()
    }

    /// The tag as written, such as `!reference` or `!!str`.
    pub fn tag(self) -> Option<&'t str> {
        self.property(|properties| properties.tag)
    }

    /// The anchor's name without its `&`.
    pub fn anchor(self) -> Option<&'t str> {
        self.property(|properties| properties.anchor).map(|name| name.trim_start_matches('&'))
    }

    fn property(self, which: impl Fn(Properties) -> (u32, u32)) -> Option<&'t str> {
        let (start, end) = which(self.tree.properties_of(self.data())?);
        (start < end).then(|| self.tree.source().slice(Span::new(start as usize, end as usize)))
    }

    /// The name of an alias that leads nowhere, without its `*`.
    pub fn unresolved_alias(self) -> Option<&'t str> {
        match self.data().shape {
            Shape::Alias { target: UNRESOLVED } => {
                Some(self.source().slice(self.span()).trim_start_matches('*'))
            }
            _ => None,
        }
    }

    /// A plain boolean of YAML 1.2: `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.as_str().filter(|_| self.is_plain())? {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }

    /// A plain boolean of YAML 1.1, which knows `yes`, `no`, `on` and `off` as well.
    pub fn as_bool_1_1(self) -> Option<bool> {
        match self.as_str().filter(|_| self.is_plain())? {
            "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
            "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
            _ => self.as_bool(),
        }
    }

    /// How many entries a mapping has as written, or items a list.
    pub fn len(self) -> usize {
        match self.data().shape {
            Shape::Mapping { len, .. } | Shape::Sequence { len, .. } => len as usize,
            Shape::Null | Shape::Scalar { .. } | Shape::Alias { .. } => 0,
        }
    }

    /// Whether a mapping or list holds nothing; true for everything else.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Direct children as written: keys and values in turn, or items. Not behind an alias.
    pub(super) fn written_children(self) -> Children<'t> {
        Children::new(self.tree, self.written)
    }

    fn children(self) -> Children<'t> {
        Children::new(self.tree, self.id)
    }

    /// The items of a list; nothing for other nodes.
    pub fn items(self) -> impl Iterator<Item = Node<'t>> {
        if self.is_sequence() { self.children() } else { Children::none(self.tree) }
    }

    /// The entries of a mapping as written, merge keys `<<` among them; nothing for other nodes.
    pub fn own_entries(self) -> impl Iterator<Item = (Node<'t>, Node<'t>)> {
        let mut children = if self.is_mapping() { self.children() } else { Children::none(self.tree) };
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// Whether the mapping has a merge key `<<`.
    pub fn has_merge(self) -> bool {
        matches!(self.data().shape, Shape::Mapping { merges: true, .. })
    }

    /// The entries of a mapping with merge keys `<<` resolved: its own first, then merged ones
    /// that it does not have itself. Among merged mappings the earlier wins, as in the merge-key draft.
    pub fn entries(self) -> impl Iterator<Item = (Node<'t>, Node<'t>)> {
        let merged = self.has_merge().then(|| merge::entries(self));
        let own = merged.is_none().then(|| self.own_entries());
        merged.into_iter().flatten().chain(own.into_iter().flatten())
    }

    /// A mapping's key and value by the key's text, merge keys resolved. Where a key stands twice,
    /// the last one counts, as in the parsers that let it pass.
    pub fn entry(self, key: &str) -> Option<(Node<'t>, Node<'t>)> {
        let own = self.own_entries().filter(|(name, _)| name.as_str() == Some(key)).last();
        if own.is_some() || !self.has_merge() {
            return own;
        }
        merge::entries(self).into_iter().find(|(name, _)| name.as_str() == Some(key))
    }

    /// A mapping's value by the key's text, merge keys resolved.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The value at the end of a chain of keys.
    pub fn get_path(self, keys: &[&str]) -> Option<Node<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The scalar itself, or the scalars of a list; other items are passed over.
    pub fn scalars_or_one(self) -> impl Iterator<Item = Node<'t>> {
        let one = (self.kind() == Kind::Scalar).then_some(self);
        one.into_iter().chain(self.items().filter(|item| item.kind() == Kind::Scalar))
    }

    /// The node at a JSON pointer (RFC 6901) below this one, merge keys resolved.
    pub fn pointer(self, pointer: &str) -> Option<Node<'t>> {
        self.pointer_entry(pointer).map(|(_, value)| value)
    }

    /// The node at a JSON pointer, with its key where it is a mapping's value.
    pub fn pointer_entry(self, pointer: &str) -> Option<(Option<Node<'t>>, Node<'t>)> {
        if pointer.is_empty() {
            return Some((None, self));
        }
        pointer.strip_prefix('/')?.split('/').try_fold((None, self), |(_, node), part| {
            let part = part.replace("~1", "/").replace("~0", "~");
            if node.is_sequence() {
                return Some((None, node.items().nth(part.parse().ok()?)?));
            }
            // A key without text stands for an empty one.
            let (key, value) = node
                .entry(&part)
                .or_else(|| node.entries().find(|(key, _)| part.is_empty() && key.kind() == Kind::Null))?;
            Some((Some(key), value))
        })
    }

    /// Where the bytes of [`Node::as_str`] stand in the source.
    pub fn text_map(self) -> TextMap<'t> {
        TextMap::new(self)
    }
}

/// Iterator over the direct children of a collection as written.
pub(super) struct Children<'t> {
    tree: &'t Tree,
    next: u32,
    after: u32,
}

impl<'t> Children<'t> {
    fn new(tree: &'t Tree, id: u32) -> Self {
        Self { tree, next: id + 1, after: tree.after(id) }
    }

    fn none(tree: &'t Tree) -> Self {
        Self { tree, next: 0, after: 0 }
    }
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.next >= self.after {
            return None;
        }
        let node = Node::at(self.tree, self.next);
        self.next = self.tree.after(self.next);
        Some(node)
    }
}

impl Tree {
    pub(super) fn properties_of(&self, data: Data) -> Option<Properties> {
        self.properties.get(data.properties.checked_sub(1)? as usize).copied()
    }
}
