use nodejs_semver::Version;

use crate::diagnostic::Location;

/// Node and npm as the publish command finds them on its PATH.
#[derive(Debug, Clone, Default)]
pub struct Toolchain {
    /// Node.
    pub node: Learnt,
    /// npm: bundled with Node, or what the last upgrade before the command installs.
    pub npm: Learnt,
    /// Upgrades of npm before the command, in order.
    pub upgrades: Vec<Upgrade>,
}

/// A version and how it was learnt.
#[derive(Debug, Clone, Default)]
pub struct Learnt {
    /// What is known of it.
    pub bounds: Bounds,
    /// As written (`22.x`, `lts/*`, `latest`), or the version itself.
    pub written: Option<String>,
    /// What says so.
    pub source: Source,
    /// Where.
    pub at: Option<Location>,
}

/// What says which version it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Source {
    /// Nothing does.
    #[default]
    Unknown,
    /// An input of a set-up action or orb command, or a version manager's argument.
    Setup,
    /// A version file of the repository: its path.
    File(String),
    /// The container image.
    Image,
    /// The runner's own tools.
    Runner,
    /// npm: bundled with the Node in use.
    Bundled,
    /// npm: installed by a step before the command, or run by `npx npm@…`.
    Upgrade,
}

/// Inclusive bounds of a version; a missing bound is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    /// It is at least this.
    pub low: Option<Version>,
    /// It is at most this.
    pub high: Option<Version>,
}

/// An answer about something that may not be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Surely.
    Yes,
    /// Surely not.
    No,
    /// Not known.
    Unknown,
}

impl Bounds {
    /// Exactly `version`.
    pub fn exactly(version: Version) -> Self {
        Self { low: Some(version.clone()), high: Some(version) }
    }

    /// The one version that it can be.
    pub fn exact(&self) -> Option<&Version> {
        self.low.as_ref().filter(|low| self.high.as_ref() == Some(*low))
    }

    /// Whether nothing is known.
    pub const fn is_unknown(&self) -> bool {
        self.low.is_none() && self.high.is_none()
    }

    /// Whether it is at least `floor`.
    pub fn at_least(&self, floor: &Version) -> Certainty {
        if self.low.as_ref().is_some_and(|low| low >= floor) {
            Certainty::Yes
        } else if self.high.as_ref().is_some_and(|high| high < floor) {
            Certainty::No
        } else {
            Certainty::Unknown
        }
    }
}

/// A step that installs another npm.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// What it asks for: `latest`, `^11.5.1`, `11.21.2`; none for a bare `npm install -g npm`.
    pub wanted: Option<String>,
    /// Where.
    pub at: Location,
    /// npm before it.
    pub from: Bounds,
    /// npm after it.
    pub to: Bounds,
}
