use crate::diagnostic::Location;
use crate::facts::node::{Bundled, NodeSpec};

/// Node and npm as the publish command finds them on its PATH.
#[derive(Debug, Clone, Default)]
pub struct Toolchain {
    /// Node.
    pub node: Learnt<NodeSpec>,
    /// npm: bundled with Node, or what the last upgrade before the command installs. The bounds hold
    /// today: a floating version means the newest that the facts know.
    pub npm: Learnt<Bundled>,
    /// Upgrades of npm before the command, in order.
    pub upgrades: Vec<Upgrade>,
}

/// A version and how it was learnt.
#[derive(Debug, Clone)]
pub struct Learnt<T> {
    /// What is known of it; none where nothing is.
    pub value: Option<T>,
    /// As written (`22.x`, `lts/*`, `latest`); none where nothing is written.
    pub written: Option<String>,
    /// What says so.
    pub from: LearntFrom,
    /// Where.
    pub at: Option<Location>,
}

impl<T> Default for Learnt<T> {
    fn default() -> Self {
        Self { value: None, written: None, from: LearntFrom::Nothing, at: None }
    }
}

/// What says which version it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LearntFrom {
    /// Nothing does.
    #[default]
    Nothing,
    /// An input of a set-up action or orb command, or a version manager's argument.
    Setup,
    /// A version file or manifest of the repository.
    File,
    /// The container image.
    Image,
    /// The runner's own tools.
    Runner,
    /// npm: bundled with the Node in use.
    Bundled,
    /// npm: installed by a step before the command, or run by `npx npm@…`.
    Upgrade,
}

/// A step that installs another npm.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// What it asks for: `latest`, `^11.5.1`, `11.21.2`; none where that cannot be known.
    pub wanted: Option<String>,
    /// Where.
    pub at: Location,
    /// npm before it.
    pub from: Option<Bundled>,
    /// npm after it.
    pub to: Option<Bundled>,
}

impl Toolchain {
    /// The Node version for people and JSON: exact where it is, else as written.
    pub fn node_shown(&self) -> Option<String> {
        match &self.node.value {
            Some(NodeSpec::Exact(version)) => Some(version.to_string()),
            _ => self.node.written.clone(),
        }
    }

    /// The npm version for people and JSON, where it is known exactly.
    pub fn npm_shown(&self) -> Option<String> {
        self.npm.value.as_ref()?.exact().map(ToString::to_string)
    }
}
