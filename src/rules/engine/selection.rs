use std::collections::BTreeMap;

use globset::{Glob, GlobMatcher};

use crate::diagnostic::{Finding, Severity};
use crate::rules;
use crate::spec::Fault;

/// Which rules run and where their findings count.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Rules that run; all where none.
    select: Option<Vec<&'static str>>,
    /// Rules that do not run.
    ignore: Vec<&'static str>,
    /// Rules whose findings do not count in some files.
    ignored_files: Vec<(&'static str, GlobMatcher)>,
    /// Whether what is unproven or hygiene counts one severity more.
    strict: bool,
}

/// A selection that names what is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// No rule has this id.
    #[error("there is no rule `{id}`{}", .near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    UnknownRule {
        /// As given.
        id: String,
        /// The most similar id, where one is close.
        near: Option<&'static str>,
    },
    /// Not a glob.
    #[error("`{glob}` is no file pattern: {reason}")]
    BadGlob {
        /// As given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn known(id: &str) -> Result<&'static str, SelectionError> {
    Selection::resolve(id).map(|rule| rule.meta.id)
}

impl Selection {
    /// The rule with this id, or the error that names the nearest one.
    pub fn resolve(id: &str) -> Result<&'static rules::Rule, SelectionError> {
        rules::by_id(id).ok_or_else(|| unknown(id))
    }
}

fn unknown(id: &str) -> SelectionError {
    let near = rules::ALL
        .iter()
        .map(|rule| (strsim::jaro_winkler(id, rule.meta.id), rule.meta.id))
        .filter(|(score, _)| *score > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, id)| id);
    SelectionError::UnknownRule { id: id.to_owned(), near }
}

impl Selection {
    /// Runs only these rules, none of those; `strict` raises every info to a warning.
    pub fn new(select: &[String], ignore: &[String], strict: bool) -> Result<Self, SelectionError> {
        let ids = |list: &[String]| list.iter().map(|id| known(id)).collect::<Result<Vec<_>, _>>();
        let select = if select.is_empty() { None } else { Some(ids(select)?) };
        Ok(Self { select, ignore: ids(ignore)?, ignored_files: Vec::new(), strict })
    }

    /// Adds the spec's `check.ignore`: rule id → globs of files, none meaning everywhere.
    pub fn with_ignored(mut self, ignored: &BTreeMap<String, Vec<String>>) -> Result<Self, SelectionError> {
        for (id, globs) in ignored {
            let id = known(id)?;
            let everywhere = [String::from("**")];
            for glob in if globs.is_empty() { &everywhere } else { globs.as_slice() } {
                let matcher = Glob::new(glob).map_err(|error| SelectionError::BadGlob {
                    glob: glob.clone(),
                    reason: error.kind().to_string(),
                })?;
                self.ignored_files.push((id, matcher.compile_matcher()));
            }
        }
        Ok(self)
    }

    /// The ids of the spec's `check.ignore` that no rule has, each at its key.
    pub fn unknown_in_spec<'a>(ignored: impl IntoIterator<Item = &'a String>) -> Vec<Fault> {
        let fault = |id: &String| {
            let SelectionError::UnknownRule { near, .. } = Self::resolve(id).err()? else { return None };
            Some(Fault {
                rule: "spec-unknown-rule",
                key: format!("check.ignore.{id}"),
                provider: None,
                message: format!("there is no rule `{id}`"),
                help: near.map_or_else(
                    || "`trustpub rules` lists them".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
                at: None,
            })
        };
        ignored.into_iter().filter_map(fault).collect()
    }

    /// Whether the rule runs.
    pub(super) fn runs(&self, id: &str) -> bool {
        self.select.as_ref().is_none_or(|select| select.contains(&id)) && !self.ignore.contains(&id)
    }

    /// Whether the spec ignores the finding where it stands.
    pub(super) fn ignores(&self, finding: &Finding) -> bool {
        let path = finding.location.source.path();
        self.ignored_files.iter().any(|(id, glob)| *id == finding.rule && glob.is_match(path))
    }

    /// The severity that counts.
    pub(super) fn severity(&self, finding: &Finding) -> Severity {
        match finding.severity {
            Severity::Info if self.strict => Severity::Warning,
            severity => severity,
        }
    }
}
