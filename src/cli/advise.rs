use std::fmt::Write as _;

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Answer, Context, Exit, Failure, Format};
use crate::ci;
use crate::files::Tree as _;
use crate::plan::advise::{Advice, Judged, ProviderAdvice, Situation, Verdict, advise};
use crate::plan::draft::FILE;
use crate::project::Project;
use crate::spec::load;
use crate::text::{sentence, wrap};

/// Say which way of publishing fits this repository, and why
///
/// Five ways exist: the CI's identity publishing at once, staging for a maintainer's approval, or
/// publishing without provenance; a stored stage-only token; and a person at their own machine. Each is
/// judged with reasons, costs and what would change the answer. Nothing is written.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub advise                     the answer, its reasons and the other ways
  trustpub advise -v                  and what nobody has seen to hold
  trustpub advise --format json | jq '.providers[0].strategies[0]'")]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answered<'a> {
    schema: u8,
    #[serde(flatten)]
    advice: &'a Advice,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let tree = context.repository()?;
    let project = Project::read(&tree);
    let model = ci::read(&tree, &project);
    let spec = match tree.read(FILE)? {
        Some(source) => Some(load(&source).map_err(Failure::Findings)?.spec),
        None => None,
    };
    let today = Context::today()?;
    let spec = spec.as_ref();
    let situation = Situation { project: &project, model: &model, spec, providers: &[], today };
    let advice = advise(&situation);
    match args.format {
        Format::Json => context.print_json(&Answered { schema: 1, advice: &advice })?,
        Format::Text => context.print(&text(&advice, context.is_verbose(1)))?,
    }
    Ok(Exit::Clean)
}

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();

/// Columns of the text.
const WIDTH: usize = 100;

fn text(advice: &Advice, verbose: bool) -> String {
    let mut out = String::new();
    headline(&mut out, advice);
    let mut providers = advice.providers.iter();
    if let Some(first) = providers.next() {
        in_full(&mut out, first, verbose);
    }
    for other in providers {
        in_brief(&mut out, other);
    }
    for (title, lines) in [("What no file tells", &advice.unseen), ("Also", &advice.notes)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{BOLD}{title}{BOLD:#}");
            list(&mut out, 2, "- ", lines);
        }
    }
    let _ = writeln!(out, "\n{BOLD}What changed since the widely read guides{BOLD:#}");
    for change in &advice.changes {
        let when = if change.in_force { change.from.to_string() } else { format!("from {}", change.from) };
        list(&mut out, 2, &format!("{when}: "), std::slice::from_ref(&change.says));
    }
    out
}

fn headline(out: &mut String, advice: &Advice) {
    let names: Vec<&str> = advice.packages.iter().map(|package| package.name.as_str()).collect();
    let packages = match names.as_slice() {
        [] => "no package to publish".to_owned(),
        [one] => (*one).to_owned(),
        many if many.len() <= 5 => many.join(", "),
        many => format!("{} packages", many.len()),
    };
    let host = advice.host.as_ref();
    let host = host.map(|host| format!("{} on {} (from {}): ", host.path, host.host, host.from));
    list(out, 0, "", &[format!("{}{packages}", host.unwrap_or_default())]);
}

fn in_full(out: &mut String, advice: &ProviderAdvice, verbose: bool) {
    let best = advice.best();
    title(out, advice);
    section(out, "Why", &best.reasons);
    section(out, "What it costs", &best.costs);
    section(out, "What would change the answer", &best.would_change);
    by_hand(out, advice);
    let _ = writeln!(out, "\n  {BOLD}The other ways{BOLD:#}");
    for judged in &advice.strategies[1..] {
        other_way(out, judged, verbose);
    }
    let unproven = advice.unproven.len();
    if verbose {
        section(out, "Unproven: nobody has seen it hold", &advice.unproven);
    } else {
        let things = if unproven == 1 { "thing is" } else { "things are" };
        let _ = writeln!(
            out,
            "\n  {DIM}{unproven} {things} unproven there; -v lists what, and all about the other ways{DIM:#}"
        );
    }
}

fn title(out: &mut String, advice: &ProviderAdvice) {
    let _ = writeln!(out, "\n{BOLD}{}: {}{BOLD:#}", advice.provider.name(), advice.best().strategy.name());
    let _ = writeln!(out, "  {DIM}{}{DIM:#}", sentence(&advice.because));
}

fn in_brief(out: &mut String, advice: &ProviderAdvice) {
    title(out, advice);
    list(out, 4, "- ", &advice.best().reasons);
    by_hand(out, advice);
}

fn by_hand(out: &mut String, advice: &ProviderAdvice) {
    if !advice.by_hand.is_empty() {
        let _ = writeln!(out, "\n  {BOLD}What to do{BOLD:#}");
        numbered(out, 4, &advice.by_hand);
    }
}

fn other_way(out: &mut String, judged: &Judged, verbose: bool) {
    let Judged { strategy, verdict, reasons, costs, would_change } = judged;
    let verdict = if *verdict == Verdict::Impossible { "not possible here: " } else { "" };
    let first = reasons.first().map(String::as_str).unwrap_or_default();
    list(out, 4, "", &[format!("{}: {verdict}{first}", strategy.name())]);
    if verbose {
        list(out, 6, "+ ", &reasons[1..]);
        list(out, 6, "- ", costs);
        let when = if verdict.is_empty() { "better if" } else { "unless" };
        let changes: Vec<String> = would_change.iter().map(|change| format!("{when}: {change}")).collect();
        list(out, 6, "", &changes);
    }
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(out, "\n  {BOLD}{title}{BOLD:#}");
        list(out, 4, "- ", lines);
    }
}

/// Steps, numbered from 1.
pub(super) fn numbered(out: &mut String, indent: usize, steps: &[String]) {
    for (at, step) in steps.iter().enumerate() {
        list(out, indent, &format!("{}. ", at + 1), std::slice::from_ref(step));
    }
}

/// Each text behind `mark`, wrapped, its further lines below its first word.
pub(super) fn list(out: &mut String, indent: usize, mark: &str, texts: &[String]) {
    let pad = " ".repeat(indent);
    let hang = " ".repeat(mark.len());
    for text in texts {
        for (at, line) in wrap(text, WIDTH - indent - mark.len()).iter().enumerate() {
            let mark = if at == 0 { mark } else { &hang };
            let _ = writeln!(out, "{pad}{mark}{line}");
        }
    }
}
