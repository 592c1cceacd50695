//! Template expressions, as far as they decide what a pipeline consists of. Whatever depends on the run
//! is not known.

use super::scope::Scope;

/// How deep calls may stand in each other.
const DEPTH: usize = 40;
/// Longest text that an expression may grow to, in bytes.
pub(super) const MAX_TEXT: usize = 10_000;

/// A key that is no key but decides what is below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Directive<'e> {
    /// `${{ if … }}`
    If(&'e str),
    /// `${{ elseif … }}`
    ElseIf(&'e str),
    /// `${{ else }}`
    Else,
    /// `${{ each NAME in LIST }}`
    Each(&'e str, &'e str),
    /// `${{ insert }}`
    Insert,
}

/// The directive that a key is.
pub(super) fn directive(key: &str) -> Option<Directive<'_>> {
    let inner = key.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim();
    let after = |word: &str| {
        let rest = inner.strip_prefix(word)?;
        rest.starts_with([' ', '\t', '(']).then(|| rest.trim())
    };
    if inner == "else" {
        Some(Directive::Else)
    } else if inner == "insert" {
        Some(Directive::Insert)
    } else if let Some(condition) = after("if") {
        Some(Directive::If(condition))
    } else if let Some(condition) = after("elseif").or_else(|| after("else if")) {
        Some(Directive::ElseIf(condition))
    } else {
        let (name, list) = after("each")?.split_once(" in ")?;
        Some(Directive::Each(name.trim(), list.trim()))
    }
}

/// The text that an expression stands for; none where that is not known.
pub(super) fn text(scope: &Scope<'_>, expression: &str) -> Option<String> {
    let mut reader = Reader { rest: expression.trim(), scope };
    let value = reader.value(0);
    if reader.rest.trim().is_empty() { value } else { None }
}

/// Whether a condition holds; none where that is not known.
pub(super) fn truth(scope: &Scope<'_>, condition: &str) -> Option<bool> {
    text(scope, condition).map(|text| truthy(&text))
}

fn truthy(text: &str) -> bool {
    !(text.is_empty() || text.eq_ignore_ascii_case("false") || text == "0")
}

fn word(truth: bool) -> String {
    if truth { "True" } else { "False" }.to_owned()
}

struct Reader<'e, 's, 't> {
    rest: &'e str,
    scope: &'s Scope<'t>,
}

impl Reader<'_, '_, '_> {
    fn eat(&mut self, symbol: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A literal, a name or a call.
    fn value(&mut self, depth: usize) -> Option<String> {
        self.rest = self.rest.trim_start();
        if depth > DEPTH {
            self.rest = "";
            return None;
        }
        if self.eat('\'') {
            return self.quoted();
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-*".contains(c)));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        if self.eat('(') {
            return self.call(name, depth);
        }
        // `variables['Build.SourceBranch']` is a name, too.
        let mut path = name.to_owned();
        while self.eat('[') {
            let inner = self.value(depth + 1);
            if !self.eat(']') {
                self.rest = "";
                return None;
            }
            path = format!("{path}.{}", inner?);
        }
        let literal = name.parse::<f64>().is_ok() || matches!(name, "true" | "false" | "True" | "False");
        if literal && path == name { Some(path) } else { self.scope.text_of(&path) }
    }

    fn quoted(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            let end = self.rest.find('\'')?;
            out.push_str(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix('\'') {
                Some(rest) => self.rest = rest,
                None => return Some(out),
            }
            out.push('\'');
        }
    }

    fn call(&mut self, name: &str, depth: usize) -> Option<String> {
        let mut values = Vec::new();
        while !self.eat(')') {
            let before = self.rest.len();
            values.push(self.value(depth + 1));
            self.eat(',');
            if self.rest.len() == before || self.rest.is_empty() {
                self.rest = "";
                return None;
            }
        }
        let both = || {
            let [Some(a), Some(b)] = values.as_slice() else { return None };
            Some((a.to_lowercase(), b.to_lowercase()))
        };
        let truths = || values.iter().map(|value| value.as_deref().map(truthy));
        match name.to_ascii_lowercase().as_str() {
            "eq" => both().map(|(a, b)| word(a == b)),
            "ne" => both().map(|(a, b)| word(a != b)),
            "startswith" => both().map(|(a, b)| word(a.starts_with(&b))),
            "endswith" => both().map(|(a, b)| word(a.ends_with(&b))),
            "contains" => both().map(|(a, b)| word(a.contains(&b))),
            "in" | "notin" => {
                let (first, rest) = values.split_first()?;
                let first = first.as_deref()?;
                let rest = rest.iter().map(Option::as_deref).collect::<Option<Vec<_>>>()?;
                let found = rest.iter().any(|value| value.eq_ignore_ascii_case(first));
                Some(word(found == name.eq_ignore_ascii_case("in")))
            }
            "not" => truths().next()?.map(|truth| word(!truth)),
            // One that is known can be enough.
            "and" if truths().any(|truth| truth == Some(false)) => Some(word(false)),
            "or" if truths().any(|truth| truth == Some(true)) => Some(word(true)),
            "and" => truths().all(|truth| truth.is_some()).then(|| word(true)),
            "or" => truths().all(|truth| truth.is_some()).then(|| word(false)),
            "coalesce" => values.into_iter().find(|value| value.as_deref() != Some("")).flatten(),
            "lower" => values.into_iter().next()?.map(|text| text.to_lowercase()),
            "upper" => values.into_iter().next()?.map(|text| text.to_uppercase()),
            "format" => {
                let texts = values.into_iter().collect::<Option<Vec<_>>>()?;
                let (pattern, rest) = texts.split_first()?;
                rest.iter().enumerate().try_fold(pattern.clone(), |out, (index, text)| {
                    let out = out.replace(&format!("{{{index}}}"), text);
                    (out.len() <= MAX_TEXT).then_some(out)
                })
            }
            _ => None,
        }
    }
}
