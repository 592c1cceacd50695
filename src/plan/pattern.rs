//! Tag patterns and branch names, in each provider's own language.
//!
//! Both are held to an alphabet in which no character opens an expression, ends a quoted string or
//! starts a variable on any provider; git allows far more (`$(…)` is a lawful branch name).

use super::text::is_word;

/// A tag pattern: `*` stands for any run of characters but `/`, everything else for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// A branch name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch(String);

const MORE: &str = "._-/@+#%=,!";

/// What is wrong with `text` as (a pattern for) a git reference, if anything.
fn fault(text: &str, star: bool) -> Option<&'static str> {
    let strange = text.chars().find(|&c| !(is_word(c) || MORE.contains(c) || (star && c == '*')));
    if text.is_empty() {
        Some("is empty")
    } else if text.len() > 200 {
        Some("is longer than 200 bytes")
    } else if strange.is_some() {
        Some("has a character other than letters, digits and `._-/@+#%=,!`")
    } else if text.contains("**") {
        Some("has `**`")
    } else if text.starts_with(['/', '-', '!'])
        || text.ends_with(['/', '.'])
        || text.contains("//")
        || text.contains("..")
        || text.split('/').any(|part| part.starts_with('.'))
    {
        Some("is no valid git reference")
    } else {
        None
    }
}

impl Pattern {
    /// Reads a pattern, or says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        fault(text, true).map_or_else(|| Ok(Self(text.to_owned())), Err)
    }

    /// As the spec has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same in GitHub's filter language, in which `+` repeats and `!` negates.
    pub fn github_filter(&self) -> String {
        escape_filter(&self.0)
    }

    /// A condition of GitHub's expression language on `value`, an expression that yields a tag name.
    /// None where the pattern has more than one `*`, which that language cannot say.
    pub fn github_condition(&self, value: &str) -> Option<String> {
        let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let Some((before, after)) = self.0.split_once('*') else {
            return Some(format!("{value} == {}", quote(&self.0)));
        };
        if after.contains('*') {
            return None;
        }
        let mut terms = Vec::new();
        if !before.is_empty() {
            terms.push(format!("startsWith({value}, {})", quote(before)));
        }
        if !after.is_empty() {
            terms.push(format!("endsWith({value}, {})", quote(after)));
        }
        if !self.0.contains('/') {
            terms.push(format!("!contains({value}, '/')"));
        }
        Some(if terms.is_empty() { "true".to_owned() } else { terms.join(" && ") })
    }

    /// An anchored regular expression between slashes, for GitLab's rules, CircleCI's filters and its `matches`.
    pub fn regex(&self) -> String {
        let mut out = String::from("/^");
        for c in self.0.chars() {
            match c {
                '*' => out.push_str(r"[^\/]*"),
                '/' => out.push_str(r"\/"),
                '.' | '+' => out.extend(['\\', c]),
                _ => out.push(c),
            }
        }
        out.push_str("$/");
        out
    }

    /// A term of CircleCI's expression language on `value`. A prefix needs no regular expression,
    /// which not every place that takes such expressions documents.
    pub fn circleci_term(&self, value: &str) -> String {
        match self.0.split_once('*') {
            None => format!("{value} == \"{}\"", self.0),
            Some((before, "")) if !before.is_empty() => format!("{value} starts-with \"{before}\""),
            Some(_) => format!("{value} matches {}", self.regex()),
        }
    }

    /// The same in CircleCI's filters: a name, or a regular expression between slashes.
    pub fn circleci_filter(&self) -> String {
        if self.0.contains('*') { self.regex() } else { self.0.clone() }
    }

    /// Whether the tag `name` matches.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
        let parts: Vec<&str> = parts.collect();
        let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
        for part in middle {
            let Some(at) = rest.find(part) else { return false };
            if rest[..at].contains('/') {
                return false;
            }
            rest = &rest[at + part.len()..];
        }
        rest.strip_suffix(last).is_some_and(|star| !star.contains('/'))
    }
}

impl Branch {
    /// Reads a branch name, or says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        fault(text, false).map_or_else(|| Ok(Self(text.to_owned())), Err)
    }

    /// As the spec has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same in GitHub's filter language.
    pub fn github_filter(&self) -> String {
        escape_filter(&self.0)
    }
}

fn escape_filter(text: &str) -> String {
    text.chars().flat_map(|c| (c == '+').then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_in_every_language() {
        let pattern = Pattern::new("v*").unwrap();
        assert_eq!(pattern.github_filter(), "v*");
        assert_eq!(pattern.regex(), r"/^v[^\/]*$/");
        assert_eq!(pattern.circleci_term("t"), "t starts-with \"v\"");
        assert_eq!(pattern.circleci_filter(), r"/^v[^\/]*$/");
        assert_eq!(Pattern::new("v1.0").unwrap().circleci_filter(), "v1.0");
        assert_eq!(pattern.github_condition("t").as_deref(), Some("startsWith(t, 'v') && !contains(t, '/')"));
    }

    #[test]
    fn scoped_package_tags() {
        let pattern = Pattern::new("@acme/core@*").unwrap();
        assert!(pattern.matches("@acme/core@1.0.0") && !pattern.matches("@acme/cli@1.0.0"));
        assert_eq!(pattern.regex(), r"/^@acme\/core@[^\/]*$/");
        assert_eq!(pattern.github_condition("t").as_deref(), Some("startsWith(t, '@acme/core@')"));
        assert_eq!(Pattern::new("v*+x").unwrap().github_filter(), r"v*\+x");
        assert_eq!(Pattern::new("a*b*").unwrap().github_condition("t"), None);
    }

    #[test]
    fn a_star_stops_at_a_slash() {
        let pattern = Pattern::new("v*.*").unwrap();
        assert!(pattern.matches("v1.2") && !pattern.matches("v1/2.3") && !pattern.matches("v12"));
        assert!(Pattern::new("*").unwrap().matches("x") && !Pattern::new("*").unwrap().matches("x/y"));
    }

    #[test]
    fn lawful_references_that_a_provider_would_read_are_refused() {
        for text in
            ["$(id)", "a b", "v${X}", "a\"b", "a'b", "<<x>>", "a`b", "", "a..b", "/a", "a/", "v**", "-x"]
        {
            assert!(Pattern::new(text).is_err(), "{text}");
        }
        assert!(Branch::new("release/größe").is_ok() && Branch::new("ma*n").is_err());
    }
}
