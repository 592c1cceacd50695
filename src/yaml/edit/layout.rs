//! The lines around an edit, and how a new value is laid out there.

use super::EditError;
use crate::text::Source;
use crate::yaml::emit::{self, INDENT};
use crate::yaml::node::{Kind, Node, ScalarStyle};
use crate::yaml::parse;

/// The text in which an edit is made.
pub(super) struct Site<'t> {
    pub(super) text: &'t str,
    pub(super) newline: &'static str,
}

impl<'t> Site<'t> {
    pub(super) fn of(node: Node<'t>) -> Self {
        let text = node.source().text();
        let newline = match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        Self { text, newline }
    }

    /// Start of the line on which `at` lies, behind a byte order mark.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        if start == 0 && self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
    }

    /// End of the line on which `at` lies, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        if end > at && self.text[..end].ends_with('\r') { end - 1 } else { end }
    }

    /// Start of the line after the one on which `at` lies.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// Characters before `at` on its line.
    pub(super) fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    pub(super) fn is_blank(&self, start: usize, end: usize) -> bool {
        self.text.get(start..end).is_some_and(|text| text.trim().is_empty())
    }

    /// The `:` behind a key that ends at `from`.
    pub(super) fn colon(&self, from: usize) -> Option<usize> {
        let blanks = self.text[from..].len() - self.text[from..].trim_start_matches([' ', '\t']).len();
        self.text[from + blanks..].starts_with(':').then_some(from + blanks)
    }

    /// The first `wanted` between `from` and `until`, comments passed over.
    pub(super) fn find(&self, wanted: u8, from: usize, until: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while at < until {
            match bytes[at] {
                byte if byte == wanted => return Some(at),
                b'#' => at = self.next_line(at),
                _ => at += 1,
            }
        }
        None
    }

    /// Start of the comment lines directly above the key at `start`, indented like it; none where there
    /// are none or something else stands before the key on its line.
    pub(super) fn comments_above(&self, start: usize) -> Option<usize> {
        let mut top = self.line_start(start);
        if !self.is_blank(top, start) {
            return None;
        }
        let mut found = None;
        // The first line has none above: there `top` may stand behind a byte order mark.
        while self.text[..top].ends_with('\n') {
            let above = self.line_start(top - 1);
            let line = &self.text[above..top];
            if !line.trim_start().starts_with('#')
                || line.len() - line.trim_start().len() != self.column(start)
            {
                break;
            }
            (top, found) = (above, Some(above));
        }
        found
    }

    /// `end`, moved over the comment lines below that are indented deeper than `column`: they belong
    /// to what ends there.
    pub(super) fn end_with_comments(&self, end: usize, column: usize) -> usize {
        let mut end = end;
        loop {
            let next = self.next_line(end);
            let line = &self.text[next..self.line_end(next)];
            let body = line.trim_start_matches(' ');
            if !body.starts_with('#') || line.len() - body.len() <= column {
                return end;
            }
            end = self.line_end(next);
        }
    }
}

/// A new value, given as YAML text at column zero.
pub(super) struct Fragment {
    text: String,
    flow: String,
    is_block: bool,
}

impl Fragment {
    pub(super) fn parse(text: &str) -> Result<Self, EditError> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim_end_matches('\n').to_owned();
        let tree = parse(&Source::new("", text.as_str()));
        let sound = tree.errors().is_empty() && tree.documents().len() <= 1 && tree.comments().is_empty();
        let Some(root) = tree.root().filter(|_| sound) else { return Err(EditError::InvalidValue) };
        let is_block = (root.is_mapping() || root.is_sequence()) && !root.is_flow();
        let mut flow = String::new();
        write_flow(root, &mut flow);
        Ok(Self { text, flow, is_block })
    }

    /// On one line, for inside `{}` and `[]`.
    pub(super) fn flow(&self) -> String {
        self.flow.clone()
    }

    /// What follows `key:` where the key stands at `column`.
    pub(super) fn under_key(&self, site: &Site<'_>, column: usize) -> String {
        if self.is_block {
            format!("{}{}", site.newline, self.lines(site, column + INDENT, true))
        } else {
            format!(" {}", self.lines(site, column, false))
        }
    }

    /// What follows the dash of an item that stands at `column`.
    pub(super) fn under_dash(&self, site: &Site<'_>, column: usize) -> String {
        let margin = if self.is_block { column + INDENT } else { column };
        format!(" {}", self.lines(site, margin, false))
    }

    fn lines(&self, site: &Site<'_>, margin: usize, first: bool) -> String {
        let margin = " ".repeat(margin);
        let lines = self.text.split('\n').enumerate().map(|(index, line)| {
            let bare = line.is_empty() || (index == 0 && !first);
            if bare { line.to_owned() } else { format!("{margin}{line}") }
        });
        lines.collect::<Vec<_>>().join(site.newline)
    }
}

fn write_flow(node: Node<'_>, out: &mut String) {
    if let Some(tag) = node.tag() {
        out.push_str(tag);
        out.push(' ');
    }
    match node.kind() {
        Kind::Null => out.push('~'),
        Kind::Scalar => {
            let text = node.as_str().unwrap_or_default();
            let inert = !text.contains([',', '[', ']', '{', '}', '\n']) && !text.contains(": ");
            // A plain `true` or `1.10` must stay what it is.
            if node.style() == ScalarStyle::Plain && inert {
                out.push_str(text);
            } else {
                out.push_str(&emit::quoted(text));
            }
        }
        Kind::Sequence => {
            out.push('[');
            for (index, item) in node.items().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_flow(item, out);
            }
            out.push(']');
        }
        Kind::Mapping => {
            out.push('{');
            for (index, (key, value)) in node.own_entries().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_flow(key, out);
                out.push_str(": ");
                write_flow(value, out);
            }
            out.push('}');
        }
    }
}
