//! Release tools in use, and what shows it: a dependency, a configuration file, a script.

use super::manifest::Manifest;
use crate::diagnostic::Location;
use crate::files::{Entry, Tree};
use crate::text::Span;

/// A tool that versions or publishes packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseTool {
    /// Changesets: runs the project's package manager.
    Changesets,
    /// semantic-release: insists on publishing itself.
    SemanticRelease,
    /// Lerna, or Lerna-Lite.
    Lerna,
    /// `nx release`.
    Nx,
    /// release-it.
    ReleaseIt,
    /// release-please: makes releases, publishes nothing.
    ReleasePlease,
    /// np: interactive.
    Np,
    /// auto.
    Auto,
    /// Beachball.
    Beachball,
    /// Rush.
    Rush,
}

impl ReleaseTool {
    /// Every tool, in the order in which lists show them.
    pub const ALL: [Self; 10] = [
        Self::Changesets,
        Self::SemanticRelease,
        Self::Lerna,
        Self::Nx,
        Self::ReleaseIt,
        Self::ReleasePlease,
        Self::Np,
        Self::Auto,
        Self::Beachball,
        Self::Rush,
    ];

    /// The id that outputs use.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Changesets => "changesets",
            Self::SemanticRelease => "semantic-release",
            Self::Lerna => "lerna",
            Self::Nx => "nx",
            Self::ReleaseIt => "release-it",
            Self::ReleasePlease => "release-please",
            Self::Np => "np",
            Self::Auto => "auto",
            Self::Beachball => "beachball",
            Self::Rush => "rush",
        }
    }

    /// Packages whose presence among the dependencies shows the tool. `nx` is a build tool first: only
    /// its `release` configuration or a script shows that it releases.
    const fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Changesets => &["@changesets/cli"],
            Self::SemanticRelease => &["semantic-release", "@semantic-release/npm"],
            Self::Lerna => &["lerna", "@lerna-lite/cli", "@lerna-lite/publish"],
            Self::Nx => &[],
            Self::ReleaseIt => &["release-it"],
            Self::ReleasePlease => &["release-please"],
            Self::Np => &["np"],
            Self::Auto => &["auto"],
            Self::Beachball => &["beachball"],
            Self::Rush => &["@microsoft/rush"],
        }
    }

    /// Configuration: the start of a file name at the root, or a whole path.
    const fn files(self) -> &'static [&'static str] {
        match self {
            Self::Changesets => &[".changeset/config.json"],
            Self::SemanticRelease => &[".releaserc", "release.config."],
            Self::Lerna => &["lerna.json"],
            Self::ReleaseIt => &[".release-it."],
            Self::ReleasePlease => &["release-please-config.json", ".release-please-manifest.json"],
            Self::Np => &[".np-config."],
            Self::Auto => &[".autorc", "auto.config."],
            Self::Beachball => &["beachball.config.", ".beachballrc"],
            Self::Rush => &["rush.json"],
            Self::Nx => &[],
        }
    }

    /// Keys of a `package.json` that configure the tool.
    const fn manifest_keys(self) -> &'static [&'static str] {
        match self {
            Self::SemanticRelease => &["release"],
            Self::ReleaseIt => &["release-it"],
            Self::Np => &["np"],
            Self::Auto => &["auto"],
            Self::Beachball => &["beachball"],
            _ => &[],
        }
    }

    /// Words in a script that start the tool.
    const fn commands(self) -> &'static [&'static str] {
        match self {
            Self::Changesets => &["changeset publish", "changeset version"],
            Self::SemanticRelease => &["semantic-release"],
            Self::Lerna => &["lerna publish", "lerna version"],
            Self::Nx => &["nx release"],
            Self::ReleaseIt => &["release-it"],
            Self::ReleasePlease => &["release-please"],
            Self::Np => &["np"],
            Self::Auto => &["auto shipit"],
            Self::Beachball => &["beachball publish"],
            Self::Rush => &["rush publish"],
        }
    }
}

/// A release tool and the places that show it, the strongest first.
#[derive(Debug, Clone)]
pub struct ReleaseToolUse {
    /// Which.
    pub tool: ReleaseTool,
    /// What shows it: configuration files, then dependencies and scripts.
    pub evidence: Vec<Location>,
}

