//! The provider-neutral publish plan: what each pipeline does, with which toolchain, guarded by what.
//!
//! [`plan`] turns a resolved spec into a [`Plan`] or says, for every field that a provider would
//! evaluate, misread or refuse, what to write instead. Nothing here reads disk, clock or network.

pub mod advise;
mod build;
mod bundle;
pub mod draft;
mod gate;
mod intended;
mod model;
mod pattern;
mod refusal;
mod text;
pub mod toolchain;

pub use build::plan;
pub use bundle::BundlePin;
pub use gate::{CIRCLECI_GROUP, CIRCLECI_PARAMETER, CircleciFilter, GITHUB_GROUP, GithubEvent};
pub use intended::Intended;
pub use model::{
    Expect, Install, ManagerSetup, PackJob, PackNode, Plan, PublishJob, READ_TOKEN, TargetPlan, TriggerPlan,
};
pub use pattern::{Branch, Pattern};
pub use refusal::Refusal;
pub use toolchain::{Toolchain, Want, solve};

#[cfg(test)]
mod tests;
