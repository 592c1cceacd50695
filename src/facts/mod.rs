//! Dated knowledge: what `facts/*.toml` says, typed. Embedded at build time.

mod provider;
pub mod registry;

pub use provider::Provider;
