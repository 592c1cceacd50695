//! What names mean at one place of an Azure pipeline: template parameters and variables.

use std::collections::HashMap;

use super::expression;
use crate::ci::repository::place;
use crate::ci::{EnvVar, Scalar, Script, Value};
use crate::yaml::Node;

/// Names and what they stand for.
#[derive(Clone, Default)]
pub(super) struct Scope<'t> {
    /// Template parameters and loop variables; none where a name has no value that is known.
    names: HashMap<String, Option<Bound<'t>>>,
    /// Variables with a value that is known, by lower-case name.
    variables: HashMap<String, String>,
}

/// Whether a branch of a chain of conditions was taken so far.
#[derive(Clone, Copy, Default)]
pub(super) enum Taken {
    #[default]
    No,
    Yes,
    Unknown,
}

/// What a parameter holds.
#[derive(Clone)]
pub(super) enum Bound<'t> {
    /// A text with everything in it filled in.
    Text(String),
    /// A list or mapping.
    Node(Node<'t>),
}

impl<'t> Scope<'t> {
    /// The scope of a template that declares `declared` and is handed `given` by its caller.
    pub(super) fn of_template(
        declared: Option<Node<'t>>,
        given: Option<Node<'t>>,
        caller: &Scope<'t>,
    ) -> Self {
        let mut inner = Self { names: HashMap::new(), variables: caller.variables.clone() };
        for (key, value) in declared.into_iter().flat_map(Node::entries) {
            inner.declare(key.as_str(), Some(value));
        }
        for item in declared.into_iter().flat_map(Node::items) {
            inner.declare(item.get("name").and_then(Node::as_str), item.get("default"));
        }
        for (key, value) in given.into_iter().flat_map(|given| caller.entries(given)) {
            let Some(name) = key.as_str() else { continue };
            inner.names.insert(parameter(name), caller.bind(value));
        }
        inner
    }

    /// The scope of a pipeline that a person or an event starts. What it leaves to a person's choice is not
    /// known; a free text is taken to be its default.
    pub(super) fn of_entry(declared: Option<Node<'t>>) -> Self {
        let mut scope = Self::of_template(declared, None, &Self::default());
        for item in declared.into_iter().flat_map(Node::items) {
            let boolean = item.get("type").and_then(Node::as_str) == Some("boolean");
            if let Some(name) =
                item.get("name").and_then(Node::as_str).filter(|_| boolean || item.get("values").is_some())
            {
                scope.names.insert(parameter(name), None);
            }
        }
        scope
    }

    fn declare(&mut self, name: Option<&str>, default: Option<Node<'t>>) {
        let Some(name) = name else { return };
        let bound = default.and_then(|default| self.bind(default));
        self.names.insert(parameter(name), bound);
    }

    /// Binds the variable of a loop.
    pub(super) fn bind_name(&mut self, name: &str, value: Option<Node<'t>>) {
        let bound = value.and_then(|value| self.bind(value));
        self.names.insert(name.to_ascii_lowercase(), bound);
    }

    /// What a value means in this scope.
    fn bind(&self, value: Node<'t>) -> Option<Bound<'t>> {
        match value.as_str() {
            Some(text) => match self.whole(text) {
                Some(node) => Some(Bound::Node(node)),
                None => self.compile_time(text).map(Bound::Text),
            },
            None if value.is_null() => Some(Bound::Text(String::new())),
            None => Some(Bound::Node(value)),
        }
    }

    /// The list or mapping that a text which is one expression stands for.
    pub(super) fn whole(&self, text: &str) -> Option<Node<'t>> {
        let inner = text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim();
        match self.lookup(inner)? {
            Bound::Node(node) => Some(node),
            Bound::Text(_) => None,
        }
    }

