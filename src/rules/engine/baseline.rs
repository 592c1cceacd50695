use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fingerprint;
use crate::diagnostic::Finding;

/// Findings that were there when trustpub was adopted: they do not count until they change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Version of this format: 1.
    schema: u32,
    /// Fingerprint → how many findings have it.
    findings: BTreeMap<String, u32>,
}

/// Why a baseline file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not a baseline.
    #[error("not a baseline file: {0}")]
    Format(#[from] serde_json::Error),
    /// Written by a later trustpub.
    #[error("baseline format {0} is newer than this trustpub understands")]
    Newer(u32),
}

impl Baseline {
    /// A baseline of exactly these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for finding in findings {
            *counts.entry(fingerprint(finding)).or_default() += 1;
        }
        Self { schema: 1, findings: counts }
    }

    /// Reads a baseline file.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_str(text)?;
        if baseline.schema > 1 { Err(BaselineError::Newer(baseline.schema)) } else { Ok(baseline) }
    }

    /// The file's text: stable, one finding a line.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Splits findings into those that count and the number that the baseline knows.
    pub(super) fn filter(&self, findings: Vec<Finding>) -> (Vec<Finding>, usize) {
        let mut left = self.findings.clone();
        let all = findings.len();
        let fresh: Vec<Finding> = findings
            .into_iter()
            .filter(|finding| match left.get_mut(&fingerprint(finding)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            })
            .collect();
        let known = all - fresh.len();
        (fresh, known)
    }
}
