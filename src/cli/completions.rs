use clap::{Args as ClapArgs, CommandFactory as _};
use clap_complete::Shell;

use super::{Answer, Cli, Context, Exit};

/// Print completions for a shell
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  bash        trustpub completions bash > ~/.local/share/bash-completion/completions/trustpub
  zsh         trustpub completions zsh > \"${fpath[1]}/_trustpub\"
  fish        trustpub completions fish > ~/.config/fish/completions/trustpub.fish
  PowerShell  trustpub completions powershell >> $PROFILE")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "trustpub", &mut script);
    context.print(&String::from_utf8(script)?)?;
    Ok(Exit::Clean)
}
