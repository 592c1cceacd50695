//! What makes the repository a workspace: pnpm, npm, yarn or bun patterns, Lerna, Rush, or nothing at all.

use super::manifest::Manifest;
use super::{Reader, UNREADABLE, workspace};
use crate::diagnostic::{Finding, Location, Severity};
use crate::text::{Source, Span};
use crate::yaml;

/// What lists a workspace's packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkspaceKind {
    /// `workspaces` of `package.json`: npm, yarn and bun.
    Manifest,
    /// `pnpm-workspace.yaml`.
    Pnpm,
    /// `lerna.json` alone.
    Lerna,
    /// `rush.json`.
    Rush,
    /// Nothing: packages that stand in folders of their own, each with its own install.
    Loose,
}

/// A repository with more than one package.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// What lists the packages.
    pub kind: WorkspaceKind,
    /// Path of the file that does; empty for [`WorkspaceKind::Loose`].
    pub path: String,
    /// Its patterns, as written.
    pub patterns: Vec<String>,
}

/// Where packages stand in a repository that lists none.
const LOOSE: [&str; 2] = ["*", "*/*"];
/// Folders whose packages are for trying out, never for publishing.
const NOT_PUBLISHED: [&str; 12] = [
    "test",
    "tests",
    "__tests__",
    "e2e",
    "fixtures",
    "example",
    "examples",
    "demo",
    "demos",
    "docs",
    "website",
    "benchmarks",
];

/// The workspace and the folders of its packages, sorted; the root's (empty) is not among them.
pub(super) fn read(reader: &mut Reader<'_>, root: Option<&Manifest>) -> (Option<Workspace>, Vec<String>) {
    let listed =
        pnpm(reader).or_else(|| of_manifest(root)).or_else(|| rush(reader)).or_else(|| lerna(reader));
    let (workspace, source) = match listed {
        Some(listed) => listed,
        None if root.is_none_or(|manifest| manifest.private) => return loose(reader),
        None => return (None, Vec::new()),
    };
    let members = workspace::members(reader.tree, &workspace.patterns);
    if !members.complete {
        let message = format!("{} matches too many folders; not all were searched", workspace.path);
        let location = Location::new(&source, Span::default());
        reader.problems.push(Finding::new(UNREADABLE, Severity::Warning, location, message));
    }
    (Some(workspace), members.folders.into_iter().collect())
}

type Listed = (Workspace, Source);

fn pnpm(reader: &mut Reader<'_>) -> Option<Listed> {
    let path = "pnpm-workspace.yaml";
    let source = reader.file(path)?;
    let tree = yaml::parse(&source);
    for error in tree.errors() {
        let location = Location::new(&source, error.span);
        let message = format!("{path} is not valid YAML: {}", error.message);
        reader.problems.push(Finding::new(UNREADABLE, Severity::Error, location, message));
    }
    let packages = tree.root()?.get("packages")?;
    let mut patterns: Vec<String> =
        packages.items().filter_map(|item| Some(item.as_str()?.to_owned())).collect();
    // pnpm takes `!` patterns away from all others, wherever they stand.
    patterns.sort_by_key(|pattern| pattern.starts_with('!'));
    Some((Workspace { kind: WorkspaceKind::Pnpm, path: path.to_owned(), patterns }, source))
}

fn of_manifest(root: Option<&Manifest>) -> Option<Listed> {
    let root = root?;
    let patterns = root.workspaces.clone()?;
    let path = root.source.path().to_owned();
    Some((Workspace { kind: WorkspaceKind::Manifest, path, patterns }, root.source.clone()))
}

fn rush(reader: &mut Reader<'_>) -> Option<Listed> {
    let (source, value) = reader.json("rush.json")?;
    let folder = |project: &super::json::Value| Some(project.get("projectFolder")?.as_str()?.to_owned());
    let patterns = value.get("projects")?.items().iter().filter_map(folder).collect();
    Some((Workspace { kind: WorkspaceKind::Rush, path: "rush.json".to_owned(), patterns }, source))
}

fn lerna(reader: &mut Reader<'_>) -> Option<Listed> {
    let (source, value) = reader.json("lerna.json")?;
    let patterns = match value.get("packages") {
        Some(packages) => {
            packages.items().iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect()
        }
        // Lerna's own default.
        None => vec!["packages/*".to_owned()],
    };
    Some((Workspace { kind: WorkspaceKind::Lerna, path: "lerna.json".to_owned(), patterns }, source))
}

fn loose(reader: &Reader<'_>) -> (Option<Workspace>, Vec<String>) {
    let patterns: Vec<String> = LOOSE.map(str::to_owned).into();
    let published = |folder: &String| !folder.split('/').any(|part| NOT_PUBLISHED.contains(&part));
    let folders: Vec<String> =
        workspace::members(reader.tree, &patterns).folders.into_iter().filter(published).collect();
    if folders.is_empty() {
        return (None, folders);
    }
    (Some(Workspace { kind: WorkspaceKind::Loose, path: String::new(), patterns }), folders)
}
