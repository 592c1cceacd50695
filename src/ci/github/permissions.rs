//! `permissions:` as GitHub computes them: the job's replace the workflow's; a called workflow can
//! only take away from its caller's; an id token exists only where it is asked for.

use super::Frame;
use crate::ci::repository::place;
use crate::ci::{Identity, IdentityState, Level, Permissions, Scalar};
use crate::diagnostic::Location;
use crate::yaml::{Kind, Node};

/// Reads a `permissions` value.
pub(super) fn read(node: Node<'_>, level: Level) -> Permissions {
    let mut permissions =
        Permissions { level: Some(level), at: Some(place(node)), shorthand: None, scopes: Vec::new() };
    match node.kind() {
        Kind::Scalar if !node.is_null() => permissions.shorthand = node.as_str().map(str::to_owned),
        Kind::Mapping => {
            for (key, value) in node.entries() {
                let (Some(scope), Some(access)) = (key.as_str(), value.as_str()) else { continue };
                let at = Location::new(key.source(), key.span().join(value.written_span()));
                let access = Scalar { written: access.to_owned(), value: Some(access.to_owned()), at };
                permissions.scopes.push((scope.to_owned(), access));
            }
        }
        Kind::Null | Kind::Scalar | Kind::Sequence => {}
    }
    permissions
}

/// Whether a calling job can hand on an id token.
#[derive(Debug, Clone)]
pub(super) enum Effective {
    /// It can.
    Granted(Identity),
    /// It cannot: nothing grants it, or something takes it away there.
    Denied(Option<Location>),
    /// No caller is seen.
    Unknown,
}

/// The permissions of a job: its own, else the workflow's, else the repository's default.
pub(super) fn of_job(job: Node<'_>, frame: &Frame) -> Permissions {
    let own = job.entry("permissions").map(|(_, node)| read(node, Level::Job));
    own.or_else(|| frame.permissions.clone()).unwrap_or(Permissions {
        level: None,
        at: None,
        shorthand: None,
        scopes: Vec::new(),
    })
}

/// The id token of a job with these `permissions` in `frame`. Where the caller writes no permissions at all,
/// a called job that asks for the token gets it or is refused by the repository's default, which no file shows.
pub(super) fn identity(permissions: &Permissions, frame: &Frame) -> Identity {
    let mut identity = Identity {
        state: IdentityState::Missing,
        level: None,
        at: None,
        write_all: false,
        tokens: Vec::new(),
    };
    let own = permissions.access("id-token");
    let here = permissions.scopes.iter().find(|(scope, _)| scope == "id-token");
    identity.at = here.map(|(_, access)| access.at.clone()).or_else(|| permissions.at.clone());
    match (own, &frame.caller) {
        // A called workflow that says nothing has what its caller has.
        (None, Some(Effective::Granted(given))) => {
            return Identity { level: Some(Level::Inherited), ..given.clone() };
        }
        (None, Some(Effective::Denied(at))) | (Some("write"), Some(Effective::Denied(at @ Some(_)))) => {
            identity.state = IdentityState::Withheld;
            identity.at.clone_from(at);
        }
        (None, Some(Effective::Unknown)) => identity.state = IdentityState::Unknown,
        (Some("write"), _) => {
            identity.state = IdentityState::Granted;
            identity.level = permissions.level;
            identity.write_all = permissions.shorthand.is_some();
        }
        (Some(_), _) if permissions.level == Some(Level::Job) => {
            let workflow = frame.permissions.as_ref().and_then(|workflow| workflow.access("id-token"));
            if workflow == Some("write") || matches!(frame.caller, Some(Effective::Granted(_))) {
                identity.state = IdentityState::Withheld;
            }
        }
        (Some(_), Some(Effective::Granted(_))) => identity.state = IdentityState::Withheld,
        _ => {}
    }
    identity
}

/// What a job with this identity hands on to the workflow that it calls.
pub(super) fn hand_on(identity: &Identity) -> Effective {
    match identity.state {
        IdentityState::Granted => Effective::Granted(identity.clone()),
        IdentityState::Missing | IdentityState::Withheld => Effective::Denied(identity.at.clone()),
        IdentityState::Unknown => Effective::Unknown,
    }
}
