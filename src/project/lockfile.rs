//! Lockfiles: whose they are, and which versions of release tools they hold.
//!
//! A lockfile can be megabytes long, so it is searched, not parsed: one pass for the few entries that matter.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::text::{Source, Span};

/// Packages whose version decides who exchanges the identity, and with which npm.
const TOOLS: [&str; 18] = [
    "@changesets/cli",
    "@lerna-lite/cli",
    "@lerna-lite/publish",
    "@microsoft/rush",
    "@nx/js",
    "@semantic-release/npm",
    "auto",
    "beachball",
    "bun",
    "lerna",
    "np",
    "npm",
    "nx",
    "pnpm",
    "release-it",
    "release-please",
    "semantic-release",
    "yarn",
];

/// The format of a lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockKind {
    /// `package-lock.json`.
    Npm,
    /// `npm-shrinkwrap.json`.
    NpmShrinkwrap,
    /// `pnpm-lock.yaml`.
    Pnpm,
    /// `yarn.lock` of yarn 1.
    YarnClassic,
    /// `yarn.lock` of yarn 2 and later.
    Yarn,
    /// `bun.lock`.
    Bun,
    /// `bun.lockb`, binary: its content is not read.
    BunBinary,
}

/// One version of a tool in a lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The package's name.
    pub name: &'static str,
    /// Its exact version.
    pub version: String,
    /// The package it is nested in, or none for the version at the top. npm's format alone tells.
    pub inside: Option<String>,
    /// Where the version stands.
    pub span: Span,
}

/// A lockfile.
#[derive(Debug, Clone)]
pub struct Lockfile {
    /// Path relative to the repository.
    pub path: String,
    /// Its format.
    pub kind: LockKind,
    /// Its text; none for a binary one and for one that is too large to read.
    pub source: Option<Source>,
    /// Release tools and package managers in it, in the order of the file.
    pub tools: Vec<Locked>,
}

impl Lockfile {
    pub(super) fn parse(path: &str, source: Source) -> Self {
        let kind = kind_of(path, source.text());
        let tools = tools(kind, source.text());
        Self { path: path.to_owned(), kind, source: Some(source), tools }
    }

    pub(super) fn unread(path: &str) -> Self {
        Self { path: path.to_owned(), kind: kind_of(path, ""), source: None, tools: Vec::new() }
    }

    /// The version of its format, as it names it; `v1` for Yarn 1. None where it names none or was not read.
    pub fn version(&self) -> Option<&str> {
        let text = self.source.as_ref()?.text();
        let key = match self.kind {
            LockKind::YarnClassic => return Some("v1"),
            LockKind::Pnpm => "lockfileVersion:",
            LockKind::Yarn => "version:",
            LockKind::Npm | LockKind::NpmShrinkwrap | LockKind::Bun | LockKind::BunBinary => {
                "\"lockfileVersion\":"
            }
        };
        let value = text.lines().take(20).find_map(|line| line.trim_start().strip_prefix(key))?;
        Some(value.trim().trim_matches([',', '\'', '"']))
    }

    /// The version of a tool that the project itself would run: the one at the top, else the only one there.
    pub fn tool(&self, name: &str) -> Option<&Locked> {
        let mut all = self.tools.iter().filter(|locked| locked.name == name);
        let first = all.clone().find(|locked| locked.inside.is_none());
        first.or_else(|| all.next())
    }
}

fn kind_of(path: &str, text: &str) -> LockKind {
    match path.rsplit('/').next().unwrap_or(path) {
        "npm-shrinkwrap.json" => LockKind::NpmShrinkwrap,
        "pnpm-lock.yaml" => LockKind::Pnpm,
        "yarn.lock" if text.contains("__metadata:") => LockKind::Yarn,
        "yarn.lock" => LockKind::YarnClassic,
        "bun.lock" => LockKind::Bun,
        "bun.lockb" => LockKind::BunBinary,
        _ => LockKind::Npm,
    }
}

