//! `when`, `if` and `input`.

use super::lexer::{Kind, Tokens};
use crate::ci::{Condition, skeleton};
use crate::diagnostic::Location;
use crate::text::Source;

/// The condition that the tokens `from..to` are.
pub(super) fn read(tokens: &Tokens<'_>, source: &Source, from: usize, to: usize) -> Condition {
    let span = tokens.span(from, to);
    let text = source.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let inner =
        text.strip_prefix("expression").map_or(text.as_str(), |rest| rest.trim().trim_matches(['{', '}']));
    let never = matches!(inner.trim().trim_start_matches("return").trim(), "false");
    skeleton::condition(text, Location::new(source, span), never, limits_ref(tokens, from, to))
}

/// Whether it asks for named branches or tags; what stands in `not { }` only leaves some out.
fn limits_ref(tokens: &Tokens<'_>, from: usize, to: usize) -> bool {
    let mut index = from;
    while index < to {
        match tokens.word(index) {
            "not" if tokens.is_sign(index + 1, b'{') => {
                index = tokens.over(index + 1);
                continue;
            }
            "branch" | "tag" | "buildingTag" if !tokens.is_sign(index.wrapping_sub(1), b'.') => return true,
            "BRANCH_NAME" | "TAG_NAME" | "GIT_BRANCH" | "GIT_TAG" | "BRANCH" | "gitBranch"
                if asks(tokens, from, index, to) =>
            {
                return true;
            }
            _ => {}
        }
        index += 1;
    }
    false
}

/// Whether the variable at `index` is compared with what it shall be.
fn asks(tokens: &Tokens<'_>, from: usize, index: usize, to: usize) -> bool {
    let sign = |at: usize, sign: u8| at < to && tokens.is_sign(at, sign);
    let equal = |at: usize| sign(at, b'=') && (sign(at + 1, b'=') || sign(at + 1, b'~'));
    // `env.BRANCH_NAME == 'x'`, `'x' == env.BRANCH_NAME`, `env.TAG_NAME != null`, `BRANCH_NAME in […]`.
    let unlike_null = sign(index + 1, b'!') && sign(index + 2, b'=') && tokens.word(index + 3) == "null";
    let start = if index >= from + 2 && sign(index - 1, b'.') { index - 2 } else { index };
    let after = start >= from + 2 && equal(start - 2);
    let member = sign(index + 1, b'.')
        && matches!(tokens.word(index + 2), "startsWith" | "matches" | "contains" | "equals" | "endsWith");
    let negated = start > from && sign(start - 1, b'!');
    let alone = index + 1 >= to
        || matches!(tokens.get(index + 1).map(|token| token.kind), Some(Kind::Sign(b')' | b'&') | Kind::End));
    equal(index + 1)
        || unlike_null
        || after
        || tokens.word(index + 1) == "in"
        || (member || alone) && !negated
}
