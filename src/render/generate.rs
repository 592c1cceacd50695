//! The whole way from a repository with a spec to files that may be written.

use super::{Compared, SelfCheckError, compare, is_generated, read_back, render};
use crate::diagnostic::Finding;
use crate::files::{ReadError, Tree};
use crate::plan::{Plan, plan};
use crate::project::{Origin, Project};
use crate::spec::{self, Choice, Fault, Loaded, Surroundings};

/// What a spec comes to.
#[derive(Debug, Clone)]
pub struct Generated {
    /// What the defaults chose, and why.
    pub choices: Vec<Choice>,
    /// The plan.
    pub plan: Plan,
    /// Where the repository comes from, where anything tells.
    pub origin: Option<Origin>,
    /// The files, checked and compared with the repository, in the plan's order.
    pub files: Vec<Compared>,
}

/// Why nothing can be generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// There is no spec.
    #[error("there is no {} here; `trustpub init` writes one", spec::FILE)]
    NoSpec,
    /// Mistakes in the spec or in a package.json, each at its place.
    #[error("there are {} mistakes in what it works from", .0.len())]
    Spec(Vec<Finding>),
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What was rendered is wrong.
    #[error(transparent)]
    SelfCheck(#[from] SelfCheckError),
}

/// Reads the spec of the repository in `tree`, plans, renders and checks. Writes nothing.
pub fn generate(tree: &dyn Tree) -> Result<Generated, GenerateError> {
    let source = tree.read(spec::FILE)?.ok_or(GenerateError::NoSpec)?;
    let loaded = spec::load(&source).map_err(GenerateError::Spec)?;
    let project = Project::read(tree);
    // A manifest that cannot be read would leave its package out of the release.
    let broken = project.broken();
    if !broken.is_empty() {
        return Err(GenerateError::Spec(broken));
    }
    let generated = |path: &str| tree.read(path).ok().flatten().is_some_and(|file| is_generated(file.text()));
    let surroundings = Surroundings { project: &project, generated: &generated };
    let (resolved, choices) =
        spec::resolve(&loaded.spec, &surroundings).map_err(|faults| found(&loaded, &faults))?;
    let plan = plan(&resolved).map_err(|refusals| {
        let faults: Vec<Fault> = refusals.into_iter().map(Fault::from).collect();
        found(&loaded, &faults)
    })?;
    let rendered = render(&plan)?;
    for (target, rendered) in plan.targets.iter().zip(&rendered) {
        read_back(tree, &project, target, rendered)?;
    }
    let files = compare(tree, rendered)?;
    Ok(Generated { choices, plan, origin: project.origin(), files })
}

fn found(loaded: &Loaded, faults: &[Fault]) -> GenerateError {
    let mut findings: Vec<Finding> = faults.iter().map(|fault| loaded.finding(fault)).collect();
    findings.sort_by_key(|finding| finding.location.span);
    GenerateError::Spec(findings)
}
