//! Whether the restriction expression of a CircleCI context limits the branch or tag.
//! Source: CircleCI documentation, contexts: expression restrictions (operators and their precedence).

/// Deepest nesting that is followed.
const DEPTH: usize = 64;

/// Whether `text` can only hold for a branch, tag or configuration ref that it names.
pub(super) fn limits_ref(text: &str) -> bool {
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0 };
    reader.or(0) == Some(true) && reader.at == tokens.len()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name, number or word operator.
    Word(String),
    /// A string or regular expression, without its delimiters.
    Text(String),
    /// An operator or parenthesis.
    Sign(&'static str),
}

const SIGNS: [&str; 8] = ["==", "!=", ">=", "<=", ">", "<", "(", ")"];

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            out.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if matches!(first, '"' | '\'' | '/') {
            let inner = &rest[1..];
            let end = inner.find(first).unwrap_or(inner.len());
            out.push(Token::Text(inner[..end].to_owned()));
            rest = inner.get(end + 1..).unwrap_or_default();
        } else {
            let ends = |c: char| c.is_whitespace() || "=!<>()\"'/".contains(c);
            // A lone sign that is no operator is a word of its own, so that the text gets shorter.
            let end = rest.find(ends).unwrap_or(rest.len()).max(first.len_utf8());
            out.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    out
}

/// Reads an expression and answers whether it holds for named refs alone; none where it is not understood.
struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let is = match self.tokens.get(self.at) {
            Some(Token::Word(found)) => found == word,
            Some(Token::Sign(found)) => *found == word,
            _ => false,
        };
        self.at += usize::from(is);
        is
    }

    /// One side that limits nothing lets everything through.
    fn or(&mut self, depth: usize) -> Option<bool> {
        let mut limits = self.and(depth)?;
        while self.takes("or") {
            limits &= self.and(depth)?;
        }
        Some(limits)
    }

    fn and(&mut self, depth: usize) -> Option<bool> {
        let mut limits = self.single(depth)?;
        while self.takes("and") {
            limits |= self.single(depth)?;
        }
        Some(limits)
    }

    fn single(&mut self, depth: usize) -> Option<bool> {
        if depth > DEPTH {
            return None;
        }
        if self.takes("not") {
            // All but some refs is no limit.
            return self.single(depth + 1).map(|_| false);
        }
        if self.takes("(") {
            let limits = self.or(depth + 1)?;
            return self.takes(")").then_some(limits);
        }
        let left = self.operand()?;
        let equal = self.takes("==");
        if equal || self.takes("starts-with") || self.takes("matches") {
            let right = self.operand()?;
            let (value, text) = match (&left, &right) {
                (Token::Word(value), Token::Text(text)) => (value, text),
                (Token::Text(text), Token::Word(value)) if equal => (value, text),
                _ => return Some(false),
            };
            let any = !equal && matches!(text.trim_matches(['^', '$']), "" | ".*" | ".+");
            return Some(is_ref(value) && !any);
        }
        if ["!=", ">=", "<=", ">", "<"].into_iter().any(|operator| self.takes(operator)) {
            self.operand()?;
            return Some(false);
        }
        Some(matches!(left, Token::Word(value) if value == "pipeline.git.branch.is_default"))
    }

    fn operand(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).filter(|token| !matches!(token, Token::Sign(_)))?.clone();
        self.at += 1;
        Some(token)
    }
}

/// Whether a pipeline value is a ref.
fn is_ref(value: &str) -> bool {
    ["pipeline.git.branch", "pipeline.git.tag", "pipeline.config.ref", "pipeline.git.ref"].contains(&value)
}

#[cfg(test)]
mod tests {
    use super::limits_ref;

    #[test]
    fn what_names_the_ref_limits_it() {
        for text in [
            r#"pipeline.git.branch == "main""#,
            r#""main" == pipeline.git.branch and not job.ssh.enabled"#,
            r#"pipeline.git.tag starts-with "v" and not (pipeline.config_source starts-with "api")"#,
            r#"pipeline.git.branch == "main" or pipeline.git.tag matches /^v[0-9]+$/"#,
            r#"(pipeline.git.branch == "main" or pipeline.git.branch=="next") and true"#,
            r#"pipeline.config.ref == "refs/heads/main""#,
        ] {
            assert!(limits_ref(text), "{text}");
        }
    }

    #[test]
    fn what_lets_other_refs_through_does_not() {
        for text in [
            "",
            "true",
            "not job.ssh.enabled",
            r#"pipeline.git.branch != "main""#,
            r#"not (pipeline.git.branch == "main")"#,
            r#"pipeline.git.branch == "main" or true"#,
            "pipeline.git.branch matches /.*/",
            r#"pipeline.git.branch starts-with """#,
            "pipeline.git.branch == pipeline.git.branch",
            r#"pipeline.project.slug == "gh/a/b""#,
            r#"pipeline.git.branch == "main") or (true"#,
            r#"pipeline.git.branch == "main" true"#,
            "((((",
        ] {
            assert!(!limits_ref(text), "{text}");
        }
        assert!(!limits_ref(&"(".repeat(100_000)));
        assert!(!limits_ref(&"not ".repeat(100_000)));
    }
}
