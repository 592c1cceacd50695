//! What changed since the widely read guides were written.

use serde::Serialize;

use crate::facts::limits::{self, Limit};
use crate::facts::{Date, Fact as _};

/// A change, with its date and source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What holds since then.
    pub says: String,
    /// The first day on which it holds.
    pub from: Date,
    /// Whether it holds yet.
    pub in_force: bool,
    /// Where this is known from.
    pub source: String,
}

/// Changes that make a guide wrong, by date.
pub(super) fn changes(today: Date) -> Vec<Change> {
    let change = |limit: &Limit| {
        let from = limit.from?;
        let source = limit.origin().source.clone();
        Some(Change { says: limit.says.clone(), from, in_force: limit.holds_on(today), source })
    };
    let mut changes: Vec<Change> = [
        limits::classic_tokens_revoked(),
        limits::allowed_actions_mandatory(),
        limits::bypass_tokens_no_management(),
        limits::publishers_per_package(),
        limits::staging_always_allowed(),
        limits::stage_only_tokens(),
        limits::bypass_tokens_no_publish(),
    ]
    .into_iter()
    .filter_map(change)
    .collect();
    changes.sort_by_key(|change| change.from);
    changes
}
