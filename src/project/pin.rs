//! Which Node and package manager the project pins, and where: `.nvmrc`, `.node-version`, `.bun-version`, `.tool-versions`,
//! `mise.toml`, `volta`, `devEngines`, `packageManager`, `engines`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::manifest::Manifest;
use crate::diagnostic::Location;
use crate::files::Tree;
use crate::text::{Source, Span};

/// A tool that can be pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Node.
    Node,
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn.
    Yarn,
    /// Bun.
    Bun,
}

impl Tool {
    fn of(name: &str) -> Option<Self> {
        match name.trim_start_matches("core:").trim_start_matches("npm:") {
            "node" | "nodejs" => Some(Self::Node),
            "npm" => Some(Self::Npm),
            "pnpm" => Some(Self::Pnpm),
            "yarn" => Some(Self::Yarn),
            "bun" => Some(Self::Bun),
            _ => None,
        }
    }
}

/// What kind of statement a pin is, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PinKind {
    /// A version file that version managers and set-up actions read.
    File,
    /// `volta`, `devEngines` or `packageManager` of the manifest.
    Manifest,
    /// `engines`: a range that the project supports, no choice of one version.
    Engines,
}

/// A version that the project asks for.
#[derive(Debug, Clone)]
pub struct Pin {
    /// Of what.
    pub tool: Tool,
    /// As written, without a leading `v` and without the hash of `packageManager`: exact
    /// (`22.14.0`), partial (`22`), a range, `lts/jod`, `lts/*`, `node`.
    pub version: String,
    /// What kind of statement it is.
    pub kind: PinKind,
    /// Where it stands.
    pub location: Location,
}

impl Pin {
    /// Path of the file it stands in.
    pub fn path(&self) -> &str {
        self.location.source.path()
    }

    /// The version where it is exact (`major.minor.patch`), else none.
    pub fn exact(&self) -> Option<&str> {
        let parts: Vec<&str> = self.version.split('.').collect();
        let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        (parts.len() == 3 && parts.iter().all(digits)).then_some(self.version.as_str())
    }
}

const MISE: [&str; 5] =
    ["mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml"];

/// Every pin of the repository's root, strongest first.
pub(super) fn read(tree: &dyn Tree, manifest: Option<&Manifest>) -> Vec<Pin> {
    let mut pins = Vec::new();
    let file = |path: &str| tree.read(path).ok().flatten();
    for path in [".nvmrc", ".node-version"] {
        pins.extend(file(path).and_then(|source| version_file(&source)));
    }
    let bun = file(".bun-version").and_then(|source| version_file(&source));
    pins.extend(bun.map(|pin| Pin { tool: Tool::Bun, ..pin }));
    pins.extend(file(".tool-versions").iter().flat_map(tool_versions));
    for path in MISE {
        pins.extend(file(path).iter().flat_map(mise));
    }
    pins.extend(manifest.into_iter().flat_map(from_manifest));
    // Stable: files of one kind stay in the order in which set-up tools look for them.
    pins.sort_by_key(|pin| pin.kind);
    pins
}

fn pin(tool: Tool, version: &str, kind: PinKind, source: &Source, span: Span) -> Pin {
    let bare = version.trim();
    let number = bare.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let location = Location::new(source, span);
    Pin { tool, version: number.unwrap_or(bare).to_owned(), kind, location }
}

/// `.nvmrc` and `.node-version`: the first line that is neither empty nor a comment.
fn version_file(source: &Source) -> Option<Pin> {
    (1..=source.line_count()).find_map(|number| {
        let line = source.line(number);
        let text = line.split('#').next().unwrap_or(line);
        let version = text.trim_start_matches('\u{feff}').trim();
        if version.is_empty() {
            return None;
        }
        let start = source.line_span(number).start + line.find(version)?;
        Some(pin(Tool::Node, version, PinKind::File, source, Span::new(start, start + version.len())))
    })
}

/// `.tool-versions`: `nodejs 22.14.0`, the first of several versions.
fn tool_versions(source: &Source) -> Vec<Pin> {
    let line_pin = |number: usize| {
        let line = source.line(number);
        let mut words = line.split('#').next()?.split_whitespace();
        let name = words.next()?;
        let tool = Tool::of(name)?;
        let version = words.next()?;
        let after_name = line.find(name)? + name.len();
        let start = source.line_span(number).start + after_name + line[after_name..].find(version)?;
        Some(pin(tool, version, PinKind::File, source, Span::new(start, start + version.len())))
    };
    (1..=source.line_count()).filter_map(line_pin).collect()
}

/// `[tools]` of a mise file: a string, a list (its first), or a table with `version`.
fn mise(source: &Source) -> Vec<Pin> {
    let Ok(document) = DeTable::parse(source.text()) else { return Vec::new() };
    let Some(DeValue::Table(tools)) = document.get_ref().get("tools").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let tool_pin = |(name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        let tool = Tool::of(name.get_ref())?;
        let value = match value.get_ref() {
            DeValue::Array(items) => items.first()?,
            DeValue::Table(table) => table.get("version")?,
            _ => value,
        };
        let version = value.get_ref().as_str()?;
        let span = Span::new(value.span().start, value.span().end);
        Some(pin(tool, version, PinKind::File, source, span))
    };
    tools.iter().filter_map(tool_pin).collect()
}

