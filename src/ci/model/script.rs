use crate::diagnostic::Location;
use crate::text::{Source, Span};

/// The text of a script as the shell gets it, with a map back to the bytes of the files it comes from:
/// through YAML's folding and quoting, through expressions whose value was filled in, and through
/// GitLab's lists of script lines that may come from several files.
#[derive(Debug, Clone, Default)]
pub struct Script {
    text: String,
    /// In the order of the text, without gaps.
    pieces: Vec<Piece>,
}

/// A run of script bytes with one origin.
#[derive(Debug, Clone)]
struct Piece {
    /// Offset of the first byte in the script.
    start: usize,
    /// Where it comes from.
    source: Source,
    span: Span,
    /// Whether each byte stands for one byte of the file; else the run as a whole stands for the span.
    exact: bool,
}

impl Script {
    /// The script that the YAML scalar at `span` of `source` holds; `text` is the scalar's value.
    /// The style is told from the first byte, so that `span` must begin at the scalar's `|`, `>`,
    /// quote or first character.
    pub fn of_scalar(source: &Source, span: Span, text: &str) -> Self {
        let mut script = Self::default();
        script.append_scalar(source, span, text);
        script
    }

    /// Appends the scalar at `span` of `source`, on a line of its own.
    pub fn push_scalar(&mut self, source: &Source, span: Span, text: &str) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            let after = Span::new(span.start, span.start);
            self.append("\n", source, after, false);
        }
        self.append_scalar(source, span, text);
    }

    fn append_scalar(&mut self, source: &Source, span: Span, text: &str) {
        let raw = source.slice(span);
        let mut done = 0;
        let mut raw_done = 0;
        for run in align(raw, text) {
            if run.text > done {
                let gap = Span::new(span.start + raw_done, span.start + run.raw);
                self.append(&text[done..run.text], source, gap, false);
            }
            let at = Span::new(span.start + run.raw, span.start + run.raw + run.len);
            self.append(&text[run.text..run.text + run.len], source, at, true);
            done = run.text + run.len;
            raw_done = run.raw + run.len;
        }
        if done < text.len() {
            self.append(&text[done..], source, Span::new(span.start + raw_done, span.end), false);
        }
    }

    fn append(&mut self, text: &str, source: &Source, span: Span, exact: bool) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { start: self.text.len(), source: source.clone(), span, exact });
        self.text.push_str(text);
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the bytes `span` of the script stand in the file. Where they come from several files,
    /// the place of their beginning; for a script that has no text, none.
    pub fn locate(&self, span: Span) -> Option<Location> {
        let first = self.piece_at(span.start)?;
        let start = first.file_offset(span.start);
        let end = match self.piece_at(span.end.saturating_sub(1).max(span.start)) {
            Some(last) if last.source.path() == first.source.path() && last.exact => {
                last.file_offset(span.end).min(last.span.end)
            }
            Some(last) if last.source.path() == first.source.path() => last.span.end,
            _ => first.span.end,
        };
        Some(Location::new(&first.source, Span::new(start, end.max(start))))
    }

    fn piece_at(&self, offset: usize) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.start <= offset);
        self.pieces.get(index.saturating_sub(1))
    }

    /// The script with each piece of text between `open` and `close` replaced by what `resolve` says of
    /// it; where it says nothing the text stays. A place in replaced text is the place of the expression.
    #[must_use]
    pub fn substitute(
        &self,
        open: &str,
        close: &str,
        resolve: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Self {
        if !self.text.contains(open) {
            return self.clone();
        }
        let mut out = Self::default();
        let mut done = 0;
        while let Some(found) = self.text[done..].find(open) {
            let start = done + found;
            let Some(len) = self.text[start + open.len()..].find(close) else { break };
            let end = start + open.len() + len + close.len();
            let inner = &self.text[start + open.len()..end - close.len()];
            if let Some(value) = resolve(inner.trim()) {
                self.copy(Span::new(done, start), &mut out);
                if let Some(at) = self.locate(Span::new(start, end)) {
                    out.append(&value, &at.source, at.span, false);
                }
            } else {
                self.copy(Span::new(done, end), &mut out);
            }
            done = end;
        }
        self.copy(Span::new(done, self.text.len()), &mut out);
        out
    }

    /// Appends the bytes `span` of this script to `out`, with their places.
    fn copy(&self, span: Span, out: &mut Self) {
        let first = self.pieces.partition_point(|piece| piece.start <= span.start).saturating_sub(1);
        for (index, piece) in self.pieces.iter().enumerate().skip(first) {
            if piece.start >= span.end {
                break;
            }
            let piece_end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.start);
            let (start, end) = (piece.start.max(span.start), piece_end.min(span.end));
            if start >= end {
                continue;
            }
            let at = if piece.exact {
                Span::new(piece.file_offset(start), piece.file_offset(end))
            } else {
                piece.span
            };
            out.append(&self.text[start..end], &piece.source, at, piece.exact);
        }
    }
}

