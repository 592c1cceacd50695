use super::{Baseline, Context, Selection, suppress};
use crate::ci::bundle;
use crate::diagnostic::{Finding, Severity};
use crate::rules;

/// What a run of the rules found.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The findings that count, by file, place and rule.
    pub findings: Vec<Finding>,
    /// How many were left out by comments, the spec or the baseline.
    pub suppressed: usize,
}

impl Outcome {
    /// Runs every selected rule over the context.
    pub fn of(context: &Context<'_>, selection: &Selection, baseline: Option<&Baseline>) -> Self {
        let mut findings = Vec::new();
        for rule in rules::ALL.iter().filter(|rule| selection.runs(rule.meta.id)) {
            (rule.check)(context, &mut findings);
        }
        // What a known member of trustpub's bundle does is no line of the repository.
        findings.retain(|finding| !bundle::is_member(finding.location.source.path()));
        let all = findings.len();
        findings.retain(|finding| !selection.ignores(finding) && !suppress::is_suppressed(finding));
        let mut suppressed = all - findings.len();
        findings.sort_by(|a, b| key(a).cmp(&key(b)));
        findings.dedup_by(|a, b| key(a) == key(b) && a.message == b.message);
        if let Some(baseline) = baseline {
            let (fresh, known) = baseline.filter(findings);
            findings = fresh;
            suppressed += known;
        }
        for finding in &mut findings {
            finding.severity = selection.severity(finding);
        }
        Self { findings, suppressed }
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

fn key(finding: &Finding) -> (&str, usize, usize, &str) {
    let location = &finding.location;
    (location.source.path(), location.span.start, location.span.end, finding.rule)
}
