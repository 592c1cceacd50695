//! What `.git` tells without git: the remote and the default branch.

use super::address::Address;
use crate::files::{self, Tree};

/// A remote of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its name: `origin` where there is one.
    pub name: String,
    /// Where it points.
    pub address: Address,
}

/// What `.git` tells; empty where there is none or where it lies outside the tree (a linked worktree,
/// a submodule).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Git {
    /// `origin`, else `upstream`, else the first remote that is no local path.
    pub remote: Option<Remote>,
    /// Every remote that is no local path, in the order of the configuration.
    pub remotes: Vec<Remote>,
    /// The names of the tags.
    pub tags: Vec<String>,
    /// The default branch: what the remote's HEAD points to, else `main` or `master` where one
    /// exists, else the branch that is checked out.
    pub default_branch: Option<String>,
}

impl Git {
    /// Reads the git directory of `tree`.
    pub fn read(tree: &dyn Tree) -> Self {
        let Some(dir) = git_dir(tree) else { return Self::default() };
        let text = |name: &str| {
            let source = tree.read(&format!("{dir}/{name}")).ok().flatten()?;
            Some(source.text().to_owned())
        };
        let remotes = text("config").map(|config| remotes(&config)).unwrap_or_default();
        let remote = ["origin", "upstream"]
            .iter()
            .find_map(|name| remotes.iter().find(|remote| remote.name == *name))
            .or(remotes.first())
            .cloned();
        let name = remote.as_ref().map_or("origin", |remote| remote.name.as_str());
        let symbolic = |name: &str, prefix: &str| {
            let head = text(name)?;
            let branch = head.trim().strip_prefix("ref:")?.trim().strip_prefix(prefix)?;
            Some(branch.to_owned())
        };
        let exists = |branch: &&str| {
            let packed = text("packed-refs").unwrap_or_default();
            let reference = format!("refs/heads/{branch}");
            tree.is_file(&format!("{dir}/{reference}"))
                || packed.lines().any(|line| line.split(' ').nth(1) == Some(reference.as_str()))
        };
        let default_branch = symbolic(&format!("refs/remotes/{name}/HEAD"), &format!("refs/remotes/{name}/"))
            .or_else(|| ["main", "master"].iter().copied().find(exists).map(str::to_owned))
            .or_else(|| symbolic("HEAD", "refs/heads/"));
        let tags = tags(tree, &dir, text("packed-refs").as_deref());
        Self { remote, remotes, tags, default_branch }
    }
}

/// How many folders of loose tags are looked into.
const MAX_TAG_FOLDERS: usize = 200;

/// The tags: each is a file below `refs/tags`, or a line of `packed-refs`.
fn tags(tree: &dyn Tree, dir: &str, packed: Option<&str>) -> Vec<String> {
    const TAGS: &str = "refs/tags/";
    let of_line = |line: &str| Some(line.split(' ').nth(1)?.strip_prefix(TAGS)?.to_owned());
    let mut tags: Vec<String> = packed.unwrap_or_default().lines().filter_map(of_line).collect();
    let mut folders = vec![String::new()];
    for index in 0..MAX_TAG_FOLDERS {
        let Some(folder) = folders.get(index).cloned() else { break };
        for entry in tree.list(format!("{dir}/{TAGS}{folder}").trim_end_matches('/')) {
            let name = format!("{folder}{}", entry.name);
            if entry.is_dir { folders.push(format!("{name}/")) } else { tags.push(name) }
        }
    }
    tags.sort();
    tags.dedup();
    tags
}

/// The git directory within the tree: `.git`, or where a `.git` file points if that is inside.
fn git_dir(tree: &dyn Tree) -> Option<String> {
    if tree.is_file(".git/HEAD") || tree.is_file(".git/config") {
        return Some(".git".to_owned());
    }
    let pointer = tree.read(".git").ok().flatten()?;
    let path = pointer.text().trim().strip_prefix("gitdir:")?.trim();
    if path.starts_with('/') { None } else { files::join("", path) }
}

/// Remotes of a git configuration, in the order of the file.
fn remotes(config: &str) -> Vec<Remote> {
    let mut remotes: Vec<Remote> = Vec::new();
    let mut section: Option<String> = None;
    for line in config.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = remote_section(header);
        } else if let (Some(name), Some((key, value))) = (&section, line.split_once('=')) {
            // A remote's first `url` is the one that git fetches from.
            let known = remotes.iter().any(|remote| remote.name == *name);
            if key.trim().eq_ignore_ascii_case("url") && !known {
                let address = Address::parse(value.trim().trim_matches('"'));
                remotes.extend(address.map(|address| Remote { name: name.clone(), address }));
            }
        }
    }
    remotes
}

/// The name in `remote "name"]`.
fn remote_section(header: &str) -> Option<String> {
    let (kind, rest) = header.split_once('"')?;
    let name = rest.rsplit_once('"')?.0;
    kind.trim().eq_ignore_ascii_case("remote").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn read(files: &[(&str, &str)]) -> Git {
        Git::read(&Memory::new(files.iter().copied()))
    }

    const ORIGIN: &str = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = git@github.com:me/tools.git\n\
        [remote \"origin\"]\n\turl = https://token@github.com/acme/tools.git\n\tfetch = +refs/heads/*\n";

    #[test]
    fn origin_wins_and_its_head_names_the_default_branch() {
        let git = read(&[
            (".git/config", ORIGIN),
            (".git/HEAD", "ref: refs/heads/feature/x\n"),
            (".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/develop\n"),
        ]);
        let remote = git.remote.expect("origin");
        assert_eq!((remote.name.as_str(), remote.address.path.as_str()), ("origin", "acme/tools"));
        assert_eq!(git.default_branch.as_deref(), Some("develop"));
    }

    #[test]
    fn default_branch_falls_back() {
        let head = (".git/HEAD", "ref: refs/heads/feature/x\n");
        let packed = (".git/packed-refs", "# pack-refs\n0123 refs/heads/master\n");
        assert_eq!(read(&[head, packed]).default_branch.as_deref(), Some("master"));
        assert_eq!(read(&[head]).default_branch.as_deref(), Some("feature/x"));
        assert_eq!(read(&[(".git/HEAD", "0123abcd\n")]).default_branch, None, "detached");
    }

    #[test]
    fn tags_are_loose_or_packed() {
        let git = read(&[
            (".git/HEAD", "ref: refs/heads/main\n"),
            (".git/refs/tags/v1.1.0", "0123\n"),
            (".git/refs/tags/@acme/core@1.0.0", "0123\n"),
            (".git/packed-refs", "# pack-refs\n0123 refs/tags/v1.0.0\n^4567\n0123 refs/heads/main\n"),
        ]);
        assert_eq!(git.tags, ["@acme/core@1.0.0", "v1.0.0", "v1.1.0"]);
    }

    #[test]
    fn a_git_file_is_followed_only_inside() {
        let inside = read(&[(".git", "gitdir: meta/git\n"), ("meta/git/config", ORIGIN)]);
        assert!(inside.remote.is_some());
        let outside = Memory::new([(".git", "gitdir: ../main/.git/worktrees/x\n")]);
        assert_eq!(Git::read(&outside), Git::default());
        let absolute = Memory::new([(".git", "gitdir: /srv/git\n"), ("srv/git/config", ORIGIN)]);
        assert_eq!(Git::read(&absolute), Git::default());
    }

    #[test]
    fn local_remotes_are_none() {
        assert_eq!(read(&[(".git/config", "[remote \"origin\"]\nurl = ../tools\n")]).remote, None);
    }
}