/// Release tools of the repository; `nx_release` is where `nx.json` configures releases.
pub(super) fn read(
    tree: &dyn Tree,
    manifest: Option<&Manifest>,
    nx_release: Option<Location>,
) -> Vec<ReleaseToolUse> {
    let root = tree.list("");
    let mut nx_release = nx_release;
    let mut uses = Vec::new();
    for tool in ReleaseTool::ALL {
        let mut evidence = configuration(tree, &root, tool);
        if tool == ReleaseTool::Nx {
            evidence.extend(nx_release.take());
        }
        evidence.extend(manifest.into_iter().flat_map(|manifest| in_manifest(manifest, tool)));
        if !evidence.is_empty() {
            uses.push(ReleaseToolUse { tool, evidence });
        }
    }
    uses
}

fn configuration(tree: &dyn Tree, root: &[Entry], tool: ReleaseTool) -> Vec<Location> {
    let mut paths = Vec::new();
    for file in tool.files() {
        if file.contains('/') {
            paths.extend(tree.is_file(file).then(|| (*file).to_owned()));
        } else {
            let named = root.iter().filter(|entry| !entry.is_dir && entry.name.starts_with(file));
            paths.extend(named.map(|entry| entry.name.clone()));
        }
    }
    let at = |path: String| Some(Location::new(&tree.read(&path).ok().flatten()?, Span::default()));
    paths.into_iter().filter_map(at).collect()
}

fn in_manifest(manifest: &Manifest, tool: ReleaseTool) -> Vec<Location> {
    let at = |span: Span| Location::new(&manifest.source, span);
    let keys = tool.manifest_keys().iter().filter_map(|key| manifest.json.member(key));
    let dependencies = tool.packages().iter().filter_map(|name| manifest.dependency(name));
    let scripts = manifest.scripts.iter().filter(|script| runs(&script.command.value, tool));
    keys.map(|member| at(member.key_span))
        .chain(dependencies.map(|dependency| at(dependency.range.span)))
        .chain(scripts.map(|script| at(script.command.span)))
        .collect()
}

/// Whether one of the tool's commands stands in `script` as whole words. `np` is too common a word:
/// it counts only where a command begins.
fn runs(script: &str, tool: ReleaseTool) -> bool {
    let separates =
        |character: char| character.is_whitespace() || matches!(character, '&' | ';' | '|' | '(' | ')');
    tool.commands().iter().any(|command| {
        script.match_indices(command).any(|(at, _)| {
            let (before, after) = (&script[..at], &script[at + command.len()..]);
            let whole = before.chars().next_back().is_none_or(separates)
                && after.chars().next().is_none_or(separates);
            whole && (tool != ReleaseTool::Np || begins_a_command(before))
        })
    })
}

fn begins_a_command(before: &str) -> bool {
    let before = before.trim_end();
    let last = before.split_whitespace().next_back().unwrap_or_default();
    before.is_empty()
        || before.ends_with(['&', ';', '|', '('])
        || matches!(last, "npx" | "bunx" | "exec" | "dlx" | "yarn" | "pnpm")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn tools(files: &[(&str, &str)]) -> Vec<(&'static str, Vec<String>)> {
        let tree = Memory::new(files.iter().copied());
        let manifest = tree.read("package.json").expect("readable").and_then(|file| Manifest::parse(&file).0);
        let row = |used: ReleaseToolUse| {
            let place = |at: &Location| format!("{}:{}", at.source.path(), at.source.slice(at.span));
            (used.tool.id(), used.evidence.iter().map(place).collect())
        };
        read(&tree, manifest.as_ref(), None).into_iter().map(row).collect()
    }

    #[test]
    fn evidence_is_named() {
        let manifest = r#"{"devDependencies": {"semantic-release": "^25"}, "release": {}, "scripts": {"release": "nx release && echo np"}}"#;
        let found =
            tools(&[("package.json", manifest), (".releaserc.json", "{}"), (".changeset/config.json", "{}")]);
        assert_eq!(
            found,
            [
                ("changesets", vec![".changeset/config.json:".to_owned()]),
                (
                    "semantic-release",
                    vec![
                        ".releaserc.json:".to_owned(),
                        "package.json:\"release\"".to_owned(),
                        "package.json:\"^25\"".to_owned()
                    ]
                ),
                ("nx", vec!["package.json:\"nx release && echo np\"".to_owned()]),
            ]
        );
    }

    #[test]
    fn a_word_within_a_word_shows_nothing() {
        let manifest = r#"{"scripts": {"a": "npm run build", "b": "npx nx run x", "c": "release-it-not", "d": "cross-np"}}"#;
        assert!(tools(&[("package.json", manifest)]).is_empty());
    }
}