/// What stands before and after a tool's name where an entry of it begins.
fn shapes(kind: LockKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        LockKind::Npm | LockKind::NpmShrinkwrap => &[("node_modules/", "\": {"), ("\"", "\": {")],
        // A direct dependency of an importer; then packages since lockfile 9, 6 and 5.
        LockKind::Pnpm => &[
            ("      ", ":\n"),
            ("      '", "':\n"),
            ("\n  ", "@"),
            ("\n  '", "@"),
            ("\n  /", "@"),
            ("\n  '/", "@"),
            ("\n  /", "/"),
        ],
        LockKind::YarnClassic | LockKind::Yarn => &[("\n", "@"), ("\n\"", "@"), (", ", "@"), (", \"", "@")],
        LockKind::Bun => &[("\": [\"", "@")],
        LockKind::BunBinary => &[],
    }
}

fn tools(kind: LockKind, text: &str) -> Vec<Locked> {
    let shapes = shapes(kind);
    if shapes.is_empty() {
        return Vec::new();
    }
    let patterns: Vec<(usize, String)> = TOOLS
        .iter()
        .enumerate()
        .flat_map(|(tool, name)| {
            shapes.iter().map(move |(before, after)| (tool, format!("{before}{name}{after}")))
        })
        .collect();
    let search = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(patterns.iter().map(|(_, pattern)| pattern))
        .expect("a hundred short patterns fit the automaton");
    let mut found: Vec<Locked> = search
        .find_iter(text)
        .filter_map(|hit| {
            let span = version_after(kind, text, hit.end())?;
            let name = TOOLS[patterns[hit.pattern()].0];
            let inside = enclosing(text, hit.start());
            Some(Locked { name, version: text.get(span.start..span.end)?.to_owned(), inside, span })
        })
        .collect();
    found.dedup_by(|b, a| (a.name, &a.version, &a.inside) == (b.name, &b.version, &b.inside));
    found
}

/// The version of the entry whose key ends at `at`.
fn version_after(kind: LockKind, text: &str, at: usize) -> Option<Span> {
    let rest = &text[at..];
    let from = match kind {
        LockKind::Npm | LockKind::NpmShrinkwrap => {
            let body = &rest[..rest.find(['{', '}'])?];
            body.find("\"version\": \"")? + "\"version\": \"".len()
        }
        // `specifier:` and `version:` of an importer; or the key itself, which holds the version.
        LockKind::Pnpm if text[..at].ends_with('\n') => within_lines(rest, 2, "version: ")?,
        LockKind::Pnpm | LockKind::Bun => 0,
        LockKind::YarnClassic => within_lines(rest, 3, "version \"")?,
        LockKind::Yarn => within_lines(rest, 3, "version: ")?,
        LockKind::BunBinary => return None,
    };
    let version = rest[from..].trim_start_matches(['\'', '"']);
    let start = text.len() - version.len();
    let is_version =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '+');
    let length = version.find(|character| !is_version(character)).unwrap_or(version.len());
    let starts_well = version.starts_with(|first: char| first.is_ascii_digit());
    (starts_well && length >= "1.0.0".len()).then(|| Span::new(start, start + length))
}

/// Where the value after `key` begins, if `key` stands within the next `lines` lines.
fn within_lines(text: &str, lines: usize, key: &str) -> Option<usize> {
    let end = memchr::memchr_iter(b'\n', text.as_bytes()).nth(lines).unwrap_or(text.len());
    text.get(..end)?.find(key).map(|at| at + key.len())
}

