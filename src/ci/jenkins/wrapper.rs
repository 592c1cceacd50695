//! Calls with a block that changes what holds in it: machines, images, folders, credentials, Node.

use super::agent;
use super::call::Call;
use super::variables;
use super::walk::{Around, Walk};
use crate::ci::{Input, Scalar, Step, StepKind, Value, skeleton};
use crate::files;

impl Walk<'_, '_> {
    /// A call with a block that changes what holds in it.
    pub(super) fn wrapper(&mut self, word: &str, index: usize, call: &Call, around: &Around) -> usize {
        let Some((open, close)) = call.block else { return index + 1 };
        let (from, to) = (call.from, call.to);
        let reader = self.reader;
        let first =
            || (from..to).find(|&at| reader.tokens.quote(at).is_some()).and_then(|at| reader.scalar(at));
        match word {
            "node" => {
                let label = agent::value_of(reader, "label", from, to).or_else(first);
                let runner = agent::runner(reader, index, to, label.as_ref());
                self.inner(open, close, around, |inner| inner.runner = Some(runner));
            }
            "withCredentials" | "withVault" => {
                let found = variables::bindings(reader, from, to);
                self.inner(open, close, around, |inner| inner.env.extend(found));
            }
            "withEnv" => {
                let found = variables::assignments(reader, from, to);
                self.inner(open, close, around, |inner| inner.env.extend(found));
            }
            "dir" => {
                let folder = first();
                self.inner(open, close, around, |inner| {
                    let base = inner.directory.take();
                    inner.directory = folder.and_then(|folder| folder_in(base.as_deref(), &folder));
                });
            }
            "container" => {
                let name = agent::value_of(reader, "name", from, to).or_else(first);
                let image = name.and_then(|name| self.pods.get(name.shown()).cloned());
                let image = image.unwrap_or_else(|| agent::unseen("container of a pod", reader, index, to));
                let container = agent::container(reader, image, index, to);
                self.inner(open, close, around, |inner| inner.container = Some(container));
            }
            "docker" if (from..to).any(|at| reader.tokens.word(at) == "inside") => {
                let image = first().unwrap_or_else(|| agent::unseen("docker image", reader, index, to));
                let container = agent::container(reader, image, index, to);
                self.inner(open, close, around, |inner| inner.container = Some(container));
            }
            "nodejs" | "withNPM" | "configFileProvider" => {
                let kind = self.uses(word, index, from, to);
                self.push(kind, index, to, around);
                self.inner(open, close, around, |_| {});
            }
            _ => return index + 1,
        }
        close + 1
    }

    /// A step of a plugin that brings Node or a stored configuration of npm.
    fn uses(&self, word: &str, index: usize, from: usize, to: usize) -> StepKind {
        let reader = self.reader;
        let tokens = reader.tokens;
        let mut inputs = Vec::new();
        for at in from..to {
            let Some(text) = reader.scalar(at) else { continue };
            let named = at > from + 1 && tokens.is_sign(at - 1, b':');
            let name = if named { tokens.word(at - 2) } else { "nodeJSInstallationName" };
            let entry = reader.place(if named { at - 2 } else { at }, at + 1);
            // The name of an installation says nothing certain about its version.
            let node = word == "nodejs" && name == "nodeJSInstallationName";
            let (name, text) =
                if node { ("node-version", Scalar { value: None, ..text }) } else { (name, text) };
            let value = Value::Secret(text.written.clone());
            inputs.push(Input { name: name.to_owned(), text, value, entry });
        }
        let at = reader.place(index, index + 1);
        StepKind::Uses {
            reference: Scalar { written: word.to_owned(), value: Some(word.to_owned()), at },
            action: word.to_ascii_lowercase(),
            version: None,
            comment: None,
            inputs,
            steps: None,
        }
    }
}

/// The folder that `dir` changes to; none where that is not known.
fn folder_in(base: Option<&str>, folder: &Scalar) -> Option<String> {
    // Where the repository was checked out to.
    if matches!(folder.written.trim_end_matches('/'), "${BASE_DIR}" | "${WORKSPACE}") {
        return Some(String::new());
    }
    files::join(base?, folder.value.as_deref()?)
}

/// `tools { nodejs 'name' }`: an installation that Jenkins' settings describe.
pub(super) fn tool_step(name: Scalar) -> Step {
    let at = name.at.clone();
    let text = Scalar { value: None, ..name };
    let input = Input { name: "node-version".to_owned(), text, value: Value::Unknown, entry: at.clone() };
    let reference = Scalar { written: "nodejs".to_owned(), value: Some("nodejs".to_owned()), at: at.clone() };
    let action = "nodejs".to_owned();
    let kind =
        StepKind::Uses { reference, action, version: None, comment: None, inputs: vec![input], steps: None };
    skeleton::step(kind, at, &[])
}
