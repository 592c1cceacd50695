//! The public repositories that the measuring tests read.

#![allow(clippy::print_stderr, reason = "the measurements are for whoever runs the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use trustpub::ci::{self, Model};
use trustpub::files::Disk;
use trustpub::project::Project;

/// The corpus, unpacked into a folder of its own for as long as this lives.
pub(crate) struct Corpus {
    dir: tempfile::TempDir,
}

impl Corpus {
    /// Unpacks `../shared/corpus/dev.tar.gz`, or what `TRUSTPUB_CORPUS` names; none, with a word, where there is
    /// no such archive.
    pub(crate) fn unpack() -> Option<Self> {
        let archive = std::env::var_os("TRUSTPUB_CORPUS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/dev.tar.gz"),
            PathBuf::from,
        );
        if !archive.is_file() {
            eprintln!("skipped: no corpus at {}", archive.display());
            return None;
        }
        let dir = tempfile::tempdir().expect("a temporary folder");
        let status = Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(dir.path()).status();
        assert!(status.is_ok_and(|status| status.success()), "{} unpacks", archive.display());
        Some(Self { dir })
    }

    /// The folder that holds its parts.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("dev")
    }
}

/// What is read of the repository in `folder`.
pub(crate) fn read(folder: &Path) -> (Project, Model) {
    let disk = Disk::open(folder).expect("a folder of the corpus");
    let project = Project::read(&disk);
    let model = ci::read(&disk, &project);
    (project, model)
}
