use clap::{Args as ClapArgs, ValueEnum};

use super::{Answer, Context, Exit};
use crate::{report, settings, spec};

/// Print the JSON Schema of trustpub.yml, of a settings file or of an output
///
/// Editors complete and check trustpub.yml with it; programs that read `check --format json` can rely on it.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub schema > trustpub.schema.json   for `# yaml-language-server: $schema=trustpub.schema.json`
  trustpub schema check")]
pub(crate) struct Args {
    /// Of what
    #[arg(value_enum, default_value = "spec")]
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// trustpub.yml
    Spec,
    /// What `check --format json` prints
    Check,
    /// What `check --settings FILE` reads
    Settings,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    match args.of {
        Of::Spec => context.print(spec::JSON_SCHEMA)?,
        Of::Settings => context.print(settings::JSON_SCHEMA)?,
        Of::Check => context.print(report::json::JSON_SCHEMA)?,
    }
    Ok(Exit::Clean)
}
