//! Text of `trustpub.yml` → [`Spec`], or everything that is wrong with it, each at its place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fault::Fault;
use super::model::Spec;
use super::{hints, schema, validate};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Provider;
use crate::schema::{Dialect, SchemaError, SchemaErrorKind, to_json};
use crate::text::{Source, Span};
use crate::yaml::{self, Kind, Node, Tree};

/// Text that is no YAML.
const SYNTAX: &str = "spec-syntax";
/// A key that stands twice.
const DUPLICATE_KEY: &str = "spec-duplicate-key";
/// A key that there is not.
const UNKNOWN_KEY: &str = "spec-unknown-key";
/// A value of the wrong type, or none of those allowed.
const WRONG_VALUE: &str = "spec-wrong-value";

/// A spec with the text it came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The spec.
    pub spec: Spec,
    tree: Tree,
}

impl Loaded {
    /// The file.
    pub fn source(&self) -> &Source {
        self.tree.source()
    }

    /// The place of a dotted key such as `providers.github.environment`; where it is not written, the
    /// nearest place around it that is.
    pub fn locate(&self, key: &str) -> Location {
        Location::new(self.source(), place(&self.tree, key))
    }

    /// A fault of the spec as a finding at its place.
    pub fn finding(&self, fault: &Fault) -> Finding {
        finding(&self.tree, fault)
    }

    /// What works and should be looked at, as a finding at its place.
    pub fn warning(&self, fault: &Fault) -> Finding {
        Finding { severity: Severity::Warning, ..finding(&self.tree, fault) }
    }
}

/// Reads a spec: YAML, then the JSON Schema, then what no schema says. All errors at once, in the
/// order of the text; values that are wrong by themselves are left out of the later checks.
pub fn load(source: &Source) -> Result<Loaded, Vec<Finding>> {
    let tree = yaml::parse(source);
    let mut findings = syntax(&tree);
    findings.extend(duplicates(&tree));
    let Some(root) = tree.root().filter(|_| tree.errors().is_empty()) else {
        if findings.is_empty() {
            findings.push(empty(&tree));
        }
        return Err(findings);
    };
    if root.is_null() {
        return Err(vec![empty(&tree)]);
    }
    let errors = schema::validator().validate(root);
    // What another version of the format demands is not known.
    let other_version = errors.iter().any(|error| error.pointer == "/version");
    let follows =
        |error: &&SchemaError| other_version && matches!(error.kind, SchemaErrorKind::MissingKey { .. });
    let told = errors.iter().filter(|error| !follows(error));
    findings.extend(told.map(|error| schema_finding(&tree, root, error)));
    let mut value = to_json(root, Dialect::Yaml12);
    for error in &errors {
        prune(&mut value, error);
    }
    fill(&mut value);
    let spec = serde_json::from_value::<Spec>(value);
    match spec {
        Ok(spec) => {
            let faults = validate(&spec);
            let left: Vec<String> = errors.iter().map(pruned).collect();
            let follows = |fault: &Fault| {
                left.iter().any(|key| *key == fault.key || key.starts_with(&format!("{}.", fault.key)))
            };
            findings.extend(faults.iter().filter(|fault| !follows(fault)).map(|fault| finding(&tree, fault)));
            if findings.is_empty() {
                return Ok(Loaded { spec, tree });
            }
        }
        // The schema comes from the types, so this says nothing that the findings do not.
        Err(error) if findings.is_empty() => {
            let location = Location::new(source, place(&tree, ""));
            findings.push(Finding::new(WRONG_VALUE, Severity::Error, location, error.to_string()));
        }
        Err(_) => {}
    }
    findings.sort_by_key(|finding| (finding.location.span, finding.rule));
    Err(findings)
}

