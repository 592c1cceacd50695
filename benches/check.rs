//! `check` and its parts, beside the bare event parse of the same bytes. `cargo bench --bench check`.

// A bench prints its figures.
#![allow(clippy::print_stdout)]

// Shared with the other bench, which uses the rest.
#[allow(dead_code)]
mod support;

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::BytesCount;
use trustpub::ci::{self, Model};
use trustpub::files::Memory;
use trustpub::project::Project;
use trustpub::report::{Format, Report};
use trustpub::rules::{Context, Outcome, Run, Selection};
use trustpub::text::Source;
use trustpub::{shell, yaml};

/// A repository, and its YAML files as the parts take them.
struct Case {
    name: &'static str,
    tree: Memory,
    sources: Vec<Source>,
    scripts: Vec<String>,
}

/// Synthesised workflows, and real files where the corpus is there.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let synthesised = Case::new("synthesised", support::workflows(500));
    let real = support::corpus().map(|files| Case::new("corpus", files));
    std::iter::once(synthesised).chain(real).collect()
});

impl Case {
    fn new(name: &'static str, files: support::Files) -> Self {
        let yaml = files.iter().filter(|(path, _)| path != "package.json");
        let sources: Vec<Source> = yaml.map(|(path, text)| Source::new(path, text.as_str())).collect();
        let scripts = sources.iter().flat_map(|source| scripts(&yaml::parse(source))).collect();
        Self { name, tree: Memory::new(files), sources, scripts }
    }

    fn bytes(&self) -> usize {
        self.sources.iter().map(|source| source.text().len()).sum()
    }

    fn events(&self) -> usize {
        let count = |source: &Source| {
            granit_parser::Parser::new_from_str(source.text()).map_while(Result::ok).count()
        };
        self.sources.iter().map(count).sum()
    }

    fn read(&self) -> (Project, Model) {
        let project = Project::read(&self.tree);
        let model = ci::read(&self.tree, &project);
        (project, model)
    }

    /// The whole check but for reading the disk: files in memory to the report's text.
    fn check(&self) -> String {
        let project = Project::read(&self.tree);
        let project = &project;
        let selection = Selection::default();
        let run = Run::new(&selection);
        let model = ci::stream(&self.tree, project, &|file| {
            run.files(&Context { model: file, project, spec: None, spec_faults: &[], today: None })
        });
        let outcome =
            run.finish(&Context { model: &model, project, spec: None, spec_faults: &[], today: None }, None);
        let report = Report {
            findings: &outcome.findings,
            publish_paths: &model.paths,
            rules: &[],
            files: self.sources.len(),
            suppressed: outcome.suppressed,
        };
        report.render(Format::Text)
    }
}

fn outcome(project: &Project, model: &Model) -> Outcome {
    let context = Context { model, project, spec: None, spec_faults: &[], today: None };
    let selection = Selection::new(&[], &[], false).expect("nothing is selected by name");
    Outcome::of(&context, &selection, None)
}

/// Every value of a `run` or `command` key.
fn scripts(tree: &yaml::Tree) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<yaml::Node<'_>> = tree.documents().collect();
    while let Some(node) = open.pop() {
        for (key, value) in node.own_entries() {
            if matches!(key.as_str(), Some("run" | "command")) {
                found.extend(value.as_str().map(str::to_owned));
            }
            open.push(value);
        }
        open.extend(node.items());
    }
    found
}

fn cases() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|case| case.name)
}

fn case(name: &str) -> &'static Case {
    CASES.iter().find(|case| case.name == name).expect("named by `cases`")
}

/// The yardstick: the parser's events, thrown away.
#[divan::bench(args = cases())]
fn events(bencher: Bencher<'_, '_>, name: &str) {
    let case = case(name);
    bencher.counter(BytesCount::new(case.bytes())).bench(|| case.events());
}

#[divan::bench(args = cases())]
fn yaml_tree(bencher: Bencher<'_, '_>, name: &str) {
    let case = case(name);
    bencher.counter(BytesCount::new(case.bytes())).bench(|| {
        for source in &case.sources {
            black_box(yaml::parse(source));
        }
    });
}

#[divan::bench(args = cases())]
fn shell_reader(bencher: Bencher<'_, '_>, name: &str) {
    let case = case(name);
    let bytes: usize = case.scripts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for script in &case.scripts {
            black_box(shell::commands(script));
        }
    });
}

#[divan::bench(args = cases())]
fn readers(bencher: Bencher<'_, '_>, name: &str) {
    let case = case(name);
    bencher.counter(BytesCount::new(case.bytes())).bench(|| case.read());
}

#[divan::bench(args = cases())]
fn rules(bencher: Bencher<'_, '_>, name: &str) {
    let (project, model) = case(name).read();
    bencher.bench(|| outcome(&project, &model));
}

#[divan::bench(args = cases())]
fn check(bencher: Bencher<'_, '_>, name: &str) {
    let case = case(name);
    bencher.counter(BytesCount::new(case.bytes())).bench(|| case.check());
}

fn main() {
    divan::main();
    for case in CASES.iter() {
        print_ratio(case);
    }
}

/// The check over the event parse, both measured in turn so that a busy machine slows both.
fn print_ratio(case: &Case) {
    let time = |work: &dyn Fn() -> usize| -> Duration {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    let mut pairs: Vec<(Duration, Duration)> =
        (0..11).map(|_| (time(&|| case.check().len()), time(&|| case.events()))).collect();
    pairs.sort_by(|a, b| ratio(*a).total_cmp(&ratio(*b)));
    let median = pairs[pairs.len() / 2];
    println!(
        "{}: {} files, {} bytes: check {:?}, events {:?}, ratio {:.2} (median of {})",
        case.name,
        case.sources.len(),
        case.bytes(),
        median.0,
        median.1,
        ratio(median),
        pairs.len()
    );
}

fn ratio((check, events): (Duration, Duration)) -> f64 {
    check.as_secs_f64() / events.as_secs_f64()
}
