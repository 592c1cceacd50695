//! The edit that grants a GitHub job its identity, wherever its permissions come from.

use super::words;
use crate::ci::{Job, Level, Permissions};
use crate::diagnostic::{Fix, Location, Safety};
use crate::text::{Edit, Source};

/// Grants the identity where the job's own permissions stand, or in a block of its own that keeps what the workflow
/// gives it.
pub(in crate::rules) fn identity(job: &Job) -> Option<Fix> {
    let permissions = job.permissions.as_ref()?;
    // A misspelling would stay beside the added words.
    let has_it = permissions.scopes.iter().any(|(name, _)| words::is_id_token(name));
    let source = &job.key.source;
    let first = source.position(job.key.span.start).line;
    if has_it || job.call.is_some() {
        return None;
    }
    let (edit, safety) = match (permissions.level, permissions.at.as_ref()) {
        (Some(Level::Job), Some(at)) if at.source.path() == source.path() => {
            let last = permissions.scopes.last().map_or(at.span.start, |(_, access)| access.at.span.start);
            if is_shared(source, first, source.position(last).line) {
                return None;
            }
            in_block(source, permissions, at)?
        }
        (Some(Level::Job), _) => return None,
        _ => (new_block(source, first, permissions)?, keeps(permissions)),
    };
    Some(Fix {
        title: "grant the job `id-token: write`".to_owned(),
        safety,
        edits: vec![(source.path().to_owned(), edit)],
    })
}

/// Whether a block of the job's own that repeats these permissions takes nothing away.
fn keeps(permissions: &Permissions) -> Safety {
    let written = permissions.level.is_some() && permissions.shorthand.is_none();
    if written { Safety::Safe } else { Safety::Unsafe }
}

/// `id-token: write` among the job's own permissions.
fn in_block(source: &Source, permissions: &Permissions, at: &Location) -> Option<(Edit, Safety)> {
    let written = source.slice(at.span);
    if permissions.shorthand.is_some() {
        // No word stands for "read all, and an id token".
        let edit = Edit::replace(at.span, "{contents: read, id-token: write}");
        return (written == "read-all").then_some((edit, Safety::Unsafe));
    }
    let Some((name, access)) = permissions.scopes.last() else {
        if written.starts_with('{') {
            return Some((Edit::replace(at.span, "{id-token: write}"), Safety::Safe));
        }
        // `permissions:` with nothing below.
        let line = source.position(at.span.start).line;
        let text = source.line(line);
        let empty = text.trim_start().split('#').next().is_some_and(|text| text.trim_end() == "permissions:");
        let added = format!("{}  id-token: write", indent_of(text));
        return empty.then(|| (below(source, line, &added), Safety::Safe));
    };
    let line = source.position(access.at.span.start).line;
    let text = source.line(line);
    if written.starts_with('{') {
        return Some((Edit::insert(access.at.span.end, ", id-token: write"), Safety::Safe));
    }
    text.trim_start()
        .starts_with(name.as_str())
        .then(|| (below(source, line, &format!("{}id-token: write", indent_of(text))), Safety::Safe))
}

/// A `permissions` block for the job whose name stands on line `first`: below its `runs-on`, else at its start.
fn new_block(source: &Source, first: usize, permissions: &Permissions) -> Option<Edit> {
    let plain = |text: &str| text.split(" #").next().unwrap_or_default().trim_end().ends_with(':');
    if !plain(source.line(first)) {
        return None;
    }
    let mut lines = (first + 1..=source.line_count()).filter(|&line| !is_blank(source.line(line)));
    let child = lines.next()?;
    let indent = indent_of(source.line(child));
    if indent.len() <= indent_of(source.line(first)).len() || indent.contains('\t') {
        return None;
    }
    let own = |line: &usize| indent_of(source.line(*line)).len() >= indent.len();
    let runner = std::iter::once(child).chain(lines).take_while(own).find(|&line| {
        let value = source.line(line).strip_prefix(indent).and_then(|text| text.strip_prefix("runs-on: "));
        value.is_some_and(|value| !value.trim_start().starts_with(['{', '[', '|', '>', '&', '*', '#']))
    });
    let at = runner.unwrap_or(first);
    // What another job has as well, through an anchor or a merge key, is not this job's to change.
    if is_shared(source, first, child) || has_merge(source, first, at) {
        return None;
    }
    let mut scopes: Vec<String> = permissions
        .scopes
        .iter()
        .filter(|(name, _)| name != "id-token")
        .map(|(name, access)| format!("{name}: {}", access.written))
        .collect();
    if permissions.level.is_none() || permissions.shorthand.is_some() {
        scopes.push("contents: read".to_owned());
    }
    scopes.push("id-token: write".to_owned());
    let newline = if source.text().contains("\r\n") { "\r\n" } else { "\n" };
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("{newline}{indent}  {scope}")).collect();
    Some(below(source, at, &format!("{indent}permissions:{}", scopes.concat())))
}

/// Whether a merge key stands on one of these lines.
fn has_merge(source: &Source, first: usize, last: usize) -> bool {
    (first..=last).any(|line| source.line(line).trim_start().starts_with("<<"))
}

fn is_blank(text: &str) -> bool {
    let text = text.trim_start();
    text.is_empty() || text.starts_with('#')
}

fn indent_of(text: &str) -> &str {
    &text[..text.len() - text.trim_start().len()]
}

/// `added` as a line of its own below line `line`.
fn below(source: &Source, line: usize, added: &str) -> Edit {
    let end = source.line_span(line).start + source.line(line).len();
    let newline = if source.text()[end..].starts_with('\r') { "\r\n" } else { "\n" };
    Edit::insert(end, format!("{newline}{added}"))
}

/// Whether what stands on line `line` of the job that begins on line `first` is another job's as well: through an
/// anchor, or as it stands in another mapping that an alias or a merge key brings in.
fn is_shared(source: &Source, first: usize, line: usize) -> bool {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let outer = indent(source.line(first));
    let begins = |text: &&str| {
        let text = text.trim_start();
        !text.is_empty() && !text.starts_with('#')
    };
    line <= first
        || (first + 1..=line).map(|line| source.line(line)).filter(begins).any(|text| indent(text) <= outer)
        || (first..=line).map(|line| source.line(line)).filter(begins).any(|text| {
            let value = text.split_once(": ").map_or("", |(_, value)| value.trim_start());
            value.starts_with('&') || text.trim_start().starts_with("<<")
        })
}
