//! Whether a set of edits changed what it meant and nothing else.

use std::collections::HashMap;

use super::EditError;
use crate::text::{Edit, Source, Span, apply};
use crate::yaml::node::{Kind, Node};
use crate::yaml::{Tree, parse};

/// Applies `edits` to the tree's text and reads the result again. Refuses it where it is broken, where a
/// comment is lost that no edit touches, or where anything differs that does not stand in the bytes
/// replaced. So whatever the edits are, the document around them stays what it was.
pub fn checked(tree: &Tree, edits: &[Edit]) -> Result<Tree, EditError> {
    let text = apply(tree.source().text(), edits)?;
    let new = parse(&Source::new(tree.source().path(), text));
    let check = Check::new(edits);
    let fail = |at: usize| EditError::Collateral(tree.source().position(at).line);
    if new.errors().len() > tree.errors().len() {
        let at = new.errors().last().map_or(0, |error| error.span.start);
        return Err(EditError::Collateral(new.source().position(at).line));
    }
    if let Some(duplicate) = new.duplicates().get(tree.duplicates().len()) {
        return Err(EditError::Collateral(new.source().position(duplicate.second.start).line));
    }
    if tree.documents().len() != new.documents().len() {
        return Err(fail(edits.first().map_or(0, |edit| edit.span.start)));
    }
    let kept: HashMap<usize, &str> =
        new.comments().iter().map(|comment| (comment.span.start, new.source().slice(comment.span))).collect();
    for comment in tree.comments() {
        if check.touched(comment.span) {
            continue;
        }
        let at = check.shifted(comment.span.start);
        if kept.get(&at) != Some(&tree.source().slice(comment.span)) {
            return Err(fail(comment.span.start));
        }
    }
    for (before, after) in tree.documents().zip(new.documents()) {
        check.same(before, after).map_err(fail)?;
    }
    Ok(new)
}

/// One edit in both texts.
struct Region {
    old: Span,
    new: Span,
}

struct Check {
    regions: Vec<Region>,
}

/// The first place of the old text that has changed without being meant.
type Outcome = Result<(), usize>;

impl Check {
    fn new(edits: &[Edit]) -> Self {
        let mut sorted: Vec<&Edit> = edits.iter().collect();
        sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let (mut added, mut removed) = (0, 0);
        let regions = sorted
            .into_iter()
            .map(|edit| {
                let start = edit.span.start + added - removed;
                added += edit.replacement.len();
                removed += edit.span.len();
                Region { old: edit.span, new: Span::new(start, start + edit.replacement.len()) }
            })
            .collect();
        Self { regions }
    }

    /// Whether an edit changes bytes of `span`. Text put at its border is no part of it, unless
    /// nothing is written there yet.
    fn touched(&self, span: Span) -> bool {
        self.regions.iter().any(|region| {
            let old = region.old;
            if span.is_empty() {
                old.start <= span.start && span.start <= old.end
            } else if old.is_empty() {
                span.start < old.start && old.start < span.end
            } else {
                old.start < span.end && span.start < old.end
            }
        })
    }

    /// Whether every byte of `span` is replaced or deleted.
    fn covered(&self, span: Span) -> bool {
        if span.is_empty() {
            return self.touched(span);
        }
        let mut at = span.start;
        for region in &self.regions {
            if region.old.start <= at && at < region.old.end {
                at = region.old.end;
            }
        }
        at >= span.end
    }

    /// Whether `span` of the new text was put there by an edit.
    fn inserted(&self, span: Span) -> bool {
        self.regions.iter().any(|region| region.new.contains(span))
    }

    fn shifted(&self, at: usize) -> usize {
        let before = self.regions.iter().rev().find(|region| region.old.end <= at);
        before.map_or(at, |region| at - region.old.end + region.new.end)
    }

    fn same(&self, old: Node<'_>, new: Node<'_>) -> Outcome {
        let at = old.written_span().start;
        if self.covered(old.written_span()) {
            return if self.all_inserted(new) { Ok(()) } else { Err(at) };
        }
        if old.is_alias() || new.is_alias() {
            let slice = |node: Node<'_>| node.source().slice(node.written_span()).to_owned();
            return if slice(old) == slice(new) { Ok(()) } else { Err(at) };
        }
        if old.kind() != new.kind() || old.tag() != new.tag() || old.anchor() != new.anchor() {
            return Err(at);
        }
        match old.kind() {
            Kind::Null => Ok(()),
            Kind::Scalar => {
                let equal = old.as_str() == new.as_str() && old.style() == new.style();
                if equal || self.touched(old.span()) { Ok(()) } else { Err(at) }
            }
            Kind::Mapping => self.same_entries(old, new),
            Kind::Sequence => self.same_items(old, new),
        }
    }

    fn same_entries(&self, old: Node<'_>, new: Node<'_>) -> Outcome {
        let mut before = old.own_entries().peekable();
        for (key, value) in new.own_entries() {
            // What was removed before this entry.
            while before
                .next_if(|(gone, left)| {
                    self.covered(gone.written_span()) && self.covered(left.written_span())
                })
                .is_some()
            {}
            let renamed = self.inserted(key.written_span())
                && before.peek().is_some_and(|(name, _)| self.covered(name.written_span()));
            if self.inserted(key.written_span()) && !renamed {
                if self.all_inserted(value) {
                    continue;
                }
                return Err(old.span().start);
            }
            let Some((name, was)) = before.next() else { return Err(old.span().end) };
            if !renamed {
                let moved = self.shifted(name.written_span().start) != key.written_span().start;
                if moved && !self.touched(name.written_span()) {
                    return Err(name.written_span().start);
                }
                self.same(name, key)?;
            }
            self.same(was, value)?;
        }
        match before
            .find(|(name, was)| !(self.covered(name.written_span()) && self.covered(was.written_span())))
        {
            Some((name, _)) => Err(name.written_span().start),
            None => Ok(()),
        }
    }

    fn same_items(&self, old: Node<'_>, new: Node<'_>) -> Outcome {
        let mut before = old.items().peekable();
        for item in new.items() {
            let fresh = self.all_inserted(item);
            // A replaced item is both gone and fresh: it is passed over here and below.
            while before.next_if(|gone| self.covered(gone.written_span())).is_some() {}
            if fresh {
                continue;
            }
            let Some(was) = before.next() else { return Err(old.span().end) };
            self.same(was, item)?;
        }
        match before.find(|item| !self.covered(item.written_span())) {
            Some(item) => Err(item.written_span().start),
            None => Ok(()),
        }
    }

    /// Whether nothing in `node` stood in the old text.
    fn all_inserted(&self, node: Node<'_>) -> bool {
        if node.is_alias() || !matches!(node.kind(), Kind::Mapping | Kind::Sequence) {
            let span = node.written_span();
            return self.inserted(span) || self.across(span);
        }
        if node.is_empty() {
            return self.inserted(node.written_span());
        }
        node.written_children().all(|child| self.all_inserted(child))
    }

    /// Whether `span` of the new text is made of what several edits put there: the header of a block
    /// scalar and its lines, with a comment of the old text between.
    fn across(&self, span: Span) -> bool {
        let starts =
            self.regions.iter().any(|region| region.new.start <= span.start && span.start < region.new.end);
        let ends =
            self.regions.iter().any(|region| region.new.start < span.end && span.end <= region.new.end);
        starts && ends
    }
}
