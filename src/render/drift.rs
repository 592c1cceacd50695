//! What is rendered beside what stands in the repository.

use std::fmt::Write as _;

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
    use similar::algorithms::{Capture, Compact, Replace, myers};
    let from = if old.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (old, new) = (lines(old.unwrap_or_default()), lines(new));
    // By its parts: the crate's own text diff brings every algorithm for every kind of text into the binary.
    let mut hook = Compact::new(Replace::new(Capture::new()), &old[..], &new[..]);
    if myers::diff(&mut hook, &old[..], 0..old.len(), &new[..], 0..new.len()).is_err() {
        return String::new();
    }
    let mut out = String::new();
    for hunk in hook.into_inner().into_inner().into_grouped_ops(3) {
        if out.is_empty() {
            let _ = write!(out, "--- {from}\n+++ b/{path}\n");
        }
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let before = shown(first.old_range().start..last.old_range().end);
        let after = shown(first.new_range().start..last.new_range().end);
        let _ = writeln!(out, "@@ -{before} +{after} @@");
        for part in &hunk {
            if part.tag() == similar::DiffTag::Equal {
                put(&mut out, ' ', &old[part.old_range()]);
            } else {
                put(&mut out, '-', &old[part.old_range()]);
                put(&mut out, '+', &new[part.new_range()]);
            }
        }
    }
    out
}

/// A range of lines as a hunk's header has it: an empty one begins at the line before it.
fn shown(range: std::ops::Range<usize>) -> String {
    match range.len() {
        1 => (range.start + 1).to_string(),
        0 => format!("{},0", range.start),
        length => format!("{},{length}", range.start + 1),
    }
}

fn put(out: &mut String, sign: char, lines: &[&str]) {
    for line in lines {
        let _ = write!(out, "{sign}{line}");
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
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
