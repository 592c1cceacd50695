use super::node::{Node, ScalarStyle};
use crate::text::Span;

/// Maps bytes of a scalar's text to where they stand in the source, so that a finding about a
/// command inside `run: |` points at the command.
#[derive(Debug, Clone)]
pub struct TextMap<'t> {
    text: &'t str,
    whole: Span,
    /// Pairs of text offset and source offset where a run of identical bytes begins, in order.
    runs: Vec<(usize, usize)>,
}

impl<'t> TextMap<'t> {
    pub(super) fn new(node: Node<'t>) -> Self {
        let text = node.as_str().unwrap_or_default();
        let whole = node.span();
        let source = node.source().text();
        let raw_start = match node.style() {
            ScalarStyle::Plain => whole.start,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => whole.start + 1,
            ScalarStyle::Literal | ScalarStyle::Folded => {
                memchr::memchr(b'\n', &source.as_bytes()[whole.start..whole.end])
                    .map_or(whole.end, |at| whole.start + at + 1)
            }
        };
        let raw = source.get(raw_start..whole.end).unwrap_or_default();
        Self { text, whole, runs: align(text, raw, raw_start) }
    }

    /// Where the bytes `range` of the text stand; for text that is not in the source as it is
    /// (escapes, folding), the nearest characters around it.
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        if self.text.is_empty() {
            return self.whole;
        }
        let start = self.offset(range.start);
        // The end follows the last byte inside, so that it stays on that byte's line.
        let end = if range.end > range.start { self.offset(range.end - 1) + 1 } else { start };
        Span::new(start, end.clamp(start, self.whole.end.max(start)))
    }

    /// Pairs of text offset and source offset where a run of identical bytes begins, in order.
    pub fn runs(&self) -> &[(usize, usize)] {
        &self.runs
    }

    /// Where one byte of the text stands.
    pub fn offset(&self, at: usize) -> usize {
        let index = self.runs.partition_point(|&(text, _)| text <= at);
        let Some(&(text, source)) = index.checked_sub(1).and_then(|index| self.runs.get(index)) else {
            return self.whole.start;
        };
        let limit = self.runs.get(index).map_or(self.whole.end, |&(_, source)| source);
        (source + (at - text)).min(limit.max(source))
    }
}

/// Walks both texts side by side. What is skipped in `raw` is indentation, line breaks that were
/// folded away, and the marks of escapes.
fn align(text: &str, raw: &str, raw_start: usize) -> Vec<(usize, usize)> {
    let (text, raw) = (text.as_bytes(), raw.as_bytes());
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let (mut t, mut r) = (0, 0);
    let mut line_start = true;
    while t < text.len() {
        if line_start && text[t] != b'\n' {
            // The text's own leading blanks are the last of the line's blanks.
            let own = text[t..].iter().take_while(|&&byte| byte == b' ').count();
            let blanks = raw[r..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\n' | b'\r')).count();
            let newlines = raw[r..r + blanks].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            r += blanks.saturating_sub(own).max(newlines.min(blanks));
        }
        line_start = false;
        let same = text[t..].iter().zip(&raw[r..]).take_while(|(a, b)| a == b);
        // A run ends behind a line break, where the next line's indentation is skipped.
        let mut len = 0;
        for (&byte, _) in same {
            len += 1;
            if byte == b'\n' {
                line_start = true;
                break;
            }
        }
        if len > 0 {
            runs.push((t, raw_start + r));
            t += len;
            r += len;
            continue;
        }
        // Here the text differs from the source: a folded line break, an escape or a doubled quote.
        runs.push((t, raw_start + r.min(raw.len())));
        match raw.get(r) {
            Some(b'\n') => {
                // Folded: one blank (or the line breaks that follow) stands for the break.
                r += raw[r..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                while text.get(t).is_some_and(|byte| matches!(byte, b' ' | b'\n')) {
                    t += 1;
                }
            }
            Some(b'\\') => {
                let length = match raw.get(r + 1) {
                    Some(b'x') => 4,
                    Some(b'u') => 6,
                    Some(b'U') => 10,
                    Some(b'\n' | b'\r') => {
                        r += 1;
                        r += raw[r..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                        continue;
                    }
                    _ => 2,
                };
                r = (r + length).min(raw.len());
                // One character of the text.
                t += 1;
                while t < text.len() && text[t] & 0xC0 == 0x80 {
                    t += 1;
                }
            }
            Some(b'\r' | b'\'' | b' ' | b'\t') => r += 1,
            Some(_) | None => return runs,
        }
    }
    runs
}
