use clap::{Args as ClapArgs, CommandFactory as _};

use super::{Answer, Cli, Context, Exit};

/// Print a manual page
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub man | man -l -              read it now
  trustpub man facts > trustpub-facts.1")]
pub(crate) struct Args {
    /// The command whose page to print [default: trustpub itself]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let mut cli = Cli::command();
    cli.build();
    let command = match &args.command {
        None => cli,
        Some(name) => cli.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
            anyhow::anyhow!("no command `{name}`; the commands are {}", names.join(", "))
        })?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    context.print(&String::from_utf8(page)?)?;
    Ok(Exit::Clean)
}
