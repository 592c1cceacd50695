//! What a picture of the publish paths says: per file, rows of five cells.

use std::collections::{BTreeSet, HashMap};

use super::fit::clean;
use crate::ci::{Auth, Guard, GuardKind, Model, PublishPath, Registry, TriggerKind};
use crate::facts::Provider;
use crate::facts::runners::Runner;
use crate::settings::Verdict;

/// The columns, in order.
pub(super) const COLUMNS: [&str; 5] = ["Package", "Published by", "Credential", "Guard", "Who can reach it"];

/// The title of a package cell where nothing tells which package it is.
pub(super) const UNKNOWN_PACKAGE: &str = "package not known";

/// A file with the paths that it starts.
pub(super) struct Group {
    pub(super) provider: &'static str,
    pub(super) file: String,
    /// How it comes to run, where the provider does not start it by itself.
    pub(super) started: Option<&'static str>,
    pub(super) rows: Vec<Row>,
}

/// Paths that differ in nothing but their packages and lines.
pub(super) struct Row {
    pub(super) cells: [Cell; 5],
    /// How many they are.
    pub(super) paths: usize,
}

/// One node: what it is, in words and as a symbol, and what is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) symbol: Symbol,
    pub(super) tone: Tone,
    pub(super) title: String,
    pub(super) details: Vec<String>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Symbol {
    Package,
    Command,
    Key,
    Identity,
    Question,
    Locked,
    Unlocked,
    People,
}

/// How loud a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Tone {
    /// To be got rid of: a stored token.
    Loud,
    /// To be looked at.
    Warn,
    /// As it should be.
    Calm,
    /// Neither good nor bad.
    Plain,
}

/// The paths by file. A path told from a called file is left out where the path of its caller is there.
pub(super) fn groups(model: &Model) -> Vec<Group> {
    let place = |path: &PublishPath| (path.command.at.source.path().to_owned(), path.command.at.span);
    let entered: BTreeSet<_> = model.paths.iter().filter(|path| path.entry).map(place).collect();
    let shown = |path: &&PublishPath| path.entry || !entered.contains(&place(path));
    let mut groups: Vec<(Group, Vec<&PublishPath>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for path in model.paths.iter().filter(shown) {
        let index = *known.entry(&path.file).or_insert(groups.len());
        if index == groups.len() {
            let (provider, file) = (path.provider.name(), clean(&path.file));
            let started = (!path.entry).then(|| started(path.provider));
            groups.push((Group { provider, file, started, rows: Vec::new() }, Vec::new()));
        }
        groups[index].1.push(path);
    }
    let fill = |(mut group, paths): (Group, Vec<&PublishPath>)| {
        group.rows = rows(model, &paths);
        group
    };
    groups.into_iter().map(fill).collect()
}

/// How a file comes to run that the provider does not start by itself.
const fn started(provider: Provider) -> &'static str {
    match provider {
        Provider::Circleci => "runs through a pipeline definition of its own",
        Provider::Gitlab => "runs only when included",
        _ => "runs only when called",
    }
}

/// A row under construction.
struct Draft {
    packages: Vec<String>,
    command: Cell,
    rest: [Cell; 3],
    lines: Vec<usize>,
    paths: usize,
}

fn rows(model: &Model, paths: &[&PublishPath]) -> Vec<Row> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut known: HashMap<(Cell, [Cell; 3]), usize> = HashMap::new();
    for path in paths {
        let key = (command(path), [credential(path), guard(model, path), reach(path)]);
        let index = *known.entry(key.clone()).or_insert(drafts.len());
        if index == drafts.len() {
            let (command, rest) = key;
            drafts.push(Draft { packages: Vec::new(), command, rest, lines: Vec::new(), paths: 0 });
        }
        let draft = &mut drafts[index];
        for package in &path.packages {
            if !draft.packages.contains(package) {
                draft.packages.push(package.clone());
            }
        }
        if !draft.lines.contains(&path.line) {
            draft.lines.push(path.line);
        }
        draft.paths += 1;
    }
    // Equal nodes become neighbours, so that they can be drawn as one: who can reach it first, then the rest.
    let mut seen: [HashMap<Cell, usize>; 3] = Default::default();
    let mut order = |draft: &Draft| {
        let mut first = |column: usize| {
            let next = seen[column].len();
            *seen[column].entry(draft.rest[column].clone()).or_insert(next)
        };
        [first(2), first(1), first(0)]
    };
    let mut drafts: Vec<([usize; 3], Draft)> =
        drafts.into_iter().map(|draft| (order(&draft), draft)).collect();
    drafts.sort_by_key(|(order, _)| *order);
    drafts.into_iter().map(|(_, draft)| row(draft)).collect()
}

fn row(draft: Draft) -> Row {
    let Draft { packages, mut command, rest: [credential, guard, reach], lines, paths } = draft;
    let places = match lines.as_slice() {
        [one] => format!("line {one}"),
        [first @ .., _] if first.len() >= 4 => {
            format!("lines {} and {} more", listed(&lines[..3]), lines.len() - 3)
        }
        lines => format!("lines {}", listed(lines)),
    };
    if let Some(job) = command.details.first_mut() {
        *job = format!("{job}, {places}");
    }
    Row { cells: [package(&packages), command, credential, guard, reach], paths }
}

