/// `word` as one word of a POSIX shell.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with(['-', '=']) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_words_stay_readable() {
        assert_eq!(quote("packages/core@1.0.0"), "packages/core@1.0.0");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("--x"), "'--x'");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote("v*"), "'v*'");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_quoted_word_is_one_word(word in "[^\u{0}]{0,40}") {
            let script = format!("printf %s {}", quote(&word));
            let output = std::process::Command::new("sh").arg("-c").arg(script).output();
            prop_assert_eq!(output.ok().map(|output| output.stdout), Some(word.into_bytes()));
        }
    }
}
