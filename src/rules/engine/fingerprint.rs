use sha2::{Digest as _, Sha256};

use crate::diagnostic::Finding;
use crate::text::Source;

/// A finding's identity that survives edits elsewhere in the file: rule, file, package, the text of its
/// line and the keys that lead there (its job, its step), never the line's number. 64 hexadecimal digits.
pub fn fingerprint(finding: &Finding) -> String {
    let source = &finding.location.source;
    let package = finding.package.as_deref().unwrap_or_default();
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update(part.as_bytes());
        hash.update([0]);
    };
    [finding.rule, source.path(), package].into_iter().for_each(&mut add);
    keys(source, finding.location.start().line).into_iter().for_each(add);
    format!("{:x}", hash.finalize())
}

/// The line's own text and, outwards, the keys of the lines that are indented less: in YAML and JSON the
/// path to the place.
fn keys(source: &Source, line: usize) -> Vec<&str> {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let own = source.line(line);
    let mut level = indent(own);
    let mut keys = vec![start(own.trim())];
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
        keys.push(if text.starts_with("- ") { start(text) } else { text.split(':').next().unwrap_or(text) });
    }
    keys
}

/// What counts of a line: no person tells lines apart behind that, and a machine's can hold thousands of findings.
fn start(line: &str) -> &str {
    &line[..line.floor_char_boundary(4096)]
}
