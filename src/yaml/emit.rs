//! Scalars that mean the same text to every YAML 1.1 and 1.2 reader, at any place of a document.

use std::fmt::Write as _;

/// Columns between a key and what is nested below it.
pub const INDENT: usize = 2;

/// `text` as a scalar for any place: block value, list item, key, inside `{}` and `[]`. Plain only
/// where no reader of YAML 1.1 or 1.2 could take it for anything but this text, else quoted, on one line.
pub fn scalar(text: &str) -> String {
    if is_plain(text, Place::Anywhere) { text.to_owned() } else { quoted(text) }
}

/// Like [`scalar`], but only for a block value or list item: `,`, `[`, `]`, `{` and `}` may stand
/// unquoted inside, as in `${{ github.ref }}`.
pub fn block_value(text: &str) -> String {
    if is_plain(text, Place::Block) { text.to_owned() } else { quoted(text) }
}

/// `text` as a literal block scalar (`|`), header and lines, without a final line break. `indent`
/// is the column of the key or of the dash that it belongs to. Text that no literal block can
/// carry unchanged (control characters, lines of blanks alone, no text at all) comes back quoted.
pub fn block(text: &str, indent: usize) -> String {
    if !fits_block(text) {
        return quoted(text);
    }
    let body = text.trim_end_matches('\n');
    let header = match text.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    let mut out = String::with_capacity(text.len() + 16);
    out.push('|');
    if body.starts_with([' ', '\t', '\n']) {
        // Without a number the first line would set the indentation.
        let _ = write!(out, "{INDENT}");
    }
    out.push_str(&header[1..]);
    let prefix = " ".repeat(indent + INDENT);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&prefix);
            out.push_str(line);
        }
    }
    if header == "|+" {
        out.push_str(&"\n".repeat(text.len() - body.len() - 1));
    }
    out
}

/// `text` in quotes: double ones with escapes for whatever is not printable or would be a line
/// break in YAML 1.1; single ones where double ones would need escapes and single ones none.
pub fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') && text.chars().all(is_printable) {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_printable(character) => out.push(character),
            _ => {
                let code = u32::from(character);
                let _ = match code {
                    0..=0xFF => write!(out, "\\x{code:02X}"),
                    0x100..=0xFFFF => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// Printable in both YAML versions, no line break in either, and nothing that reorders or hides
/// text for the person who reads it.
fn is_printable(character: char) -> bool {
    match character {
        // Soft hyphen, zero-width characters, line and paragraph separators, direction marks, BOM.
        '\u{AD}'
        | '\u{061C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFF}'
        | '\u{E0000}'..='\u{E0FFF}' => false,
        ' '..='~' | '\u{A0}'..='\u{FFEF}' => true,
        _ => character >= '\u{10000}' && u32::from(character) & 0xFFFE != 0xFFFE,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Anywhere,
    Block,
}

/// Allows only what is known to be safe, so a reader's special case cannot have been forgotten:
/// ASCII, a first character that begins no indicator, number or date, and no word with a meaning.
fn is_plain(text: &str, place: Place) -> bool {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return false };
    let starts_well = match first {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' | b'$' | b'(' => true,
        // A hidden file or a relative path, but neither `.5` nor `.inf`.
        b'.' => {
            let second = bytes.get(1).copied().unwrap_or_default();
            second == b'/' || text.starts_with("../") || second.is_ascii_alphabetic()
        }
        _ => false,
    };
    if !starts_well || last == b' ' || last == b':' || has_meaning(text) {
        return false;
    }
    bytes.iter().zip(bytes.iter().skip(1).chain([&b' '])).enumerate().all(|(at, (&byte, &next))| match byte {
        b':' => next != b' ' && (place == Place::Block || !matches!(next, b',' | b'[' | b']' | b'{' | b'}')),
        b'#' => at > 0 && bytes[at - 1] != b' ',
        b',' | b'[' | b']' | b'{' | b'}' => place == Place::Block,
        _ => matches!(byte, b' '..=b'~'),
    })
}

/// Words that some reader takes for nothing, a boolean or a number, in any spelling.
fn has_meaning(text: &str) -> bool {
    const WORDS: [&str; 12] =
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "nan"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn fits_block(text: &str) -> bool {
    !text.trim_matches('\n').is_empty()
        && text.chars().all(|character| matches!(character, '\n' | '\t') || is_printable(character))
        && text.split('\n').all(|line| line.is_empty() || !line.trim().is_empty())
        && !text.trim_start_matches('\n').starts_with('\t')
}
