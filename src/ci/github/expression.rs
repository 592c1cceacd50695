//! GitHub's `${{ }}` expressions, evaluated as far as a file shows them.
//!
//! What an expression can become is a set of alternatives, for a matrix, a `cond && a || b` and an
//! input with a default each have several.

use std::collections::BTreeMap;

use std::sync::Arc;

use super::event;
use crate::ci::{Reference, Start, Value};

/// The most alternatives that are followed; beyond, the value counts as unknown.
const LIMIT: usize = 24;
/// The deepest nesting of an expression that is followed.
const DEPTH: usize = 40;

/// One thing that an expression can become.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Atom {
    /// This text (numbers too: GitHub prints them as written).
    Text(String),
    /// A truth value.
    Bool(bool),
    /// Null, or something that is not known but falsy.
    Falsy,
    /// The secret of this name.
    Secret(String),
    /// The job's token.
    JobToken,
    /// An input whose value a person or a caller outside the repository gives.
    Input(String),
    /// The full git reference of a run for this kind of reference.
    Ref(Reference),
    /// Not known.
    Unknown,
}

/// What the contexts of an expression hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// `inputs.*`, names in lower case.
    pub(crate) inputs: BTreeMap<String, Vec<Atom>>,
    /// `matrix.*`, nested names joined by dots; none of it where the matrix is not static.
    pub(crate) matrix: BTreeMap<String, Vec<Atom>>,
    /// `env.*`.
    pub(crate) env: BTreeMap<String, Vec<Atom>>,
    /// `github.action_path`: the folder of the action whose steps are read.
    pub(crate) action_path: Option<String>,
    /// `secrets.*` of a called workflow: what the caller hands over; none outside of one.
    pub(crate) secrets: Option<BTreeMap<String, Vec<Atom>>>,
    /// The ways in which the workflow starts, for conditions.
    pub(crate) starts: Arc<[Start]>,
}

/// Whether `text` holds an expression.
pub(crate) fn is_dynamic(text: &str) -> bool {
    text.contains("${{")
}

impl Scope {
    /// Everything that the scalar `text` can become.
    pub(crate) fn render(&self, text: &str) -> Vec<Atom> {
        if !is_dynamic(text) {
            return vec![Atom::Text(text.to_owned())];
        }
        let mut results = vec![Atom::Text(String::new())];
        let mut rest = text;
        let whole = text.trim();
        while let Some(start) = rest.find("${{") {
            let Some(len) = rest[start..].find("}}") else { break };
            let inner = &rest[start + 3..start + len];
            let atoms = self.expression(inner);
            if whole.len() == len + 2 && whole.starts_with("${{") {
                return atoms;
            }
            results = join(&results, &rest[..start], &atoms);
            rest = &rest[start + len + 2..];
        }
        join(&results, rest, &[Atom::Text(String::new())])
    }

    /// The one text that `text` becomes, or none where that is not known.
    pub(crate) fn text(&self, text: &str) -> Option<String> {
        let mut atoms = self.render(text).into_iter().map(Atom::into_text);
        let first = atoms.next()??;
        atoms.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }

    /// Every text that `text` can become; none where one of them is not known.
    pub(crate) fn texts(&self, text: &str) -> Option<Vec<String>> {
        let mut texts: Vec<String> =
            self.render(text).into_iter().map(Atom::into_text).collect::<Option<_>>()?;
        texts.dedup();
        Some(texts)
    }

    /// The first text that the expression `inner` can become: what a reader of a script sees there. A rehearsal is
    /// passed over where the script can also run in earnest.
    pub(crate) fn likely(&self, inner: &str) -> Option<String> {
        let mut atoms = self.expression(inner);
        atoms.retain(|atom| !matches!(atom, Atom::Input(_)));
        if atoms.iter().any(|atom| matches!(atom, Atom::Secret(_) | Atom::JobToken | Atom::Unknown)) {
            return None;
        }
        let texts: Vec<String> = atoms.into_iter().filter_map(Atom::into_text).collect();
        let rehearses = |text: &&String| {
            text.split_whitespace().any(|word| word.starts_with("--dry-run") || word.starts_with("--dryRun"))
        };
        let earnest: Vec<&String> = texts.iter().filter(|text| !rehearses(text)).collect();
        let texts: Vec<&String> = if earnest.is_empty() { texts.iter().collect() } else { earnest };
        texts.iter().find(|text| !text.is_empty()).or(texts.first()).map(|text| (*text).clone())
    }