/// What `check.ignore` names, whatever else the file lacks or has wrong: only `generate` needs the rest.
pub fn ignored(source: &Source) -> BTreeMap<String, Vec<String>> {
    let tree = yaml::parse(source);
    let ignore =
        tree.root().filter(|_| tree.errors().is_empty()).and_then(|root| root.get("check")?.get("ignore"));
    let entries = ignore.map(|node| to_json(node, Dialect::Yaml12));
    entries.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// The place of a dotted key of the file, as [`Loaded::finding`] would have it.
pub fn finding_in(source: &Source, fault: &Fault) -> Finding {
    finding(&yaml::parse(source), fault)
}

/// Whether the file says nothing but what `trustpub check` leaves out: then it is not meant for `generate`.
pub fn is_for_check_alone(source: &Source) -> bool {
    let tree = yaml::parse(source);
    let mut keys = tree.root().into_iter().flat_map(|root| root.own_entries().collect::<Vec<_>>());
    tree.errors().is_empty() && keys.all(|(key, _)| matches!(key.as_str(), Some("version" | "check")))
}

fn syntax(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = tree
        .errors()
        .iter()
        .map(|error| {
            let location = Location::new(tree.source(), error.span);
            let mut finding = Finding::new(SYNTAX, Severity::Error, location, error.message.clone());
            if tree.source().text().get(error.span.start..).is_some_and(|rest| rest.starts_with('\t')) {
                finding.help = Some("put two spaces in place of each tab".to_owned());
            }
            finding
        })
        .collect();
    if let Some(second) = tree.documents().nth(1) {
        let start = second.span().start;
        let end = second.span().end.min(tree.source().line_span(tree.source().position(start).line).end);
        let location = Location::new(tree.source(), Span::new(start, end.max(start)));
        let message = "a spec is one document, and here a second one begins";
        findings.push(Finding::new(SYNTAX, Severity::Error, location, message).with_help("remove the `---`"));
    }
    findings
}

fn duplicates(tree: &Tree) -> impl Iterator<Item = Finding> {
    tree.duplicates().iter().map(|duplicate| {
        let at = |span| Location::new(tree.source(), span);
        let message = format!("the key `{}` stands twice", duplicate.key);
        Finding::new(DUPLICATE_KEY, Severity::Error, at(duplicate.second), message)
            .with_help("keep one of the two")
            .with_related(at(duplicate.first), "it stands here first")
    })
}

fn empty(tree: &Tree) -> Finding {
    let location = Location::new(tree.source(), Span::default());
    Finding::new(super::fault::MISSING, Severity::Error, location, "the spec is empty")
        .with_help("write `version: 1` and `providers: {github: {}}`, or run `trustpub init`")
}

fn schema_finding(tree: &Tree, root: Node<'_>, error: &SchemaError) -> Finding {
    let location = Location::new(tree.source(), error.span);
    let parent = dotted(&error.pointer);
    let written = root.pointer(&error.pointer).and_then(Node::as_str).unwrap_or_default();
    let hint = || hints::value_hint(&parent, written);
    let (rule, help) = match &error.kind {
        SchemaErrorKind::UnknownKey { key, .. } => {
            let help = hints::hint(&parent, key).map(str::to_owned).or_else(|| error.kind.near_miss(key));
            (UNKNOWN_KEY, help)
        }
        SchemaErrorKind::MissingKey { key } => {
            let help = match key.as_str() {
                "version" => "begin with `version: 1`".to_owned(),
                "providers" => "add `providers: {github: {}}`".to_owned(),
                _ => format!("add `{key}`"),
            };
            (super::fault::MISSING, Some(help))
        }
        SchemaErrorKind::Value { .. } => (WRONG_VALUE, hint().or_else(|| error.kind.near_miss(written))),
        SchemaErrorKind::Type { expected, found } => {
            (WRONG_VALUE, hint().or_else(|| type_help(root, error, expected, found)))
        }
        SchemaErrorKind::Other => (WRONG_VALUE, hint()),
    };
    let mut finding = Finding::new(rule, Severity::Error, location, error.message.clone());
    finding.help = help;
    finding
}

fn type_help(root: Node<'_>, error: &SchemaError, expected: &[&'static str], found: &str) -> Option<String> {
    let node = root.pointer(&error.pointer)?;
    let text = node.as_str().unwrap_or_default();
    match expected {
        ["text"] if node.kind() == Kind::Scalar => {
            Some(format!("write it in quotes: {}", yaml::emit::quoted(text)))
        }
        ["text" | "a mapping"] if found == "nothing" => {
            Some("write a value, or leave the key out".to_owned())
        }
        ["a list"] if node.kind() == Kind::Scalar => {
            Some(format!("write a list: [{}]", yaml::emit::scalar(text)))
        }
        ["true or false"] if node.kind() == Kind::Scalar => match node.as_bool_1_1() {
            Some(meant) => Some(format!("write `{meant}`")),
            None if matches!(text, "true" | "false") => Some(format!("write `{text}` without quotes")),
            None => None,
        },
        _ => None,
    }
}

