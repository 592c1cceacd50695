//! # This pin is a tag object, not a commit
//!
//! ## What it does
//! Notes an action in a publish job that is pinned to the object of an annotated tag instead of the commit that the
//! tag points to, for the releases that the facts know.
//!
//! ## Why is this bad?
//! It works, but it is no commit: tools that compare pins with the repository's history call it an impostor, and
//! update tools do not recognise the release.
//!
//! ## Example
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/checkout@9f698171ed81b15d1823a05fc7211befd50c8ae0 # v6.0.3
//!       - run: npm publish
//! ```
//!
//! ## Use instead
//! ```yaml .github/workflows/publish.yml
//! on: { push: { tags: ['v*'] } }
//! jobs:
//!   publish:
//!     runs-on: ubuntu-latest
//!     environment: npm
//!     permissions: { id-token: write, contents: read }
//!     steps:
//!       - uses: actions/checkout@df4cb1c069e1874edd31b4311f1884172cec0e10 # v6.0.3
//!       - run: npm publish
//! ```
//!
//! ## Evidence
//! - tag, 2026-08-22: the objects in the actions' repositories; issue thread: zizmor#1998.

use super::engine::{Availability, Context, Meta};
use crate::ci::{Step, StepKind};
use crate::diagnostic::{Finding, Fix, Safety, Severity};
use crate::facts::{Provider, actions};
use crate::text::{Edit, Span};

pub(super) static META: Meta = Meta {
    id: "action-pin-not-commit",
    severity: Severity::Info,
    fix: Availability::Safe,
    providers: &[Provider::Github],
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for publishing in context.publishing_jobs().iter().filter(|job| job.provider() == Provider::Github) {
        publishing.job.steps.iter().for_each(|step| look(step, findings));
    }
}

fn look(step: &Step, findings: &mut Vec<Finding>) {
    let StepKind::Uses { reference, version, steps, .. } = &step.kind else { return };
    steps.iter().flatten().for_each(|inner| look(inner, findings));
    let Some((object, pin)) =
        version.as_deref().and_then(|object| Some((object, actions::by_tag_object(object)?)))
    else {
        return;
    };
    let mut finding = META
        .finding(
            &reference.at,
            Provider::Github,
            format!("this is the tag object of {} {}, not its commit", pin.action, pin.version),
        )
        .with_help(format!("Pin `{}`.", pin.commit));
    let source = &reference.at.source;
    if let Some(at) = source.slice(reference.at.span).find(object) {
        let start = reference.at.span.start + at;
        finding = finding.with_fix(Fix {
            title: format!("pin the commit of {}", pin.version),
            safety: Safety::Safe,
            edits: vec![(
                source.path().to_owned(),
                Edit::replace(Span::new(start, start + object.len()), pin.commit.clone()),
            )],
        });
    }
    findings.push(finding);
}
