//! Makefiles, as far as recipes go: targets, what they need, variables with a static value.

use std::collections::{BTreeSet, HashMap};

use crate::text::{Source, Span};

/// How many targets one target may lead to.
const MAX_TARGETS: usize = 64;
/// Longest line after expansion.
const MAX_LINE: usize = 4096;

/// A Makefile, read.
pub(super) struct Makefile<'s> {
    rules: Vec<Rule<'s>>,
    variables: HashMap<&'s str, &'s str>,
}

struct Rule<'s> {
    target: &'s str,
    needs: Vec<&'s str>,
    lines: Vec<(Span, &'s str)>,
}

/// One line of a recipe, with `\`-continued lines joined and variables filled in.
pub(super) struct Line {
    /// Where it stands.
    pub(super) span: Span,
    /// What the shell gets.
    pub(super) text: String,
}

impl<'s> Makefile<'s> {
    /// Reads the rules of `source`.
    pub(super) fn read(source: &'s Source) -> Self {
        let text = source.text();
        let mut makefile = Self { rules: Vec::new(), variables: HashMap::new() };
        // Rules that the recipe lines which follow belong to.
        let mut open = 0..0;
        let mut at = 0;
        while at < text.len() {
            let (line, next) = logical_line(text, at);
            let span = Span::new(at, at + line.len());
            at = next;
            if line.starts_with('\t') {
                let recipe = line.trim_start();
                for rule in &mut makefile.rules[open.clone()] {
                    rule.lines.push((Span::new(span.end - recipe.len(), span.end), recipe));
                }
                continue;
            }
            let bare = line.split('#').next().unwrap_or_default().trim();
            if let Some((name, value)) = assignment(bare) {
                makefile.variables.insert(name, value);
            } else if let Some((targets, rest)) = bare.split_once(':') {
                let (needs, recipe) = rest.split_once(';').unwrap_or((rest, ""));
                let needs: Vec<&str> = needs.trim_start_matches(':').split_ascii_whitespace().collect();
                let start = makefile.rules.len();
                for target in targets.split_ascii_whitespace() {
                    let lines = if recipe.is_empty() { Vec::new() } else { vec![(span, recipe.trim())] };
                    makefile.rules.push(Rule { target, needs: needs.clone(), lines });
                }
                open = start..makefile.rules.len();
            }
        }
        makefile
    }

    /// The target that a bare `make` builds.
    pub(super) fn first_target(&self) -> Option<&'s str> {
        self.rules.iter().map(|rule| rule.target).find(|target| !target.starts_with('.'))
    }

    /// `target` after everything that it needs, each once.
    pub(super) fn with_needs<'t>(&'t self, target: &'t str) -> Vec<&'t str> {
        let mut seen = BTreeSet::from([target]);
        let mut order = vec![target];
        let mut next = 0;
        while let Some(target) = order.get(next).copied().filter(|_| order.len() < MAX_TARGETS) {
            next += 1;
            for need in self.rules.iter().filter(|rule| rule.target == target).flat_map(|rule| &rule.needs) {
                if seen.insert(need) {
                    order.push(need);
                }
            }
        }
        order.reverse();
        order
    }

    /// The recipe of `target`.
    pub(super) fn recipe(&self, target: &str) -> Vec<Line> {
        let rules = self.rules.iter().filter(|rule| rule.target == target);
        rules.flat_map(|rule| &rule.lines).map(|(span, text)| self.line(*span, text, target)).collect()
    }

    fn line(&self, span: Span, text: &str, target: &str) -> Line {
        let text = text.trim_start_matches(['@', '-', '+', ' ']);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$').filter(|_| out.len() < MAX_LINE) {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(after) = rest.strip_prefix('@') {
                out.push_str(target);
                rest = after;
            } else if let Some((name, after)) = reference(rest) {
                match (name, self.variables.get(name)) {
                    ("MAKE", _) => out.push_str("make"),
                    (_, Some(value)) => out.push_str(value),
                    (name, None) => {
                        // What make itself does not set comes from the environment.
                        out.push_str("${");
                        out.push_str(name);
                        out.push('}');
                    }
                }
                rest = after;
            }
        }
        out.push_str(rest);
        Line { span, text: out }
    }
}

/// `(NAME)` or `{NAME}` at the start: the name and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let close = if text.starts_with('(') {
        ')'
    } else if text.starts_with('{') {
        '}'
    } else {
        return None;
    };
    let end = text.find(close)?;
    let name = &text[1..end];
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    plain.then(|| (name, &text[end + 1..]))
}

/// `NAME = value` in any of make's forms.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', '!']).trim();
    let plain = !name.is_empty() && !name.contains([' ', ':', '$', '(']);
    plain.then(|| (name, value.trim()))
}

/// The line at `at` with the lines that a backslash joins to it, and where the next one starts.
fn logical_line(text: &str, at: usize) -> (&str, usize) {
    let mut end = at;
    loop {
        let len = memchr::memchr(b'\n', &text.as_bytes()[end..]);
        let stop = len.map_or(text.len(), |len| end + len);
        let next = (stop + 1).min(text.len());
        if len.is_none() || !text[at..stop].trim_end_matches('\r').ends_with('\\') {
            return (text[at..stop].trim_end_matches('\r'), next.max(stop));
        }
        end = next;
        if end >= text.len() {
            return (&text[at..stop], end);
        }
    }
}
