//! The self-check is worth what it notices: every line of a rendered file is left out and altered in turn, and what
//! goes unnoticed stands in a snapshot.

use std::collections::HashSet;

use trustpub::facts::Provider;
use trustpub::files::Memory;
use trustpub::plan::{TargetPlan, plan};
use trustpub::project::Project;
use trustpub::render::{Rendered, read_back, render};
use trustpub::schema::{Official, validate_tree};
use trustpub::text::Source;

use crate::cases::{PROVIDERS, cases};

/// Whether the self-check refuses `text`.
fn is_refused(target: &TargetPlan, rendered: &Rendered, text: String) -> bool {
    let tree = trustpub::yaml::parse(&Source::new(&rendered.path, &text));
    let official = match target.provider {
        Provider::Github => Official::GithubWorkflow,
        Provider::Gitlab => Official::GitlabCi,
        _ => Official::CircleCi,
    };
    if !tree.errors().is_empty() || !tree.duplicates().is_empty() {
        return true;
    }
    let files = Memory::new([("package.json", r#"{"name": "tools", "version": "1.0.0"}"#)]);
    let project = Project::read(&files);
    read_back(&files, &project, target, &Rendered { path: rendered.path.clone(), text }).is_err()
        || !validate_tree(official, &tree).is_empty()
}

/// The lines that say something: no comment, and of a program its first line alone.
fn lines(text: &str) -> Vec<usize> {
    let mut program: Option<&str> = None;
    let mut kept = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let bare = line.trim();
        if let Some(word) = program {
            if bare == word {
                program = None;
            }
            continue;
        }
        if !bare.is_empty() && !bare.starts_with('#') {
            kept.push(index);
        }
        if let Some((_, word)) = bare.split_once("<<'") {
            program = word.strip_suffix('\'');
        }
    }
    kept
}

/// The line with another value: its last word, before any comment, is not what it was.
fn altered(line: &str) -> Option<String> {
    let (text, comment) = line.split_once(" #").map_or((line, ""), |(text, comment)| (text, comment));
    let at = text.trim_end_matches(['"', '\'', ' ', '}', ']', ')']).len();
    let (start, end) = text.split_at(at);
    let changed = match start.chars().last()? {
        // A key alone: another key.
        ':' => format!("{}-x:", &start[..start.len() - 1]),
        '0'..='8' => format!("{}9", &start[..start.len() - 1]),
        _ => format!("{start}x"),
    };
    Some(format!("{changed}{end}{}{comment}", if comment.is_empty() { "" } else { " #" }))
}

/// Each change of one line that goes unnoticed.
fn unnoticed(provider: Provider) -> String {
    let chosen = [
        "single-npm",
        "private-dependencies",
        "extra-dist-tags",
        "manual",
        "token",
        "thin-workspace",
        "thin-manual",
    ];
    let mut unnoticed = String::new();
    // What stands in an earlier case's file as well was tried there.
    let mut tried: HashSet<String> = HashSet::new();
    for case in cases(provider).into_iter().filter(|case| chosen.contains(&case.name)) {
        let planned = plan(&case.spec).expect("a case is planned");
        let rendered = render(&planned).expect("a plan is rendered").remove(0);
        let target = &planned.targets[0];
        assert!(!is_refused(target, &rendered, rendered.text.clone()), "{provider} {}", case.name);
        let all: Vec<&str> = rendered.text.lines().collect();
        let fresh = lines(&rendered.text).into_iter().filter(|index| !tried.contains(all[*index]));
        for index in fresh.collect::<Vec<_>>() {
            for (what, change) in [("left out", None), ("altered", altered(all[index]))] {
                let mut lines = all.clone();
                match &change {
                    Some(line) => lines[index] = line,
                    None => drop(lines.remove(index)),
                }
                let line = format!("{what}: {}\n", all[index].trim());
                if !unnoticed.contains(&line) && !is_refused(target, &rendered, lines.join("\n") + "\n") {
                    unnoticed.push_str(&line);
                }
            }
        }
        tried.extend(all.iter().map(|line| (*line).to_owned()));
    }
    unnoticed
}

#[test]
fn what_is_altered_for_github_is_noticed() {
    insta::assert_snapshot!("unnoticed-github", unnoticed(Provider::Github));
}

#[test]
fn what_is_altered_for_gitlab_is_noticed() {
    insta::assert_snapshot!("unnoticed-gitlab", unnoticed(Provider::Gitlab));
}

#[test]
fn what_is_altered_for_circleci_is_noticed() {
    insta::assert_snapshot!("unnoticed-circleci", unnoticed(Provider::Circleci));
}

/// A line of the runtime that is not as it stands in `templates/runtime`.
#[test]
fn a_program_that_was_altered_is_noticed() {
    for provider in PROVIDERS {
        let case = cases(provider).remove(0);
        let planned = plan(&case.spec).unwrap();
        let rendered = render(&planned).unwrap().remove(0);
        let programs = rendered.text.match_indices("await ").map(|(at, _)| at);
        for at in programs.step_by(7) {
            let mut text = rendered.text.clone();
            text.replace_range(at..at + 6, "");
            assert!(is_refused(&planned.targets[0], &rendered, text), "{provider}: byte {at}");
        }
    }
}
