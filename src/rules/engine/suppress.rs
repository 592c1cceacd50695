use crate::diagnostic::Finding;

/// The words that open a suppression in a comment: `# trustpub: ignore[rule-id, rule-id] reason`.
const MARKER: &str = "trustpub: ignore[";

/// How much of a line's end is searched: its comment stands there, and many findings can stand on one long line.
const SEARCHED: usize = 1 << 10;

/// Whether a comment on the finding's first line, or on the comment lines right above it, names its rule.
pub(super) fn is_suppressed(finding: &Finding) -> bool {
    let source = &finding.location.source;
    let first = finding.location.start().line;
    if names(source.line(first), finding.rule) {
        return true;
    }
    let mut line = first;
    while line > 1 {
        line -= 1;
        let text = source.line(line).trim_start();
        if !is_comment(text) {
            return false;
        }
        if names(text, finding.rule) {
            return true;
        }
    }
    false
}

/// A line that holds nothing but a comment, in YAML, npm configuration, shell and Jenkinsfiles.
fn is_comment(text: &str) -> bool {
    text.starts_with('#') || text.starts_with("//") || text.starts_with(';')
}

fn names(line: &str, rule: &str) -> bool {
    let line = &line[line.floor_char_boundary(line.len().saturating_sub(SEARCHED))..];
    line.match_indices(MARKER).any(|(at, _)| {
        // The marker must stand in a comment, not in a value.
        let commented = ["#", "//", ";"].iter().any(|open| line[..at].trim_end().ends_with(open));
        let list = line[at + MARKER.len()..].split(']').next().unwrap_or_default();
        commented && list.split(',').any(|id| id.trim() == rule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Location, Severity};
    use crate::text::{Source, Span};

    fn suppressed(text: &str) -> bool {
        let source = Source::new("a.yml", text);
        let at = text.find("HERE").expect("the text marks a place");
        is_suppressed(&Finding::new(
            "npm-latest",
            Severity::Warning,
            Location::new(&source, Span::new(at, at + 4)),
            "",
        ))
    }

    #[test]
    fn on_the_line_and_on_the_comments_above() {
        assert!(suppressed("run: HERE # trustpub: ignore[npm-latest] we pin by hand\n"));
        assert!(suppressed("# trustpub: ignore[cache, npm-latest] why\n# more words\nrun: HERE\n"));
        assert!(suppressed("  // trustpub: ignore[npm-latest]\n  HERE\n"));
    }

    #[test]
    fn not_from_another_rule_line_or_value() {
        assert!(!suppressed("# trustpub: ignore[npm] x\nrun: HERE\n"));
        assert!(!suppressed("# trustpub: ignore[npm-latest]\nname: x\nrun: HERE\n"));
        assert!(!suppressed("run: 'trustpub: ignore[npm-latest] HERE'\n"));
    }
}
