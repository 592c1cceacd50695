//! # The publish job's environment is decided at run time
//!
//! ## What it does
//! Reports a publish job whose environment name holds an expression or variable.
//!
//! ## Why is this bad?
//! npm compares the environment with one fixed name, and whoever decides the value decides whether the
//! protected environment is used at all.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { workflow_dispatch: { inputs: { env: { required: true } } } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: ${{ inputs.env }}
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { workflow_dispatch: {} }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write }
//!     steps:
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - code: `npm trust` stores one environment name; documentation: GitLab's rule GL052 of a peer says the same.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};
use crate::facts::Provider;

pub(super) static META: Meta = Meta {
    id: "environment-dynamic",
    severity: Severity::Warning,
    fix: Availability::None,
    providers: &[Provider::Github, Provider::Gitlab],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs() {
        let Some(environment) = &publishing.job.environment else { continue };
        let name = &environment.name;
        if name.value.is_some() {
            continue;
        }
        findings.push(
            META.finding(
                &name.at,
                publishing.provider(),
                format!(
                    "the environment `{}` is decided at run time; npm compares it with one fixed name",
                    name.written
                ),
            )
            .with_help("Write the name of the protected environment."),
        );
    }
}
