//! Edits that keep every comment and every byte that they do not mean.
//!
//! Each function gives the edits for one change; [`checked`] applies any set of them and refuses
//! the result if anything else in the document has changed. Values are given as YAML text at
//! column zero: `true`, `[a, b]`, `|\n  npm ci`, or `id-token: write\ncontents: read`.

mod check;
mod layout;
#[cfg(test)]
mod tests;

pub use check::checked;

use layout::{Fragment, Site};

use super::emit;
use super::node::Node;
use crate::text::{Edit, Span};

/// Why an edit is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The node is not of the kind that the edit needs.
    #[error("not a {0}")]
    WrongKind(&'static str),
    /// The collection stands elsewhere, behind an alias; changing it there would change other places too.
    #[error("the value stands elsewhere, behind an alias")]
    Alias,
    /// There is no such key or item among those written in this place.
    #[error("no `{0}` is written here")]
    Missing(String),
    /// The key stands there already.
    #[error("`{0}` stands there already")]
    Exists(String),
    /// Without this entry nothing would be left: remove the collection's own key instead.
    #[error("nothing would be left")]
    LastEntry,
    /// The given value is no YAML.
    #[error("the new value is not valid YAML")]
    InvalidValue,
    /// The place is written in a way that these edits do not handle, such as a `? ` key.
    #[error("the place is written in an unusual way")]
    Unusual,
    /// The edits overlap or lie outside the text.
    #[error(transparent)]
    Text(#[from] crate::text::EditError),
    /// The result is broken, or differs in more than was meant.
    #[error("the edit would also change line {0}")]
    Collateral(usize),
}

/// Where a new key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// Before this key.
    Before(&'a str),
    /// After this key.
    After(&'a str),
}

/// Adds `key` with `value` to a mapping.
pub fn insert_key(
    mapping: Node<'_>,
    place: Place<'_>,
    key: &str,
    value: &str,
) -> Result<Vec<Edit>, EditError> {
    let entries = entries(mapping)?;
    if entries.iter().any(|(name, _)| name.as_str() == Some(key)) {
        return Err(EditError::Exists(key.to_owned()));
    }
    let fragment = Fragment::parse(value)?;
    let key = emit::scalar(key);
    let at = |name: &str| {
        let found = entries.iter().position(|(key, _)| key.as_str() == Some(name));
        found.ok_or_else(|| EditError::Missing(name.to_owned()))
    };
    let (index, before) = match place {
        Place::First => (0, true),
        Place::Last => (entries.len().saturating_sub(1), false),
        Place::Before(name) => (at(name)?, true),
        Place::After(name) => (at(name)?, false),
    };
    let Some(&(next, value)) = entries.get(index) else {
        // Only `{}` is empty.
        let inside = mapping.span().start + 1;
        return Ok(vec![Edit::insert(inside, format!("{key}: {}", fragment.flow()))]);
    };
    if mapping.is_flow() {
        let text = format!("{key}: {}", fragment.flow());
        return Ok(vec![if before {
            Edit::insert(next.written_span().start, format!("{text}, "))
        } else {
            Edit::insert(entry_end(next, value), format!(", {text}"))
        }]);
    }
    let site = Site::of(mapping);
    let column = site.column(plain_key_start(mapping, next)?);
    let text = format!("{key}:{}", fragment.under_key(&site, column));
    let margin = " ".repeat(column);
    let start = next.written_span().start;
    Ok(vec![if !before {
        Edit::insert(site.line_end(entry_end(next, value)), format!("{}{margin}{text}", site.newline))
    } else if let Some(comments) = site.comments_above(start).filter(|_| index > 0 || column > 0) {
        // The comments belong to the next key. Above the first key of the file they are the file's own.
        Edit::insert(comments, format!("{margin}{text}{}", site.newline))
    } else {
        Edit::insert(start, format!("{text}{}{margin}", site.newline))
    }])
}

/// Gives `key` another value; a comment beside the key or the old value stays.
pub fn replace_value(mapping: Node<'_>, key: &str, value: &str) -> Result<Vec<Edit>, EditError> {
    let (name, old) = own_entry(mapping, key)?;
    let fragment = Fragment::parse(value)?;
    if mapping.is_flow() {
        return Ok(vec![in_place(old, &fragment.flow())]);
    }
    let site = Site::of(mapping);
    let column = site.column(plain_key_start(mapping, name)?);
    let colon = site.colon(name.written_span().end).ok_or(EditError::Unusual)?;
    let new = fragment.under_key(&site, column);
    let (beside, below) = new.split_once(site.newline).map_or((new.as_str(), None), |(a, b)| (a, Some(b)));
    let written = old.written_span();
    // What stands beside the key goes behind the colon, what stands below behind the line's comment.
    let mut edits = Vec::new();
    let line_end = site.line_end(colon);
    if written.start >= line_end && !written.is_empty() {
        edits.push(Edit::insert(colon + 1, beside));
        // A comment on the last line of what goes is part of it.
        edits.push(Edit::replace(
            Span::new(line_end, site.line_end(written.end)),
            below.map_or_else(String::new, |below| format!("{}{below}", site.newline)),
        ));
    } else {
        edits.push(Edit::replace(Span::new(colon + 1, written.end.max(colon + 1)), beside));
        if let Some(below) = below {
            let end = site.line_end(written.end.max(colon + 1));
            edits.push(Edit::insert(end, format!("{}{below}", site.newline)));
        }
    }
    Ok(edits)
}

/// Gives an item of a list another value, which must fit on one line.
pub fn replace_item(sequence: Node<'_>, index: usize, value: &str) -> Result<Vec<Edit>, EditError> {
    let items = items(sequence)?;
    let old = items.get(index).ok_or_else(|| EditError::Missing(index.to_string()))?;
    Ok(vec![in_place(*old, &Fragment::parse(value)?.flow())])
}

/// Replaces a value on its own line; where nothing is written, a space goes before the new value.
fn in_place(old: Node<'_>, text: &str) -> Edit {
    let span = old.written_span();
    let space = if span.is_empty() { " " } else { "" };
    Edit::replace(span, format!("{space}{text}"))
}

/// Renames a key; its value stays as it is.
pub fn rename_key(mapping: Node<'_>, key: &str, new: &str) -> Result<Vec<Edit>, EditError> {
    let (name, _) = own_entry(mapping, key)?;
    if mapping.own_entries().any(|(name, _)| name.as_str() == Some(new)) {
        return Err(EditError::Exists(new.to_owned()));
    }
    if name.is_alias() {
        return Err(EditError::Alias);
    }
    Ok(vec![Edit::replace(name.span(), emit::scalar(new))])
}

/// Removes a key with its value, its lines and the comments on and inside them.
pub fn remove_key(mapping: Node<'_>, key: &str) -> Result<Vec<Edit>, EditError> {
    let entries = entries(mapping)?;
    let index = entries
        .iter()
        .rposition(|(name, _)| name.as_str() == Some(key))
        .ok_or_else(|| EditError::Missing(key.to_owned()))?;
    let (name, value) = entries[index];
    let start = if mapping.is_flow() { name.written_span().start } else { plain_key_start(mapping, name)? };
    let span = Span::new(start, entry_end(name, value));
    let previous = index.checked_sub(1).map(|before| entry_end(entries[before].0, entries[before].1));
    let next = entries.get(index + 1).map(|(name, _)| name.written_span().start);
    remove(mapping, span, previous, next)
}

/// Removes an item of a list with its lines and the comments on and inside them.
pub fn remove_item(sequence: Node<'_>, index: usize) -> Result<Vec<Edit>, EditError> {
    let items = items(sequence)?;
    let item = items.get(index).ok_or_else(|| EditError::Missing(index.to_string()))?.written_span();
    let previous = index.checked_sub(1).map(|before| items[before].written_span().end);
    let next = items.get(index + 1).map(|item| item.written_span());
    if sequence.is_flow() {
        return remove(sequence, item, previous, next.map(|next| next.start));
    }
    let site = Site::of(sequence);
    let dash = |from: usize, until: usize| site.find(b'-', from, until).ok_or(EditError::Unusual);
    let start = dash(previous.unwrap_or(sequence.span().start), item.start)?;
    let next = next.map(|next| dash(item.end, next.start)).transpose()?;
    remove(sequence, Span::new(start, item.end.max(start + 1)), previous, next)
}

fn remove(
    collection: Node<'_>,
    span: Span,
    previous: Option<usize>,
    next: Option<usize>,
) -> Result<Vec<Edit>, EditError> {
    if collection.is_flow() {
        return Ok(vec![Edit::delete(match (previous, next) {
            (_, Some(next)) => Span::new(span.start, next),
            (Some(previous), None) => Span::new(previous, span.end),
            (None, None) => span,
        })]);
    }
    if previous.is_none() && next.is_none() {
        return Err(EditError::LastEntry);
    }
    let site = Site::of(collection);
    let column = site.column(span.start);
    let line_start = site.line_start(span.start);
    let end = site.next_line(site.end_with_comments(span.end, column));
    if site.is_blank(line_start, span.start) {
        // Without a line break of its own the last line takes the one before it.
        let start = if end == site.text.len() && !site.text.ends_with('\n') {
            site.line_end(line_start.saturating_sub(1))
        } else {
            line_start
        };
        return Ok(vec![Edit::delete(Span::new(start.min(span.start), end))]);
    }
    // The first entry of `- a: 1`: the next one moves up, unless comments stand between.
    let next = next.ok_or(EditError::Unusual)?;
    let gap = if site.is_blank(end, next) { next } else { end };
    Ok(vec![Edit::delete(Span::new(span.start, gap))])
}

/// Adds an item to the end of a list.
pub fn append_item(sequence: Node<'_>, value: &str) -> Result<Vec<Edit>, EditError> {
    let items = items(sequence)?;
    let fragment = Fragment::parse(value)?;
    let Some(last) = items.last().map(|item| item.written_span()) else {
        return Ok(vec![Edit::insert(sequence.span().start + 1, fragment.flow())]);
    };
    if sequence.is_flow() {
        return Ok(vec![Edit::insert(last.end, format!(", {}", fragment.flow()))]);
    }
    let site = Site::of(sequence);
    let column = site.column(sequence.span().start);
    let text = fragment.under_dash(&site, column);
    let end = site.line_end(last.end);
    Ok(vec![Edit::insert(end, format!("{}{}-{text}", site.newline, " ".repeat(column)))])
}

fn entries(mapping: Node<'_>) -> Result<Vec<(Node<'_>, Node<'_>)>, EditError> {
    if mapping.is_alias() {
        return Err(EditError::Alias);
    }
    if !mapping.is_mapping() {
        return Err(EditError::WrongKind("mapping"));
    }
    Ok(mapping.own_entries().collect())
}

fn items(sequence: Node<'_>) -> Result<Vec<Node<'_>>, EditError> {
    if sequence.is_alias() {
        return Err(EditError::Alias);
    }
    if !sequence.is_sequence() {
        return Err(EditError::WrongKind("list"));
    }
    Ok(sequence.items().collect())
}

fn own_entry<'t>(mapping: Node<'t>, key: &str) -> Result<(Node<'t>, Node<'t>), EditError> {
    let found = entries(mapping)?.into_iter().rfind(|(name, _)| name.as_str() == Some(key));
    found.ok_or_else(|| EditError::Missing(key.to_owned()))
}

fn entry_end(key: Node<'_>, value: Node<'_>) -> usize {
    key.written_span().end.max(value.written_span().end)
}

/// Where a block mapping's key begins; not for `? key`, whose lines these edits would tear apart.
fn plain_key_start(mapping: Node<'_>, key: Node<'_>) -> Result<usize, EditError> {
    let start = key.written_span().start;
    let site = Site::of(mapping);
    let line = &site.text[site.line_start(start)..start];
    if line.contains('?') || site.column(start) != site.column(mapping.span().start) {
        return Err(EditError::Unusual);
    }
    Ok(start)
}