    /// What a dotted name stands for.
    fn lookup(&self, path: &str) -> Option<Bound<'t>> {
        let path = path.to_ascii_lowercase();
        if let Some(bound) = self.names.get(&path) {
            return bound.clone();
        }
        // A property of an object: `parameters.job.name`, `each.name`.
        let (mut node, mut rest) = self.names.iter().find_map(|(name, bound)| {
            let rest = path.strip_prefix(name.as_str())?.strip_prefix('.')?;
            match bound {
                Some(Bound::Node(node)) => Some((*node, rest.to_owned())),
                _ => None,
            }
        })?;
        loop {
            let (first, more) = rest.split_once('.').map_or((rest.as_str(), None), |(a, b)| (a, Some(b)));
            let found = node
                .entries()
                .find(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(first)));
            node = found?.1;
            match more {
                Some(more) => rest = more.to_owned(),
                None => break,
            }
        }
        // An expression in it belongs to the caller's scope.
        match node.as_str() {
            Some(text) => (!text.contains("${{")).then(|| Bound::Text(text.to_owned())),
            None => Some(Bound::Node(node)),
        }
    }

    /// The text that a name stands for.
    pub(super) fn text_of(&self, path: &str) -> Option<String> {
        if let Some(name) = path.strip_prefix("variables.") {
            return self.variables.get(&name.to_ascii_lowercase()).cloned();
        }
        match self.lookup(path)? {
            Bound::Text(text) => Some(text),
            Bound::Node(_) => None,
        }
    }

    /// `text` with every `${{ … }}` filled in; none where one is not known.
    pub(super) fn compile_time(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${{") {
            let len = rest[at..].find("}}")?;
            out.push_str(&rest[..at]);
            out.push_str(&expression::text(self, &rest[at + 3..at + len])?);
            rest = &rest[at + len + 2..];
            if out.len() > expression::MAX_TEXT {
                return None;
            }
        }
        out.push_str(rest);
        Some(out)
    }

    /// A scalar; its value is known where every expression and variable in it is.
    pub(super) fn scalar(&self, node: Node<'_>) -> Scalar {
        let written = node.as_str().unwrap_or_default().to_owned();
        let value = self.compile_time(&written).and_then(|text| self.run_time(&text));
        Scalar { written, value, at: place(node) }
    }

    /// `text` with every `$(name)` filled in; none where one is not known.
    fn run_time(&self, text: &str) -> Option<String> {
        if text.contains("$[") {
            return None;
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("$(") {
            let len = rest[at..].find(')')?;
            out.push_str(&rest[..at]);
            out.push_str(self.variables.get(&rest[at + 2..at + len].trim().to_ascii_lowercase())?);
            rest = &rest[at + len + 1..];
            if out.len() > expression::MAX_TEXT {
                return None;
            }
        }
        out.push_str(rest);
        Some(out)
    }

    /// What a text holds: a variable that no file sets comes from a variable group or the pipeline's settings.
    pub(super) fn held(&self, text: &Scalar) -> Value {
        if let Some(value) = &text.value {
            return if value.is_empty() { Value::Empty } else { Value::Static(value.clone()) };
        }
        let filled = self.compile_time(&text.written).unwrap_or_else(|| text.written.clone());
        let Some(name) = filled.trim().strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')) else {
            let input = filled.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
            let input = input.and_then(|inner| inner.trim().strip_prefix("parameters."));
            return input.map_or(Value::Unknown, |name| Value::Input(name.to_owned()));
        };
        match name.trim() {
            "System.AccessToken" => Value::JobToken,
            name if is_variable(name) && !is_predefined(name) => Value::Secret(name.to_owned()),
            _ => Value::Unknown,
        }
    }

    /// Notes a variable for everything that comes after it.
    pub(super) fn set(&mut self, name: &str, text: &Scalar) {
        let name = name.to_ascii_lowercase();
        match &text.value {
            Some(value) => self.variables.insert(name, value.clone()),
            None => self.variables.remove(&name),
        };
    }

    /// A script with expressions and variables filled in. A variable that is not known is, for the shell,
    /// the environment variable of its name: secrets alone are not there by themselves.
    pub(super) fn script(&self, node: Node<'_>) -> Script {
        let script =
            Script::of_node(node).substitute("${{", "}}", &mut |inner| expression::text(self, inner));
        script.substitute("$(", ")", &mut |inner| {
            let known = self.variables.get(&inner.to_ascii_lowercase()).cloned();
            known.or_else(|| is_macro(inner).then(|| format!("${{{}}}", env_name(inner))))
        })
    }

    /// The entries of a mapping, those that a condition or `insert` puts into it among them.
    pub(super) fn entries(&self, mapping: Node<'t>) -> Vec<(Node<'t>, Node<'t>)> {
        let mut out = Vec::new();
        self.gather(mapping, 0, &mut out);
        out
    }

    fn gather(&self, mapping: Node<'t>, depth: usize, out: &mut Vec<(Node<'t>, Node<'t>)>) {
        let mapping = mapping.as_str().and_then(|text| self.whole(text)).unwrap_or(mapping);
        let mut taken = Taken::default();
        for (key, value) in mapping.entries() {
            let directive = key.as_str().and_then(expression::directive);
            match directive {
                Some(directive) if depth < super::DEPTH => {
                    if self.takes(&directive, &mut taken) != Some(false) {
                        self.gather(value, depth + 1, out);
                    }
                }
                Some(_) => {}
                None => out.push((key, value)),
            }
        }
    }

    /// Whether a branch of `if`, `elseif` and `else` is taken; none where that cannot be known. `taken`
    /// is whether one before it in the chain was.
    pub(super) fn takes(&self, directive: &expression::Directive<'_>, taken: &mut Taken) -> Option<bool> {
        use expression::Directive;
        let own = match directive {
            Directive::If(condition) => {
                *taken = Taken::No;
                expression::truth(self, condition)
            }
            Directive::ElseIf(condition) => expression::truth(self, condition),
            Directive::Else => Some(true),
            Directive::Insert | Directive::Each(..) => return Some(true),
        };
        let now = match (*taken, own) {
            (Taken::Yes, _) | (_, Some(false)) => Some(false),
            (Taken::No, own) => own,
            (Taken::Unknown, _) => None,
        };
        *taken = match (*taken, own) {
            (Taken::Yes, _) | (_, Some(true)) => Taken::Yes,
            (Taken::No, Some(false)) => Taken::No,
            _ => Taken::Unknown,
        };
        now
    }

    /// The value of `key`, wherever a condition puts it.
    pub(super) fn entry(&self, mapping: Node<'t>, key: &str) -> Option<(Node<'t>, Node<'t>)> {
        let found = self.entries(mapping).into_iter().rfind(|(name, _)| name.as_str() == Some(key))?;
        let value = found.1.as_str().and_then(|text| self.whole(text)).unwrap_or(found.1);
        Some((found.0, value))
    }

    /// The value of `key`, wherever a condition puts it.
    pub(super) fn get(&self, mapping: Node<'t>, key: &str) -> Option<Node<'t>> {
        self.entry(mapping, key).map(|(_, value)| value)
    }

    /// The value of a variable in `vars`, for the names of the environment.
    pub(super) fn variable(
        &self,
        name: &str,
        node: Node<'_>,
        level: crate::ci::Level,
        entry: crate::diagnostic::Location,
    ) -> EnvVar {
        let text = self.scalar(node);
        let value = self.held(&text);
        EnvVar { name: env_name(name), text, value, level, entry }
    }
}

fn parameter(name: &str) -> String {
    format!("parameters.{}", name.to_ascii_lowercase())
}

/// The environment variable that a pipeline variable becomes.
pub(super) fn env_name(name: &str) -> String {
    name.trim().to_ascii_uppercase().replace(['.', ' ', '-'], "_")
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Variables that Azure itself sets.
fn is_predefined(name: &str) -> bool {
    let names = [
        "Agent.",
        "Build.",
        "System.",
        "Pipeline.",
        "Environment.",
        "Release.",
        "Common.",
        "Checks.",
        "Resources.",
    ];
    names.iter().any(|start| name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

/// Whether `$(inner)` is a variable of the pipeline and no command of the shell: commands that stand there
/// alone (`$(pwd)`, `$(date)`) are words in lower case.
fn is_macro(inner: &str) -> bool {
    is_variable(inner)
        && (is_predefined(inner) || inner.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'.'))
}
