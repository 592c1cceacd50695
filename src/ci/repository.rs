use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::Problem;
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::files;
use crate::project::Project;
use crate::text::Source;
use crate::yaml::{self, Node};

/// What readers look at: the files, what the project is, and every YAML file at most once.
pub struct Repository<'a> {
    /// The files.
    pub files: &'a dyn files::Tree,
    /// What the repository is.
    pub project: &'a Project,
    parsed: RefCell<HashMap<String, Option<Arc<yaml::Tree>>>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Repository<'a> {
    /// Looks at `files`, which `project` was read from.
    pub fn new(files: &'a dyn files::Tree, project: &'a Project) -> Self {
        Self { files, project, parsed: RefCell::default(), problems: RefCell::default() }
    }

    /// The YAML file at `path`, or none where there is none or it cannot be read: then that is a problem.
    pub fn yaml(&self, path: &str, provider: Provider) -> Option<Arc<yaml::Tree>> {
        if let Some(known) = self.parsed.borrow().get(path) {
            return known.clone();
        }
        let tree = match self.files.read(path) {
            Ok(source) => source.map(|source| Arc::new(yaml::parse(&source))),
            Err(error) => {
                self.problem(Problem {
                    file: path.to_owned(),
                    message: error.to_string(),
                    at: None,
                    provider,
                });
                None
            }
        };
        for error in tree.iter().flat_map(|tree| tree.errors().iter().map(move |error| (tree, error))) {
            let (tree, error) = error;
            self.problem(Problem {
                file: path.to_owned(),
                message: error.message.clone(),
                at: Some(Location::new(tree.source(), error.span)),
                provider,
            });
        }
        self.parsed.borrow_mut().insert(path.to_owned(), tree.clone());
        tree
    }

    /// A YAML text that trustpub itself knows, under a `path` that is no file's.
    pub(super) fn known_yaml(&self, path: &str, text: &str, provider: Provider) -> Option<Arc<yaml::Tree>> {
        if !self.parsed.borrow().contains_key(path) {
            let tree = yaml::parse(&Source::new(path, text));
            self.parsed.borrow_mut().insert(path.to_owned(), Some(Arc::new(tree)));
        }
        self.yaml(path, provider)
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

/// The place of a YAML node.
pub fn place(node: Node<'_>) -> Location {
    Location::new(node.source(), node.span())
}

/// The place of a mapping's entry: key and value.
pub fn entry_place(key: Node<'_>, value: Node<'_>) -> Location {
    Location::new(key.source(), key.span().join(value.written_span()))
}
