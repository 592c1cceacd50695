//! Conditions as GitLab and CircleCI write them (`$CI_COMMIT_TAG =~ /^v/ && …`, `pipeline.git.tag starts-with "v" and …`),
//! decided as far as what is known of one way of starting decides them.

/// How deep parentheses and negations may be nested.
const DEPTH: usize = 40;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing: it is not set.
    Null,
    /// This text.
    Text(String),
    /// Some text that is not empty.
    Filled,
    /// Not known.
    Unknown,
}

impl Known {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether it counts as true; none where that is not known.
    fn truth(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Text(text) => Some(!matches!(text.as_str(), "" | "false")),
            Self::Filled => Some(true),
            Self::Unknown => None,
        }
    }

    /// Whether both are equal; none where that is not known.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) | (Self::Filled, Self::Filled) => None,
            (Self::Filled, Self::Text(text)) | (Self::Text(text), Self::Filled) => {
                text.is_empty().then_some(false)
            }
            (a, b) => Some(a == b),
        }
    }

    /// Whether the pattern matches it; none where that is not known, which is for every text that is not empty.
    pub(super) fn matches(&self, pattern: &str) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Text(text) if text.is_empty() && wants_text(pattern) => Some(false),
            _ => None,
        }
    }

    fn starts_with(&self, prefix: &Self) -> Option<bool> {
        match (self, prefix) {
            (Self::Text(text), Self::Text(prefix)) => Some(text.starts_with(prefix)),
            (Self::Null, Self::Text(prefix)) => Some(prefix.is_empty()),
            _ => None,
        }
    }
}

/// Whether a regular expression surely matches no empty text: it begins with a character that must be there.
fn wants_text(pattern: &str) -> bool {
    let mut rest = pattern.strip_prefix('^').unwrap_or(pattern).chars();
    let first = rest.next().is_some_and(|first| first.is_ascii_alphanumeric());
    first && !rest.next().is_some_and(|next| matches!(next, '?' | '*' | '{')) && !pattern.contains('|')
}

/// Kleene's `and`.
pub(super) fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Kleene's `or`.
pub(super) fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    both(a.map(|a| !a), b.map(|b| !b)).map(|neither| !neither)
}

/// Whether `condition` holds; none where `lookup`, which gets names as they are written, does not decide it or the
/// text is none of these conditions.
pub(super) fn holds(condition: &str, lookup: &dyn Fn(&str) -> Known) -> Option<bool> {
    let tokens = tokens(condition)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, wrong: false, lookup };
    let answer = parser.or();
    if parser.wrong || parser.at < tokens.len() { None } else { answer }
}

#[derive(Debug, PartialEq)]
enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    Regex(&'t str),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 13] = ["&&", "||", "==", "!=", "=~", "!~", ">=", "<=", "(", ")", "!", ">", "<"];

/// Operators in words.
const WORDS: [(&str, &str); 4] = [("and", "&&"), ("or", "||"), ("not", "!"), ("starts-with", "starts-with")];

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '"' | '\'' => {
                let end = rest[1..].find(first)? + 1;
                out.push(Token::Text(&rest[1..end]));
                end + 1
            }
            '/' => {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|&(_, c)| {
                    let ends = c == '/' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                let end = end?.0;
                out.push(Token::Regex(&rest[1..end]));
                let flags = rest[end + 1..].find(|c: char| !c.is_ascii_alphabetic());
                flags.map_or(rest.len(), |flags| end + 1 + flags)
            }
            _ if first.is_ascii_alphanumeric() || matches!(first, '$' | '_') => {
                let part =
                    |c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '_' | '.' | '-' | '{' | '}');
                let len = rest.find(|c| !part(c)).unwrap_or(rest.len());
                let word = &rest[..len];
                let operator = WORDS.iter().find(|(known, _)| *known == word);
                out.push(operator.map_or(Token::Word(word), |(_, symbol)| Token::Symbol(symbol)));
                len
            }
            _ => {
                let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol))?;
                out.push(Token::Symbol(symbol));
                symbol.len()
            }
        };
        rest = rest[len..].trim_start();
    }
    Some(out)
}

struct Parser<'p> {
    tokens: &'p [Token<'p>],
    at: usize,
    depth: usize,
    /// Whether the text is no such condition.
    wrong: bool,
    lookup: &'p dyn Fn(&str) -> Known,
}

