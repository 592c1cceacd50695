use super::model::Settings;
use super::schema::validator;
use crate::diagnostic::{Finding, Location, Severity};
use crate::schema::{Dialect, SchemaError, SchemaErrorKind, to_json};
use crate::text::{Source, Span};
use crate::yaml;

/// Text that is no JSON.
const SYNTAX: &str = "settings-syntax";
/// A key that stands twice.
const DUPLICATE_KEY: &str = "settings-duplicate-key";
/// A key that there is not.
const UNKNOWN_KEY: &str = "settings-unknown-key";
/// A key that must be there.
const MISSING: &str = "settings-missing";
/// A value of the wrong type, or none of those allowed.
const WRONG_VALUE: &str = "settings-wrong-value";

/// Reads a settings file, or says all that is wrong with it, each at its place. JSON is read as the subset
/// of YAML that it is, which gives every value its place.
pub fn load(source: &Source) -> Result<Settings, Vec<Finding>> {
    let tree = yaml::parse(source);
    let at = |span| Location::new(source, span);
    let finding = |rule, span, message: String| Finding::new(rule, Severity::Error, at(span), message);
    let syntax = tree.errors().iter().map(|error| finding(SYNTAX, error.span, error.message.clone()));
    let mut findings: Vec<Finding> = syntax.collect();
    findings.extend(tree.duplicates().iter().map(|twice| {
        finding(DUPLICATE_KEY, twice.second, format!("the key `{}` stands twice", twice.key))
            .with_related(at(twice.first), "it stands here first")
    }));
    let root = tree.root().filter(|root| !root.is_null());
    let Some(root) = root.filter(|_| findings.is_empty()) else {
        if findings.is_empty() {
            let empty = finding(MISSING, Span::default(), "the settings file is empty".to_owned());
            findings.push(empty.with_help("docs/settings.md has the commands that export one"));
        }
        return Err(findings);
    };
    findings.extend(validator().validate(root).iter().map(|error| {
        let (rule, help) = explained(error, root.pointer(&error.pointer));
        let mut finding = finding(rule, error.span, error.message.clone());
        finding.help = help;
        finding
    }));
    if !findings.is_empty() {
        return Err(findings);
    }
    // The schema comes from the types, so that what it lets through they take.
    serde_json::from_value(to_json(root, Dialect::Yaml12))
        .map_err(|error| vec![finding(WRONG_VALUE, root.span(), error.to_string())])
}

/// The rule and what to write instead of what stands at `written`.
fn explained(error: &SchemaError, written: Option<yaml::Node<'_>>) -> (&'static str, Option<String>) {
    match &error.kind {
        SchemaErrorKind::UnknownKey { key, .. } => (UNKNOWN_KEY, error.kind.near_miss(key)),
        SchemaErrorKind::MissingKey { key } if key == "schema" => {
            (MISSING, Some("begin with `\"schema\": 1`".to_owned()))
        }
        SchemaErrorKind::MissingKey { .. } if written.is_some_and(|node| node.get("message").is_some()) => {
            (MISSING, Some("this is the API's answer to a request that failed; export it again".to_owned()))
        }
        SchemaErrorKind::MissingKey { key } => (MISSING, Some(format!("add `{key}`, as the API answers it"))),
        SchemaErrorKind::Value { .. } => {
            (WRONG_VALUE, error.kind.near_miss(written.and_then(yaml::Node::as_str).unwrap_or_default()))
        }
        SchemaErrorKind::Type { .. } | SchemaErrorKind::Other => (WRONG_VALUE, None),
    }
}
