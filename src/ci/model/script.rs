use crate::diagnostic::Location;
use crate::text::{Source, Span};
use crate::yaml::Node;

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
    /// Its lines as the shell gets them, each with its place where it has one.
    pub fn lines(&self) -> impl Iterator<Item = (&str, Option<Location>)> {
        let mut start = 0;
        self.text.split_inclusive('\n').map(move |line| {
            let line_start = start;
            start += line.len();
            (line, self.locate(Span::new(line_start, line_start + line.trim_end().len())))
        })
    }

    /// The script that a YAML scalar holds.
    pub fn of_node(node: Node<'_>) -> Self {
        let mut script = Self::default();
        script.push_node(node);
        script
    }

    /// The script `text` that the JSON string at `span` of `source`, quotes included, holds.
    pub fn of_scalar(source: &Source, span: Span, text: &str) -> Self {
        let mut script = Self::default();
        let raw = source.slice(span);
        let end = span.end - usize::from(raw.len() > 1 && raw.ends_with('"'));
        let mut at = span.start + usize::from(raw.starts_with('"'));
        let mut rest = text;
        while at < end && !rest.is_empty() {
            let raw = source.slice(Span::new(at, end));
            let same = raw.bytes().zip(rest.bytes()).take_while(|(a, b)| a == b && *a != b'\\').count();
            let plain = (0..=same).rev().find(|&len| rest.is_char_boundary(len)).unwrap_or(0);
            script.append(&rest[..plain], source, Span::new(at, at + plain), true);
            (rest, at) = (&rest[plain..], at + plain);
            let Some(character) = rest.chars().next().filter(|_| at < end) else { break };
            // An escape; two of `\u` can make up one character.
            let pair = character.len_utf16() == 2 && raw[plain..].starts_with("\\u");
            let escape = match raw.as_bytes().get(plain + 1) {
                Some(b'u') if pair => 12,
                Some(b'u') => 6,
                _ => 2,
            };
            let after = (at + escape).min(end);
            script.append(&rest[..character.len_utf8()], source, Span::new(at, after), false);
            (rest, at) = (&rest[character.len_utf8()..], after);
        }
        script.append(rest, source, Span::new(at.min(end), end), false);
        script
    }

    /// The script `text` that one place as a whole stands for.
    pub fn of_place(at: &Location, text: &str) -> Self {
        let mut script = Self::default();
        script.append(text, &at.source, at.span, at.source.slice(at.span) == text);
        script
    }

    /// Appends what a YAML scalar holds, on a line of its own.
    pub fn push_node(&mut self, node: Node<'_>) {
        let (source, span, text) = (node.source(), node.span(), node.as_str().unwrap_or_default());
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.append("\n", source, Span::new(span.start, span.start), false);
        }
        let map = node.text_map();
        let raw = source.text().as_bytes();
        let mut runs = map.runs().iter().peekable();
        while let Some(&(start, at)) = runs.next() {
            let (end, raw_end) = runs.peek().map_or((text.len(), span.end), |next| **next);
            let same = text.as_bytes()[start..end].iter().zip(&raw[at..]).take_while(|(a, b)| a == b).count();
            self.append(&text[start..start + same], source, Span::new(at, at + same), true);
            self.append(
                &text[start + same..end],
                source,
                Span::new(at + same, raw_end.max(at + same)),
                false,
            );
        }
    }

    /// Appends `text`, which the bytes `span` of `source` stand for: one for one where `exact`.
    pub(in crate::ci) fn append(&mut self, text: &str, source: &Source, span: Span, exact: bool) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    /// The script under `run` in `text`.
    fn script(text: &str) -> Script {
        let tree = yaml::parse(&Source::new("a.yml", text));
        Script::of_node(tree.root().and_then(|root| root.get("run")).expect("has a script"))
    }

    /// The file's text behind the first `wanted` in the script.
    fn origin(script: &Script, wanted: &str) -> String {
        let start = script.text().find(wanted).expect("part of the script");
        let at = script.locate(Span::new(start, start + wanted.len())).expect("has a place");
        at.source.slice(at.span).to_owned()
    }

    #[test]
    fn every_style_maps_back() {
        for raw in [
            "npm publish",
            "a\n    npm publish",
            "|\n    a\n      b\n\n    npm publish\n",
            "|2-\n      a\n    npm publish",
            "|\r\n    a\r\n    npm publish\r\n",
            ">-\n    a\n    b\n\n    c\n      d\n    npm publish\n",
            "'it''s; npm publish'",
            "\"a\\n\\\"b\\\" \\u00e9; npm publish\\n\"",
            "\"a\n    b \\\n    npm publish\"",
        ] {
            let script = script(&format!("run: {raw}"));
            assert_eq!(origin(&script, "npm publish"), "npm publish", "in {raw:?}");
        }
    }

    #[test]
    fn text_over_an_escape_maps_to_the_text_with_the_escape() {
        assert_eq!(origin(&script("run: 'it''s'"), "it's"), "it''s");
        assert_eq!(origin(&script("run: \"a\\tb\""), "a\tb"), "a\\tb");
    }

    #[test]
    fn json_strings_map_back() {
        let text = r#"{"a": "tsc && node -e \"x\\\\y\" \u00e9\ud83d\ude80 && npm publish"}"#;
        let source = Source::new("package.json", text);
        let start = text.find("\"tsc").expect("a string");
        let span = Span::new(start, text.len() - 1);
        let script = Script::of_scalar(&source, span, "tsc && node -e \"x\\\\y\" é🚀 && npm publish");
        assert_eq!(script.text(), "tsc && node -e \"x\\\\y\" é🚀 && npm publish");
        assert_eq!(origin(&script, "npm publish"), "npm publish");
        assert_eq!(origin(&script, "node"), "node");
        assert_eq!(origin(&script, "🚀"), "\\ud83d\\ude80");
    }

    #[test]
    fn filled_in_expressions_point_at_the_expression() {
        let script = script("run: echo ${{ x }}; ${{ inputs.run }} && ok");
        let script = script
            .substitute("${{", "}}", &mut |inner| (inner == "inputs.run").then(|| "npm publish".to_owned()));
        assert_eq!(script.text(), "echo ${{ x }}; npm publish && ok");
        assert_eq!(origin(&script, "npm"), "${{ inputs.run }}");
        assert_eq!(origin(&script, "ok"), "ok");
        assert_eq!(origin(&script, "echo ${{ x }}"), "echo ${{ x }}");
        assert_eq!(origin(&script, "publish && ok"), "${{ inputs.run }} && ok");
    }

    #[test]
    fn lines_of_several_files_keep_their_files() {
        let (a, b) = (Source::new("a.yml", "- one"), Source::new("b.yml", "- npm publish"));
        let mut script = Script::default();
        for tree in [yaml::parse(&a), yaml::parse(&b)] {
            script.push_node(tree.root().and_then(|root| root.items().next()).expect("has a line"));
        }
        assert_eq!(script.text(), "one\nnpm publish");
        let at = script.locate(Span::new(8, 15)).expect("has a place");
        assert_eq!((at.source.path(), at.source.slice(at.span)), ("b.yml", "publish"));
    }
}
