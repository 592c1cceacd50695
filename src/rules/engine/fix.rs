use std::collections::BTreeMap;

use crate::diagnostic::{Finding, Safety};
use crate::files::Tree;
use crate::text::{self, Edit, Span};
use crate::yaml;

/// What fixing would do: whole new texts, and what was left out.
#[derive(Debug, Clone, Default)]
pub struct FixPlan {
    /// Path → new text, for the files that change.
    pub files: BTreeMap<String, String>,
    /// How many findings are fixed.
    pub fixed: usize,
    /// How many fixes were left out because they touch what another one changes; a next round takes them.
    pub deferred: usize,
}

/// Collects the fixes of `findings` that may be applied and applies each whole or not at all. A fix whose
/// edits overlap an earlier one waits for the next round; one that breaks a YAML file is dropped.
pub fn plan_fixes(tree: &dyn Tree, findings: &[Finding], with_unsafe: bool) -> FixPlan {
    let mut chosen: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
    let mut plan = FixPlan::default();
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        if fix.safety == Safety::Unsafe && !with_unsafe {
            continue;
        }
        // The same edit offered by two findings (one fault seen twice) is applied once.
        let fresh: Vec<&(String, Edit)> = fix
            .edits
            .iter()
            .filter(|(path, edit)| !chosen.get(path).is_some_and(|edits| edits.contains(edit)))
            .collect();
        let clash = fresh.iter().any(|(path, edit)| {
            chosen.get(path).is_some_and(|edits| edits.iter().any(|other| touch(other.span, edit.span)))
        });
        if clash {
            plan.deferred += 1;
            continue;
        }
        for (path, edit) in fresh {
            chosen.entry(path.clone()).or_default().push(edit.clone());
        }
        plan.fixed += 1;
    }
    for (path, edits) in chosen {
        let Ok(Some(source)) = tree.read(&path) else { continue };
        let Ok(new) = text::apply(source.text(), &edits) else { continue };
        if new != source.text() && !breaks_yaml(&path, source.text(), &new) {
            plan.files.insert(path, new);
        }
    }
    plan
}

/// Two edits cannot be applied together where they share a byte or insert at one place.
fn touch(a: Span, b: Span) -> bool {
    (a.start < b.end && b.start < a.end) || a.start == b.start
}

/// Whether the new text of a YAML file that parsed before no longer parses.
fn breaks_yaml(path: &str, old: &str, new: &str) -> bool {
    let is_yaml = std::path::Path::new(path).extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml")
    });
    let errors = |text: &str| yaml::parse(&text::Source::new(path, text)).errors().len();
    is_yaml && errors(new) > errors(old)
}