impl Piece {
    fn file_offset(&self, offset: usize) -> usize {
        if self.exact { self.span.start + offset.saturating_sub(self.start) } else { self.span.start }
    }
}

/// A run of bytes that are the same in the scalar's value and in the file.
struct Run {
    text: usize,
    raw: usize,
    len: usize,
}

/// The runs of `raw`, the scalar as it stands in the file, that appear unchanged in its value `text`.
fn align(raw: &str, text: &str) -> Vec<Run> {
    match raw.as_bytes().first() {
        Some(b'|' | b'>') => align_lines(raw, text, raw.find('\n').map_or(raw.len(), |at| at + 1), true),
        Some(b'"' | b'\'') => align_quoted(raw, text),
        _ => align_lines(raw, text, 0, false),
    }
}

/// Block scalars (with their indentation) and plain scalars, line by line.
fn align_lines(raw: &str, text: &str, body: usize, block: bool) -> Vec<Run> {
    let leading = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let first = |of: &str| of.lines().find(|line| !line.trim().is_empty()).map_or(0, leading);
    // The value's own leading blanks belong to the content (an explicit indentation indicator).
    let indent = if block { first(&raw[body..]).saturating_sub(first(text)) } else { 0 };
    let mut runs = Vec::new();
    let (mut at, mut done) = (body, 0);
    for line in raw[body..].split_inclusive('\n') {
        let kept = line.trim_end_matches(['\n', '\r']);
        let (skip, content) = if block {
            let skip = leading(kept).min(indent);
            (skip, &kept[skip..])
        } else {
            let inner = kept.trim_start_matches([' ', '\t']);
            (kept.len() - inner.len(), inner.trim_end_matches([' ', '\t']))
        };
        if !content.is_empty() {
            match skip_to(text, done, content) {
                Some(found) => {
                    runs.push(Run { text: found, raw: at + skip, len: content.len() });
                    done = found + content.len();
                }
                None if content.trim().is_empty() => {}
                None => return runs,
            }
        }
        at += line.len();
    }
    runs
}

/// Where `content` begins in `text` at or after `from`, with nothing but folded white space before it.
fn skip_to(text: &str, from: usize, content: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        if text.get(at..)?.starts_with(content) {
            return Some(at);
        }
        if !matches!(bytes.get(at), Some(b' ' | b'\n')) {
            return None;
        }
        at += 1;
    }
}

