//! `package.json`: the fields that decide whether, where and how a package is published.

use super::json::{self, Dialect, Fault, Kind, Member, Value};
use super::repository::Repository;
use crate::text::{Source, Span};

/// A string with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The string, unescaped.
    pub value: String,
    /// Its bytes, quotes included.
    pub span: Span,
}

impl Text {
    fn of(value: &Value) -> Option<Self> {
        Some(Self { value: value.as_str()?.to_owned(), span: value.span })
    }
}

/// An entry of `scripts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// The name's bytes with its quotes.
    pub name_span: Span,
    /// The shell text.
    pub command: Text,
}

/// Which section of the manifest lists a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// `dependencies`.
    Runtime,
    /// `devDependencies`.
    Dev,
    /// `peerDependencies`.
    Peer,
    /// `optionalDependencies`.
    Optional,
}

impl Section {
    const ALL: [(&'static str, Self); 4] = [
        ("dependencies", Self::Runtime),
        ("devDependencies", Self::Dev),
        ("peerDependencies", Self::Peer),
        ("optionalDependencies", Self::Optional),
    ];
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// The range, as written (`^1.2.0`, `workspace:*`, `npm:other@1`).
    pub range: Text,
    /// Where it is listed.
    pub section: Section,
}

/// `publishConfig`, which npm lays over its own configuration (npm, `lib/commands/publish.js`). A
/// scope's registry of an `.npmrc` still wins over `registry` here (npm-registry-fetch, `pickRegistry`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublishConfig {
    /// The whole object's bytes; none where there is no `publishConfig`.
    pub span: Option<Span>,
    /// `access`.
    pub access: Option<Text>,
    /// `registry`.
    pub registry: Option<Text>,
    /// `tag`.
    pub tag: Option<Text>,
    /// `provenance`, with its place. `false` here does not turn automatic provenance off.
    pub provenance: Option<(bool, Span)>,
    /// `@scope:registry` keys: the scope with its `@`, and the registry.
    pub scopes: Vec<(String, Text)>,
}

impl PublishConfig {
    fn of(member: &Member) -> Self {
        let value = &member.value;
        let text = |key: &str| value.get(key).and_then(Text::of);
        let scopes = value.members().iter().filter_map(|entry| {
            let scope = entry.key.strip_suffix(":registry").filter(|scope| scope.starts_with('@'))?;
            Some((scope.to_owned(), Text::of(&entry.value)?))
        });
        Self {
            span: Some(value.span),
            access: text("access"),
            registry: text("registry"),
            tag: text("tag"),
            provenance: value.get("provenance").and_then(|flag| Some((flag.as_bool()?, flag.span))),
            scopes: scopes.collect(),
        }
    }
}

/// A `name@version` of `packageManager` or a `{name, version}` of `devEngines`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedVersion {
    /// The tool, lower-case as written.
    pub name: String,
    /// Version or range without a `+hash`; none where only the name stands.
    pub version: Option<String>,
    /// Its place.
    pub span: Span,
}

/// A `package.json`, read.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The file.
    pub source: Source,
    /// All of it, for what has no field here.
    pub json: Value,
    /// `name`.
    pub name: Option<Text>,
    /// `version`.
    pub version: Option<Text>,
    /// Whether `private` is true (npm refuses to publish: `EPRIVATE`).
    pub private: bool,
    /// `publishConfig`.
    pub publish_config: PublishConfig,
    /// `repository`, in every form that npm takes.
    pub repository: Option<Repository>,
    /// `engines`: tool and range.
    pub engines: Vec<(String, Text)>,
    /// `packageManager`.
    pub package_manager: Option<NamedVersion>,
    /// `devEngines.packageManager`, each alternative.
    pub dev_package_managers: Vec<NamedVersion>,
    /// `devEngines.runtime`, each alternative.
    pub dev_runtimes: Vec<NamedVersion>,
    /// `volta`: tool and version.
    pub volta: Vec<(String, Text)>,
    /// `scripts`, in the order of the file.
    pub scripts: Vec<Script>,
    /// `files`, as written.
    pub files: Option<Vec<String>>,
    /// `workspaces` patterns (an array, or an object's `packages`); none where the key is absent.
    pub workspaces: Option<Vec<String>>,
    /// Dependencies of all four sections.
    pub dependencies: Vec<Dependency>,
}