    /// What `text` holds, as far as credentials are concerned.
    pub(crate) fn value(&self, text: &str) -> Value {
        classify(&self.render(text))
    }

    /// Everything that the expression `inner`, without `${{ }}`, can become.
    pub(crate) fn expression(&self, inner: &str) -> Vec<Atom> {
        self.evaluate(inner, None)
    }

    /// Whether the condition `inner` holds in a run that starts so; none where that is not known.
    pub(crate) fn holds(&self, inner: &str, start: &Start) -> Option<bool> {
        let mut answers = self.evaluate(inner, Some(start)).into_iter().map(|atom| atom.truthy());
        let first = answers.next()??;
        answers.all(|other| other == Some(first)).then_some(first)
    }

    fn evaluate(&self, inner: &str, start: Option<&Start>) -> Vec<Atom> {
        let tokens = tokens(inner);
        let mut parser = Parser { scope: self, start, tokens: &tokens, at: 0, depth: 0 };
        let atoms = parser.or();
        if parser.at < tokens.len() { vec![Atom::Unknown] } else { atoms }
    }
}

/// What a set of alternatives holds, as far as credentials are concerned: the most dangerous counts.
pub(crate) fn classify(atoms: &[Atom]) -> Value {
    let secret = atoms.iter().find_map(|atom| match atom {
        Atom::Secret(name) => Some(Value::Secret(name.clone())),
        _ => None,
    });
    if let Some(secret) = secret {
        return secret;
    }
    let mut texts = Vec::new();
    let mut other = None;
    for atom in atoms {
        match atom {
            Atom::Input(name) => other = Some(Value::Input(name.clone())),
            Atom::Unknown | Atom::Ref(_) if other.is_none() => other = Some(Value::Unknown),
            Atom::JobToken if other.is_none() => other = Some(Value::JobToken),
            Atom::Text(text) => texts.push(text.clone()),
            Atom::Bool(value) => texts.push(value.to_string()),
            _ => texts.push(String::new()),
        }
    }
    if let Some(other) = other {
        return other;
    }
    match texts.into_iter().find(|text| !text.is_empty()) {
        Some(text) => Value::Static(text),
        None => Value::Empty,
    }
}

/// Each of `left` followed by `between` and each of `right`.
fn join(left: &[Atom], between: &str, right: &[Atom]) -> Vec<Atom> {
    let mut out = Vec::new();
    for before in left {
        for after in right {
            let atom = match (before, after) {
                (Atom::Secret(name), _) | (_, Atom::Secret(name)) => Atom::Secret(name.clone()),
                (Atom::Input(name), _) | (_, Atom::Input(name)) => Atom::Input(name.clone()),
                (Atom::Unknown | Atom::Ref(_), _) | (_, Atom::Unknown | Atom::Ref(_)) => Atom::Unknown,
                (Atom::JobToken, _) | (_, Atom::JobToken) => Atom::JobToken,
                (before, after) => {
                    let text = |atom: &Atom| atom.clone().into_text().unwrap_or_default();
                    Atom::Text(format!("{}{between}{}", text(before), text(after)))
                }
            };
            if !out.contains(&atom) {
                out.push(atom);
            }
        }
    }
    limited(out)
}

fn limited(atoms: Vec<Atom>) -> Vec<Atom> {
    if atoms.len() > LIMIT { vec![Atom::Unknown] } else { atoms }
}

impl Atom {
    /// The text that GitHub puts in the expression's place, where it is known.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(value) => Some(value.to_string()),
            Self::Falsy => Some(String::new()),
            Self::Secret(_) | Self::JobToken | Self::Input(_) | Self::Ref(_) | Self::Unknown => None,
        }
    }

    /// Whether it is truthy; none where that is not known.
    fn truthy(&self) -> Option<bool> {
        match self {
            Self::Text(text) => Some(!text.is_empty()),
            Self::Bool(value) => Some(*value),
            Self::Falsy => Some(false),
            // A secret that is not set is empty: both ways are open.
            Self::Secret(_) | Self::Input(_) | Self::Unknown => None,
            Self::JobToken | Self::Ref(_) => Some(true),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Number(String),
    /// A context path such as `matrix.node` or `github.event.release.tag_name`.
    Path(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 14] = ["&&", "||", "==", "!=", "<=", ">=", "!", "<", ">", "(", ")", ",", "[", "]"];

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len;
        if first == '\'' {
            let (value, used) = quoted(rest);
            out.push(Token::Text(value));
            len = used;
        } else if first.is_ascii_digit()
            || (first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            len = 1 + rest[1..]
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
                .unwrap_or(rest.len() - 1);
            out.push(Token::Number(rest[..len].to_owned()));
        } else if first.is_alphabetic() || first == '_' {
            let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '*');
            len = rest.find(|c: char| !part(c)).unwrap_or(rest.len());
            out.push(Token::Path(rest[..len].to_owned()));
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            len = symbol.len();
            out.push(Token::Symbol(symbol));
        } else {
            len = first.len_utf8();
            out.push(Token::Symbol("?"));
        }
        rest = rest[len..].trim_start();
    }
    out
}

