use super::Span;

/// Replaces the bytes of `span` by `replacement`; an empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

impl Edit {
    /// Replaces `span` by `replacement`.
    pub fn replace(span: Span, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }

    /// Inserts `text` before the byte at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Span::new(offset, offset), text)
    }

    /// Deletes `span`.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }
}

/// Why a set of edits cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Two edits change the same bytes.
    #[error("edits overlap at byte {0}")]
    Overlap(usize),
    /// An edit lies outside the text or cuts a character.
    #[error("edit at byte {0} is outside the text or inside a character")]
    OutOfRange(usize),
}

/// Applies all `edits` to `text` at once; offsets refer to the text as given. Insertions at one
/// place are kept in their order. Overlapping or out-of-range edits change nothing and are an error.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in order {
        if edit.span.start < done {
            return Err(EditError::Overlap(edit.span.start));
        }
        let kept = text.get(done..edit.span.start).ok_or(EditError::OutOfRange(edit.span.start))?;
        if text.get(edit.span.start..edit.span.end).is_none() {
            return Err(EditError::OutOfRange(edit.span.end));
        }
        out.push_str(kept);
        out.push_str(&edit.replacement);
        done = edit.span.end;
    }
    out.push_str(text.get(done..).ok_or(EditError::OutOfRange(done))?);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edits_apply_in_text_order() {
        let edits =
            [Edit::replace(Span::new(4, 5), "E"), Edit::insert(0, "<"), Edit::delete(Span::new(1, 2))];
        assert_eq!(apply("abcde", &edits), Ok("<acdE".to_owned()));
    }

    #[test]
    fn overlap_and_range_are_errors() {
        let overlap = [Edit::delete(Span::new(0, 3)), Edit::delete(Span::new(2, 4))];
        assert_eq!(apply("abcde", &overlap), Err(EditError::Overlap(2)));
        assert_eq!(apply("é", &[Edit::insert(1, "x")]), Err(EditError::OutOfRange(1)));
        assert_eq!(apply("a", &[Edit::delete(Span::new(0, 9))]), Err(EditError::OutOfRange(9)));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,20}", raw in prop::collection::vec((0usize..25, 0usize..25), 0..5)) {
            let edits: Vec<Edit> = raw.iter().map(|&(a, b)| Edit::replace(Span::new(a, b), "~")).collect();
            let _ = apply(&text, &edits);
        }
    }
}
