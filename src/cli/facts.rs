use std::fmt::Write as _;

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Answer, Context, Exit, Format};
use crate::facts::{self, Date, Listed};

/// List what trustpub knows, with source, evidence and age
///
/// Versions, dates, limits, labels and commits change every few months. trustpub keeps them as dated
/// data; this lists them, so that you can judge how old they are.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub facts                       everything
  trustpub facts npm-features          one topic
  trustpub facts --older-than 90       what was not looked at for 90 days
  trustpub facts --format json | jq '.facts[] | select(.evidence == \"open\")'")]
pub(crate) struct Args {
    /// Only these topics (see the headings of the full list)
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// Only what was last seen more than this many days ago
    #[arg(long, value_name = "DAYS")]
    older_than: Option<i64>,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answered<'a> {
    schema: u8,
    today: Date,
    facts: Vec<Aged<'a>>,
}

#[derive(Serialize)]
struct Aged<'a> {
    #[serde(flatten)]
    fact: &'a Listed,
    age_days: i64,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let today = Context::today()?;
    let all = facts::all();
    for topic in &args.topics {
        if !all.iter().any(|fact| fact.topic == topic) {
            return Err(unknown_topic(topic, &all).into());
        }
    }
    let wanted = |aged: &Aged| {
        (args.topics.is_empty() || args.topics.iter().any(|topic| topic == aged.fact.topic))
            && args.older_than.is_none_or(|days| aged.age_days > days)
    };
    let aged = all.iter().map(|fact| Aged { fact, age_days: fact.seen.days_until(today) });
    let facts: Vec<Aged> = aged.filter(wanted).collect();
    match args.format {
        Format::Json => context.print_json(&Answered { schema: 1, today, facts })?,
        Format::Text => context.print(&text(&facts))?,
    }
    Ok(Exit::Clean)
}

fn text(facts: &[Aged]) -> String {
    let (bold, dim) = (anstyle::Style::new().bold(), anstyle::Style::new().dimmed());
    let mut out = String::new();
    let mut topic = "";
    for Aged { fact, age_days } in facts {
        if fact.topic != topic {
            let gap = if topic.is_empty() { "" } else { "\n" };
            topic = fact.topic;
            let _ = writeln!(out, "{gap}{bold}{topic}{bold:#}");
        }
        let days = if *age_days == 1 { "day" } else { "days" };
        let Listed { says, evidence, seen, source, .. } = fact;
        let _ = writeln!(
            out,
            "  {says}\n    {dim}{evidence}, seen {seen} ({age_days} {days} ago): {source}{dim:#}"
        );
    }
    out
}

fn unknown_topic(topic: &str, all: &[Listed]) -> anyhow::Error {
    let mut topics: Vec<&str> = all.iter().map(|fact| fact.topic).collect();
    topics.dedup();
    anyhow::anyhow!("no topic `{topic}`; the topics are {}", topics.join(", "))
}
