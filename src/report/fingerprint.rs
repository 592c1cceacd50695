use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::Finding;
use crate::text::Source;

/// One fingerprint per finding, in the same order: stable while lines move, as it is made of the rule, the
/// file, the package and the keys that lead to the place, not of line numbers. Equal findings are numbered.
pub(super) fn fingerprints(findings: &[&Finding]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    findings
        .iter()
        .map(|finding| {
            let identity = identity(finding);
            let count = seen.entry(identity.clone()).or_default();
            *count += 1;
            digest(&format!("{identity}\0{count}"))
        })
        .collect()
}

fn identity(finding: &Finding) -> String {
    let source = &finding.location.source;
    let mut parts = vec![finding.rule.to_owned(), source.path().to_owned()];
    parts.extend(finding.package.clone());
    parts.extend(keys(source, finding.location.start().line));
    parts.join("\0")
}

/// The line's own text and, outwards, the keys of the lines that are indented less: in YAML and JSON the
/// path to the place.
fn keys(source: &Source, line: usize) -> Vec<String> {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let own = source.line(line);
    let mut level = indent(own);
    let mut keys = vec![own.trim().to_owned()];
    for above in (1..line).rev().map(|number| source.line(number)) {
        if level == 0 {
            break;
        }
        let text = above.trim();
        if text.is_empty() || text.starts_with('#') || indent(above) >= level {
            continue;
        }
        level = indent(above);
        // A list item is told from its neighbours by its first line alone.
        let key = if text.starts_with("- ") { text } else { text.split(':').next().unwrap_or(text) };
        keys.push(key.to_owned());
    }
    keys
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