fn listed(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn cell(symbol: Symbol, tone: Tone, title: impl Into<String>, details: Vec<String>) -> Cell {
    Cell { symbol, tone, title: title.into(), details }
}

fn package(names: &[String]) -> Cell {
    match names {
        [] => cell(Symbol::Package, Tone::Plain, UNKNOWN_PACKAGE, Vec::new()),
        [first, rest @ ..] => {
            let shown = if rest.len() > 3 { 2 } else { rest.len() };
            let mut details: Vec<String> = rest[..shown].iter().map(|name| clean(name)).collect();
            if shown < rest.len() {
                details.push(format!("and {} more", rest.len() - shown));
            }
            cell(Symbol::Package, Tone::Plain, clean(first), details)
        }
    }
}

fn command(path: &PublishPath) -> Cell {
    let mut details = vec![clean(&format!("job {}", path.job))];
    if let Some(hop) = path.chain.first() {
        let more =
            if path.chain.len() > 1 { format!(" and {} more", path.chain.len() - 1) } else { String::new() };
        details.push(clean(&format!("through {}{more}", hop.name)));
    }
    let node = path.toolchain.node_shown().map(|node| format!("Node {node}"));
    let npm = path.toolchain.npm_shown().map(|npm| format!("npm {npm}"));
    let tools: Vec<String> = node.into_iter().chain(npm).collect();
    if !tools.is_empty() {
        details.push(clean(&tools.join(", ")));
    }
    if path.command.staged {
        details.push("stages; a person approves".to_owned());
    }
    match path.registry {
        Registry::Npm => {}
        Registry::Other => details.push("to another registry".to_owned()),
        Registry::Unknown => details.push("registry not known".to_owned()),
    }
    cell(Symbol::Command, Tone::Plain, clean(&path.command.text), details)
}

fn credential(path: &PublishPath) -> Cell {
    let mut names: Vec<String> = path.tokens().map(|token| clean(&token.name)).collect();
    names.dedup();
    let unseen = || vec!["not in the file: set in the CI system".to_owned()];
    // What other registries take is none of npm's business.
    let loud = if path.registry == Registry::Other { Tone::Plain } else { Tone::Loud };
    match path.auth {
        Auth::Token if names.is_empty() => cell(Symbol::Key, loud, "STORED TOKEN", unseen()),
        Auth::Token => cell(Symbol::Key, loud, "STORED TOKEN", names),
        Auth::Both => {
            names.push("used if the exchange fails".to_owned());
            cell(Symbol::Key, loud, "STORED TOKEN beside the identity", names)
        }
        Auth::Oidc => {
            cell(Symbol::Identity, Tone::Calm, "Identity (OIDC)", vec!["no stored secret".to_owned()])
        }
        Auth::None => {
            cell(Symbol::Question, Tone::Warn, "No credential", vec!["none reaches the command".to_owned()])
        }
        Auth::Unknown => cell(Symbol::Question, Tone::Warn, "Credential not known", Vec::new()),
    }
}

fn guard(model: &Model, path: &PublishPath) -> Cell {
    let Some(strongest) = path.guards.first() else {
        return cell(Symbol::Unlocked, Tone::Warn, "No guard", Vec::new());
    };
    let name = clean(&strongest.name);
    let (word, settings) = match strongest.kind {
        GuardKind::ProtectedEnvironment => ("Protected environment", "its protection"),
        GuardKind::Environment => ("Environment", "its protection"),
        GuardKind::Context => ("Context", "its restriction"),
        GuardKind::BranchFilter | GuardKind::None => {
            let details = vec![name, "can be edited away on a branch".to_owned()];
            return cell(Symbol::Unlocked, Tone::Warn, "Branch or tag filter only", details);
        }
    };
    let title = format!("{word} {name}");
    let verdict = |guard: &Guard| model.verdict(path.provider, guard);
    match verdict(strongest) {
        Some(Verdict::Holds(who)) => cell(Symbol::Locked, Tone::Calm, title, vec![clean(&who)]),
        Some(Verdict::Open(why)) => {
            cell(Symbol::Unlocked, Tone::Warn, title, vec![clean(&format!("open: {why}"))])
        }
        Some(Verdict::Unproven(lacks)) => {
            cell(Symbol::Question, Tone::Plain, title, vec![clean(&format!("unproven: {lacks}"))])
        }
        None => {
            let unproven = format!("unproven: {settings} is not in the YAML");
            cell(Symbol::Question, Tone::Plain, title, vec![unproven])
        }
    }
}

fn reach(path: &PublishPath) -> Cell {
    let guarded = path.guard() <= GuardKind::Context && path.proven != Some(false);
    let strangers = [
        (TriggerKind::PullRequestTarget, "Whoever opens a pull request"),
        (TriggerKind::Comment, "Whoever may comment"),
    ];
    let stranger = strangers.into_iter().find(|(kind, _)| path.started_by.contains(kind));
    let (tone, who) = match (guarded, path.proven, stranger) {
        (true, Some(true), _) => (Tone::Calm, "Only whom the guard lets through"),
        (true, ..) => (Tone::Plain, "Unproven: whom the guard lets through"),
        (false, _, Some((_, who))) => (Tone::Loud, who),
        (false, ..) if path.provider == Provider::Jenkins => {
            (Tone::Warn, "Whoever may start or change the job")
        }
        (false, ..) => (Tone::Warn, "Whoever may push a branch"),
    };
    let triggers = match path.trigger.as_slice() {
        [] if path.entry => "trigger not known".to_owned(),
        [] => "when it is called".to_owned(),
        [first, second, rest @ ..] if rest.len() > 1 => {
            format!("on {first}, {second} and {} more", rest.len())
        }
        all => format!("on {}", all.join(", ")),
    };
    let runner = match path.runner {
        Runner::Hosted => "on a hosted runner",
        Runner::SelfHosted => "on a self-hosted runner",
        Runner::Unknown => "runner not known",
    };
    cell(Symbol::People, tone, who, vec![clean(&triggers), runner.to_owned()])
}
