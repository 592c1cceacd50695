//! Parameters: what `<< parameters.x >>` and `<< pipeline.parameters.x >>` stand for.

use std::collections::HashMap;

use crate::ci::repository::{entry_place, place};
use crate::ci::{EnvVar, Input, Level, Scalar, Script, Value};
use crate::yaml::Node;

/// What a parameter holds.
#[derive(Clone)]
pub(super) enum Parameter<'t> {
    /// This text.
    Text(String),
    /// A list of steps, or an executor with parameters.
    Node(Node<'t>),
}

/// The parameters that can be used at one place.
#[derive(Clone, Default)]
pub(super) struct Scope<'t> {
    own: HashMap<String, Parameter<'t>>,
    pipeline: HashMap<String, String>,
}

impl<'t> Scope<'t> {
    /// The defaults of the pipeline's own parameters.
    pub(super) fn of_pipeline(declared: Option<Node<'t>>) -> Self {
        let defaults = declared.into_iter().flat_map(Node::entries).filter_map(|(key, node)| {
            Some((key.as_str()?.to_owned(), node.get("default")?.as_str()?.to_owned()))
        });
        Self { own: HashMap::new(), pipeline: defaults.collect() }
    }

    /// The same, without what the pipeline's own parameters hold by default.
    pub(super) fn without_defaults(&self) -> Self {
        Self { own: self.own.clone(), pipeline: HashMap::new() }
    }

    /// The parameter `name` (`pipeline.parameters.x`), where it holds a text.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        self.resolve(name)
    }

    /// The scope of what declares `declared` and is handed `given` from this scope. A parameter that is
    /// given no value and has no default is not known.
    pub(super) fn inner(&self, declared: Option<Node<'t>>, given: Option<Node<'t>>) -> Self {
        let mut own = HashMap::new();
        for (key, node) in declared.into_iter().flat_map(Node::entries) {
            let Some(name) = key.as_str() else { continue };
            if let Some(value) = node.get("default").and_then(|default| self.parameter(default)) {
                own.insert(name.to_owned(), value);
            }
        }
        for (key, node) in given.filter(|given| given.is_mapping()).into_iter().flat_map(Node::entries) {
            let Some(name) = key.as_str() else { continue };
            match self.parameter(node) {
                Some(value) => _ = own.insert(name.to_owned(), value),
                None => _ = own.remove(name),
            }
        }
        Self { own, pipeline: self.pipeline.clone() }
    }

    /// Sets what a matrix with a single value gives; several values leave the parameter unknown.
    pub(super) fn matrix(&mut self, parameters: Node<'t>) {
        for (key, node) in parameters.entries() {
            let Some(name) = key.as_str() else { continue };
            let values: Vec<Node<'t>> = node.items().collect();
            if let [only] = values.as_slice()
                && let Some(text) = only.as_str()
            {
                self.own.insert(name.to_owned(), Parameter::Text(text.to_owned()));
            } else {
                self.own.remove(name);
            }
        }
    }

    fn parameter(&self, node: Node<'t>) -> Option<Parameter<'t>> {
        match node.as_str() {
            None => Some(Parameter::Node(node)),
            Some(text) => match whole(text) {
                Some(name) => self.lookup(name),
                None => self.text(text).map(Parameter::Text),
            },
        }
    }

    /// The parameter that `text`, as a whole, stands for: `<< parameters.steps >>`.
    pub(super) fn whole(&self, text: &str) -> Option<Parameter<'t>> {
        self.lookup(whole(text)?)
    }

    fn lookup(&self, name: &str) -> Option<Parameter<'t>> {
        if let Some(name) = name.strip_prefix("pipeline.parameters.") {
            return self.pipeline.get(name).cloned().map(Parameter::Text);
        }
        self.own.get(name.strip_prefix("parameters.")?).cloned()
    }

    fn resolve(&self, name: &str) -> Option<String> {
        match self.lookup(name.trim())? {
            Parameter::Text(text) => Some(text),
            Parameter::Node(_) => None,
        }
    }

    /// `text` with every expression replaced; none where one is not known.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("<<") {
            if rest[..at].ends_with('\\') {
                out.push_str(&rest[..at - 1]);
                out.push_str("<<");
                rest = &rest[at + 2..];
                continue;
            }
            let end = rest[at..].find(">>")?;
            out.push_str(&rest[..at]);
            out.push_str(&self.resolve(&rest[at + 2..at + end])?);
            rest = &rest[at + end + 2..];
        }
        out.push_str(rest);
        Some(out)
    }

    /// A scalar with its value where that is known.
    pub(super) fn scalar(&self, node: Node<'t>) -> Scalar {
        let written = node.as_str().unwrap_or_default().to_owned();
        let value = self.text(&written);
        Scalar { written, value, at: place(node) }
    }

    /// A script with the parameters that are known filled in.
    pub(super) fn script(&self, node: Node<'t>) -> Script {
        let mut script = Script::of_node(node);
        // A heredoc's `<<` is no expression: only what begins like one is looked at.
        for (open, prefix) in [
            ("<< parameters.", "parameters."),
            ("<<parameters.", "parameters."),
            ("<< pipeline.parameters.", "pipeline.parameters."),
            ("<<pipeline.parameters.", "pipeline.parameters."),
        ] {
            script = script.substitute(open, ">>", &mut |inner| self.resolve(&format!("{prefix}{inner}")));
        }
        // Version 2.1 writes a heredoc as `\<<EOF`.
        script.substitute("\\<", "<", &mut |inner| inner.is_empty().then(|| "<<".to_owned()))
    }

    /// An `environment` mapping.
    pub(super) fn environment(&self, node: Option<Node<'t>>, level: Level) -> Vec<EnvVar> {
        let mut vars = Vec::new();
        let lists = node.into_iter().flat_map(|node| {
            // A list of mappings is an old form of the same.
            let items: Vec<Node<'t>> = if node.is_sequence() { node.items().collect() } else { vec![node] };
            items
        });
        for (key, value) in lists.filter(|node| node.is_mapping()).flat_map(Node::entries) {
            let Some(name) = key.as_str() else { continue };
            let text = self.scalar(value);
            let held = held(&text);
            vars.push(EnvVar {
                name: name.to_owned(),
                text,
                value: held,
                level,
                entry: entry_place(key, value),
            });
        }
        vars
    }

    /// The inputs of a step or job.
    pub(super) fn inputs(&self, node: Option<Node<'t>>) -> Vec<Input> {
        let entries = node.filter(|node| node.is_mapping()).into_iter().flat_map(Node::entries);
        entries
            .filter_map(|(key, value)| {
                let text = self.scalar(value);
                let held = held(&text);
                Some(Input {
                    name: key.as_str()?.to_owned(),
                    text,
                    value: held,
                    entry: entry_place(key, value),
                })
            })
            .collect()
    }
}

/// What a scalar holds, as far as credentials are concerned.
fn held(text: &Scalar) -> Value {
    match &text.value {
        Some(value) if value.is_empty() => Value::Empty,
        Some(value) => Value::Static(value.clone()),
        None => match whole(&text.written).and_then(|name| name.strip_prefix("parameters.")) {
            Some(name) => Value::Input(name.to_owned()),
            None => Value::Unknown,
        },
    }
}

/// The expression that `text` consists of.
pub(super) fn whole(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("<<")?.strip_suffix(">>")?;
    (!inner.contains("<<")).then(|| inner.trim())
}