impl Parser<'_> {
    fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Symbol(other)) if *other == symbol);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Option<bool> {
        let mut left = self.and();
        while self.eat("||") {
            left = either(left, self.and());
        }
        left
    }

    fn and(&mut self) -> Option<bool> {
        let mut left = self.not();
        while self.eat("&&") {
            left = both(left, self.not());
        }
        left
    }

    fn not(&mut self) -> Option<bool> {
        self.depth += 1;
        let answer = if self.depth > DEPTH {
            self.wrong = true;
            None
        } else if self.eat("!") {
            self.not().map(|holds| !holds)
        } else if self.eat("(") {
            let inner = self.or();
            self.wrong |= !self.eat(")");
            inner
        } else {
            self.comparison()
        };
        self.depth -= 1;
        answer
    }

    fn comparison(&mut self) -> Option<bool> {
        let left = self.value();
        let Some(Token::Symbol(operator)) = self.tokens.get(self.at) else { return left.truth() };
        let operator = *operator;
        if matches!(operator, "&&" | "||" | ")") {
            return left.truth();
        }
        self.at += 1;
        if let ("=~" | "!~", Some(Token::Regex(pattern))) = (operator, self.tokens.get(self.at)) {
            self.at += 1;
            let matches = left.matches(pattern);
            return if operator == "=~" { matches } else { matches.map(|matches| !matches) };
        }
        let right = self.value();
        match operator {
            "==" => left.equals(&right),
            "!=" => left.equals(&right).map(|equal| !equal),
            "starts-with" => left.starts_with(&right),
            // The pattern stands in a variable: nothing that is not set matches.
            "=~" if left == Known::Null => Some(false),
            "!~" if left == Known::Null => Some(true),
            "=~" | "!~" | "<" | ">" | "<=" | ">=" => None,
            _ => {
                self.wrong = true;
                None
            }
        }
    }

    fn value(&mut self) -> Known {
        let token = self.tokens.get(self.at);
        self.at += 1;
        match token {
            Some(Token::Text(text)) => Known::text(*text),
            Some(Token::Word("null")) => Known::Null,
            Some(Token::Word(word @ ("true" | "false"))) => Known::text(*word),
            Some(Token::Word(word)) if word.starts_with(|c: char| c.is_ascii_digit()) => Known::text(*word),
            Some(Token::Word(word)) => (self.lookup)(word),
            Some(Token::Regex(_) | Token::Symbol(_)) | None => {
                self.wrong = true;
                Known::Unknown
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn on_tag(name: &str) -> Known {
        match name {
            "$CI_COMMIT_TAG" | "pipeline.git.tag" | "$CI_DEFAULT_BRANCH" => Known::Filled,
            "$CI_COMMIT_BRANCH" => Known::Null,
            "pipeline.git.branch" => Known::text(""),
            "$CI_PIPELINE_SOURCE" => Known::text("push"),
            _ => Known::Unknown,
        }
    }

    #[test]
    fn what_is_known_decides_and_the_rest_stays_open() {
        for (condition, answer) in [
            ("$CI_COMMIT_TAG", Some(true)),
            ("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", Some(false)),
            ("$CI_COMMIT_BRANCH != \"main\"", Some(true)),
            ("$CI_COMMIT_TAG =~ /^v\\/[0-9]+/i && $CI_COMMIT_BRANCH", Some(false)),
            ("$CI_PIPELINE_SOURCE == 'push' && $CI_COMMIT_TAG =~ /^v/", None),
            ("$CI_PIPELINE_SOURCE == \"web\" && $X", Some(false)),
            ("$X || $CI_COMMIT_TAG", Some(true)),
            ("($X && $CI_COMMIT_BRANCH) || $CI_PIPELINE_SOURCE == \"web\"", Some(false)),
            ("$CI_COMMIT_BRANCH !~ /x/", Some(true)),
            ("$CI_COMMIT_BRANCH == null", Some(true)),
            ("$CI_COMMIT_BRANCH =~ $PATTERN", Some(false)),
            ("$X == \"a\"", None),
            ("pipeline.git.branch == \"main\" and pipeline.parameters.x", Some(false)),
            ("pipeline.git.branch starts-with \"release/\"", Some(false)),
            ("pipeline.git.branch =~ /^main$/", Some(false)),
            ("pipeline.git.branch =~ /^(main)?$/", None),
            ("not pipeline.git.tag", Some(false)),
            ("$CI_COMMIT_TAG ==", None),
            ("$CI_COMMIT_TAG ; rm", None),
            ("", None),
        ] {
            assert_eq!(holds(condition, &on_tag), answer, "{condition}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[$a-z./\"'()!&|=~ é-]{0,40}") {
            holds(&text, &on_tag);
        }
    }
}
