//! Which folders a workspace's patterns mean.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};

use crate::files::{Tree, join};

/// How deep `**` descends: deeper packages do not occur.
const MAX_DEPTH: usize = 12;
/// How many folders are listed at most, so that a pattern such as `**` over a huge tree ends.
const MAX_FOLDERS: usize = 20_000;
/// Folders that no wildcard enters: installed, never written.
const INSTALLED: [&str; 2] = ["node_modules", "bower_components"];
/// Folders that `**` does not enter either: built. (`packages/*` does mean `packages/build`.)
const BUILT: [&str; 4] = ["dist", "build", "coverage", "target"];

/// The folders (relative, sorted) that hold a `package.json` and match `patterns`, read in order: a `!pattern`
/// takes away what earlier ones found. `complete` is false where the limit on folders was met.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) folders: BTreeSet<String>,
    pub(super) complete: bool,
}

pub(super) fn members(tree: &dyn Tree, patterns: &[String]) -> Members {
    let mut walk = Walk { tree, listed: 0, found: BTreeSet::new() };
    for pattern in patterns {
        let pattern = pattern.trim();
        if let Some(taken) = pattern.strip_prefix('!') {
            if let Some(matcher) = manifest_matcher(taken) {
                walk.found.retain(|folder| !matcher.is_match(manifest_path(folder)));
            }
            continue;
        }
        for alternative in braces(pattern) {
            let mut parts: Vec<&str> =
                alternative.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
            parts.dedup_by(|a, b| a == b && *a == "**");
            let parts: Vec<Part> = parts.into_iter().map(Part::of).collect();
            walk.descend("", &parts, 0);
        }
    }
    Members { complete: walk.listed < MAX_FOLDERS, folders: walk.found }
}

fn manifest_path(folder: &str) -> String {
    child(folder, "package.json")
}

/// Matches `{pattern}/package.json`, so that `!**/test/**` takes away `x/test` too.
fn manifest_matcher(pattern: &str) -> Option<GlobMatcher> {
    let pattern = pattern.trim_start_matches("./").trim_matches('/');
    glob(&format!("{pattern}/package.json"))
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    GlobBuilder::new(pattern).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
}

/// One part of a pattern between slashes.
enum Part {
    Name(String),
    Glob(GlobMatcher),
    AnyDepth,
    /// `..` and what is no valid pattern: it matches nothing.
    Nothing,
}

impl Part {
    fn of(part: &str) -> Self {
        match part {
            "**" => Self::AnyDepth,
            ".." => Self::Nothing,
            part if part.contains(['*', '?', '[', '{']) => glob(part).map_or(Self::Nothing, Self::Glob),
            part => Self::Name(part.to_owned()),
        }
    }
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    listed: usize,
    found: BTreeSet<String>,
}

impl Walk<'_> {
    fn descend(&mut self, folder: &str, parts: &[Part], depth: usize) {
        let Some((part, rest)) = parts.split_first() else {
            if !folder.is_empty() && self.tree.is_file(&manifest_path(folder)) {
                self.found.insert(folder.to_owned());
            }
            return;
        };
        match part {
            Part::Nothing => {}
            Part::Name(name) => {
                if let Some(next) = join(folder, name) {
                    self.descend(&next, rest, depth + 1);
                }
            }
            Part::Glob(matcher) => {
                for name in self.subfolders(folder) {
                    if matcher.is_match(&name) {
                        self.descend(&child(folder, &name), rest, depth + 1);
                    }
                }
            }
            Part::AnyDepth => {
                self.descend(folder, rest, depth);
                if depth < MAX_DEPTH {
                    for name in self.subfolders(folder) {
                        if !BUILT.contains(&name.as_str()) {
                            self.descend(&child(folder, &name), parts, depth + 1);
                        }
                    }
                }
            }
        }
    }

    /// Names of the folders below `folder` that a wildcard may enter; hidden ones are not matched.
    fn subfolders(&mut self, folder: &str) -> Vec<String> {
        if self.listed >= MAX_FOLDERS {
            return Vec::new();
        }
        self.listed += 1;
        let entries = self.tree.list(folder);
        let enter = |name: &str| !name.starts_with('.') && !INSTALLED.contains(&name);
        entries
            .into_iter()
            .filter(|entry| entry.is_dir && enter(&entry.name))
            .map(|entry| entry.name)
            .collect()
    }
}

fn child(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// `a/{b,c/d}` → `a/b`, `a/c/d`. Nested or unbalanced braces stay as they are.
fn braces(pattern: &str) -> Vec<String> {
    let Some((before, rest)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let Some((inner, after)) = rest.split_once('}') else { return vec![pattern.to_owned()] };
    if inner.contains('{') {
        return vec![pattern.to_owned()];
    }
    let tails = braces(after);
    inner
        .split(',')
        .flat_map(|choice| tails.iter().map(move |tail| format!("{before}{choice}{tail}")))
        .take(1000)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn found(patterns: &[&str], packages: &[&str]) -> Vec<String> {
        let tree = Memory::new(packages.iter().map(|folder| (manifest_path(folder), "{}")));
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let members = members(&tree, &patterns);
        assert!(members.complete);
        members.folders.into_iter().collect()
    }

    #[test]
    fn patterns_mean_what_the_managers_say() {
        let all = [
            "",
            "a",
            "packages/x",
            "packages/y",
            "packages/y/test/fixture",
            "tools/z",
            "packages/x/node_modules/n",
            "packages/y/dist",
            "lib/build",
        ];
        let cases: [(&[&str], &[&str]); 12] = [
            (&["packages/*"], &["packages/x", "packages/y"]),
            (&["./packages/*/"], &["packages/x", "packages/y"]),
            (&["a", "tools/z"], &["a", "tools/z"]),
            (&["packages/**"], &["packages/x", "packages/y", "packages/y/test/fixture"]),
            (&["packages/**", "!**/test/**"], &["packages/x", "packages/y"]),
            (&["packages/*", "!packages/y"], &["packages/x"]),
            (&["!packages/y", "packages/*"], &["packages/x", "packages/y"]),
            (&["{packages,tools}/*"], &["packages/x", "packages/y", "tools/z"]),
            (&["{packages/x,tools/z}"], &["packages/x", "tools/z"]),
            (&["pack*/[x]"], &["packages/x"]),
            (&["lib/*"], &["lib/build"]),
            (&["../other", ".", "packages/none", "{a", "[", ""], &[]),
        ];
        for (patterns, expected) in cases {
            assert_eq!(found(patterns, &all), expected, "{patterns:?}");
        }
    }

    #[test]
    fn a_huge_tree_ends() {
        let files = (0..40).flat_map(|a| (0..600).map(move |b| (format!("d{a}/e{b}/f/x.js"), "")));
        let tree = Memory::new(files);
        assert!(!members(&tree, &["**".to_owned()]).complete);
    }
}
