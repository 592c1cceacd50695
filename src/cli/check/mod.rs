//! `trustpub check`.

mod fixes;
mod scope;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args as ClapArgs, ValueEnum};

use self::scope::Scope;
use super::{Answer, Context, Exit, Failure, named};
use crate::ci::{self, Model};
use crate::diagnostic::{Finding, Location, Severity};
use crate::facts::Date;
use crate::files::Tree;
use crate::project::Project;
use crate::render::is_generated;
use crate::report::{Format, Report, Rule};
use crate::rules::{self, Baseline, Outcome, Run, Selection};
use crate::settings::Settings;
use crate::spec;
use crate::text::{Source, Span};

/// Check CI configs, package manifests and npm configuration as one whole
///
/// Reads every CI file of the repository, follows reusable workflows, includes and scripts to the command
/// that publishes, and says what would fail, what could be stolen, and what to write instead. It reads
/// files only: no network, no token, no account.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub check                                 the whole repository
  trustpub check .github/workflows/release.yml   only what concerns this file
  trustpub check --fix --diff                    show what --fix would change
  trustpub check --format sarif --output trustpub.sarif
  trustpub check --baseline .trustpub-baseline.json --update-baseline

A finding is silenced by `# trustpub: ignore[rule-id] reason` on or above its line.")]
pub(crate) struct Args {
    /// Only findings in these files and folders of the repository (all files are read in any case)
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    format: Format,
    /// Write the report to this file instead of stdout
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// End with 1 where a finding is at least this severe
    #[arg(long, value_enum, default_value = "error", value_name = "SEVERITY", help_heading = "Rules")]
    fail_on: FailOn,
    /// Apply these rules alone
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    select: Vec<String>,
    /// Apply all rules but these
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    ignore: Vec<String>,
    /// Treat what is unproven, and hygiene, as warnings
    #[arg(long, help_heading = "Rules")]
    strict: bool,
    /// Leave out the findings that this file names: those that were there when trustpub was adopted
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    baseline: Option<PathBuf>,
    /// Write today's findings to the baseline and end with 0
    #[arg(long, requires = "baseline", conflicts_with = "fix", help_heading = "Rules")]
    update_baseline: bool,
    /// Take what the provider's settings prove from this export of them (docs/settings.md)
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    fixing: Fixing,
}

/// What to do about findings that can be mended by machine.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Fixes")]
struct Fixing {
    /// Mend what can be mended without changing what the pipeline does, then report the rest
    #[arg(long)]
    fix: bool,
    /// With --fix: also apply fixes that change more than the fault
    #[arg(long = "unsafe", requires = "fix")]
    with_unsafe: bool,
    /// With --fix: print the changes as a unified diff and write nothing
    #[arg(long, requires = "fix", conflicts_with_all = ["format", "output"])]
    diff: bool,
}

/// From which severity on a finding makes the command end with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// The publish fails, or a credential can be stolen
    Error,
    /// It works today but is fragile or weaker than it could be
    Warning,
    /// Hygiene, and whatever is unproven
    Info,
    /// Never
    Never,
}

impl FailOn {
    fn fails(self, findings: &[Finding]) -> bool {
        let least = match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Info => Severity::Info,
            Self::Never => return false,
        };
        findings.iter().any(|finding| finding.severity >= least)
    }
}

/// What to look for, read from the arguments once.
struct Plan {
    selection: Selection,
    baseline: Option<Baseline>,
    scope: Scope,
    today: Date,
    settings: Option<Settings>,
}

/// What one look at the repository found.
struct Checked {
    model: Model,
    files: usize,
    outcome: Outcome,
}

impl Plan {
    fn check(&self, tree: &dyn Tree) -> Result<Checked, Failure> {
        let project = Project::read(tree);
        let mut selection = self.selection.clone();
        let source = tree.read(spec::FILE)?;
        if let Some(source) = &source {
            let ignored = spec::ignored(source);
            let unknown = Selection::unknown_in_spec(ignored.keys());
            if !unknown.is_empty() {
                let findings = unknown.iter().map(|fault| spec::finding_in(source, fault));
                return Err(Failure::Findings(findings.collect()));
            }
            selection = selection.with_ignored(&ignored).context("trustpub.yml, check.ignore")?;
        }
        let (resolved, spec_faults) = match source {
            Some(source) => resolve(&source, tree, &project),
            None => (None, misplaced(tree)),
        };
        let (project, spec, today) = (&project, resolved.as_ref(), Some(self.today));
        let spec_faults = spec_faults.as_slice();
        let run = Run::new(&selection);
        let mut model = ci::stream(tree, project, &|model| {
            run.files(&rules::Context { model, project, spec, spec_faults, today })
        });
        if let Some(settings) = &self.settings {
            model.prove(settings.clone());
        }
        let context = rules::Context { model: &model, project, spec, spec_faults, today };
        let mut outcome = run.finish(&context, self.baseline.as_ref());
        outcome.findings.retain(|finding| self.scope.contains(finding.location.source.path()));
        let files = model.files + project.packages.len() + usize::from(project.npmrc.is_some());
        Ok(Checked { model, files, outcome })
    }
}

