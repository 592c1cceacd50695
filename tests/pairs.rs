//! Measures the rules on pairs of public repositories before and after a commit that moved publishing to
//! trusted publishing: recall per label, and errors that no label asks for. Reads `../shared/corpus/dev.tar.gz`
//! (or `TRUSTPUB_CORPUS`) and says so where that is absent. `cargo test --test pairs -- --nocapture` prints all.

#![allow(clippy::print_stderr, reason = "the measurements are for whoever runs the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::Corpus;
use trustpub::diagnostic::{Finding, Severity};
use trustpub::rules::{Context, Outcome, Selection};

/// Which rules report what a label names. A label that no repository shows (`tp-npm-side`, `wf-rename`) has none.
const RULES: &[(&str, &[&str])] = &[
    ("cache", &["cache-in-publish-job"]),
    ("cc-claims-json", &["id-token-claims-invalid"]),
    ("cc-no-context", &["guard-missing", "guard-unproven"]),
    ("cc-no-empty-guard", &["id-token-failure-hidden"]),
    ("curl-bash-install", &["script-piped"]),
    ("disttag", &["command-needs-token", "dist-tag-npm-too-old"]),
    ("gl-idtokens-top", &["id-token-misplaced"]),
    ("gl-no-sigstore", &["provenance-token-missing"]),
    ("hidden-script", &["publish-hidden"]),
    ("idtoken-missing", &["id-token-missing"]),
    ("idtoken-wf", &["id-token-too-wide"]),
    ("issue-comment-trigger", &["trigger-dangerous"]),
    ("mixed-auth", &["token-masks-oidc", "stored-publish-token"]),
    ("multi-wf", &["multiple-entry-workflows"]),
    ("no-env", &["guard-missing"]),
    ("no-idtoken", &["id-token-missing", "id-token-caller-missing"]),
    ("node-old", &["node-too-old", "npm-too-old"]),
    ("node-range", &["node-floating"]),
    ("npm-latest", &["npm-latest"]),
    ("npm-latest-broke", &["npm-latest"]),
    ("npm-maybe-old", &["npm-version-unknown", "npm-too-old", "node-floating"]),
    ("npm-old", &["npm-too-old", "npm-version-unknown"]),
    ("npm-old-circle", &["npm-too-old", "npm-version-unknown"]),
    ("npm-range", &["npm-upgrade-unpinned"]),
    ("old-actions", &["action-unpinned"]),
    ("prov-flag-redundant", &["provenance-redundant"]),
    ("registry-url-placeholder", &["registry-url-placeholder", "token-empty"]),
    ("repo-missing", &["repository-missing"]),
    ("same-job-build", &["install-beside-identity"]),
    ("selfhosted-gitlab", &["runner-not-hosted"]),
    ("token", &["stored-publish-token"]),
    ("token-empty-env", &["token-empty", "npmrc-token-line"]),
    ("token-fallback-in-script", &["stored-publish-token"]),
    ("token-from-vault", &["stored-publish-token"]),
    ("token-in-context", &["stored-publish-token", "context-token-unproven"]),
    ("token-leftover", &["token-masks-oidc", "stored-publish-token"]),
    ("token-npmrc", &["token-written-to-npmrc"]),
    ("tool-old", &["tool-too-old", "tool-without-oidc"]),
    ("unpinned", &["action-unpinned", "orb-unpinned"]),
];

fn rules_of(label: &str) -> &'static [&'static str] {
    RULES.iter().find(|(id, _)| *id == label).map_or(&[], |(_, rules)| rules)
}

fn check(dir: &Path) -> Vec<Finding> {
    let (project, model) = support::read(dir);
    let context = Context { model: &model, project: &project, spec: None, spec_faults: &[], today: None };
    Outcome::of(&context, &Selection::default(), None).findings
}

/// The ids of one list of labels.
fn labels<'m>(meta: &'m Value, key: &str) -> Vec<&'m str> {
    let list = meta[key].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|label| label["id"].as_str()).collect()
}

#[test]
fn labelled_problems_are_reported_and_working_trees_have_no_false_error() {
    let Some(corpus) = Corpus::unpack() else { return };
    let mut recall: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut trees, mut accused) = (0, Vec::new());
    let pairs = std::fs::read_dir(corpus.root().join("pairs")).expect("the corpus has pairs");
    let pairs: BTreeSet<PathBuf> = pairs.flatten().map(|entry| entry.path()).collect();
    for pair in pairs.iter().filter(|pair| pair.join("meta.json").is_file()) {
        let text = std::fs::read_to_string(pair.join("meta.json")).expect("readable");
        let meta: Value = serde_json::from_str(&text).expect("JSON");
        if pair.join("before").is_dir() {
            let found: BTreeSet<&str> =
                check(&pair.join("before")).iter().map(|finding| finding.rule).collect();
            for label in labels(&meta, "human_label_before") {
                let (hit, all) = recall.entry(label.to_owned()).or_default();
                *all += 1;
                *hit += usize::from(rules_of(label).iter().any(|rule| found.contains(rule)));
            }
        }
        if pair.join("after").is_dir() {
            trees += 1;
            let wrong: BTreeSet<&str> =
                labels(&meta, "still_wrong_after").into_iter().flat_map(rules_of).copied().collect();
            let errors: Vec<String> = check(&pair.join("after"))
                .iter()
                .filter(|finding| finding.severity == Severity::Error && !wrong.contains(finding.rule))
                .map(|finding| format!("{} {}", finding.rule, finding.location.source.path()))
                .collect();
            if !errors.is_empty() {
                accused
                    .push(format!("{}: {errors:?}", pair.file_name().unwrap_or_default().to_string_lossy()));
            }
        }
    }
    for (label, (hit, all)) in &recall {
        eprintln!("{hit:4} of {all:4}  {label}");
    }
    let (hit, all) = recall.values().fold((0, 0), |(h, a), (hit, all)| (h + hit, a + all));
    eprintln!(
        "{hit} of {all} labels before; {} of {trees} trees after with an error that no label names",
        accused.len()
    );
    for line in &accused {
        eprintln!("  {line}");
    }
    assert!(hit * 100 >= all * 94, "{hit} of {all} labelled problems are reported");
    assert!(accused.len() <= 5, "{} of {trees} trees: {accused:#?}", accused.len());
}
