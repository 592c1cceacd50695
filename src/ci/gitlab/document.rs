//! Files of one pipeline: the entry file and what it includes from the repository.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ci::bundle;
use crate::ci::repository::{Repository, place};
use crate::ci::{Hop, HopKind, Scalar, Unknown};
use crate::facts::Provider;
use crate::files;
use crate::yaml::{Node, Tree};

/// How deep includes are followed, and how many files.
const DEPTH: usize = 16;
const MAX_FILES: usize = 150;

/// One file, loaded.
struct File {
    tree: Arc<Tree>,
    origin: Vec<Hop>,
    /// What the include hands over.
    given: HashMap<String, String>,
}

/// All files of a pipeline.
#[derive(Default)]
pub(super) struct Loaded {
    files: Vec<File>,
    pub(super) imports: Vec<Scalar>,
    pub(super) unknowns: Vec<Unknown>,
}

/// One file as it is read.
pub(super) struct Document<'t> {
    /// The content: the second document where the first is a `spec` header.
    pub(super) root: Node<'t>,
    /// The header.
    pub(super) spec: Option<Node<'t>>,
    pub(super) origin: &'t [Hop],
    /// Inputs with a value that is known.
    pub(super) inputs: HashMap<&'t str, &'t str>,
}

impl Loaded {
    /// Adds `tree`, then what it includes: in GitLab the including file is the stronger one.
    pub(super) fn add(
        &mut self,
        repository: &Repository<'_>,
        tree: &Arc<Tree>,
        origin: &[Hop],
        inputs: Option<Node<'_>>,
        depth: usize,
    ) {
        let given = inputs.into_iter().flat_map(Node::entries);
        let given =
            given.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned())));
        self.files.push(File { tree: Arc::clone(tree), origin: origin.to_vec(), given: given.collect() });
        let Some(include) = content(tree).and_then(|root| root.get("include")) else { return };
        let items: Vec<Node<'_>> =
            if include.is_sequence() { include.items().collect() } else { vec![include] };
        for item in items {
            if depth >= DEPTH || self.files.len() >= MAX_FILES {
                return;
            }
            self.include(repository, item, origin, depth);
        }
    }

    fn include(&mut self, repository: &Repository<'_>, item: Node<'_>, origin: &[Hop], depth: usize) {
        let by_key = |key: &str| item.get(key).and_then(Node::as_str);
        let bare = item.as_str();
        let remote = bare.is_some_and(|text| text.contains("://"));
        let written = bare
            .map(str::to_owned)
            .or_else(|| {
                ["local", "component", "remote", "template"]
                    .iter()
                    .find_map(|key| by_key(key))
                    .map(str::to_owned)
            })
            .or_else(|| {
                Some(format!("{}: {}", by_key("project")?, by_key("file").unwrap_or("several files")))
            })
            .unwrap_or_default();
        self.imports.push(Scalar { written: written.clone(), value: Some(written.clone()), at: place(item) });
        let (kind, paths) = match (by_key("local").or(bare.filter(|_| !remote)), by_key("component")) {
            (Some(path), _) => (HopKind::Include, local(repository, path)),
            (None, Some(component)) => (HopKind::Component, own_component(repository, component)),
            (None, None) => (HopKind::Include, Vec::new()),
        };
        let ours = by_key("component")
            .filter(|_| paths.is_empty() && item.get_path(&["inputs", "packages"]).is_some())
            .and_then(|component| bundle::component(repository, component));
        if let Some(tree) = ours {
            let mut inner = origin.to_vec();
            let target = Some(tree.source().path().to_owned());
            inner.push(Hop { kind, name: written, at: place(item), target });
            self.add(repository, &tree, &inner, item.get("inputs"), depth + 1);
            return;
        }
        if paths.is_empty() {
            self.unknowns.push(Unknown { what: format!("include {written}"), at: place(item) });
        }
        for path in paths {
            let known = self.files.iter().any(|file| file.tree.source().path() == path);
            if known && kind == HopKind::Include {
                continue;
            }
            let Some(tree) = repository.yaml(&path, Provider::Gitlab) else { continue };
            let mut inner = origin.to_vec();
            inner.push(Hop { kind, name: written.clone(), at: place(item), target: Some(path) });
            self.add(repository, &tree, &inner, item.get("inputs"), depth + 1);
        }
    }

    /// The files as documents, the entry file first.
    pub(super) fn documents(&self) -> Vec<Document<'_>> {
        self.files.iter().filter_map(document).collect()
    }
}

fn document(file: &File) -> Option<Document<'_>> {
    let first = file.tree.root();
    let spec = first.filter(|root| root.get("spec").is_some() && file.tree.documents().len() > 1);
    let mut inputs = HashMap::new();
    let declared = spec.and_then(|spec| spec.get_path(&["spec", "inputs"]));
    for (key, node) in declared.into_iter().flat_map(Node::entries) {
        if let (Some(name), Some(default)) = (key.as_str(), node.get("default").and_then(Node::as_str)) {
            inputs.insert(name, default);
        }
    }
    inputs.extend(file.given.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Some(Document { root: content(&file.tree)?, spec, origin: &file.origin, inputs })
}

/// The content of a file, after a `spec` header.
fn content(tree: &Tree) -> Option<Node<'_>> {
    let first = tree.root()?;
    let header = first.get("spec").is_some() && tree.documents().len() > 1;
    let root = if header { tree.documents().nth(1)? } else { first };
    root.is_mapping().then_some(root)
}

/// The files that a local include names; `*` and `**` stand for parts of names.
fn local(repository: &Repository<'_>, path: &str) -> Vec<String> {
    if path.contains('$') {
        return Vec::new();
    }
    let Some(path) = files::join("", path) else { return Vec::new() };
    if !path.contains('*') {
        return if repository.files.is_file(&path) { vec![path] } else { Vec::new() };
    }
    let Ok(glob) = globset::GlobBuilder::new(&path).literal_separator(true).build() else {
        return Vec::new();
    };
    let matcher = glob.compile_matcher();
    let start =
        path.split('*').next().and_then(|start| start.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    let mut folders = vec![start.to_owned()];
    while let Some(folder) = folders.pop().filter(|_| found.len() < MAX_FILES && folders.len() < 1000) {
        for entry in repository.files.list(&folder) {
            let full =
                if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
            if entry.is_dir {
                if path.contains("**") {
                    folders.push(full);
                }
            } else if matcher.is_match(&full) {
                found.push(full);
            }
        }
    }
    found.sort();
    found
}

/// The file of a component of this very project: `$CI_SERVER_FQDN/$CI_PROJECT_PATH/NAME@REF`.
fn own_component(repository: &Repository<'_>, reference: &str) -> Vec<String> {
    let own = [
        "$CI_SERVER_FQDN/$CI_PROJECT_PATH/",
        "${CI_SERVER_FQDN}/${CI_PROJECT_PATH}/",
        "$CI_SERVER_HOST/$CI_PROJECT_PATH/",
    ];
    let Some(rest) = own.iter().find_map(|prefix| reference.strip_prefix(prefix)) else { return Vec::new() };
    let name = rest.split('@').next().unwrap_or_default();
    let paths = [format!("templates/{name}.yml"), format!("templates/{name}/template.yml")];
    paths.into_iter().filter(|path| repository.files.is_file(path)).take(1).collect()
}