/// What stands where a spec was probably meant.
fn misplaced(tree: &dyn Tree) -> Vec<Finding> {
    let finding = |path: &str, message: String, help: String| {
        let location = Location::new(&Source::new(path, ""), Span::default());
        vec![Finding::new("spec-invalid", Severity::Warning, location, message).with_help(help)]
    };
    let file = spec::FILE;
    if tree.is_other(file) {
        let message = format!("{file} is no file, so nothing is read from it");
        return finding(file, message, "write it as a file, or rename what stands there".to_owned());
    }
    let other = spec::OTHER_NAMES.into_iter().find(|name| tree.is_file(name));
    let found =
        other.map(|name| finding(name, format!("nothing reads {name}"), format!("rename it to {file}")));
    found.unwrap_or_default()
}

/// The spec as `plan` would have it, or what is wrong with it. One that is for `check` alone is neither.
fn resolve(source: &Source, tree: &dyn Tree, project: &Project) -> (Option<spec::Resolved>, Vec<Finding>) {
    if spec::is_for_check_alone(source) {
        return (None, Vec::new());
    }
    let loaded = match spec::load(source) {
        Ok(loaded) => loaded,
        Err(findings) => return (None, findings),
    };
    let generated = |path: &str| matches!(tree.read(path), Ok(Some(file)) if is_generated(file.text()));
    let surroundings = spec::Surroundings { project, generated: &generated };
    match spec::resolve(&loaded.spec, &surroundings) {
        Ok(resolution) => (Some(resolution.resolved), Vec::new()),
        Err(faults) => (None, faults.iter().map(|fault| loaded.finding(fault)).collect()),
    }
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let disk = context.repository_of(&args.paths)?;
    let plan = Plan {
        selection: Selection::new(&args.select, &args.ignore, args.strict)?,
        baseline: args.baseline.as_deref().filter(|_| !args.update_baseline).map(baseline).transpose()?,
        scope: Scope::new(&disk, &args.paths)?,
        today: Context::today()?,
        settings: args.settings.as_deref().map(named::settings).transpose()?,
    };
    if let Some(file) = args.baseline.as_deref().filter(|_| args.update_baseline) {
        let found = plan.check(&disk)?.outcome.findings;
        named::write(file, &Baseline::of(&found).to_text())?;
        context.note(&format!("{} findings written to {}\n", found.len(), file.display()));
        return Ok(Exit::Clean);
    }
    let checked = if args.fixing.fix {
        let mended = fixes::mend(&plan, &disk, args.fixing.with_unsafe)?;
        if args.fixing.diff {
            context.print(&mended.diff())?;
        } else {
            mended.write(&disk)?;
            context.note(&mended.summary());
        }
        mended.checked
    } else {
        plan.check(&disk)?
    };
    if !args.fixing.diff {
        report(args, &checked, context)?;
    }
    Ok(if args.fail_on.fails(&checked.outcome.findings) { Exit::Found } else { Exit::Clean })
}

fn report(args: &Args, checked: &Checked, context: &mut Context) -> anyhow::Result<()> {
    let rules: Vec<Rule> = rules::ALL.iter().map(Rule::from).collect();
    let report = Report {
        findings: &checked.outcome.findings,
        publish_paths: &checked.model.paths,
        rules: &rules,
        files: checked.files,
        suppressed: checked.outcome.suppressed,
    };
    match &args.output {
        // A file is no terminal.
        Some(file) => {
            named::write(file, &anstream::adapter::strip_str(&report.render(args.format)).to_string())
        }
        None => Ok(report.write(args.format, &mut |text| context.print(text))?),
    }
}

fn baseline(file: &Path) -> anyhow::Result<Baseline> {
    let source = named::read(file)?
        .with_context(|| format!("there is no baseline {}; --update-baseline writes one", file.display()))?;
    Baseline::parse(source.text()).with_context(|| format!("{} is no baseline", file.display()))
}
