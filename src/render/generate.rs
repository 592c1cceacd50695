//! The whole way from a repository with a spec to files that may be written.

use super::{Compared, Rendered, SelfCheckError, blame, compare, is_generated, read_back, render};
use crate::diagnostic::{Finding, Location, Severity};
use crate::files::{ReadError, Tree};
use crate::plan::{Plan, plan};
use crate::project::{Origin, Project};
use crate::rules;
use crate::spec::{self, Choice, Fault, Loaded, Surroundings};
use crate::text::Source;

/// What a spec comes to.
#[derive(Debug, Clone)]
pub struct Generated {
    /// What the defaults chose, and why.
    pub choices: Vec<Choice>,
    /// What works, and what a release may still fail of.
    pub warnings: Vec<Finding>,
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
    /// There is one, under another name.
    #[error("there is no {} here, but {_0}: rename it", spec::FILE)]
    OtherName(&'static str),
    /// What stands there is no file.
    #[error("{} is no file (a folder, a pipe or a device), so there is nothing to read in it", spec::FILE)]
    NoFile,
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
    let source = tree.read(spec::FILE)?.ok_or_else(|| no_spec(tree))?;
    let loaded = spec::load(&source).map_err(GenerateError::Spec)?;
    generate_from(tree, &loaded, &Project::read(tree))
}

/// Why there is no spec to read.
fn no_spec(tree: &dyn Tree) -> GenerateError {
    if tree.is_other(spec::FILE) {
        return GenerateError::NoFile;
    }
    let other = spec::OTHER_NAMES.into_iter().find(|name| tree.is_file(name));
    other.map_or(GenerateError::NoSpec, GenerateError::OtherName)
}

/// As [`generate`], for a spec that is read already and may not stand in the repository.
pub fn generate_from(
    tree: &dyn Tree,
    loaded: &Loaded,
    project: &Project,
) -> Result<Generated, GenerateError> {
    // A manifest that cannot be read would leave its package out of the release.
    let broken = project.broken();
    if !broken.is_empty() {
        return Err(GenerateError::Spec(broken));
    }
    let generated = |path: &str| tree.read(path).ok().flatten().is_some_and(|file| is_generated(file.text()));
    let surroundings = Surroundings { project, generated: &generated };
    let ignored = loaded.spec.check.as_ref().and_then(|check| check.ignore.as_ref());
    let unknown = rules::Selection::unknown_in_spec(ignored.into_iter().flat_map(|ignored| ignored.keys()));
    let resolution = spec::resolve(&loaded.spec, &surroundings);
    let spec::Resolution { resolved, choices, warnings } = match resolution {
        Ok(resolution) if unknown.is_empty() => resolution,
        Ok(_) => return Err(found(loaded, &unknown)),
        Err(faults) => return Err(found(loaded, &[unknown, faults].concat())),
    };
    let plan = plan(&resolved).map_err(|refusals| {
        let faults: Vec<Fault> = refusals.into_iter().map(Fault::from).collect();
        found(loaded, &faults)
    })?;
    let said = loaded.spec.build.as_ref().is_some_and(|build| build.run.is_some());
    let rendered = checked(tree, project, &plan).map_err(|error| {
        let faults = blame::of(tree, project, &plan, said);
        if faults.is_empty() { error.into() } else { found(loaded, &faults) }
    })?;
    let files = compare(tree, rendered)?;
    let mut warnings: Vec<Finding> = warnings.iter().map(|warning| loaded.warning(warning)).collect();
    warnings.extend(left_over(tree, project, &files));
    Ok(Generated { choices, warnings, plan, origin: project.origin(), files })
}

/// Files that trustpub generated once and no longer does: they go on publishing.
fn left_over(tree: &dyn Tree, project: &Project, files: &[Compared]) -> Vec<Finding> {
    let others = project.ci.files.iter().filter(|ci| files.iter().all(|file| file.path != ci.path));
    let written =
        others.filter_map(|ci| tree.read(&ci.path).ok()?.filter(|source| is_generated(source.text())));
    let warning = |source: Source| {
        let path = source.path().to_owned();
        let at = Location::new(&source, source.line_span(1));
        let message =
            format!("`{path}` was generated, and {} no longer names it: it still publishes", spec::FILE);
        Finding::new("generated-left-over", Severity::Warning, at, message)
            .with_help("Delete it, or name it in the spec again (`providers.….file`).")
    };
    written.map(warning).collect()
}

/// Renders and reads back.
fn checked(tree: &dyn Tree, project: &Project, plan: &Plan) -> Result<Vec<Rendered>, SelfCheckError> {
    let rendered = render(plan)?;
    for (target, rendered) in plan.targets.iter().zip(&rendered) {
        read_back(tree, project, target, rendered)?;
    }
    Ok(rendered)
}

fn found(loaded: &Loaded, faults: &[Fault]) -> GenerateError {
    let mut findings: Vec<Finding> = faults.iter().map(|fault| loaded.finding(fault)).collect();
    findings.sort_by_key(|finding| (finding.location.source.path() != spec::FILE, finding.location.span));
    GenerateError::Spec(findings)
}
