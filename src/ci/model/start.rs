//! The ways in which a pipeline starts. A trigger stands for one or more of them; a condition may refuse some.

use super::{Trigger, TriggerKind};

/// One way in which a pipeline starts, as far as conditions tell such ways apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The provider's word for the event.
    pub event: String,
    /// What it runs for.
    pub reference: Reference,
}

/// What kind of git reference a pipeline runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// A branch.
    Branch,
    /// A tag.
    Tag,
    /// Another one (a merge request's), or one that cannot be told.
    Unknown,
}

impl Start {
    /// The ways of starting of a provider's table, in its order.
    pub(in crate::ci) fn each(table: &[(&str, Reference)]) -> impl Iterator<Item = Self> {
        table.iter().map(|&(event, reference)| Self { event: event.to_owned(), reference })
    }
}

impl Trigger {
    /// The ways of starting that it stands for.
    pub fn starts(&self) -> Vec<Start> {
        let references: &[Reference] = match self.kind {
            TriggerKind::Push if self.tags.is_empty() && !self.branches.is_empty() => &[Reference::Branch],
            TriggerKind::Push if self.branches.is_empty() && !self.tags.is_empty() => &[Reference::Tag],
            TriggerKind::Push | TriggerKind::Manual => &[Reference::Branch, Reference::Tag],
            TriggerKind::Release => &[Reference::Tag],
            TriggerKind::Schedule
            | TriggerKind::PullRequestTarget
            | TriggerKind::AfterPipeline
            | TriggerKind::Comment => &[Reference::Branch],
            TriggerKind::PullRequest | TriggerKind::Call | TriggerKind::Other => &[Reference::Unknown],
        };
        references.iter().map(|&reference| Start { event: self.event.clone(), reference }).collect()
    }

    /// The word for `publish_paths[].trigger`: the event, with `:tags` or `:branches` where it is limited to these.
    pub fn label(&self) -> String {
        match (self.branches.is_empty(), self.tags.is_empty()) {
            (true, false) => format!("{}:tags", self.event),
            (false, true) => format!("{}:branches", self.event),
            _ => self.event.clone(),
        }
    }

    /// The same word where only the ways `open` of its own lead on; none where none does.
    pub(in crate::ci) fn label_of(&self, open: &[Start]) -> Option<String> {
        let only = |reference| open.iter().all(|start| start.reference == reference);
        match self.kind {
            _ if open.is_empty() => None,
            TriggerKind::Push if only(Reference::Tag) => Some(format!("{}:tags", self.event)),
            TriggerKind::Push if only(Reference::Branch) => Some(format!("{}:branches", self.event)),
            _ => Some(self.label()),
        }
    }
}
