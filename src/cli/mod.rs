//! One file per command. The only room that touches stdout, stderr, the exit code and the environment.
//!
//! A command file holds its arguments and a `run` that makes one call into the library and prints the
//! answer through [`Context`]. To add one: a module, a variant of [`Command`], an arm of `dispatch`,
//! and its help's snapshot (`INSTA_UPDATE=always cargo test --lib cli::`).

mod advise;
mod bundle;
mod check;
mod completions;
mod context;
mod facts;
mod failure;
mod format;
mod generate;
mod init;
mod man;
mod named;
mod panic;
mod paths;
mod rules;
mod schema;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use context::{Context, Global};
pub(crate) use failure::{Answer, Exit, Failure};
pub(crate) use format::Format;

/// Generate, check and migrate npm trusted publishing for GitHub Actions, GitLab CI/CD and CircleCI.
///
/// npm's trusted publishing lets a CI job publish with its own short-lived identity, without a stored
/// token. trustpub writes pipelines that do this safely, checks pipelines that exist, and says why a
/// publish failed. It works offline and changes nothing unless the command says so.
#[derive(Debug, Parser)]
#[command(
    name = "trustpub",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_long_help = EXIT_CODES
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, nothing wrong
  1  the command looked and found something (findings, drift)
  2  it could not look: wrong arguments, a wrong spec, unreadable input";

/// The commands, in the order in which help lists them.
#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Advise(advise::Args),
    Check(check::Args),
    Generate(generate::Args),
    Bundle(bundle::Args),
    Paths(paths::Args),
    Rules(rules::Args),
    Facts(facts::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the command line and answers the process's exit code.
pub fn run() -> ExitCode {
    panic::install_hook();
    // clap prints help, version and usage errors itself and ends with 0 or 2.
    let cli = Cli::parse();
    let mut context = Context::new(cli.global);
    let answer = dispatch(cli.command, &mut context);
    context.finish(answer).into()
}

fn dispatch(command: Command, context: &mut Context) -> Answer {
    match command {
        Command::Init(args) => init::run(&args, context),
        Command::Advise(args) => advise::run(&args, context),
        Command::Check(args) => check::run(&args, context),
        Command::Generate(args) => generate::run(&args, context),
        Command::Bundle(args) => bundle::run(&args, context),
        Command::Paths(args) => paths::run(&args, context),
        Command::Rules(args) => rules::run(&args, context),
        Command::Facts(args) => facts::run(&args, context),
        Command::Schema(args) => schema::run(&args, context),
        Command::Completions(args) => completions::run(&args, context),
        Command::Man(args) => man::run(&args, context),
    }
}