/// Quoted scalars: runs between escapes, doubled quotes and line breaks.
fn align_quoted(raw: &str, text: &str) -> Vec<Run> {
    let bytes = raw.as_bytes();
    let quote = bytes[0];
    let end = if raw.len() > 1 && bytes[raw.len() - 1] == quote { raw.len() - 1 } else { raw.len() };
    let mut runs = Vec::new();
    let (mut at, mut start, mut done) = (1, 1, 0);
    while at <= end {
        let stop = match bytes.get(at) {
            _ if at == end => Some((at, 1, 0)),
            Some(b'\n') => Some((at, 1, 0)),
            Some(b'\\') if quote == b'"' => {
                Some((at, escape_len(&raw[at..end]), escaped_chars(&raw[at..end])))
            }
            Some(&byte) if byte == quote && quote == b'\'' => Some((at + 1, 1, 0)),
            _ => None,
        };
        let Some((stop, skip, decoded)) = stop else {
            at += 1;
            continue;
        };
        let run = &raw[start..stop];
        let folded_before = start > 1 && bytes[start - 1] == b'\n';
        let folded_after = bytes.get(stop) == Some(&b'\n');
        let left = if folded_before { run.len() - run.trim_start().len() } else { 0 };
        let run = &run[left..];
        let run = if folded_after { run.trim_end() } else { run };
        if !run.is_empty() {
            let Some(found) = skip_to(text, done, run) else { return runs };
            runs.push(Run { text: found, raw: start + left, len: run.len() });
            done = found + run.len();
        }
        for _ in 0..decoded {
            done += text.get(done..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
        at = stop + skip;
        start = at;
    }
    runs
}

/// Bytes of the escape sequence at the start of `raw`, within which no run may begin.
fn escape_len(raw: &str) -> usize {
    let len = match raw.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        // A line break itself is left to the next round, which drops the indentation after it.
        Some(b'\n' | b'\r') | None => 1,
        Some(_) => 1 + raw[1..].chars().next().map_or(0, char::len_utf8),
    };
    (len.min(raw.len())..=raw.len()).find(|&at| raw.is_char_boundary(at)).unwrap_or(raw.len())
}

/// How many characters the escape sequence at the start of `raw` stands for.
fn escaped_chars(raw: &str) -> usize {
    usize::from(!matches!(raw.as_bytes().get(1), Some(b'\n' | b'\r') | None))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The script of the value of `raw`, and the file text that a piece of it comes from.
    fn origin(raw: &str, value: &str, wanted: &str) -> String {
        let source = Source::new("a.yml", format!("run: {raw}"));
        let script = Script::of_scalar(&source, Span::new(5, source.text().len()), value);
        assert_eq!(script.text(), value);
        let start = value.find(wanted).expect("part of the value");
        let at = script.locate(Span::new(start, start + wanted.len())).expect("has a place");
        at.source.slice(at.span).to_owned()
    }

    #[test]
    fn every_style_maps_back() {
        for (raw, value) in [
            ("npm publish", "npm publish"),
            ("a\n    npm publish", "a npm publish"),
            ("|\n    a\n      b\n\n    npm publish\n", "a\n  b\n\nnpm publish\n"),
            ("|2-\n      a\n    npm publish", "  a\nnpm publish"),
            ("|\r\n    a\r\n    npm publish\r\n", "a\nnpm publish\n"),
            (">-\n    a\n    b\n\n    c\n      d\n    npm publish\n", "a b\nc\n  d\nnpm publish"),
            ("'it''s; npm publish'", "it's; npm publish"),
            ("\"a\\n\\\"b\\\" \\u00e9; npm publish\\n\"", "a\n\"b\" é; npm publish\n"),
            ("\"a\n    b \\\n    npm publish\"", "a b npm publish"),
        ] {
            assert_eq!(origin(raw, value, "npm publish"), "npm publish", "in {raw:?}");
        }
    }

    #[test]
    fn text_over_an_escape_maps_to_the_text_with_the_escape() {
        assert_eq!(origin("'it''s'", "it's", "it's"), "it''s");
        assert_eq!(origin("\"a\\tb\"", "a\tb", "a\tb"), "a\\tb");
    }

    #[test]
    fn filled_in_expressions_point_at_the_expression() {
        let source = Source::new("a.yml", "echo ${{ x }}; ${{ inputs.run }} && ok");
        let script = Script::of_scalar(&source, Span::new(0, source.text().len()), source.text());
        let script = script
            .substitute("${{", "}}", &mut |inner| (inner == "inputs.run").then(|| "npm publish".to_owned()));
        assert_eq!(script.text(), "echo ${{ x }}; npm publish && ok");
        let place = |wanted: &str| {
            let start = script.text().find(wanted).expect("part of the script");
            let at = script.locate(Span::new(start, start + wanted.len())).expect("has a place");
            at.source.slice(at.span).to_owned()
        };
        assert_eq!(place("npm"), "${{ inputs.run }}");
        assert_eq!(place("ok"), "ok");
        assert_eq!(place("echo ${{ x }}"), "echo ${{ x }}");
        assert_eq!(place("publish && ok"), "${{ inputs.run }} && ok");
    }

    #[test]
    fn lines_of_several_files_keep_their_files() {
        let (a, b) = (Source::new("a.yml", "- one"), Source::new("b.yml", "- npm publish"));
        let mut script = Script::default();
        script.push_scalar(&a, Span::new(2, 5), "one");
        script.push_scalar(&b, Span::new(2, 13), "npm publish");
        assert_eq!(script.text(), "one\nnpm publish");
        let at = script.locate(Span::new(8, 15)).expect("has a place");
        assert_eq!((at.source.path(), at.source.slice(at.span)), ("b.yml", "publish"));
    }
}
