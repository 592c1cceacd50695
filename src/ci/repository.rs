use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Problem;
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::files;
use crate::project::Project;
use crate::text::Source;
use crate::yaml::{self, Node};

/// How many bytes of YAML are held at once, so that what several files bring in is parsed once.
const MAX_HELD: usize = 8 << 20;

/// What readers look at: the files, what the project is, and the YAML of files that are asked for again.
pub struct Repository<'a> {
    /// The files.
    pub files: &'a dyn files::Tree,
    /// What the repository is.
    pub project: &'a Project,
    parsed: RefCell<Parsed>,
    problems: RefCell<Vec<Problem>>,
    /// The files whose problems are noted.
    noted: RefCell<HashSet<String>>,
}

/// Parsed YAML files by path, or that there is none.
#[derive(Default)]
struct Parsed {
    trees: HashMap<String, Option<Arc<yaml::Tree>>>,
    /// About how many bytes their paths and texts have.
    held: usize,
}

impl Parsed {
    fn insert(&mut self, path: &str, tree: Option<Arc<yaml::Tree>>) {
        if self.held > MAX_HELD {
            *self = Self::default();
        }
        self.held += size(path, tree.as_deref());
        self.trees.insert(path.to_owned(), tree);
    }

    fn remove(&mut self, path: &str) {
        if let Some(tree) = self.trees.remove(path) {
            self.held -= size(path, tree.as_deref());
        }
    }
}

fn size(path: &str, tree: Option<&yaml::Tree>) -> usize {
    path.len() + tree.map_or(0, |tree| tree.source().text().len())
}

impl<'a> Repository<'a> {
    /// Looks at `files`, which `project` was read from.
    pub fn new(files: &'a dyn files::Tree, project: &'a Project) -> Self {
        Self {
            files,
            project,
            parsed: RefCell::default(),
            problems: RefCell::default(),
            noted: RefCell::default(),
        }
    }

    /// The YAML file at `path`, or none where there is none or it cannot be read: then that is a problem.
    pub fn yaml(&self, path: &str, provider: Provider) -> Option<Arc<yaml::Tree>> {
        if let Some(known) = self.parsed.borrow().trees.get(path) {
            return known.clone();
        }
        let (tree, problems) = match self.files.read(path) {
            Ok(source) => {
                let tree = source.map(|source| Arc::new(yaml::parse(&source)));
                let problems = tree.as_deref().map(|tree| syntax_problems(tree, provider));
                (tree, problems.unwrap_or_default())
            }
            Err(error) => {
                let (file, message) = (path.to_owned(), error.to_string());
                (None, vec![Problem { file, message, at: None, provider }])
            }
        };
        if !problems.is_empty() && self.noted.borrow_mut().insert(path.to_owned()) {
            for problem in problems {
                self.problem(problem);
            }
        }
        self.parsed.borrow_mut().insert(path, tree.clone());
        tree
    }

    /// A YAML text that trustpub itself knows, under a `path` that is no file's.
    pub(super) fn known_yaml(&self, path: &str, text: &str, provider: Provider) -> Option<Arc<yaml::Tree>> {
        if !self.parsed.borrow().trees.contains_key(path) {
            let tree = yaml::parse(&Source::new(path, text));
            self.parsed.borrow_mut().insert(path, Some(Arc::new(tree)));
        }
        self.yaml(path, provider)
    }

    /// Lets go of a file's YAML; who asks for it again has it parsed again.
    pub(super) fn forget(&self, path: &str) {
        self.parsed.borrow_mut().remove(path);
    }

    /// Notes what could not be read.
    pub fn problem(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// What could not be read so far; the list is empty afterwards.
    pub(super) fn take_problems(&self) -> Vec<Problem> {
        std::mem::take(&mut self.problems.borrow_mut())
    }
}

fn syntax_problems(tree: &yaml::Tree, provider: Provider) -> Vec<Problem> {
    let problem = |error: &yaml::SyntaxError| Problem {
        file: tree.source().path().to_owned(),
        message: error.message.clone(),
        at: Some(Location::new(tree.source(), error.span)),
        provider,
    };
    tree.errors().iter().map(problem).collect()
}

/// The place of a YAML node.
pub fn place(node: Node<'_>) -> Location {
    Location::new(node.source(), node.span())
}

/// The place of a mapping's entry: key and value.
pub fn entry_place(key: Node<'_>, value: Node<'_>) -> Location {
    Location::new(key.source(), key.span().join(value.written_span()))
}
