use std::fmt::Write as _;

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Answer, Context, Exit, Format};
use crate::ci::{self, Auth, GuardKind, Model, PathSummary, PublishPath, Registry};
use crate::project::Project;

/// List every way a package can be published from here, and with which credential
///
/// Reads all CI files of the repository, follows reusable workflows, composite actions, includes and
/// scripts, and tells for each publish command: what starts it, in which job, with which credential,
/// past which guard, on whose machine and with which npm.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub paths
  trustpub paths --format json | jq '.publish_paths[] | select(.auth != \"oidc\")'")]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answered {
    schema: u8,
    publish_paths: Vec<PathSummary>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let repository = context.repository()?;
    let model = ci::read(&repository, &Project::read(&repository));
    for problem in &model.problems {
        let line = problem.at.as_ref().map_or(1, |at| at.start().line);
        context.note(&format!("{}:{line}: {}\n", problem.file, problem.message));
    }
    match args.format {
        Format::Json => {
            let publish_paths = model.paths.iter().map(PathSummary::from).collect();
            context.print_json(&Answered { schema: 1, publish_paths })?;
        }
        Format::Text => context.print(&text(&model))?,
    }
    Ok(Exit::Clean)
}

fn text(model: &Model) -> String {
    let (bold, dim) = (anstyle::Style::new().bold(), anstyle::Style::new().dimmed());
    let mut out = String::new();
    let mut file = "";
    for path in &model.paths {
        if path.file != file {
            let gap = if file.is_empty() { "" } else { "\n" };
            file = &path.file;
            let called = if path.entry { "" } else { " (runs only when called)" };
            let _ = writeln!(out, "{gap}{bold}{file}{bold:#}{dim}{called}{dim:#}");
        }
        let command: Vec<&str> = path.command.text.split_whitespace().collect();
        let style = auth_style(path.auth);
        let (auth, job) = (auth(path.auth), &path.job);
        let _ = writeln!(out, "  {dim}{:>4}{dim:#}  {}", path.line, command.join(" "));
        let _ = writeln!(out, "        {style}{auth}{style:#} · job {job} · {}", guard(path));
        let mut details = vec![format!("on {}", listed(&path.trigger)), runner(path)];
        details.extend(path.toolchain.node_shown().map(|node| format!("Node {node}")));
        details.extend(path.toolchain.npm_shown().map(|npm| format!("npm {npm}")));
        match path.registry {
            Registry::Npm => {}
            Registry::Other => details.push("another registry".to_owned()),
            Registry::Unknown => details.push("registry not known".to_owned()),
        }
        if !path.packages.is_empty() {
            details.push(listed(&path.packages));
        }
        let _ = writeln!(out, "        {dim}{}{dim:#}", details.join(" · "));
        for hop in &path.chain {
            let _ = writeln!(out, "        {dim}through {}{dim:#}", hop.name);
        }
    }
    if model.paths.is_empty() {
        let files = model.files;
        let _ = writeln!(out, "Nothing here publishes a package to an npm registry ({files} CI files read).");
    }
    out
}

fn listed(words: &[String]) -> String {
    match words {
        [] => "no trigger".to_owned(),
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        words => words.join(", "),
    }
}

const fn auth(auth: Auth) -> &'static str {
    match auth {
        Auth::Oidc => "identity",
        Auth::Token => "stored token",
        Auth::Both => "identity, and a stored token as well",
        Auth::None => "no credential",
        Auth::Unknown => "credential not known",
    }
}

const fn auth_style(auth: Auth) -> anstyle::Style {
    let color = match auth {
        Auth::Oidc => anstyle::AnsiColor::Green,
        Auth::Token => anstyle::AnsiColor::Red,
        Auth::Both | Auth::None | Auth::Unknown => anstyle::AnsiColor::Yellow,
    };
    color.on_default()
}

fn guard(path: &PublishPath) -> String {
    let name = path.guards.first().map_or("", |guard| guard.name.as_str());
    match path.guard() {
        GuardKind::ProtectedEnvironment => format!("protected environment {name}"),
        GuardKind::Environment => format!("environment {name}"),
        GuardKind::Context => format!("context {name}"),
        GuardKind::BranchFilter => "only a branch or tag filter".to_owned(),
        GuardKind::None => "no guard".to_owned(),
    }
}

fn runner(path: &PublishPath) -> String {
    match path.runner.id() {
        "unknown" => "runner not known".to_owned(),
        class => format!("{class} runner"),
    }
}
