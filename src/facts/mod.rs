//! Dated knowledge: what `facts/*.toml` says, typed. Embedded at build time, each file parsed once, on
//! first use. Every entry has a source, the day on which it was seen, and how it is known; an entry
//! whose evidence is `open` is listed and never chosen.

pub mod actions;
pub mod contexts;
mod date;
mod entry;
pub mod errors;
pub mod images;
pub mod limits;
pub mod node;
pub mod npm;
mod provider;
pub mod providers;
pub mod registry;
pub mod runners;
#[cfg(test)]
mod tests;
pub mod tools;
pub mod urls;
mod version;

pub use date::{Date, DateError};
pub use entry::{Evidence, Fact, Listed, Origin};
pub use nodejs_semver::{Range, Version};
pub use provider::Provider;

/// Every fact, in the order of the files.
pub fn all() -> Vec<Listed> {
    let mut facts = Vec::new();
    npm::list(&mut facts);
    node::list(&mut facts);
    runners::list(&mut facts);
    actions::list(&mut facts);
    images::list(&mut facts);
    contexts::list(&mut facts);
    providers::list(&mut facts);
    tools::list(&mut facts);
    limits::list(&mut facts);
    errors::list(&mut facts);
    urls::list(&mut facts);
    facts
}
