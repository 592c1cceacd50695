//! Findings → text, JSON, SARIF, GitHub annotations, GitLab Code Quality, `JUnit`.

mod redact;
pub mod text;

pub use redact::redact;