fn from_manifest(manifest: &Manifest) -> Vec<Pin> {
    let source = &manifest.source;
    let mut pins = Vec::new();
    for (name, version) in &manifest.volta {
        pins.extend(
            Tool::of(name).map(|tool| pin(tool, &version.value, PinKind::Manifest, source, version.span)),
        );
    }
    let named =
        manifest.package_manager.iter().chain(&manifest.dev_package_managers).chain(&manifest.dev_runtimes);
    for named in named {
        let version = named.version.as_deref().zip(Tool::of(&named.name));
        pins.extend(version.map(|(version, tool)| pin(tool, version, PinKind::Manifest, source, named.span)));
    }
    for (name, range) in &manifest.engines {
        pins.extend(Tool::of(name).map(|tool| pin(tool, &range.value, PinKind::Engines, source, range.span)));
    }
    pins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn read_all(files: &[(&str, &str)]) -> Vec<(Tool, String, PinKind, String)> {
        let tree = Memory::new(files.iter().copied());
        let manifest = tree.read("package.json").expect("readable").and_then(|file| Manifest::parse(&file).0);
        let pins = read(&tree, manifest.as_ref());
        let row = |pin: Pin| {
            let slice = pin.location.source.slice(pin.location.span).to_owned();
            (pin.tool, pin.version, pin.kind, slice)
        };
        pins.into_iter().map(row).collect()
    }

    fn one(path: &str, text: &str) -> Vec<(Tool, String, String)> {
        read_all(&[(path, text)])
            .into_iter()
            .map(|(tool, version, _, slice)| (tool, version, slice))
            .collect()
    }

    fn row(tool: Tool, version: &str, slice: &str) -> (Tool, String, String) {
        (tool, version.to_owned(), slice.to_owned())
    }

    #[test]
    fn every_source() {
        assert_eq!(one(".nvmrc", "# why\n\nv22.14.0 # pinned\n"), [row(Tool::Node, "22.14.0", "v22.14.0")]);
        assert_eq!(one(".nvmrc", "lts/*\r\n"), [row(Tool::Node, "lts/*", "lts/*")]);
        assert_eq!(one(".node-version", "24\n"), [row(Tool::Node, "24", "24")]);
        assert_eq!(one(".bun-version", "1.4.5\n"), [row(Tool::Bun, "1.4.5", "1.4.5")]);
        assert_eq!(
            one(".tool-versions", "ruby 3.3.0\nnodejs 22.1.0 20.0.0\npnpm 10.1.0 # x\n"),
            [row(Tool::Node, "22.1.0", "22.1.0"), row(Tool::Pnpm, "10.1.0", "10.1.0")]
        );
        assert_eq!(
            one(
                "mise.toml",
                "[env]\na = 1\n[tools]\nnode = [\"24.1.0\", \"22\"]\nbun = {version = \"1.2.0\"}\n\"npm:yarn\" = \"4\"\n"
            ),
            [
                row(Tool::Bun, "1.2.0", "\"1.2.0\""),
                row(Tool::Node, "24.1.0", "\"24.1.0\""),
                row(Tool::Yarn, "4", "\"4\""),
            ]
        );
        assert_eq!(
            one(".config/mise.toml", "[tools]\nnode = \"lts\"\n"),
            [row(Tool::Node, "lts", "\"lts\"")]
        );
        assert_eq!(
            one(
                "package.json",
                r#"{"packageManager": "pnpm@10.1.0+sha512.abc", "volta": {"node": "22.0.0"}, "devEngines": {"runtime": [{"name": "node", "version": "^24"}]}}"#
            ),
            [
                row(Tool::Node, "22.0.0", "\"22.0.0\""),
                row(Tool::Pnpm, "10.1.0", "\"pnpm@10.1.0+sha512.abc\""),
                row(Tool::Node, "^24", "{\"name\": \"node\", \"version\": \"^24\"}"),
            ]
        );
    }

    #[test]
    fn files_come_before_engines() {
        let pins = read_all(&[
            ("package.json", r#"{"engines": {"node": ">=20"}, "volta": {"node": "22.0.0"}}"#),
            (".node-version", "24.1.0"),
        ]);
        let versions: Vec<&str> = pins.iter().map(|(_, version, ..)| version.as_str()).collect();
        assert_eq!(versions, ["24.1.0", "22.0.0", ">=20"]);
    }

    #[test]
    fn exact_means_three_numbers() {
        let exact = |version: &str| {
            let source = Source::new(".nvmrc", version);
            version_file(&source).is_some_and(|pin| pin.exact().is_some())
        };
        assert!(exact("v22.14.0") && !exact("22") && !exact("22.x") && !exact("lts/jod") && !exact("22.1.x"));
    }

    #[test]
    fn broken_files_pin_nothing() {
        for (path, text) in [
            (".nvmrc", "\n#\n"),
            ("mise.toml", "[tools\n"),
            (".tool-versions", "nodejs\n"),
            ("mise.toml", "tools = 1"),
        ] {
            assert!(one(path, text).is_empty(), "{path}");
        }
    }
}
