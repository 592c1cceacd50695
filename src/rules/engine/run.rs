use std::sync::{Mutex, PoisonError};

use super::{Baseline, Context, Selection, suppress};
use crate::ci::bundle;
use crate::diagnostic::{Finding, Severity};
use crate::rules;

/// A run of the selected rules, over a repository as a whole or file after file.
pub struct Run<'a> {
    selection: &'a Selection,
    kept: Mutex<Kept>,
}

/// What a run has found so far.
#[derive(Default)]
struct Kept {
    findings: Vec<Finding>,
    suppressed: usize,
}

impl<'a> Run<'a> {
    /// A run that has seen nothing yet.
    pub fn new(selection: &'a Selection) -> Self {
        Self { selection, kept: Mutex::default() }
    }

    /// Runs the rules about single files over every pipeline of the context; says whether a rule about the
    /// repository wants any of them, though it may publish nothing. Several threads may do so at once.
    pub fn files(&self, context: &Context<'_>) -> bool {
        let mut found = Vec::new();
        for (rule, check) in rules::ALL.iter().filter_map(|rule| Some((rule, rule.check_file?))) {
            if self.selection.runs(rule.meta.id) {
                context.model.pipelines.iter().for_each(|pipeline| check(context, pipeline, &mut found));
            }
        }
        self.keep(found);
        let wants: Vec<_> = rules::ALL.iter().filter_map(|rule| rule.wants).collect();
        context.model.pipelines.iter().any(|pipeline| wants.iter().any(|wants| wants(pipeline)))
    }

    /// Runs the rules about the repository over the context, whose files were seen before.
    pub fn finish(self, context: &Context<'_>, baseline: Option<&Baseline>) -> Outcome {
        let mut found = Vec::new();
        for (rule, check) in rules::ALL.iter().filter_map(|rule| Some((rule, rule.check?))) {
            if self.selection.runs(rule.meta.id) {
                check(context, &mut found);
            }
        }
        self.keep(found);
        let Self { selection, kept } = self;
        let Kept { mut findings, mut suppressed } = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        findings.sort_by(|a, b| key(a).cmp(&key(b)));
        findings.dedup_by(|a, b| key(a) == key(b));
        if let Some(baseline) = baseline {
            let (fresh, known) = baseline.filter(findings);
            findings = fresh;
            suppressed += known;
        }
        for finding in &mut findings {
            finding.severity = selection.severity(finding);
        }
        Outcome { findings, suppressed }
    }

    /// Keeps what is not silenced by a selection or a comment.
    fn keep(&self, mut found: Vec<Finding>) {
        // What a known member of trustpub's bundle does is no line of the repository.
        found.retain(|finding| !bundle::is_member(finding.location.source.path()));
        let all = found.len();
        found.retain(|finding| !self.selection.ignores(finding) && !suppress::is_suppressed(finding));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.suppressed += all - found.len();
        kept.findings.append(&mut found);
    }
}

/// What a run of the rules found.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The findings that count, by file, place and rule.
    pub findings: Vec<Finding>,
    /// How many were left out by comments, the spec or the baseline.
    pub suppressed: usize,
}

impl Outcome {
    /// Runs every selected rule over a context that has every file.
    pub fn of(context: &Context<'_>, selection: &Selection, baseline: Option<&Baseline>) -> Self {
        let run = Run::new(selection);
        run.files(context);
        run.finish(context, baseline)
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

fn key(finding: &Finding) -> (&str, usize, usize, &str, &str) {
    let location = &finding.location;
    (location.source.path(), location.span.start, location.span.end, finding.rule, &finding.message)
}
