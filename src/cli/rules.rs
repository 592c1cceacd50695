use std::fmt::Write as _;

use clap::{Args as ClapArgs, ValueEnum};
use serde::Serialize;

use super::{Answer, Context, Exit};
use crate::rules::{self, Availability, Rule};
use crate::{diagnostic::Severity, facts::Provider};

/// List the rules of `check`, or explain one
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub rules                    every rule in one line
  trustpub rules npm-too-old        what it finds, why, and what to write instead
  trustpub rules --format json")]
pub(crate) struct Args {
    /// Explain this rule
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: PageFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PageFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// As the documentation has it.
    Markdown,
}

#[derive(Serialize)]
struct Answered<'a> {
    schema: u8,
    rules: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    summary: String,
    severity: Severity,
    fix: &'a str,
    providers: &'a [Provider],
    url: String,
    documentation: String,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let one;
    let chosen: &[Rule] = match &args.id {
        None => rules::ALL,
        Some(id) => {
            one = rules::Selection::resolve(id)?;
            std::slice::from_ref(one)
        }
    };
    match args.format {
        PageFormat::Json => {
            context.print_json(&Answered { schema: 1, rules: chosen.iter().map(row).collect() })?;
        }
        PageFormat::Markdown if args.id.is_none() => context.print(&rules::table())?,
        PageFormat::Text if args.id.is_none() => context.print(&list())?,
        PageFormat::Text | PageFormat::Markdown => {
            for rule in chosen {
                context.print(&rule.markdown())?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn row(rule: &Rule) -> Row<'_> {
    let fix = match rule.meta.fix {
        Availability::None => "none",
        Availability::Safe => "safe",
        Availability::Unsafe => "unsafe",
    };
    Row {
        id: rule.meta.id,
        summary: rule.page().title,
        severity: rule.meta.severity,
        fix,
        providers: rule.meta.providers,
        url: rule.url(),
        documentation: rule.markdown(),
    }
}

fn list() -> String {
    let width = rules::ALL.iter().map(|rule| rule.meta.id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for rule in rules::ALL {
        let style = match rule.meta.severity {
            Severity::Error => anstyle::AnsiColor::Red.on_default(),
            Severity::Warning => anstyle::AnsiColor::Yellow.on_default(),
            Severity::Info => anstyle::AnsiColor::Cyan.on_default(),
        };
        let _ = writeln!(
            out,
            "{:width$}  {style}{:7}{style:#}  {}",
            rule.meta.id,
            rule.meta.severity.id(),
            rule.page().title
        );
    }
    out
}
