use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{Answer, Context, Exit, named};
use crate::ci;
use crate::project::Project;
use crate::report::paths::{Format, render};

/// List every way a package can be published from here, and with which credential
///
/// Reads all CI files of the repository, follows reusable workflows, composite actions, includes and
/// scripts, and tells for each publish command: what starts it, in which job, with which credential,
/// past which guard, on whose machine and with which npm.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub paths
  trustpub paths --format svg > paths.svg
  trustpub paths --format mermaid                a flowchart for a README or an issue
  trustpub paths --format json | jq '.publish_paths[] | select(.auth != \"oidc\")'")]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Take what the provider's settings prove from this export of them (docs/settings.md)
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let settings = args.settings.as_deref().map(named::settings).transpose()?;
    let repository = context.repository()?;
    let mut model = ci::read(&repository, &Project::read(&repository));
    if let Some(settings) = settings {
        model.prove(settings);
    }
    for problem in &model.problems {
        let line = problem.at.as_ref().map_or(1, |at| at.start().line);
        context.note(&format!("{}:{line}: {}\n", problem.file, problem.message));
    }
    context.print(&render(&model, args.format))?;
    Ok(Exit::Clean)
}
