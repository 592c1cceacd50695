use std::path::PathBuf;

use anyhow::Context as _;

use crate::files::Disk;

/// The files and folders whose findings the user asked for.
pub(super) struct Scope {
    /// Relative to the repository, with `/`; `""` is the whole of it. None given: everything.
    paths: Vec<String>,
}

impl Scope {
    /// `paths` as the user wrote them: relative to the current folder, else to the repository.
    pub(super) fn new(disk: &Disk, paths: &[PathBuf]) -> anyhow::Result<Self> {
        let paths = paths.iter().map(|path| {
            disk.locate(path).with_context(|| {
                let (path, root) = (path.display(), disk.root().display());
                format!(
                    "`{path}` is no file or folder of the repository {root}; --repo DIR checks another one"
                )
            })
        });
        Ok(Self { paths: paths.collect::<anyhow::Result<_>>()? })
    }

    /// Whether `file` is asked for.
    pub(super) fn contains(&self, file: &str) -> bool {
        let inside = |path: &String| {
            path.is_empty()
                || file
                    .strip_prefix(path.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.paths.is_empty() || self.paths.iter().any(inside)
    }
}