/// The package around a nested `node_modules/a/node_modules/`, given where the last part begins.
fn enclosing(text: &str, at: usize) -> Option<String> {
    let line = text.get(..at)?.rsplit('\n').next()?;
    let path = line.rsplit('"').next()?.trim_end_matches('/');
    let name = path.rsplit_once("node_modules/").map_or(path, |(_, name)| name).trim();
    (!name.is_empty() && line.contains("node_modules/")).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Lockfile {
        Lockfile::parse(path, Source::new(path, text))
    }

    fn versions(lockfile: &Lockfile) -> Vec<(&str, &str, Option<&str>)> {
        let source = lockfile.source.as_ref().expect("it has a text");
        let row = |locked: &'_ Locked| assert_eq!(source.slice(locked.span), locked.version);
        lockfile.tools.iter().for_each(row);
        let tools = lockfile.tools.iter();
        tools.map(|locked| (locked.name, locked.version.as_str(), locked.inside.as_deref())).collect()
    }

    #[test]
    fn npm() {
        let lockfile = read(
            "package-lock.json",
            r#"{
  "lockfileVersion": 3,
  "packages": {
    "": {
      "devDependencies": { "semantic-release": "^25.0.0" }
    },
    "node_modules/@semantic-release/npm": {
      "version": "13.1.2",
      "dependencies": { "npm": "^11.6.2" }
    },
    "node_modules/@semantic-release/npm/node_modules/npm": {
      "version": "11.6.2"
    },
    "node_modules/npm": {
      "version": "10.9.2"
    },
    "node_modules/semantic-release": {
      "version": "25.0.1",
      "bin": { "semantic-release": "bin/semantic-release.js" }
    }
  }
}"#,
        );
        assert_eq!(lockfile.kind, LockKind::Npm);
        assert_eq!(
            versions(&lockfile),
            [
                ("@semantic-release/npm", "13.1.2", None),
                ("npm", "11.6.2", Some("@semantic-release/npm")),
                ("npm", "10.9.2", None),
                ("semantic-release", "25.0.1", None),
            ]
        );
        assert_eq!(lockfile.tool("npm").map(|locked| locked.version.as_str()), Some("10.9.2"));
    }

    #[test]
    fn pnpm_of_three_formats() {
        let lockfile = read(
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\nimporters:\n  .:\n    devDependencies:\n      '@changesets/cli':\n        specifier: ^2.29.0\n        version: 2.29.7(@types/node@24.0.0)\n      lerna:\n        specifier: ^9.0.0\n        version: 9.0.1\npackages:\n\n  '@semantic-release/npm@13.1.0':\n    resolution: {}\n\n  np@10.2.0:\n    resolution: {}\n",
        );
        assert_eq!(
            versions(&lockfile),
            [
                ("@changesets/cli", "2.29.7", None),
                ("lerna", "9.0.1", None),
                ("@semantic-release/npm", "13.1.0", None),
                ("np", "10.2.0", None),
            ]
        );
        let old = "packages:\n\n  /@semantic-release/npm@11.0.2(semantic-release@22.0.0):\n    x: 1\n\n  /nx/15.0.1:\n    x: 1\n";
        assert_eq!(
            versions(&read("pnpm-lock.yaml", old)),
            [("@semantic-release/npm", "11.0.2", None), ("nx", "15.0.1", None)]
        );
    }

    #[test]
    fn yarn_classic_and_modern() {
        let classic = read(
            "yarn.lock",
            "# yarn lockfile v1\n\n\n\"@semantic-release/npm@^13.0.0\", \"@semantic-release/npm@^13.1.0\":\n  version \"13.1.2\"\n  dependencies:\n    npm \"^11.6.2\"\n\nnpm@^11.6.2:\n  version \"11.8.0\"\n",
        );
        assert_eq!(classic.kind, LockKind::YarnClassic);
        assert_eq!(versions(&classic), [("@semantic-release/npm", "13.1.2", None), ("npm", "11.8.0", None)]);
        let modern = read(
            "yarn.lock",
            "__metadata:\n  version: 8\n\n\"release-it@npm:^19.0.0\":\n  version: 19.0.4\n  resolution: \"release-it@npm:19.0.4\"\n",
        );
        assert_eq!(modern.kind, LockKind::Yarn);
        assert_eq!(versions(&modern), [("release-it", "19.0.4", None)]);
    }

    #[test]
    fn bun() {
        let lockfile = read(
            "bun.lock",
            "{\n  \"packages\": {\n    \"np\": [\"np@10.2.0\", \"\", {}, \"sha512-x\"],\n  }\n}\n",
        );
        assert_eq!(versions(&lockfile), [("np", "10.2.0", None)]);
        assert_eq!(Lockfile::unread("bun.lockb").kind, LockKind::BunBinary);
    }

    #[test]
    fn names_alone_are_no_version() {
        for text in
            ["", "\"np\": {", "node_modules/np\": {\"x\": {\"version\": \"1.0.0\"", "\nnp@", "é\nnpm@^1:\n"]
        {
            for path in ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"] {
                assert_eq!(read(path, text).tools, [], "{path} {text}");
            }
        }
    }
}
