use std::process::ExitCode;

use crate::diagnostic::Finding;

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing wrong.
    Clean,
    /// It looked and found something: findings, drift.
    Found,
    /// The user's error: arguments, spec, unreadable input.
    Wrong,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Found => Self::from(1),
            Exit::Wrong => Self::from(2),
        }
    }
}

/// What every command answers.
pub(crate) type Answer = Result<Exit, Failure>;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Mistakes in the user's own files, each with its place; printed with their excerpts.
    Findings(Vec<Finding>),
    /// Anything else, in words for the user.
    Message(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Message(error.into())
    }
}

impl Failure {
    /// Whether the reader of our output went away (`| head`): no failure to speak of.
    pub(super) fn is_closed_pipe(&self) -> bool {
        let Self::Message(error) = self else { return false };
        error
            .chain()
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
