/// `text` in lines of at most `width` characters, broken at blanks; a longer word stands alone. Line
/// breaks and other control characters count as blanks, so that no line holds one.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    let is_break = |character: char| character.is_whitespace() || character.is_control();
    for word in text.split(is_break).filter(|word| !word.is_empty()) {
        let characters = word.chars().count();
        if length > 0 && length + 1 + characters > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += characters;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// `text` with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return String::new() };
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_and_end() {
        assert_eq!(sentence("é is here"), "É is here.");
        assert_eq!(sentence("why?"), "Why?");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn lines_break_at_blanks_alone() {
        assert_eq!(wrap("a bb\n ccc  dddddd e", 6), ["a bb", "ccc", "dddddd", "e"]);
        assert_eq!(wrap("a\u{0}b\rc", 9), ["a b c"]);
        assert!(wrap(" \n", 3).is_empty());
    }
}
