use std::collections::BTreeMap;

use crate::text::Source;

/// The largest file that is read, in bytes: no CI file, manifest or npm configuration comes near.
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;

/// Why a file that exists could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Larger than the limit.
    #[error("{path} is {bytes} bytes; files over {limit} bytes are not read")]
    TooLarge {
        /// Relative path.
        path: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Not UTF-8.
    #[error("{path}:{line}:{column}: the file is not UTF-8{}: save it as UTF-8", if *.utf16 { ", it begins like UTF-16" } else { "" })]
    NotUtf8 {
        /// Relative path.
        path: String,
        /// First offending byte.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
        /// Whether the file begins with the mark of UTF-16.
        utf16: bool,
    },
    /// A path or symbolic link that leaves the repository.
    #[error("{path} leads out of the repository")]
    Outside {
        /// Relative path.
        path: String,
    },
    /// The operating system refused.
    #[error("{path}: {reason}")]
    Io {
        /// Relative path.
        path: String,
        /// The system's words.
        reason: String,
    },
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Name within the directory.
    pub name: String,
    /// Whether it is a directory.
    pub is_dir: bool,
}

/// A tree of files with repository-relative paths (`/` between parts; `""` is the root).
pub trait Tree: Sync {
    /// The file's text, or `None` where there is no such file.
    fn read(&self, path: &str) -> Result<Option<Source>, ReadError>;

    /// The entries of a directory sorted by name; empty where there is no such directory.
    fn list(&self, dir: &str) -> Vec<Entry>;

    /// Whether a file (not a directory) stands at `path`; its content is not read.
    fn is_file(&self, path: &str) -> bool {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.list(dir).iter().any(|entry| !entry.is_dir && entry.name == name)
    }

    /// Whether something stands at `path` that is no file: a folder, a pipe, a device.
    fn is_other(&self, path: &str) -> bool {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.list(dir).iter().any(|entry| entry.is_dir && entry.name == name)
    }
}

/// A file that is not UTF-8 from the byte `offset` on.
pub(super) fn not_utf8(path: &str, bytes: &[u8], offset: usize) -> ReadError {
    let before = String::from_utf8_lossy(&bytes[..offset.min(bytes.len())]);
    let at = Source::new(path, before.as_ref()).position(before.len());
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    ReadError::NotUtf8 { path: path.to_owned(), offset, line: at.line, column: at.column, utf16 }
}

/// The longest path that Linux opens, in bytes (`PATH_MAX`).
const MAX_PATH: usize = 4096;

/// Joins a directory and a relative path, resolving `.` and `..`; `None` where it would leave the root, and
/// where it is longer than any file's.
pub fn join(dir: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { dir };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/")).filter(|path| path.len() <= MAX_PATH)
}

/// Files in memory, for tests and for renderings.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Source>,
}

impl Memory {
    /// The given `(path, text)` pairs.
    pub fn new<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files = files.into_iter().map(|(path, text)| {
            let path = path.into();
            (path.clone(), Source::new(path, text))
        });
        Self { files: files.collect() }
    }
}

impl Tree for Memory {
    fn read(&self, path: &str) -> Result<Option<Source>, ReadError> {
        Ok(self.files.get(path).cloned())
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut entries: Vec<Entry> = self
            .files
            .range(prefix.clone()..)
            .map_while(|(path, _)| path.strip_prefix(&prefix))
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => Entry { name: name.to_owned(), is_dir: true },
                None => Entry { name: rest.to_owned(), is_dir: false },
            })
            .collect();
        entries.sort();
        entries.dedup();
        entries
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }
}

/// `changes` laid over `base`: what the repository would be once they were written.
pub struct Overlay<'a> {
    base: &'a dyn Tree,
    changes: Memory,
}

impl<'a> Overlay<'a> {
    /// Lays `changes` over `base`.
    pub fn new(base: &'a dyn Tree, changes: Memory) -> Self {
        Self { base, changes }
    }
}

impl Tree for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Option<Source>, ReadError> {
        match self.changes.read(path)? {
            Some(source) => Ok(Some(source)),
            None => self.base.read(path),
        }
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let mut entries = self.base.list(dir);
        entries.extend(self.changes.list(dir));
        entries.sort();
        entries.dedup();
        entries
    }

    fn is_file(&self, path: &str) -> bool {
        self.changes.is_file(path) || self.base.is_file(path)
    }

    fn is_other(&self, path: &str) -> bool {
        self.base.is_other(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn join_never_leaves_the_root() {
        assert_eq!(join("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(join("a", "./b//c").as_deref(), Some("a/b/c"));
        assert_eq!(join("a", "/ci/x.yml").as_deref(), Some("ci/x.yml"));
        assert_eq!(join("", "../x"), None);
    }

    #[test]
    fn overlay_shows_changes_over_base() {
        let base = Memory::new([("a/x.yml", "1"), ("b.yml", "2")]);
        let overlay = Overlay::new(&base, Memory::new([("a/x.yml", "9"), ("a/y/z.yml", "3")]));
        let read = |path| overlay.read(path).ok().flatten().map(|source| source.text().to_owned());
        assert_eq!(read("a/x.yml").as_deref(), Some("9"));
        assert_eq!(read("b.yml").as_deref(), Some("2"));
        let names: Vec<String> = overlay.list("a").into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["x.yml", "y"]);
        assert!(overlay.is_file("a/y/z.yml") && !overlay.is_file("a/y"));
    }
}
