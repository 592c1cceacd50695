//! Measures the reader on public repositories: which publishing files it finds, with which tool and
//! which credential. Reads `../shared/corpus/dev.tar.gz` (or `TRUSTPUB_CORPUS`) and says so where that
//! is absent. `cargo test --test corpus -- --nocapture` prints every difference.

#![allow(clippy::print_stderr, reason = "the measurements are for whoever runs the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use support::Corpus;
use trustpub::ci::{Auth, Registry, Tool};

/// One line of a label file, by column name.
type Row = BTreeMap<String, String>;

fn labels(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).expect("the corpus has label files");
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().expect("a heading");
    lines.map(|line| head.iter().cloned().zip(line).collect()).collect()
}

/// What is read of one file, over all of its publish paths.
#[derive(Debug, Default)]
struct Seen {
    tools: BTreeSet<Tool>,
    auth: BTreeSet<&'static str>,
    commands: Vec<String>,
}

fn auth_word(auth: Auth) -> &'static str {
    match auth {
        Auth::Oidc => "oidc",
        Auth::Token => "token",
        Auth::Both => "mixed",
        Auth::None => "none",
        Auth::Unknown => "unknown",
    }
}

fn seen(root: &Path, rows: &[Row]) -> BTreeMap<String, Seen> {
    let repositories: BTreeSet<String> =
        rows.iter().map(|row| row["path"].splitn(3, '/').take(2).collect::<Vec<_>>().join("/")).collect();
    let mut out: BTreeMap<String, Seen> = BTreeMap::new();
    for repository in repositories {
        let (_, model) = support::read(&root.join(&repository));
        for path in model.paths.iter().filter(|path| path.registry != Registry::Other) {
            let seen = out.entry(format!("{repository}/{}", path.file)).or_default();
            seen.tools.insert(path.command.tool);
            seen.auth.insert(auth_word(path.auth));
            seen.commands.push(path.command.text.clone());
        }
    }
    out
}

/// Whether one of the tools that were read is the labelled one.
fn same_tool(label: &str, tools: &BTreeSet<Tool>) -> bool {
    let words =
        |tool: &Tool| serde_json::to_value(tool).expect("a word").as_str().unwrap_or_default().to_owned();
    tools.iter().any(|tool| {
        words(tool) == label || label.starts_with("other:") && matches!(tool, Tool::Other | Tool::Action)
    })
}

/// Whether the credentials that were read are the labelled kind, over all paths of a file.
fn same_auth(label: &str, auth: &BTreeSet<&'static str>) -> bool {
    let whole = if auth.contains("mixed") || auth.contains("oidc") && auth.contains("token") {
        "mixed"
    } else {
        auth.iter().find(|word| **word != "none").copied().unwrap_or("none")
    };
    whole == label
}

#[derive(Default)]
struct Score {
    publishing: usize,
    found: usize,
    exact: usize,
    others: usize,
    false_alarms: usize,
}

/// Compares what is read with the labels `name`, prints every difference, and answers a score per provider.
fn measure(root: &Path, name: &str) -> BTreeMap<String, Score> {
    let rows = labels(&root.join(format!("{name}_labels.tsv")));
    let seen = seen(&root.join(name), &rows);
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for row in &rows {
        let score = scores.entry(row["provider"].clone()).or_default();
        let path = &row["path"];
        match (row["publishes_npm"].as_str(), seen.get(path)) {
            ("yes", None) => {
                score.publishing += 1;
                eprintln!("{name} missed: {path}: {} {} ({})", row["via"], row["auth"], row["notes"]);
            }
            ("yes", Some(found)) => {
                score.publishing += 1;
                score.found += 1;
                if same_tool(&row["via"], &found.tools) && same_auth(&row["auth"], &found.auth) {
                    score.exact += 1;
                } else {
                    let label = format!("{} {} ({})", row["via"], row["auth"], row["notes"]);
                    eprintln!("{name} differs: {path}: label {label}, read {found:?}");
                }
            }
            ("no", found) => {
                score.others += 1;
                if let Some(found) = found {
                    score.false_alarms += 1;
                    eprintln!("{name} false: {path}: {found:?} ({})", row["notes"]);
                }
            }
            _ => {}
        }
    }
    for (provider, score) in &scores {
        let Score { publishing, found, exact, others, false_alarms } = score;
        eprintln!(
            "{name} {provider}: {found} of {publishing} publishing files found, {exact} with the labelled tool \
             and credential; {false_alarms} of {others} others reported"
        );
    }
    scores
}

#[test]
fn publishing_files_are_found_with_tool_and_credential() {
    let Some(corpus) = Corpus::unpack() else { return };
    let root = corpus.root();
    let share = |part: usize, whole: usize| part * 1000 / whole.max(1);
    // The labels know more than the files show: what an absent script or JavaScript action runs.
    for (name, exact) in [("scan", 900), ("scan_asof", 930)] {
        let scores = measure(&root, name);
        let sum = |of: fn(&Score) -> usize| scores.values().map(of).sum::<usize>();
        let publishing = sum(|score| score.publishing);
        assert!(share(sum(|score| score.found), publishing) >= 995, "{name}: every publishing file is found");
        assert!(
            share(sum(|score| score.exact), publishing) >= exact,
            "{name}: with the right tool and credential"
        );
        // Three labels of 2025 overlook a caller, an action that runs itself, and `shipjs trigger`.
        let false_alarms = sum(|score| score.false_alarms);
        assert!(false_alarms <= 3, "{name}: {false_alarms} files are said to publish and do not");
    }
}
