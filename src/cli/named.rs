//! Files that the user names on the command line, wherever they are.

use std::path::Path;

use anyhow::Context as _;

use super::Failure;
use crate::files::{Disk, Tree as _};
use crate::settings::{self, Settings};
use crate::text::Source;

/// The file's text under the name that the user gave it; none where it does not exist.
pub(super) fn read(file: &Path) -> anyhow::Result<Option<Source>> {
    let (folder, name) = split(file)?;
    let source = folder.read(&name).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(source.map(|source| Source::new(file.display().to_string(), source.text())))
}

/// Writes the file atomically.
pub(super) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let (folder, name) = split(file)?;
    folder.write(&name, text).with_context(|| format!("cannot write {}", file.display()))
}

/// The settings in the file that `--settings` names.
pub(super) fn settings(file: &Path) -> Result<Settings, Failure> {
    let source = read(file)?.with_context(|| {
        format!("there is no {}; docs/settings.md has the commands that export one", file.display())
    })?;
    settings::load(&source).map_err(Failure::Findings)
}

/// The folder and the name in it.
fn split(file: &Path) -> anyhow::Result<(Disk, String)> {
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.with_context(|| format!("`{}` names no file", file.display()))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder =
        Disk::open(folder).with_context(|| format!("cannot open the folder `{}`", folder.display()))?;
    Ok((folder, name.to_owned()))
}