/// A single-quoted text at the start of `rest`, in which `''` is a quote, and its length in bytes.
fn quoted(rest: &str) -> (String, usize) {
    let mut value = String::new();
    let mut at = 1;
    while let Some(len) = rest[at..].find('\'') {
        value.push_str(&rest[at..at + len]);
        at += len + 1;
        if !rest[at..].starts_with('\'') {
            return (value, at);
        }
        value.push('\'');
        at += 1;
    }
    value.push_str(&rest[at..]);
    (value, rest.len())
}

struct Parser<'a> {
    scope: &'a Scope,
    /// The way in which the run started, where one is asked about.
    start: Option<&'a Start>,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Symbol(other)) if *other == symbol);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Vec<Atom> {
        let mut left = self.and();
        while self.eat("||") {
            let right = self.and();
            left = choose(left, &right, false);
        }
        left
    }

    fn and(&mut self) -> Vec<Atom> {
        let mut left = self.equality();
        while self.eat("&&") {
            let right = self.equality();
            left = choose(left, &right, true);
        }
        left
    }

    fn equality(&mut self) -> Vec<Atom> {
        let mut left = self.unary();
        loop {
            let negated = if self.eat("==") {
                false
            } else if self.eat("!=") {
                true
            } else if self.eat("<=") || self.eat(">=") || self.eat("<") || self.eat(">") {
                self.unary();
                left = vec![Atom::Unknown];
                continue;
            } else {
                return left;
            };
            let right = self.unary();
            left = compare(&left, &right, negated);
        }
    }

    fn unary(&mut self) -> Vec<Atom> {
        if !self.eat("!") {
            return self.primary();
        }
        self.depth += 1;
        let inner = if self.depth > DEPTH { vec![Atom::Unknown] } else { self.unary() };
        self.depth -= 1;
        let not = |atom: &Atom| atom.truthy().map_or(Atom::Unknown, |truthy| Atom::Bool(!truthy));
        inner.iter().map(not).collect()
    }

    fn primary(&mut self) -> Vec<Atom> {
        let unknown = vec![Atom::Unknown];
        let Some(token) = self.tokens.get(self.at) else { return unknown };
        self.at += 1;
        match token {
            Token::Text(text) | Token::Number(text) => vec![Atom::Text(text.clone())],
            Token::Symbol("(") => {
                let inner = self.nested();
                if self.eat(")") { inner } else { unknown }
            }
            Token::Symbol(_) => unknown,
            Token::Path(path) => {
                let mut path = path.clone();
                while self.eat("[") {
                    let key = self.nested();
                    match key.first() {
                        Some(Atom::Text(key)) if self.eat("]") => path = format!("{path}.{key}"),
                        // A computed key: of `secrets[…]` any secret may come.
                        _ => {
                            self.eat("]");
                            path.push_str(".*");
                        }
                    }
                    if let Some(Token::Path(more)) = self.tokens.get(self.at) {
                        path.push_str(more);
                        self.at += 1;
                    }
                }
                if self.eat("(") {
                    return self.call(&path);
                }
                let told = self.start.and_then(|start| event::told(start, &path));
                told.map_or_else(|| lookup(self.scope, &path), |atom| vec![atom])
            }
        }
    }

    fn nested(&mut self) -> Vec<Atom> {
        self.depth += 1;
        let inner = if self.depth > DEPTH { vec![Atom::Unknown] } else { self.or() };
        self.depth -= 1;
        inner
    }

    fn call(&mut self, name: &str) -> Vec<Atom> {
        let mut arguments = Vec::new();
        while !self.eat(")") {
            if self.at >= self.tokens.len() {
                return vec![Atom::Unknown];
            }
            arguments.push(self.nested());
            if !self.eat(",") && !matches!(self.tokens.get(self.at), Some(Token::Symbol(")"))) {
                return vec![Atom::Unknown];
            }
        }
        match (name.to_ascii_lowercase().as_str(), arguments.as_slice()) {
            ("format", [pattern, values @ ..]) => format_call(pattern, values),
            ("always", []) => vec![Atom::Bool(true)],
            (name @ ("startswith" | "endswith" | "contains"), [text, part])
                if !text.iter().chain(part).any(|atom| matches!(atom, Atom::Secret(_))) =>
            {
                let mut out: Vec<Atom> = Vec::new();
                for (text, part) in text.iter().flat_map(|text| part.iter().map(move |part| (text, part))) {
                    out.push(event::compared(name, text, part));
                }
                out.dedup();
                limited(out)
            }
            // A secret stays one through any conversion.
            (_, arguments) => {
                let secret = arguments.iter().flatten().find(|atom| matches!(atom, Atom::Secret(_)));
                vec![secret.cloned().unwrap_or(Atom::Unknown)]
            }
        }
    }
}

