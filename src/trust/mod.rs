//! The registry side: `npm trust` plan, package settings, checklist, verification.

mod checklist;
mod circleci;
mod github;
mod gitlab;
mod home;
mod npm;

pub use checklist::{Action, Checklist, Item, checklist};
pub use npm::trust_npm;
