//! Machines and images: `agent`, `node`, `docker.image(…).inside`, pods.

use std::collections::HashMap;

use super::lexer::Tokens;
use super::text::Reader;
use crate::ci::{Container, Runner, Scalar};
use crate::facts::Provider;
use crate::facts::runners::classify;
use crate::text::Source;
use crate::yaml::{self, Node};

/// Most strings of one file that are read as the YAML of a pod.
const MAX_PODS: usize = 20;

/// A machine with these labels: Jenkins has none of its own.
pub(super) fn runner(reader: Reader<'_, '_>, from: usize, to: usize, label: Option<&Scalar>) -> Runner {
    let labels: Vec<String> = label.iter().map(|label| label.shown().to_owned()).collect();
    Runner { class: classify(Provider::Jenkins, &labels), labels, at: Some(reader.place(from, to)) }
}

/// An image, with the tokens of the call that names it.
pub(super) fn container(reader: Reader<'_, '_>, image: Scalar, from: usize, to: usize) -> Container {
    Container { image, entry: reader.place(from, to) }
}

/// What `agent` says.
pub(super) struct Agent {
    /// The machine; none where the one around stays.
    pub(super) runner: Option<Runner>,
    /// The image.
    pub(super) container: Option<Container>,
    /// Whether there is no image although the stage around has one.
    pub(super) bare: bool,
}

/// What `agent` in `from..to` says: machine and image, where it says so.
pub(super) fn read(reader: Reader<'_, '_>, pods: &HashMap<String, Scalar>, from: usize, to: usize) -> Agent {
    let tokens = reader.tokens;
    let named = |name: &str| value_of(reader, name, from, to);
    let has = |name: &str| (from..to).any(|index| tokens.word(index) == name);
    let machine = runner(reader, from, to, named("label").as_ref());
    let inside = |image: Scalar| Agent {
        runner: Some(machine.clone()),
        container: Some(container(reader, image, from, to)),
        bare: false,
    };
    if tokens.word(from) == "none" {
        return Agent { runner: None, container: None, bare: true };
    }
    if has("docker") {
        let image = named("image").or_else(|| named("docker"));
        let unseen = || unseen("docker image", reader, from, to);
        return inside(image.unwrap_or_else(unseen));
    }
    if has("dockerfile") {
        let image = unseen("Dockerfile", reader, from, to);
        return inside(image);
    }
    if has("kubernetes") {
        let image = match named("defaultContainer") {
            Some(name) => pods.get(name.shown()).cloned(),
            None if pods.len() == 1 => pods.values().next().cloned(),
            None => None,
        };
        let image = image.unwrap_or_else(|| unseen("container of a pod", reader, from, to));
        return inside(image);
    }
    Agent { runner: Some(machine), container: None, bare: true }
}

/// An image of which only this is known.
pub(super) fn unseen(what: &str, reader: Reader<'_, '_>, from: usize, to: usize) -> Scalar {
    Scalar { written: what.to_owned(), value: None, at: reader.place(from, to) }
}

/// The string after `name` in `from..to`: `image 'x'`, `image: 'x'`, `image('x')`.
pub(super) fn value_of(reader: Reader<'_, '_>, name: &str, from: usize, to: usize) -> Option<Scalar> {
    let tokens = reader.tokens;
    let found = (from..to).find(|&index| tokens.word(index) == name && after(tokens, index).is_some())?;
    reader.scalar(after(tokens, found)?)
}

fn after(tokens: &Tokens<'_>, index: usize) -> Option<usize> {
    let signs = tokens.is_sign(index + 1, b':') || tokens.is_sign(index + 1, b'(');
    let at = if signs { index + 2 } else { index + 1 };
    tokens.quote(at).map(|_| at)
}

/// Images of the pods' containers by name: `containerTemplate(name: …, image: …)`, and YAML in strings.
pub(super) fn pods(reader: Reader<'_, '_>) -> HashMap<String, Scalar> {
    let tokens = reader.tokens;
    let mut found = HashMap::new();
    let mut read = 0;
    for index in 0..tokens.list.len() {
        if tokens.word(index) == "containerTemplate" {
            let to = tokens.over(index + 1);
            let (name, image) = (value_of(reader, "name", index, to), value_of(reader, "image", index, to));
            if let (Some(name), Some(image)) = (name, image) {
                found.insert(name.written, image);
            }
        }
        let pod = tokens.quote(index).filter(|quote| quote.len == 3);
        if pod.is_some() && tokens.text_of(index).contains("containers:") && read < MAX_PODS {
            read += 1;
            let Some(text) = reader.scalar(index) else { continue };
            let tree = yaml::parse(&Source::new("pod.yml", text.written.as_str()));
            let containers = tree.root().and_then(|root| root.get_path(&["spec", "containers"]));
            for container in containers.into_iter().flat_map(Node::items) {
                let get = |key: &str| container.get(key).and_then(Node::as_str).map(str::to_owned);
                if let (Some(name), Some(image)) = (get("name"), get("image")) {
                    let value = (!image.contains('$')).then(|| image.clone());
                    found.insert(name, Scalar { written: image, value, at: text.at.clone() });
                }
            }
        }
    }
    found
}
