//! # trustpub.yml says what `generate` would refuse
//!
//! ## What it does
//! Reports each mistake in `trustpub.yml`, in its own words. A file that holds nothing but `check` is none.
//!
//! ## Why is this bad?
//! Until it is mended `trustpub generate` writes nothing, and the rules that compare the pipelines with what
//! `trustpub.yml` means have nothing to compare with.
//!
//! ## Example
//! ```yaml trustpub.yml
//! version: 1
//! providers:
//!   github: { enviroment: release }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//!
//! ## Use instead
//! ```yaml trustpub.yml
//! version: 1
//! providers:
//!   github: { environment: release }
//! ```
//! ```json package.json
//! { "name": "a", "version": "1.0.0", "repository": "github:acme/a" }
//! ```
//!
//! ## Evidence
//! - code: the schema that `trustpub schema` prints.

use super::engine::{Availability, Context, Meta};
use crate::diagnostic::{Finding, Severity};

pub(super) static META: Meta =
    Meta { id: "spec-invalid", severity: Severity::Warning, fix: Availability::None, providers: &[] };

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for fault in context.spec_faults {
        findings.push(Finding { rule: META.id, severity: META.severity, ..fault.clone() });
    }
}
