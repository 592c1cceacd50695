//! The user's `trustpub.yml`: model, load with spans, defaults applied last, JSON Schema.

mod fault;
mod model;
mod providers;
mod resolve;
mod resolved;
mod suggest;

pub use fault::Fault;
pub use model::*;
pub use resolve::{Surroundings, resolve};
pub use resolved::*;
