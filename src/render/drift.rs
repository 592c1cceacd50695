//! What is rendered beside what stands in the repository.

use super::{Rendered, is_generated};
use crate::files::{Disk, ReadError, Tree, WriteError};

/// A rendered file compared with the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Path, relative to the repository.
    pub path: String,
    /// What was rendered.
    pub text: String,
    /// What stands there; none where there is no such file.
    pub old: Option<String>,
    /// How the two relate.
    pub state: State,
}

/// How a rendered file relates to what stands in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// There is no such file.
    New,
    /// The same text.
    Same,
    /// Another text that trustpub wrote, or a person changed what trustpub wrote.
    Drifted,
    /// A file that trustpub did not write.
    Foreign,
}

impl State {
    /// The word that every output uses.
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Drifted => "drifted",
            Self::Foreign => "foreign",
        }
    }
}

/// Compares each rendered file with the one in `tree`.
pub fn compare(tree: &dyn Tree, rendered: Vec<Rendered>) -> Result<Vec<Compared>, ReadError> {
    let compare = |Rendered { path, text }: Rendered| {
        let old = tree.read(&path)?.map(|source| source.text().to_owned());
        let state = match &old {
            None => State::New,
            Some(old) if *old == text => State::Same,
            Some(old) if is_generated(old) => State::Drifted,
            Some(_) => State::Foreign,
        };
        Ok(Compared { path, text, old, state })
    };
    rendered.into_iter().map(compare).collect()
}

impl Compared {
    /// The unified diff from what stands there to what was rendered; empty where they are the same.
    pub fn diff(&self) -> String {
        unified_diff(&self.path, self.old.as_deref(), &self.text)
    }
}

/// The unified diff from `old`, or from no file, to `new`; empty where they are the same.
pub fn unified_diff(path: &str, old: Option<&str>, new: &str) -> String {
    let from = if old.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    similar::TextDiff::from_lines(old.unwrap_or_default(), new)
        .unified_diff()
        .context_radius(3)
        .header(&from, &format!("b/{path}"))
        .to_string()
}

/// Writes what is new or drifted, each file atomically; files that trustpub did not write only with
/// `force`. Answers the paths written. The caller has refused foreign files before.
pub fn write(disk: &Disk, files: &[Compared], force: bool) -> Result<Vec<String>, WriteError> {
    let mut written = Vec::new();
    for file in files {
        let wanted = match file.state {
            State::New | State::Drifted => true,
            State::Foreign => force,
            State::Same => false,
        };
        if wanted {
            disk.write(&file.path, &file.text)?;
            written.push(file.path.clone());
        }
    }
    Ok(written)
}
