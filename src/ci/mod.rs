//! Readers: what the YAML of every CI provider really says, in one provider-neutral model.
//!
//! `github/`, `gitlab/`, `circleci/` … turn files into [`Pipeline`]s (jobs and steps as they run:
//! reusable workflows, composite actions, includes, `extends`, commands and parameters already
//! followed), every node with its place. From these, one piece of code for all providers derives
//! the [`PublishPath`]s. What cannot be seen is [`Unknown`], never guessed.

mod model;

pub use model::*;
