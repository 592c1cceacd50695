//! The user's `trustpub.yml`: model, load with spans, defaults applied last, JSON Schema.

mod model;
mod resolved;

pub use model::*;
pub use resolved::*;
