//! Findings for people, in the manner of rustc: excerpt, caret, cause, fix, related places.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::{Report, redact};
use crate::diagnostic::{Finding, Location, Safety, Severity};
use crate::text::Source;

/// From so many findings with the same words, the first alone gets an excerpt.
const FOLDED_FROM: usize = 3;
/// So many places of a folded finding are named.
const PLACES_NAMED: usize = 5;
/// The longest excerpt, in bytes. Lines of a file that no person wrote can be longer, and there can be many of them.
const MAX_EXCERPT: usize = 32 << 10;

/// The excerpts of all findings in the order of their places, with ANSI colours (a stream that is no
/// terminal strips them). Without a finding it is empty. Where several say the same of many places (a
/// repository form in fifty manifests), one excerpt stands for all and names the other places.
pub fn findings(findings: &[Finding]) -> String {
    let mut out = String::new();
    let _: Result<(), Infallible> = each(findings, &mut |text| {
        out.push_str(text);
        Ok(())
    });
    out
}

/// Hands the excerpts one by one to `out`.
fn each<E>(findings: &[Finding], out: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut alike: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in in_order(findings) {
        alike.entry((finding.rule, &finding.message, &finding.help)).or_default().push(finding);
    }
    for finding in in_order(findings) {
        let group = &alike[&(finding.rule, &finding.message, &finding.help)];
        if group.len() < FOLDED_FROM {
            out(&excerpt(finding, &[]))?;
        } else if std::ptr::eq(group[0], finding) {
            out(&excerpt(finding, &group[1..]))?;
        }
    }
    Ok(())
}

pub(super) fn report<E>(report: &Report, out: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    each(report.findings, out)?;
    out(&format!("{}\n", summary(report)))
}

/// `2 errors, 1 warning and 1 info in 2 files (1 suppressed); 1 can be mended by --fix`.
fn summary(report: &Report) -> String {
    let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "info")];
    let counts: Vec<String> = kinds
        .into_iter()
        .map(|(severity, word)| (report.count(severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(count, word))
        .collect();
    let found = match counts.split_last() {
        None => "nothing found".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    };
    let mut line = format!("{found} in {}", plural(report.files, "file"));
    if report.suppressed > 0 {
        let _ = write!(line, " ({} suppressed)", report.suppressed);
    }
    let fixable = report.findings.iter().filter_map(|finding| finding.fix.as_ref());
    let safe = fixable.filter(|fix| fix.safety == Safety::Safe).count();
    if safe > 0 {
        let _ = write!(line, "; {safe} can be mended by --fix");
    }
    line
}

fn plural(count: usize, word: &str) -> String {
    let s = if count == 1 || word == "info" { "" } else { "s" };
    format!("{count} {word}{s}")
}

/// The findings by file, then place, then rule.
pub(super) fn in_order(findings: &[Finding]) -> Vec<&Finding> {
    let mut order: Vec<&Finding> = findings.iter().collect();
    order.sort_by_key(|finding| (finding.location.source.path(), finding.location.span, finding.rule));
    order
}

/// `also in 12 other places: a.json:3:5, b.json:3:5 …`.
fn other_places(others: &[&Finding]) -> String {
    let named: Vec<String> = others
        .iter()
        .take(PLACES_NAMED)
        .map(|other| {
            let start = other.location.start();
            format!("{}:{}:{}", other.location.source.path(), start.line, start.column)
        })
        .collect();
    let more = if others.len() > PLACES_NAMED { " …" } else { "" };
    format!("also in {}: {}{more}", plural(others.len(), "other place"), named.join(", "))
}

/// `finding` with its excerpt; `others` say the same of other places.
fn excerpt(finding: &Finding, others: &[&Finding]) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::NOTE.with_name("info"),
    };
    let source = &finding.location.source;
    let (here, elsewhere): (Vec<_>, Vec<_>) = finding.related.iter().partition(|related| {
        let between = related.location.span.start.abs_diff(finding.location.span.start);
        related.location.source.path() == source.path() && between < MAX_EXCERPT / 2
    });
    let primary = Mark::new(AnnotationKind::Primary, source, &finding.location, finding.label.as_deref());
    let context = here
        .iter()
        .map(|related| Mark::new(AnnotationKind::Context, source, &related.location, Some(&related.message)));
    let mut group = level
        .primary_title(printable(&finding.message))
        .id(finding.rule)
        .element(snippet(source, std::iter::once(primary).chain(context).collect()));
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    if let Some(fix) = &finding.fix {
        let how = match fix.safety {
            Safety::Safe => "--fix",
            Safety::Unsafe => "--fix --unsafe",
        };
        let text = format!("{} (`trustpub check {how}`)", printable(&fix.title));
        group = group.element(Level::HELP.with_name("fix").message(text));
    }
    if !others.is_empty() {
        group = group.element(Level::NOTE.message(printable(&other_places(others)).into_owned()));
    }
    let related = elsewhere.into_iter().map(|related| {
        let source = &related.location.source;
        let mark = Mark::new(AnnotationKind::Primary, source, &related.location, None);
        Group::with_title(Level::NOTE.secondary_title(printable(&related.message)))
            .element(snippet(source, vec![mark]))
    });
    let groups: Vec<Group> = std::iter::once(group).chain(related).collect();
    let rendered = Renderer::styled().term_width(120).render(&groups);
    format!("{}\n\n", redact(&rendered))
}

/// A place to underline.
struct Mark<'a> {
    kind: AnnotationKind,
    /// Bytes within the source, on character boundaries.
    bytes: Range<usize>,
    label: Option<&'a str>,
}

impl<'a> Mark<'a> {
    fn new(kind: AnnotationKind, source: &Source, location: &Location, label: Option<&'a str>) -> Self {
        let text = source.text();
        let mut start = location.span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = location.span.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Self { kind, bytes: start..end, label }
    }
}

/// The lines from the first mark to the last; the renderer folds what lies between. The place alone where that
/// is no readable excerpt.
fn snippet<'a>(source: &'a Source, marks: Vec<Mark<'a>>) -> Element<'a> {
    let first = marks.iter().map(|mark| mark.bytes.start).min().unwrap_or_default();
    let last = marks.iter().map(|mark| mark.bytes.end).max().unwrap_or_default();
    let start = source.position(first);
    let line = start.line;
    let window = source.line_span(line).join(source.line_span(source.position(last).line));
    if window.len() > MAX_EXCERPT {
        return Origin::path(printable(source.path())).line(line).char_column(start.column).into();
    }
    let annotations = marks.into_iter().map(|mark| {
        let range = mark.bytes.start - window.start..mark.bytes.end - window.start;
        let annotation = mark.kind.span(range);
        match mark.label {
            Some(label) => annotation.label(printable(label)),
            None => annotation,
        }
    });
    // Masked before it is cut to the screen's width: half a token is no longer recognised.
    Snippet::source(redact(source.slice(window)))
        .line_start(line)
        .path(printable(source.path()))
        .annotations(annotations)
        .into()
}

/// Control characters, with which a hostile file could steer the terminal, as their code points.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let unsafe_here = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(unsafe_here) {
        return Cow::Borrowed(text);
    }
    text.chars()
        .fold(String::with_capacity(text.len() + 8), |mut out, c| {
            if unsafe_here(c) {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            } else {
                out.push(c);
            }
            out
        })
        .into()
}
