use std::collections::HashMap;
use std::fs::Metadata;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use super::tree::{Entry, MAX_FILE_BYTES, ReadError, Tree, not_utf8};
use crate::text::Source;

/// Why a file was not written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A path or symbolic link that leaves the repository.
    #[error("{path} leads out of the repository (through a symbolic link or `..`); nothing was written")]
    Outside {
        /// Relative path.
        path: String,
    },
    /// The operating system refused.
    #[error("cannot write {path}: {source}; the file is as it was")]
    Io {
        /// Relative path.
        path: String,
        /// The system's words.
        source: std::io::Error,
    },
}

/// Why there is nothing to read at a path.
enum NotFound {
    Outside,
    Io(std::io::Error),
}

impl From<std::io::Error> for NotFound {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// A repository on disk, read and written below its root alone.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    /// Folders that were read from, and whether they lie in the repository once links are followed.
    folders: RwLock<HashMap<PathBuf, bool>>,
}

impl Disk {
    /// The repository at `root`, which must be a directory.
    pub fn open(root: &Path) -> std::io::Result<Self> {
        let root = root.canonicalize()?;
        if !root.is_dir() {
            return Err(std::io::Error::new(std::io::ErrorKind::NotADirectory, "not a directory"));
        }
        Ok(Self { root, folders: RwLock::default() })
    }

    /// The folder `root`, made where it is missing.
    pub fn create(root: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(root)?;
        Self::open(root)
    }

    /// The repository that encloses `start`: the nearest folder upwards with a `.git`, else `start`.
    pub fn discover(start: &Path) -> std::io::Result<Self> {
        let start = start.canonicalize()?;
        let root = start.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(&start);
        Self::open(root)
    }

    /// The root's absolute path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The repository-relative form of a path as a user writes it: relative to the current folder, else to the
    /// root; `""` is the root itself. None where there is no such file or folder in the repository.
    pub fn locate(&self, path: &Path) -> Option<String> {
        let candidates = [path.canonicalize(), self.root.join(path).canonicalize()];
        let full = candidates.into_iter().flatten().find(|full| full.starts_with(&self.root))?;
        let inside = full.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }

    /// The absolute path of `path`, or `None` where it leaves the root by `..`, an absolute path
    /// or a symbolic link on the way (links that stay inside are followed).
    fn resolve(&self, path: &str) -> Option<PathBuf> {
        let full = self.join(path)?;
        // The nearest ancestor that exists decides: what does not exist yet cannot be a link.
        let existing = full.ancestors().find(|part| part.symlink_metadata().is_ok())?;
        self.encloses(existing).then_some(full)
    }

    /// As [`Self::resolve`], for reading: each folder's links are followed once, and a missing file is an error.
    fn find(&self, path: &str) -> Result<(PathBuf, Metadata), NotFound> {
        let full = self.join(path).ok_or(NotFound::Outside)?;
        let metadata = full.symlink_metadata()?;
        let folder = full.parent().unwrap_or(&self.root);
        let known = self.folders.read().unwrap_or_else(PoisonError::into_inner).get(folder).copied();
        let inside = known.unwrap_or_else(|| {
            let inside = self.encloses(folder);
            self.folders.write().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), inside);
            inside
        });
        if !inside || metadata.is_symlink() && !self.encloses(&full) {
            return Err(NotFound::Outside);
        }
        let metadata = if metadata.is_symlink() { full.metadata()? } else { metadata };
        Ok((full, metadata))
    }

    /// The absolute path, where no part of `path` leads upwards.
    fn join(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path);
        let plain =
            relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        plain.then(|| self.root.join(relative))
    }

    /// Whether what exists at `full` lies in the repository once links are followed.
    fn encloses(&self, full: &Path) -> bool {
        full.canonicalize().is_ok_and(|target| target.starts_with(&self.root))
    }

    /// Writes `text` to `path` atomically: a temporary file in the same folder, flushed to disk, then
    /// renamed. Missing folders are made. On an error the old file is whole.
    pub fn write(&self, path: &str, text: &str) -> Result<(), WriteError> {
        let full = self.resolve(path).ok_or_else(|| WriteError::Outside { path: path.to_owned() })?;
        // A link inside the repository is written through, not replaced.
        let full = full.canonicalize().unwrap_or(full);
        write_atomically(&full, text).map_err(|source| WriteError::Io { path: path.to_owned(), source })
    }
}

