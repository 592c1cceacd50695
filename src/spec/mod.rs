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

/// Names that people give it, and that nothing reads.
pub const OTHER_NAMES: [&str; 4] =
    ["trustpub.yaml", ".trustpub.yml", ".trustpub.yaml", ".github/trustpub.yml"];

pub use fault::Fault;
pub use load::{Loaded, finding_in, ignored, is_for_check_alone, load};
pub use model::*;
pub use resolve::{Resolution, Surroundings, resolve};
pub use resolved::*;
pub use schema::{JSON_SCHEMA, generate_schema};
pub use validate::validate;
