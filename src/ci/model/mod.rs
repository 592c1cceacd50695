//! The provider-neutral model. Plain data: readers fill it, rules and reports read it.

mod credential;
mod job;
mod path;
mod pipeline;
mod script;
mod start;
mod step;
mod summary;
mod toolchain;
mod value;

pub use credential::{
    Auth, Credential, CredentialKind, IdToken, Identity, IdentityState, Permissions, Reach,
};
pub use job::{Cache, Call, Concurrency, Container, Environment, Guard, GuardKind, Job, Runner};
pub use path::{Command, Model, Problem, PublishPath, Registry, StepAct, Tool};
pub use pipeline::{Pipeline, RefFilter, Trigger, TriggerKind, Unknown};
pub use script::Script;
pub use start::{Reference, Start};
pub use step::{Hop, HopKind, Input, Step, StepKind};
pub use summary::PathSummary;
pub use toolchain::{Learnt, LearntFrom, Toolchain, Upgrade};
pub use value::{Condition, EnvVar, Level, Scalar, Value};
