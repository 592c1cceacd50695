use std::fmt::Write as _;

use anyhow::anyhow;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::advise::{list, numbered};
use super::{Answer, Context, Exit, Failure, Format, generate};
use crate::ci;
use crate::facts::Provider;
use crate::files::Tree;
use crate::plan::Plan;
use crate::plan::advise::{Situation, advise};
use crate::plan::draft::{Draft, FILE, draft};
use crate::project::Project;
use crate::render::{self, Generated};
use crate::report;
use crate::spec::{Choice, OTHER_NAMES, load};
use crate::text::Source;
use crate::trust::{Checklist, checklist};

/// Write a first trustpub.yml for this repository
///
/// Reads the repository, chooses what fits, writes trustpub.yml with the reason beside each line, and
/// lists what is left to do. On a terminal it shows the file and asks first; elsewhere, and with --yes,
/// it writes at once. It never overwrites a trustpub.yml without --force.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub init                       look, choose, show, ask, write
  trustpub init --yes                 without asking
  trustpub init --provider gitlab     for this CI system
  trustpub init --provider github --provider circleci --force")]
pub(crate) struct Args {
    /// Publish from this CI system: github, gitlab or circleci [default: what fits best]
    #[arg(long = "provider", value_name = "P", value_parser = provider)]
    providers: Vec<Provider>,
    /// Write without asking
    #[arg(long)]
    yes: bool,
    /// Overwrite a trustpub.yml that is there
    #[arg(long)]
    force: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

fn provider(text: &str) -> Result<Provider, String> {
    let found = Provider::ALL.into_iter().find(|provider| provider.id() == text);
    found.ok_or_else(|| {
        let known: Vec<&str> = Provider::ALL.iter().map(|provider| provider.id()).collect();
        format!("the CI systems are {}", known.join(", "))
    })
}

#[derive(Serialize)]
struct Answered<'a> {
    schema: u8,
    file: &'static str,
    written: bool,
    text: &'a str,
    /// What the file says, and why.
    choices: &'a [Choice],
    /// What the defaults make of the rest, and why.
    defaults: &'a [Choice],
    notes: &'a [String],
    /// What works, and what a release may still fail of.
    warnings: Vec<generate::Warning<'a>>,
    next_steps: &'a [String],
    /// The settings that YAML cannot carry, in order.
    checklist: &'a Checklist,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let tree = context.repository()?;
    if tree.is_file(FILE) && !args.force {
        return Err(
            anyhow!("{FILE} is there already; --force overwrites it, `trustpub generate` uses it").into()
        );
    }
    if tree.is_other(FILE) {
        return Err(anyhow!("{FILE} is no file: move what stands there out of the way").into());
    }
    if let Some(name) = OTHER_NAMES.into_iter().find(|name| tree.is_file(name) && !tree.is_file(FILE))
        && !args.force
    {
        return Err(anyhow!(
            "{name} is there, and nothing reads it: rename it to {FILE}, or write a new one with --force"
        )
        .into());
    }
    // What a spec says on purpose outlives a new draft; one that is broken says nothing.
    let old = tree.read(FILE)?.and_then(|source| load(&source).ok()).map(|loaded| loaded.spec);
    let mut providers = args.providers.clone();
    if let Some(several) =
        old.as_ref().filter(|old| providers.is_empty() && old.providers.named().count() > 1)
    {
        providers.extend(several.providers.named());
    }
    providers.sort_unstable();
    providers.dedup();
    let project = Project::read(&tree);
    let broken = project.broken();
    if !broken.is_empty() {
        return Err(Failure::Findings(broken));
    }
    let model = ci::read(&tree, &project);
    let today = Context::today()?;
    let situation =
        Situation { project: &project, model: &model, spec: old.as_ref(), providers: &providers, today };
    let advice = advise(&situation);
    let draft = draft(&situation, &advice)?;
    let generated = checked(&draft, &project, &tree, context)?;
    let Generated { plan, choices: defaults, warnings, origin, .. } = generated;
    let checklist = checklist(&plan, origin.as_ref());
    let json = args.format == Format::Json;
    let ask = !args.yes && !json && Context::is_interactive();
    if ask {
        context.note(&format!("{}\n", shown(&draft)));
    }
    context.note(&report::text::findings(&warnings));
    let written = !ask || context.confirm(&format!("Write {FILE}?"))?;
    if written {
        tree.write(FILE, &draft.text)?;
    }
    let next_steps = next_steps(&model, &plan);
    let notes: Vec<String> = advice.notes.iter().chain(&draft.notes).cloned().collect();
    if json {
        context.print_json(&Answered {
            schema: 1,
            file: FILE,
            written,
            text: &draft.text,
            choices: &draft.choices,
            defaults: &defaults,
            notes: &notes,
            warnings: generate::warnings(&warnings),
            next_steps: &next_steps,
            checklist: &checklist,
        })?;
    } else if written {
        context.print(&text(&draft, &notes, &defaults, &next_steps, !ask))?;
        context.print(&format!("\n{}", checklist.to_text()))?;
    } else {
        context.note("Nothing was written.\n");
    }
    Ok(Exit::Clean)
}

/// Generates from the draft, so that no spec is written that `generate` would refuse.
fn checked(
    draft: &Draft,
    project: &Project,
    tree: &dyn Tree,
    context: &mut Context,
) -> Result<Generated, Failure> {
    let loaded = load(&Source::new(FILE, draft.text.as_str())).map_err(Failure::Findings)?;
    render::generate_from(tree, &loaded, project).map_err(|error| {
        context
            .note(&format!("No pipeline can be made for this repository yet, and {FILE} was not written.\n"));
        generate::failure(error)
    })
}

fn shown(draft: &Draft) -> String {
    let mut out = String::new();
    for line in draft.text.lines() {
        let _ = writeln!(out, "  {line}");
    }
    out
}

fn next_steps(model: &ci::Model, plan: &Plan) -> Vec<String> {
    let mut steps = vec![
        format!("Read {FILE}, then run `trustpub generate`: it writes the pipelines."),
        "Commit what it wrote, and make the settings below.".to_owned(),
    ];
    let ours = |file: &str| plan.targets.iter().any(|target| target.file == file);
    let mut places: Vec<String> = model
        .paths
        .iter()
        .filter(|path| path.entry && path.registry != ci::Registry::Other && !ours(&path.file))
        .map(|path| format!("{}, job `{}`", path.file, path.job))
        .collect();
    places.dedup();
    if !places.is_empty() {
        steps.push(format!(
            "Take out what publishes today, or both will publish, the old way with its token: {}.",
            places.join("; ")
        ));
    }
    steps
}

fn text(draft: &Draft, notes: &[String], defaults: &[Choice], next: &[String], show: bool) -> String {
    let bold = anstyle::Style::new().bold();
    let mut out = String::new();
    let _ = writeln!(out, "{bold}Wrote {FILE}{bold:#}");
    if show {
        let _ = write!(out, "\n{}", shown(draft));
    }
    let _ = writeln!(out, "\n{bold}Left to the defaults{bold:#} (say otherwise in {FILE})");
    for Choice { key, value, reason } in defaults {
        list(&mut out, 2, "- ", &[format!("{key}: {value} ({reason})")]);
    }
    if !notes.is_empty() {
        let _ = writeln!(out, "\n{bold}Also{bold:#}");
        list(&mut out, 2, "- ", notes);
    }
    let _ = writeln!(out, "\n{bold}Next{bold:#}");
    numbered(&mut out, 2, next);
    out
}
