use std::collections::BTreeMap;

use super::{Checked, Failure, Plan};
use crate::files::{Disk, Memory, Overlay, Tree as _, WriteError};
use crate::render::unified_diff;
use crate::rules;

/// Fixes that touch what another one changes wait for the next round; none needs more rounds than this.
const ROUNDS: usize = 8;

/// The repository as the fixes would leave it.
pub(super) struct Mended {
    /// Path → old and new text.
    files: BTreeMap<String, (String, String)>,
    fixed: usize,
    /// What a check of the mended files finds.
    pub(super) checked: Checked,
}

/// Applies fixes in memory, round by round, until none is left.
pub(super) fn mend(plan: &Plan, disk: &Disk, with_unsafe: bool) -> Result<Mended, Failure> {
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    let mut fixed = 0;
    let mut checked = plan.check(disk)?;
    for _ in 0..ROUNDS {
        let tree = Overlay::new(disk, Memory::new(changed.clone()));
        let round = rules::plan_fixes(&tree, &checked.outcome.findings, with_unsafe);
        if round.files.is_empty() {
            break;
        }
        fixed += round.fixed;
        changed.extend(round.files);
        checked = plan.check(&Overlay::new(disk, Memory::new(changed.clone())))?;
    }
    let old = |path: &str| disk.read(path).ok().flatten().map(|source| source.text().to_owned());
    let files = changed.into_iter().map(|(path, new)| {
        let old = old(&path).unwrap_or_default();
        (path, (old, new))
    });
    Ok(Mended { files: files.collect(), fixed, checked })
}

impl Mended {
    /// Writes the changed files, each atomically.
    pub(super) fn write(&self, disk: &Disk) -> Result<(), WriteError> {
        self.files.iter().try_for_each(|(path, (_, new))| disk.write(path, new))
    }

    /// The changes as a unified diff; empty where there are none.
    pub(super) fn diff(&self) -> String {
        self.files.iter().map(|(path, (old, new))| unified_diff(path, Some(old), new)).collect()
    }

    pub(super) fn summary(&self) -> String {
        match self.fixed {
            0 => "nothing to mend by machine\n".to_owned(),
            fixed => {
                format!("{fixed} mended in {}\n", self.files.keys().cloned().collect::<Vec<_>>().join(", "))
            }
        }
    }
}