/// `left && right` or `left || right`.
fn choose(left: Vec<Atom>, right: &[Atom], and: bool) -> Vec<Atom> {
    let mut out: Vec<Atom> = Vec::new();
    let mut add = |atom: Atom| {
        if !out.contains(&atom) {
            out.push(atom);
        }
    };
    let mut passes = false;
    for atom in left {
        match atom.truthy() {
            Some(truthy) if truthy == and => passes = true,
            Some(_) => add(atom),
            None if and => {
                add(Atom::Falsy);
                passes = true;
            }
            None => {
                add(atom);
                passes = true;
            }
        }
    }
    if passes {
        right.iter().cloned().for_each(add);
    }
    limited(out)
}

/// `left == right`; GitHub compares texts without regard to case.
fn compare(left: &[Atom], right: &[Atom], negated: bool) -> Vec<Atom> {
    let mut out = Vec::new();
    for a in left {
        for b in right {
            let atom = match (a.clone().into_text(), b.clone().into_text()) {
                (Some(a), Some(b)) => Atom::Bool(a.eq_ignore_ascii_case(&b) != negated),
                _ if event::differ(a, b) => Atom::Bool(negated),
                _ => Atom::Unknown,
            };
            if !out.contains(&atom) {
                out.push(atom);
            }
        }
    }
    out
}

fn format_call(pattern: &[Atom], values: &[Vec<Atom>]) -> Vec<Atom> {
    let mut results = Vec::new();
    for pattern in pattern {
        let Atom::Text(pattern) = pattern else { return vec![Atom::Unknown] };
        let mut partial = vec![Atom::Text(String::new())];
        let mut rest = pattern.as_str();
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').map(|len| open + len);
            let index = close.and_then(|close| rest[open + 1..close].parse::<usize>().ok());
            let (Some(close), Some(index)) = (close, index) else { return vec![Atom::Unknown] };
            // What is not known leaves a gap; the words around it still tell the command.
            let gap = [Atom::Text(String::new())];
            let atoms = values.get(index).map_or(gap.as_slice(), Vec::as_slice);
            let known = atoms.iter().all(|atom| !matches!(atom, Atom::Unknown | Atom::Input(_)));
            partial = join(&partial, &rest[..open], if known { atoms } else { &gap });
            rest = &rest[close + 1..];
        }
        results.extend(join(&partial, rest, &[Atom::Text(String::new())]));
    }
    limited(results)
}

