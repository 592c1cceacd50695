//! Findings → text, JSON, SARIF, GitHub annotations, GitLab Code Quality, `JUnit`.
