//! trustpub: generate, check and migrate npm trusted publishing pipelines.
//!
//! The list of rooms below is the data flow; each floor uses only the floors below it
//! (`tests/house.rs` reads the imports and fails when one runs back up).

pub mod ci;
pub mod cli;
pub mod diagnose;
pub mod diagnostic;
pub mod facts;
pub mod files;
pub mod migrate;
pub mod plan;
pub mod project;
pub mod render;
pub mod report;
pub mod rules;
pub mod schema;
pub mod settings;
pub mod shell;
pub mod spec;
pub mod text;
pub mod trust;
pub mod yaml;
