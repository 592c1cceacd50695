use std::fmt::Write as _;

use anyhow::anyhow;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Answer, Context, Exit, Failure, Format};
use crate::diagnostic::Finding;
use crate::facts::Provider;
use crate::render::{self, Compared, GenerateError, Generated, State};
use crate::report;
use crate::spec::Choice;
use crate::trust::{Checklist, checklist};

/// Write the pipelines that trustpub.yml describes
///
/// Renders a pipeline for every provider in trustpub.yml, checks each one (it must parse, pass the
/// provider's official schema, and read back as what was meant), and only then writes it. A file that
/// trustpub did not write is left alone. Ends with what must be set by hand, filled in.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub generate            write what is new or has drifted
  trustpub generate --check    in CI: end with 1 where the files are not what trustpub.yml says
  trustpub generate --diff     show what would change
  trustpub generate --stdout   print the files, write nothing")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Args {
    /// Write nothing; end with 1 when a file is missing or differs
    #[arg(long, conflicts_with_all = ["diff", "stdout"])]
    check: bool,
    /// Write nothing; show what would change as a unified diff
    #[arg(long, conflicts_with = "stdout")]
    diff: bool,
    /// Write nothing; print the files
    #[arg(long)]
    stdout: bool,
    /// Overwrite files that trustpub did not write
    #[arg(long)]
    force: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answered<'a> {
    schema: u8,
    files: Vec<File<'a>>,
    choices: &'a [Choice],
    /// What works, and what a release may still fail of.
    warnings: Vec<Warning<'a>>,
    checklist: &'a Checklist,
}

#[derive(Serialize)]
struct File<'a> {
    provider: Provider,
    path: &'a str,
    state: State,
    written: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// A warning of the generator, as the outputs of `init` and `generate` list it.
#[derive(Serialize)]
pub(super) struct Warning<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
    help: Option<&'a str>,
}

pub(super) fn warnings(findings: &[Finding]) -> Vec<Warning<'_>> {
    let mut rows = Vec::new();
    for Finding { message, help, location, .. } in findings {
        let (file, at) = (location.source.path(), location.start());
        rows.push(Warning { file, line: at.line, column: at.column, message, help: help.as_deref() });
    }
    rows
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let disk = context.repository()?;
    let generated = render::generate(&disk).map_err(failure)?;
    context.note(&report::text::findings(&generated.warnings));
    let looks = args.check || args.diff || args.stdout;
    let mut written = Vec::new();
    if !looks {
        refuse_foreign(&generated.files, args.force)?;
        written = render::write(&disk, &generated.files, args.force)?;
    }
    let list = checklist(&generated.plan, generated.origin.as_ref());
    match args.format {
        Format::Json => print_json(args, context, &generated, &written, &list)?,
        Format::Text if args.stdout => print_files(context, &generated.files)?,
        Format::Text if args.diff => print_diffs(context, &generated.files)?,
        Format::Text => {
            context.print(&states(&generated.files, &written, args.check))?;
            if !args.check {
                context.print(&format!("\n{}", list.to_text()))?;
            }
        }
    }
    let drifted = generated.files.iter().any(|file| file.state != State::Same);
    Ok(if args.check && drifted { Exit::Found } else { Exit::Clean })
}

pub(super) fn failure(error: GenerateError) -> Failure {
    match error {
        GenerateError::Spec(findings) => Failure::Findings(findings),
        other => Failure::Message(other.into()),
    }
}

fn refuse_foreign(files: &[Compared], force: bool) -> Result<(), Failure> {
    let foreign: Vec<&str> = files
        .iter()
        .filter(|file| file.state == State::Foreign && !force)
        .map(|file| file.path.as_str())
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let files = foreign.join(", ");
    Err(Failure::Message(anyhow!(
        "trustpub did not write {files}, so nothing was written; `--diff` shows what would change, `--force` overwrites, \
         and `file:` in trustpub.yml chooses another name"
    )))
}

fn states(files: &[Compared], written: &[String], check: bool) -> String {
    let mut out = String::new();
    for file in files {
        let word = match file.state {
            State::Same => "unchanged",
            State::New if check => "missing",
            State::Drifted if check => "differs",
            State::Foreign if check => "not trustpub's",
            State::New if written.contains(&file.path) => "written",
            _ => "updated",
        };
        let _ = writeln!(out, "{word:<10} {}", file.path);
    }
    if check && files.iter().any(|file| file.state != State::Same) {
        out.push_str("\nRun `trustpub generate` and commit what it writes; `--diff` shows it.\n");
    }
    out
}

fn print_files(context: &mut Context, files: &[Compared]) -> Result<(), Failure> {
    for file in files {
        if files.len() > 1 {
            context.print(&format!("# ---- {}\n", file.path))?;
        }
        context.print(&file.text)?;
    }
    Ok(())
}

fn print_diffs(context: &mut Context, files: &[Compared]) -> Result<(), Failure> {
    for file in files.iter().filter(|file| file.state != State::Same) {
        context.print(&coloured(&file.diff()))?;
    }
    Ok(())
}

/// A unified diff with the usual colours; the output takes them away where they are not wanted.
fn coloured(diff: &str) -> String {
    let paint = |color: anstyle::AnsiColor, line: &str| {
        let style = color.on_default();
        format!("{style}{line}{style:#}\n")
    };
    let line = |line: &str| match line.as_bytes().first() {
        _ if line.starts_with("+++") || line.starts_with("---") => format!("{line}\n"),
        Some(b'+') => paint(anstyle::AnsiColor::Green, line),
        Some(b'-') => paint(anstyle::AnsiColor::Red, line),
        Some(b'@') => paint(anstyle::AnsiColor::Cyan, line),
        _ => format!("{line}\n"),
    };
    diff.lines().map(line).collect()
}

fn print_json(
    args: &Args,
    context: &mut Context,
    generated: &Generated,
    written: &[String],
    list: &Checklist,
) -> Result<(), Failure> {
    let files = generated.plan.targets.iter().zip(&generated.files).map(|(target, file)| File {
        provider: target.provider,
        path: &file.path,
        state: file.state,
        written: written.contains(&file.path),
        diff: (args.diff && file.state != State::Same).then(|| file.diff()),
        text: args.stdout.then_some(file.text.as_str()),
    });
    context.print_json(&Answered {
        schema: 1,
        files: files.collect(),
        choices: &generated.choices,
        warnings: warnings(&generated.warnings),
        checklist: list,
    })
}