fn write_atomically(full: &Path, text: &str) -> std::io::Result<()> {
    let dir = full.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let mut file = tempfile::Builder::new().prefix(".trustpub-").tempfile_in(dir)?;
    file.write_all(text.as_bytes())?;
    let permissions = match full.metadata() {
        Ok(metadata) => metadata.permissions(),
        Err(_) => default_permissions(file.as_file())?,
    };
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(full).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are private (0600); a committed file is world-readable like any other.
#[cfg(unix)]
fn default_permissions(file: &std::fs::File) -> std::io::Result<std::fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_mode(0o644);
    Ok(permissions)
}

#[cfg(not(unix))]
fn default_permissions(file: &std::fs::File) -> std::io::Result<std::fs::Permissions> {
    Ok(file.metadata()?.permissions())
}

impl Tree for Disk {
    fn read(&self, path: &str) -> Result<Option<Source>, ReadError> {
        let io = |error: std::io::Error| ReadError::Io { path: path.to_owned(), reason: error.to_string() };
        let (full, metadata) = match self.find(path) {
            Ok(found) => found,
            Err(NotFound::Outside) => return Err(ReadError::Outside { path: path.to_owned() }),
            Err(NotFound::Io(error)) if is_absent(&error) => return Ok(None),
            Err(NotFound::Io(error)) => return Err(io(error)),
        };
        if !metadata.is_file() {
            return Ok(None);
        }
        if metadata.len() > MAX_FILE_BYTES {
            let (path, bytes) = (path.to_owned(), metadata.len());
            return Err(ReadError::TooLarge { path, bytes, limit: MAX_FILE_BYTES });
        }
        let bytes = std::fs::read(&full).map_err(io)?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Source::new(path, text))),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                Err(not_utf8(path, error.as_bytes(), offset))
            }
        }
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let Some(full) = self.resolve(dir) else { return Vec::new() };
        let Ok(entries) = std::fs::read_dir(full) else { return Vec::new() };
        let mut entries: Vec<Entry> = entries
            .flatten()
            .filter_map(|entry| {
                let kind = entry.file_type().ok()?;
                let is_dir =
                    if kind.is_symlink() { entry.path().metadata().ok()?.is_dir() } else { kind.is_dir() };
                Some(Entry { name: entry.file_name().into_string().ok()?, is_dir })
            })
            .collect();
        entries.sort();
        entries
    }

    fn is_file(&self, path: &str) -> bool {
        self.find(path).is_ok_and(|(_, metadata)| metadata.is_file())
    }

    fn is_other(&self, path: &str) -> bool {
        self.find(path).is_ok_and(|(_, metadata)| !metadata.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> (tempfile::TempDir, Disk) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let disk = Disk::open(dir.path()).expect("it is a folder");
        (dir, disk)
    }

    #[test]
    fn writes_into_new_folders_and_reads_back() {
        let (_dir, disk) = repository();
        disk.write(".github/workflows/publish.yml", "on: push\n").expect("written");
        let source = disk.read(".github/workflows/publish.yml").expect("readable").expect("there");
        assert_eq!(source.text(), "on: push\n");
        let names: Vec<String> = disk.list(".github/workflows").into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["publish.yml"], "no temporary file stays behind");
    }

    #[test]
    fn limits_and_bad_bytes_are_errors() {
        let (dir, disk) = repository();
        std::fs::write(dir.path().join("bad.yml"), b"a: \xff").expect("written");
        assert!(matches!(disk.read("bad.yml"), Err(ReadError::NotUtf8 { offset: 3, .. })));
        let big = std::fs::File::create(dir.path().join("big.yml")).expect("created");
        big.set_len(MAX_FILE_BYTES + 1).expect("sized");
        assert!(matches!(disk.read("big.yml"), Err(ReadError::TooLarge { .. })));
        assert!(matches!(disk.read("../x"), Err(ReadError::Outside { .. })));
        assert!(matches!(disk.read("none.yml"), Ok(None)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_repository_is_refused() {
        let outside = tempfile::tempdir().expect("a temporary folder");
        let (dir, disk) = repository();
        std::os::unix::fs::symlink(outside.path(), dir.path().join(".github")).expect("linked");
        assert!(matches!(disk.write(".github/a.yml", "x"), Err(WriteError::Outside { .. })));
        let file = outside.path().join("victim.yml");
        std::fs::write(&file, "old").expect("written");
        std::os::unix::fs::symlink(&file, dir.path().join("ci.yml")).expect("linked");
        assert!(matches!(disk.write("ci.yml", "x"), Err(WriteError::Outside { .. })));
        assert_eq!(std::fs::read_to_string(&file).expect("readable"), "old");
        // A dangling link has no target to resolve: it is refused, not written through.
        std::os::unix::fs::symlink(outside.path().join("none"), dir.path().join("d.yml")).expect("linked");
        assert!(matches!(disk.write("d.yml", "x"), Err(WriteError::Outside { .. })));
    }
}
