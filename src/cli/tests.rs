//! The help of every command, at a fixed width, and the command line's own consistency.

use clap::CommandFactory as _;

use super::Cli;

fn command() -> clap::Command {
    let mut command = Cli::command().term_width(100).color(clap::ColorChoice::Never);
    command.build();
    command
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn help_of_every_command() {
    let mut command = command();
    insta::assert_snapshot!("help", command.render_long_help().to_string());
    for sub in command.get_subcommands_mut() {
        let name = format!("help-{}", sub.get_name());
        insta::assert_snapshot!(name, sub.render_long_help().to_string());
    }
}

#[test]
fn every_command_says_what_it_does_and_shows_examples() {
    for sub in command().get_subcommands() {
        assert!(sub.get_about().is_some(), "{} has no summary", sub.get_name());
        let examples = sub.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        assert!(examples.contains("Examples:"), "{} shows no example", sub.get_name());
    }
}
