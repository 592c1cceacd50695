//! Plugins, as far as they bring an image or credentials.

use crate::ci::repository::{entry_place, place};
use crate::ci::{Cache, Container, EnvVar, Input, Job, Level, Scalar, StepKind, Value, skeleton};
use crate::yaml::{Kind, Node};

/// Takes the plugins of a step in order: a list of names, or of mappings from the name to its settings.
pub(super) fn read_all(plugins: Option<Node<'_>>, job: &mut Job) {
    let Some(plugins) = plugins else { return };
    if plugins.is_mapping() {
        plugins.entries().for_each(|(key, settings)| read(key, Some(settings), job));
    }
    for item in plugins.items() {
        match item.kind() {
            Kind::Mapping => item.entries().for_each(|(key, settings)| read(key, Some(settings), job)),
            _ => read(item, None, job),
        }
    }
}

fn read(key: Node<'_>, settings: Option<Node<'_>>, job: &mut Job) {
    let Some(reference) = skeleton::plain(key) else { return };
    let (path, version) = match reference.written.rsplit_once('#') {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (reference.written.as_str(), None),
    };
    let path = path.trim_end_matches(".git").to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches("-buildkite-plugin");
    let get = |key: &str| settings.and_then(|settings| settings.get(key));
    match name {
        "docker" => {
            if let (Some(settings), Some(image)) = (settings, get("image").and_then(skeleton::plain)) {
                job.container = Some(Container { image, entry: entry_place(key, settings) });
            }
        }
        // The image stands in a compose file that the service names.
        "docker-compose" if get("run").is_some() => {
            let service = get("run").and_then(Node::as_str).unwrap_or_default();
            let image = Scalar { written: format!("service {service}"), value: None, at: place(key) };
            let entry = settings.map_or_else(|| place(key), |settings| entry_place(key, settings));
            job.container = Some(Container { image, entry });
        }
        "cache" => {
            let (restores, saves) = (get("restore").is_some(), get("save").is_some());
            job.caches.push(Cache {
                by: reference.written.clone(),
                at: place(key),
                implicit: false,
                restores,
                saves,
            });
        }
        _ if holds_secrets(name) => job.env.extend(from_store(settings, &job.env)),
        _ => {}
    }
    let inputs = settings.into_iter().flat_map(Node::entries).filter_map(|(name, node)| {
        let text = skeleton::plain(node)?;
        let value = skeleton::held(&text.written);
        Some(Input { name: name.as_str()?.to_owned(), text, value, entry: entry_place(name, node) })
    });
    let inputs = inputs.collect();
    let kind =
        StepKind::Uses { action: path.clone(), version, comment: None, inputs, steps: None, reference };
    let at = settings.map_or_else(|| place(key), |settings| entry_place(key, settings));
    job.steps.push(skeleton::step(kind, at, &[]));
}

/// Plugins that fetch secrets from a store into variables.
fn holds_secrets(name: &str) -> bool {
    let words = || name.split(['-', '_']);
    words().any(|word| matches!(word, "secret" | "secrets" | "vault" | "ssm" | "sm" | "npm" | "1password"))
}

/// The variables that such a plugin sets: the keys of its `env` or `variables`, whatever it calls their
/// place in the store. One that names a variable of the build (seek-oss/private-npm) reads a token there.
fn from_store(settings: Option<Node<'_>>, known: &[EnvVar]) -> Vec<EnvVar> {
    let maps = ["env", "variables", "parameters", "secrets"];
    let mut found = Vec::new();
    for map in maps.iter().filter_map(|key| settings?.get(key)) {
        found.extend(map.entries().filter_map(|(name, node)| stored(name, node, name.as_str()?)));
        let names = map.scalars_or_one().filter_map(|name| stored(name, name, name.as_str()?));
        found.extend(names.filter(|var| !known.iter().any(|other| other.name == var.name)));
    }
    found
}

fn stored(name: Node<'_>, node: Node<'_>, variable: &str) -> Option<EnvVar> {
    let at = if name.span() == node.span() { place(node) } else { entry_place(name, node) };
    let written = node.as_str().unwrap_or(variable).to_owned();
    let is_name = variable.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| EnvVar {
        name: variable.to_owned(),
        text: Scalar { written: written.clone(), value: None, at: at.clone() },
        value: Value::Secret(written),
        level: Level::Step,
        entry: at,
    })
}

/// `secrets`: a list of names, or a mapping from variables to names.
pub(super) fn secrets(node: Option<Node<'_>>, level: Level) -> Vec<EnvVar> {
    let Some(node) = node else { return Vec::new() };
    let listed = node.scalars_or_one().filter_map(|name| stored(name, name, name.as_str()?));
    let mapped = node.entries().filter_map(|(name, node)| stored(name, node, name.as_str()?));
    listed.chain(mapped).map(|var| EnvVar { level, ..var }).collect()
}