/// The dotted key of what an error leaves out of the value.
fn pruned(error: &SchemaError) -> String {
    let parent = dotted(&error.pointer);
    match &error.kind {
        SchemaErrorKind::UnknownKey { key, .. } | SchemaErrorKind::MissingKey { key }
            if parent.is_empty() =>
        {
            key.clone()
        }
        SchemaErrorKind::UnknownKey { key, .. } | SchemaErrorKind::MissingKey { key } => {
            format!("{parent}.{key}")
        }
        _ => parent,
    }
}

/// Takes what is wrong out of the value, so that the rest can be checked.
fn prune(value: &mut Value, error: &SchemaError) {
    let (parent, last) = match &error.kind {
        SchemaErrorKind::UnknownKey { key, .. } => (error.pointer.as_str(), key.clone()),
        SchemaErrorKind::MissingKey { .. } => return,
        _ => match error.pointer.rsplit_once('/') {
            Some((parent, last)) => (parent, last.replace("~1", "/").replace("~0", "~")),
            None => return,
        },
    };
    match value.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.shift_remove(&last)),
        // Of a list with a wrong item nothing is checked: indexes must go on meaning the same.
        Some(Value::Array(items)) => items.clear(),
        _ => {}
    }
}

/// Gives a spec that lacks something what the types need, and reads `github:` alone as `github: {}`.
fn fill(value: &mut Value) {
    let Value::Object(root) = value else { return };
    root.entry("version").or_insert_with(|| 1.into());
    let providers = root.entry("providers").or_insert_with(|| Value::Object(serde_json::Map::new()));
    for provider in providers.as_object_mut().into_iter().flat_map(|map| map.values_mut()) {
        if provider.is_null() {
            *provider = Value::Object(serde_json::Map::new());
        }
    }
}

fn finding(tree: &Tree, fault: &Fault) -> Finding {
    let written = Location::new(tree.source(), place(tree, &fault.key));
    let location = fault.at.clone().unwrap_or(written);
    let mut finding = Finding::new(fault.rule, Severity::Error, location, fault.message.clone());
    finding.help = Some(fault.help.clone());
    finding.provider = fault.provider.or_else(|| provider_of(&fault.key));
    finding
}

fn provider_of(key: &str) -> Option<Provider> {
    let id = key.strip_prefix("providers.")?.split('.').next()?;
    Provider::ALL.into_iter().find(|provider| provider.id() == id)
}

/// A JSON pointer as a dotted key.
fn dotted(pointer: &str) -> String {
    let parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    parts.join(".")
}

/// The place of a dotted key: the value where it is a scalar, else the key in front of it; where it is
/// not written, the nearest key around it, and for the root its first key.
fn place(tree: &Tree, key: &str) -> Span {
    let Some(mut node) = tree.root() else { return Span::default() };
    let mut span = node
        .own_entries()
        .next()
        .map_or_else(|| Span::new(node.span().start, node.span().start), |(key, _)| key.span());
    let mut rest = key;
    while !rest.is_empty() {
        let Some((name, value, behind)) = step(node, rest) else { return span };
        span = match (value.kind(), name) {
            (Kind::Scalar, _) | (_, None) => value.span(),
            (_, Some(name)) => name.span(),
        };
        (node, rest) = (value, behind);
    }
    span
}

/// The entry or item that `rest` begins with, and what follows. Keys may hold dots themselves: of
/// several that fit the longest is meant.
fn step<'t, 'k>(node: Node<'t>, rest: &'k str) -> Option<(Option<Node<'t>>, Node<'t>, &'k str)> {
    let behind = |name: &str| {
        let tail = rest.strip_prefix(name)?;
        if tail.is_empty() { Some(tail) } else { tail.strip_prefix('.') }
    };
    if node.is_sequence() {
        let index = rest.split('.').next().unwrap_or_default();
        return Some((None, node.items().nth(index.parse().ok()?)?, behind(index)?));
    }
    node.entries()
        .filter_map(|(key, value)| {
            let name = key.as_str()?;
            Some((name.len(), (Some(key), value, behind(name)?)))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, found)| found)
}
