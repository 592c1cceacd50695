use std::sync::Arc;

/// A half-open range of byte offsets into one [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`, both byte offsets.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no byte.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies wholly inside this span.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A place for people: line and column, both from 1; columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One file's text with its repository-relative path, cheap to clone.
#[derive(Clone)]
pub struct Source {
    inner: Arc<Inner>,
}

struct Inner {
    path: String,
    text: String,
    /// Byte offset of the start of every line; the first is 0.
    line_starts: Vec<usize>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Source {
    /// Wraps `text`, which stands at `path` (relative to the repository, with `/`).
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { inner: Arc::new(Inner { path: path.into(), text, line_starts }) }
    }

    /// Path relative to the repository, with `/`.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The text that `span` covers; empty where the span is out of range or cuts a character.
    pub fn slice(&self, span: Span) -> &str {
        self.inner.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.inner.text.len());
        let line = self.inner.line_starts.partition_point(|&start| start <= offset);
        let start = self.inner.line_starts[line - 1];
        let before = self.inner.text.as_bytes().get(start..offset).unwrap_or_default();
        // Every byte that does not continue a UTF-8 sequence starts a character.
        let column = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() + 1;
        Position { line, column }
    }

    /// The text of a line (from 1) without its line break; empty where there is no such line.
    pub fn line(&self, line: usize) -> &str {
        self.slice(self.line_span(line)).trim_end_matches(['\n', '\r'])
    }

    /// The span of a line (from 1) with its line break; empty at the end where there is no such line.
    pub fn line_span(&self, line: usize) -> Span {
        let end = self.inner.text.len();
        let at = |index: usize| self.inner.line_starts.get(index).copied().unwrap_or(end);
        Span::new(at(line.saturating_sub(1)), at(line))
    }

    /// How many lines there are; a last line break starts one more, empty line.
    pub fn line_count(&self) -> usize {
        self.inner.line_starts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("a.yml", "é: 1\r\n🚀x: 2\n");
        assert_eq!(source.position(2), Position { line: 1, column: 2 });
        let x = source.text().find('x').unwrap_or_default();
        assert_eq!(source.position(x), Position { line: 2, column: 2 });
        assert_eq!(source.line(1), "é: 1");
        assert_eq!(source.line(9), "");
    }

    proptest! {
        #[test]
        fn any_offset_has_a_position_on_its_line(text in "(?s).{0,60}", offset in 0usize..200) {
            let source = Source::new("a", text);
            let at = source.position(offset);
            prop_assert!(at.line >= 1 && at.line <= source.line_count());
            let line = source.line_span(at.line);
            prop_assert!(line.start <= offset.min(source.text().len()));
        }
    }
}
