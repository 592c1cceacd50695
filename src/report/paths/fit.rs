//! Text that fits: what a picture prints of a name, however long or hostile it is.

use unicode_width::UnicodeWidthChar as _;

use crate::report::{masked, text::printable};

/// Longest text that a tooltip or label carries, in characters.
const LONGEST: usize = 400;

/// A text on one line, masked, without characters that steer the terminal or the direction of writing.
pub(super) fn clean(text: &str) -> String {
    // Masked before it is cut: half a token is no longer recognised.
    let text = masked(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let invisible = |c: char| {
        matches!(
            c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{fff9}'
                ..='\u{fffb}' | '\u{feff}' | '\u{61c}'
        )
    };
    let text = printable(&text).replace(invisible, "\u{fffd}");
    cut(&text, LONGEST)
}

/// A label that nothing breaks into lines, kept to a length that can be looked at.
pub(super) fn shortened(text: &str) -> String {
    cut(text, 80)
}

/// The first `most` characters, with an ellipsis where that is not all.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A font as far as its width goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    /// In pixels.
    pub(super) size: usize,
    pub(super) bold: bool,
    pub(super) mono: bool,
}

/// How wide a text is in a picture, in hundredths of the font's size: no browser is asked, so wide letters
/// count in full.
fn width(c: char, font: Font) -> usize {
    match (c.width().unwrap_or(1), font.mono) {
        (0, _) => 0,
        (2.., _) => 140,
        (_, true) => 61,
        _ if font.bold => width(c, Font { bold: false, ..font }) * 112 / 100,
        _ => match c {
            'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!'
            | '(' | ')' | '/' | '-' | '`' => 38,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 95,
            c if c.is_ascii_uppercase() => 72,
            _ => 60,
        },
    }
}

/// The text broken into at most `lines` lines of `room` pixels; what does not fit is an ellipsis. Breaks at
/// spaces and after slashes, else anywhere.
pub(super) fn lines(text: &str, room: usize, font: Font, lines: usize) -> Vec<String> {
    let room = room * 100 / font.size;
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = fitting(rest, room, font);
        if end == rest.len() {
            out.push(rest.to_owned());
            return out;
        }
        if out.len() + 1 >= lines {
            let end = fitting(rest, room.saturating_sub(width('…', font)), font);
            out.push(format!("{}…", rest[..end].trim_end()));
            return out;
        }
        let fits = &rest[..end];
        let after_slash = fits.rfind('/').map(|slash| slash + 1);
        let at_break = fits.rfind(' ').max(after_slash).filter(|at| *at * 2 > end);
        let end = if rest[end..].starts_with(' ') { end } else { at_break.unwrap_or(end) };
        // A letter that is wider than the line stands in it all the same.
        let end = end.max(rest.chars().next().map_or(0, char::len_utf8));
        out.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    out
}

/// Bytes of `text` that fit into `room`.
fn fitting(text: &str, room: usize, font: Font) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += width(c, font);
        if used > room {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        let mono = Font { size: 13, bold: false, mono: true };
        let sans = Font { mono: false, ..mono };
        assert_eq!(lines("npm publish", 200, mono, 1), ["npm publish"]);
        assert_eq!(lines("npm publish --access public", 110, mono, 2), ["npm publish", "--access pub…"]);
        assert_eq!(
            lines("through ./.github/workflows/publish.yml", 240, mono, 2),
            ["through ./.github/workflows/", "publish.yml"]
        );
        assert_eq!(lines(&"x".repeat(10_000), 80, mono, 2).len(), 2);
        assert_eq!(lines("😀😀😀😀", 40, sans, 1), ["😀…"]);
        assert_eq!(lines("", 30, sans, 2), Vec::<String>::new());
        assert_eq!(lines("ab", 1, sans, 9), ["a", "b"]);
    }

    #[test]
    fn nothing_steers_and_nothing_leaks() {
        let token = format!("npm_{}", "a1B2".repeat(9));
        let text = clean(&format!("a\u{202e}b\u{7}\n{} {token}", "y".repeat(1000)));
        assert!(text.starts_with("a\\u{202e}b\\u{7} yyy") && text.ends_with("y…"), "{text}");
        assert!(!clean(&format!("{}{token}", "y ".repeat(190))).contains("npm_a1B2"));
    }
}