/// The value of a context path.
fn lookup(scope: &Scope, path: &str) -> Vec<Atom> {
    let (context, rest) = path.split_once('.').unwrap_or((path, ""));
    let get = |map: &BTreeMap<String, Vec<Atom>>, key: &str| map.get(key).cloned();
    match (context.to_ascii_lowercase().as_str(), rest) {
        ("true", "") => vec![Atom::Bool(true)],
        ("false", "") => vec![Atom::Bool(false)],
        ("null", "") => vec![Atom::Falsy],
        ("secrets", name) if name.eq_ignore_ascii_case("GITHUB_TOKEN") => vec![Atom::JobToken],
        ("secrets", name) => match &scope.secrets {
            Some(given) => get(given, &name.to_ascii_lowercase()).unwrap_or_else(|| vec![Atom::Falsy]),
            None => vec![Atom::Secret(if name.is_empty() { "*".to_owned() } else { name.to_owned() })],
        },
        ("github", "action_path") => {
            vec![scope.action_path.clone().map_or(Atom::Unknown, Atom::Text)]
        }
        ("github", "token") => vec![Atom::JobToken],
        ("inputs", name) => {
            get(&scope.inputs, &name.to_ascii_lowercase()).unwrap_or_else(|| vec![Atom::Falsy])
        }
        ("github", event) if event.starts_with("event.inputs.") => {
            let name = event["event.inputs.".len()..].to_ascii_lowercase();
            get(&scope.inputs, &name).unwrap_or_else(|| vec![Atom::Unknown])
        }
        ("matrix", name) => get(&scope.matrix, name).unwrap_or_else(|| vec![Atom::Unknown]),
        ("env", name) => get(&scope.env, name).unwrap_or_else(|| vec![Atom::Unknown]),
        _ => vec![Atom::Unknown],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let one = |text: &str| vec![Atom::Text(text.to_owned())];
        Scope {
            inputs: [
                ("cmd".to_owned(), one("npm publish")),
                ("who".to_owned(), vec![Atom::Input("who".into())]),
            ]
            .into(),
            matrix: [("os".to_owned(), [one("ubuntu-latest"), one("macos-15")].concat())].into(),
            env: [("NODE".to_owned(), one("24"))].into(),
            ..Scope::default()
        }
    }

    #[test]
    fn alternatives_are_all_followed() {
        let texts = |text: &str| scope().texts(text);
        let some = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(texts("${{ matrix.os }}"), some(&["ubuntu-latest", "macos-15"]));
        assert_eq!(texts("x-${{ matrix.os }}-y"), some(&["x-ubuntu-latest-y", "x-macos-15-y"]));
        assert_eq!(texts("${{ github.ref == 'a' && 'one' || 'two' }}"), some(&["one", "two"]));
        assert_eq!(texts("${{ env.NODE }}.x"), some(&["24.x"]));
        assert_eq!(texts("${{ inputs.missing || 'it''s' }}"), some(&["it's"]));
        assert_eq!(texts("${{ 'A' == 'a' }}"), some(&["true"]));
        assert_eq!(texts("${{ inputs.who }}"), None);
        assert_eq!(texts("${{ steps.x.outputs.y }}"), None);
        assert_eq!(texts("${{ inputs['cmd'] }} x"), some(&["npm publish x"]));
    }

    #[test]
    fn secrets_are_seen_through_conditions_and_texts() {
        let value = |text: &str| scope().value(text);
        assert_eq!(value("${{ secrets.NPM_TOKEN }}"), Value::Secret("NPM_TOKEN".into()));
        assert_eq!(value("${{ inputs.who == 'x' && secrets.A || '' }}"), Value::Secret("A".into()));
        assert_eq!(value("//r/:_authToken=${{secrets['A']}}"), Value::Secret("A".into()));
        assert_eq!(value("${{ secrets.GITHUB_TOKEN || github.token }}"), Value::JobToken);
        assert_eq!(value("${{ '' }}"), Value::Empty);
        assert_eq!(value(""), Value::Empty);
        assert_eq!(value("${{ inputs.who }}"), Value::Input("who".into()));
        assert_eq!(value("${{ steps.a.outputs.b }}"), Value::Unknown);
    }

    #[test]
    fn a_called_workflow_has_the_secrets_it_is_given() {
        let scope = Scope { secrets: Some(BTreeMap::new()), ..Scope::default() };
        assert_eq!(scope.value("${{ secrets.NPM_TOKEN }}"), Value::Empty);
    }

    #[test]
    fn commands_built_by_expressions_are_readable() {
        let likely = |text: &str| scope().likely(text);
        assert_eq!(likely("inputs.cmd").as_deref(), Some("npm publish"));
        assert_eq!(
            likely("inputs.who && format('pnpm -r publish --tag {0}', inputs.who) || 'true'").as_deref(),
            Some("pnpm -r publish --tag ")
        );
        assert_eq!(likely("secrets.A"), None);
        assert_eq!(likely("steps.a.outputs.b"), None);
    }

    #[test]
    fn hostile_expressions_end() {
        for text in ["((((", "!!!!!!!", "a[", "'", "format(", "secrets[matrix.x]", "a.b.*", "1.", "-", "{0}"]
        {
            let _ = scope().expression(&text.repeat(300));
        }
        assert_eq!(scope().value("${{ secrets[matrix.x] }}"), Value::Secret("*".into()));
    }
}
