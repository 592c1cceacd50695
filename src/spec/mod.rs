//! The user's `trustpub.yml`: model, load with spans, defaults applied last, JSON Schema.

mod fault;
mod hints;
mod load;
mod model;
mod providers;
mod resolve;
mod resolved;
mod schema;
#[cfg(test)]
mod tests;
mod validate;

/// Where the spec stands, at the root of a repository.
pub const FILE: &str = "trustpub.yml";

pub use fault::Fault;
pub use load::{Loaded, load};
pub use model::*;
pub use resolve::{Surroundings, resolve};
pub use resolved::*;
pub use schema::{JSON_SCHEMA, generate_schema};
pub use validate::validate;