impl Manifest {
    /// Reads a `package.json`; none where it is no JSON object. The fault says what npm would refuse,
    /// and may stand beside a manifest (a comment, a trailing comma).
    pub fn parse(source: &Source) -> (Option<Self>, Option<Fault>) {
        let (value, fault) = json::parse(source, Dialect::Strict);
        match value {
            Some(json) if matches!(json.kind, Kind::Object(_)) => (Some(Self::of(source, json)), fault),
            value => {
                let span = value.map_or_else(Span::default, |value| value.span);
                let message = "a package.json must be one JSON object".to_owned();
                (None, fault.or(Some(Fault { span, message })))
            }
        }
    }

    fn of(source: &Source, json: Value) -> Self {
        let text = |key: &str| json.get(key).and_then(Text::of);
        Self {
            source: source.clone(),
            name: text("name"),
            version: text("version"),
            private: json.get("private").is_some_and(Value::is_truthy),
            publish_config: json.member("publishConfig").map(PublishConfig::of).unwrap_or_default(),
            repository: json.get("repository").and_then(Repository::of),
            engines: texts(json.get("engines")),
            package_manager: json.get("packageManager").and_then(package_manager),
            dev_package_managers: named_versions(json.at(&["devEngines", "packageManager"])),
            dev_runtimes: named_versions(json.at(&["devEngines", "runtime"])),
            volta: texts(json.get("volta")),
            scripts: scripts(&json),
            files: json.get("files").map(|value| strings(value.items())),
            workspaces: workspaces(&json),
            dependencies: dependencies(&json),
            json,
        }
    }

    /// The script `name`.
    pub fn script(&self, name: &str) -> Option<&Script> {
        self.scripts.iter().rfind(|script| script.name == name)
    }

    /// The dependency `name`, whichever section lists it.
    pub fn dependency(&self, name: &str) -> Option<&Dependency> {
        self.dependencies.iter().find(|dependency| dependency.name == name)
    }

    /// The range that `engines` asks of a tool.
    pub fn engine(&self, tool: &str) -> Option<&Text> {
        self.engines.iter().find(|(name, _)| name == tool).map(|(_, range)| range)
    }

    /// The scope of the name with its `@`.
    pub fn scope(&self) -> Option<&str> {
        let name = &self.name.as_ref()?.value;
        name.starts_with('@').then(|| name.split_once('/').map(|(scope, _)| scope)).flatten()
    }
}

fn strings(items: &[Value]) -> Vec<String> {
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn texts(object: Option<&Value>) -> Vec<(String, Text)> {
    let members = object.map(Value::members).unwrap_or_default();
    members.iter().filter_map(|member| Some((member.key.clone(), Text::of(&member.value)?))).collect()
}

fn scripts(json: &Value) -> Vec<Script> {
    let members = json.get("scripts").map(Value::members).unwrap_or_default();
    let script = |member: &Member| {
        let command = Text::of(&member.value)?;
        Some(Script { name: member.key.clone(), name_span: member.key_span, command })
    };
    members.iter().filter_map(script).collect()
}

fn dependencies(json: &Value) -> Vec<Dependency> {
    let section = |(key, section): (&str, Section)| {
        let members = json.get(key).map(Value::members).unwrap_or_default();
        members.iter().filter_map(move |member| {
            Some(Dependency { name: member.key.clone(), range: Text::of(&member.value)?, section })
        })
    };
    Section::ALL.into_iter().flat_map(section).collect()
}

fn workspaces(json: &Value) -> Option<Vec<String>> {
    let value = json.get("workspaces")?;
    match &value.kind {
        Kind::Array(items) => Some(strings(items)),
        Kind::Object(_) => value.get("packages").map(|packages| strings(packages.items())),
        _ => None,
    }
}

/// `pnpm@10.1.0+sha512.…`: name, version without the hash. A URL in place of the version is kept out.
fn package_manager(value: &Value) -> Option<NamedVersion> {
    let text = value.as_str()?;
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => (name, Some(version.split('+').next().unwrap_or(version))),
        None => (text, None),
    };
    let version = version.filter(|version| version.starts_with(|first: char| first.is_ascii_digit()));
    Some(NamedVersion { name: name.to_owned(), version: version.map(str::to_owned), span: value.span })
}

/// `{name, version}` or a list of them.
fn named_versions(value: Option<&Value>) -> Vec<NamedVersion> {
    let Some(value) = value else { return Vec::new() };
    let one = std::slice::from_ref(value);
    let items = if matches!(value.kind, Kind::Array(_)) { value.items() } else { one };
    let named = |item: &Value| {
        let version = item.get("version").and_then(Value::as_str).map(str::to_owned);
        Some(NamedVersion { name: item.get("name")?.as_str()?.to_owned(), version, span: item.span })
    };
    items.iter().filter_map(named).collect()
}
