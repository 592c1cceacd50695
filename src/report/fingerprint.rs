use std::collections::HashMap;

use crate::diagnostic::Finding;
use crate::rules;

/// One fingerprint per finding, in the same order ([`rules::fingerprint`]). Findings that are otherwise the
/// same are told apart by their count: every one must have its own.
pub(super) fn fingerprints(findings: &[&Finding]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let numbered = findings.iter().map(|finding| {
        let print = rules::fingerprint(finding);
        let count = seen.entry(print.clone()).or_default();
        *count += 1;
        if *count == 1 { print } else { format!("{print}-{count}") }
    });
    numbered.collect()
}
