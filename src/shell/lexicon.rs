//! Bytes and words that mean something to a shell.

/// Bytes at which a plain word has to be looked at more closely.
pub(super) const fn is_special(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            | b'\n'
            | b'\r'
            | b'\''
            | b'"'
            | b'\\'
            | b'$'
            | b'`'
            | b'^'
            | b'|'
            | b'&'
            | b';'
            | b'('
            | b')'
            | b'<'
            | b'>'
    )
}

/// [`is_special`] for every byte, so that the inner loop is one load per byte.
pub(super) static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    loop {
        table[byte as usize] = is_special(byte);
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    table
};

/// Bytes that may stand in a variable's or function's name.
pub(super) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Reserved words that open, part or close a compound command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    If,
    Fi,
    Loop,
    Done,
    For,
    Case,
    Esac,
    Open,
    Close,
    Function,
    /// `then`, `else`, `elif`, `do`, `!`: what follows is at command position again.
    Part,
}

impl Reserved {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "if" => Self::If,
            "fi" => Self::Fi,
            "while" | "until" => Self::Loop,
            "done" => Self::Done,
            "for" | "select" => Self::For,
            "case" => Self::Case,
            "esac" => Self::Esac,
            "{" => Self::Open,
            "}" => Self::Close,
            "function" => Self::Function,
            "then" | "else" | "elif" | "do" | "!" => Self::Part,
            _ => return None,
        })
    }
}

/// The length of a CI provider's `<< name.path >>` at the start of `bytes`. A dot (or `include(`) is
/// required: `<<EOF >>file` is a heredoc with a redirect.
pub(super) fn template_len(bytes: &[u8]) -> Option<usize> {
    const LONGEST: usize = 160;
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let rest = bytes.strip_prefix(b"<<")?;
    let close = rest.windows(2).position(|pair| pair == b">>")?;
    let inner = rest[..close].trim_ascii();
    let allowed =
        |byte: &u8| is_name(*byte) || matches!(byte, b'.' | b'-' | b'#' | b'/' | b'^' | b'(' | b')' | b' ');
    let named =
        inner.iter().all(allowed) && inner.contains(&b'.') && inner.first().is_some_and(|byte| *byte != b'.');
    // Two words would be a delimiter with arguments, except inside `include( … )`.
    let one_word = !inner.contains(&b' ') || inner.starts_with(b"include(");
    (named && one_word).then_some(close + 4)
}

/// Whether `((` begins two subshells, not an arithmetic expression: two words in a row have no operator
/// between them. `bytes` starts after the second parenthesis.
pub(super) fn is_nested_subshell(bytes: &[u8]) -> bool {
    const LOOK: usize = 80;
    let bytes = bytes[..bytes.len().min(LOOK)].trim_ascii_start();
    let word = bytes.iter().take_while(|byte| is_name(**byte) || matches!(byte, b'-' | b'/' | b'.')).count();
    let rest = &bytes[word..];
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    word > 0
        && blanks > 0
        && bytes[0].is_ascii_alphabetic()
        && rest.get(blanks).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'"')
}
