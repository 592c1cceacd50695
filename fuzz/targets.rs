//! What is fuzzed, and what must hold for any input. A broken promise is a panic.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use clap::ValueEnum;
use trustpub::ci;
use trustpub::facts::Date;
use trustpub::files::{Memory, Overlay};
use trustpub::project::Project;
use trustpub::render::{self, GenerateError};
use trustpub::report::{Format, Report, paths};
use trustpub::rules::{self, Context, Outcome, Run, Selection};
use trustpub::shell::{self, Dialect, Variables};
use trustpub::text::{Source, Span};
use trustpub::yaml::{self, Node, edit, emit};

/// Begins the line that names the file which the following lines are.
pub(crate) const FILE_MARK: &str = "==== ";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The YAML tree and every question that can be asked of it
    Yaml,
    /// Edits of YAML, checked and read again
    Edits,
    /// The shell reader and its variables
    Shell,
    /// The spec, as far as the files rendered from it
    Spec,
    /// The whole check: project, readers, rules, reports, fixes
    Check,
    /// The same over a Jenkinsfile, and over Azure's, Bitbucket's and Buildkite's pipelines
    Readers,
}

impl Target {
    pub(crate) fn name(self) -> String {
        self.to_possible_value().expect("no variant is hidden").get_name().to_owned()
    }

    /// Tries an input; gives its traits: what it made the code do.
    pub(crate) fn run(self, input: &str) -> Traits {
        let mut traits = Traits::default();
        match self {
            Self::Yaml => yaml(input, &mut traits),
            Self::Edits => edits(input, &mut traits),
            Self::Shell => shell(input, &mut traits),
            Self::Spec => spec(input, &mut traits),
            Self::Check => check(input, &mut traits),
            Self::Readers => readers(input, &mut traits),
        }
        traits
    }
}

/// Hashes of what an input made the code do. They stand in for the coverage that a stable toolchain cannot see.
#[derive(Default)]
pub(crate) struct Traits(Vec<u64>);

impl Traits {
    fn add(&mut self, what: impl Hash) {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.0.push(hasher.finish());
    }

    /// A message without what it quotes and counts.
    fn add_message(&mut self, message: &str) {
        let unquoted = message.split('`').step_by(2);
        let words = unquoted.flat_map(|part| part.split(|c: char| !c.is_ascii_alphabetic() && c != '-'));
        self.add(words.collect::<Vec<_>>());
    }
}

impl IntoIterator for Traits {
    type Item = u64;
    type IntoIter = std::vec::IntoIter<u64>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A number by its power of two.
fn scale(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}

fn inside(source: &Source, span: Span) {
    let text = source.text();
    assert!(
        span.start <= span.end && text.get(span.start..span.end).is_some(),
        "{span:?} of {} bytes",
        text.len()
    );
}

/// Calls `visit` with every node as written.
fn walk<'t>(tree: &'t yaml::Tree, mut visit: impl FnMut(Node<'t>)) {
    let mut open: Vec<Node<'_>> = tree.documents().collect();
    while let Some(node) = open.pop() {
        visit(node);
        if node.is_alias() {
            continue;
        }
        for (key, value) in node.own_entries() {
            open.extend([key, value]);
        }
        open.extend(node.items());
    }
}

fn yaml(input: &str, traits: &mut Traits) {
    let source = Source::new("a.yml", input);
    let tree = yaml::parse(&source);
    for span in
        tree.errors().iter().map(|error| error.span).chain(tree.comments().iter().map(|comment| comment.span))
    {
        inside(&source, span);
    }
    for error in tree.errors() {
        traits.add_message(&error.message);
    }
    traits.add(("comments", scale(tree.comments().len()), scale(tree.duplicates().len())));
    traits.add(("documents", scale(tree.documents().len())));
    walk(&tree, |node| {
        inside(&source, node.span());
        inside(&source, node.written_span());
        let shape = (node.is_mapping(), node.is_alias(), node.as_str().map(|text| scale(text.len())));
        let marks = (node.tag().is_some(), node.anchor().is_some(), node.unresolved_alias().is_some());
        traits.add((shape, marks, node.as_bool(), scale(node.own_entries().count())));
        let _ = (node.tag(), node.anchor(), node.unresolved_alias(), node.as_bool(), node.as_bool_1_1());
        assert_eq!(node.entries().count() > 0, node.entries().next().is_some());
        // A key is looked for among all: a few of many thousand are enough.
        for (key, value) in node.own_entries().take(64) {
            if let Some(name) = key.as_str() {
                assert!(node.get(name).is_some(), "{name:?} is written and not found");
            }
            let _ = value.pointer("/0/a");
        }
        if let Some(text) = node.as_str() {
            let map = node.text_map();
            for at in [0, text.len() / 2, text.len()] {
                let span = map.span(at..text.len());
                assert!(span.start <= span.end && span.end <= input.len());
            }
            let written = emit::scalar(text);
            let again = yaml::parse(&Source::new("b.yml", written.as_str()));
            assert_eq!(again.root().and_then(Node::as_str), Some(text), "from {written:?}");
        }
    });
    for offset in [0, input.len() / 3, input.len()] {
        let _ = tree.path_at(offset);
    }
}

fn edits(input: &str, traits: &mut Traits) {
    /// Each edit parses the text again.
    const NODES: usize = 8;
    let source = Source::new("a.yml", input);
    let tree = yaml::parse(&source);
    let mut mappings = Vec::new();
    walk(&tree, |node| mappings.extend((node.own_entries().count() > 0).then_some(node)));
    for node in mappings.iter().step_by(mappings.len().div_ceil(NODES).max(1)).copied() {
        let mut try_edit = |what: &str, edits: Result<Vec<_>, edit::EditError>| {
            let made = edits.map_err(|error| error.to_string());
            let new = made.and_then(|edits| edit::checked(&tree, &edits).map_err(|error| error.to_string()));
            match &new {
                Ok(_) => traits.add((what, node.is_flow())),
                Err(error) => traits.add_message(error),
            }
            new.ok()
        };
        let _ = try_edit("first", edit::insert_key(node, edit::Place::First, "zz-new", "true"));
        let _ = try_edit("last", edit::insert_key(node, edit::Place::Last, "zz-new", "|\n  npm ci"));
        for (key, value) in node.own_entries().next().into_iter().chain(node.own_entries().last()) {
            let Some(name) = key.as_str() else { continue };
            let _ = try_edit("rename", edit::rename_key(node, name, "zz-new"));
            let _ = try_edit("remove", edit::remove_key(node, name));
            let _ = try_edit("remove item", edit::remove_item(value, 0));
            let _ = try_edit("append item", edit::append_item(value, "'x: y'"));
            if let Some(new) = try_edit("replace", edit::replace_value(node, name, "[a, b]"))
                && new.errors().is_empty()
                && tree.documents().len() == 1
            {
                let new_text = new.source().text();
                assert!(new_text.contains("[a, b]"), "the value is not in {new_text:?}");
            }
        }
    }
}

fn shell(input: &str, traits: &mut Traits) {
    for dialect in [Dialect::Posix, Dialect::PowerShell, Dialect::Cmd] {
        let script = shell::read(input, dialect);
        let mut variables = Variables::default();
        for command in &script.commands {
            assert!(command.scope < script.scopes.len());
            assert!(input.get(command.span.start..command.span.end).is_some(), "{:?}", command.span);
            let links =
                (command.link as u8, command.kind as u8, command.conditional, command.function.is_some());
            let sizes = (scale(command.words.len()), command.assignments.len().min(3), scale(command.depth));
            traits.add((dialect, links, sizes));
            for word in &command.words {
                assert_eq!(input.get(word.span.start..word.span.end), Some(word.raw));
            }
            for redirect in &command.redirects {
                traits.add((dialect, redirect.operator, redirect.heredoc.is_some()));
                if let Some(heredoc) = redirect.heredoc {
                    assert!(input.get(heredoc.body.start..heredoc.body.end).is_some());
                }
            }
            let fields = variables.expand(&command.words);
            traits.add(("fields", scale(fields.len())));
            variables.observe(command);
        }
    }
}

fn spec(input: &str, traits: &mut Traits) {
    let manifest =
        r#"{"name": "@acme/one", "version": "1.0.0", "repository": "https://github.com/acme/one"}"#;
    let files = [
        ("trustpub.yml", input),
        ("package.json", manifest),
        ("package-lock.json", r#"{"lockfileVersion": 3}"#),
    ];
    match render::generate(&Memory::new(files)) {
        Ok(_) => traits.add("generated"),
        Err(
            GenerateError::NoSpec
            | GenerateError::OtherName(_)
            | GenerateError::NoFile
            | GenerateError::Read(_),
        ) => {}
        Err(GenerateError::Spec(findings)) => {
            assert!(!findings.is_empty(), "a refusal without a reason");
            for finding in &findings {
                inside(&finding.location.source, finding.location.span);
                traits.add_message(&finding.message);
            }
            let _ = trustpub::report::text::findings(&findings);
        }
        Err(GenerateError::SelfCheck(error)) => {
            panic!("a spec that was accepted renders what is refused: {error}")
        }
    }
}

/// The files of an input: parts that begin with [`FILE_MARK`]; a text without it is a workflow.
fn files(input: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in input.split_inclusive('\n') {
        match (line.strip_prefix(FILE_MARK), files.last_mut()) {
            (Some(path), _) => files.push((path.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => files.push((".github/workflows/a.yml".to_owned(), line.to_owned())),
        }
    }
    files
}

/// One text as the file of each system without an identity for npm, with a template that it may call.
fn readers(input: &str, traits: &mut Traits) {
    let manifest = r#"{"name": "@acme/one", "version": "1.0.0", "scripts": {"release": "npm publish"}}"#;
    let files = ["Jenkinsfile", "azure-pipelines.yml", "bitbucket-pipelines.yml", ".buildkite/pipeline.yml"];
    for file in files {
        let beside = [("package.json", manifest), ("ci/publish.yml", input), (file, input)];
        checked(&Memory::new(beside), traits);
    }
}

fn check(input: &str, traits: &mut Traits) {
    let tree = Memory::new(files(input));
    let findings = checked(&tree, traits);
    for with_unsafe in [false, true] {
        let plan = rules::plan_fixes(&tree, &findings, with_unsafe);
        if !plan.files.is_empty() {
            checked(&Overlay::new(&tree, Memory::new(plan.files)), traits);
        }
    }
}

fn checked(tree: &dyn trustpub::files::Tree, traits: &mut Traits) -> Vec<trustpub::diagnostic::Finding> {
    let project = Project::read(tree);
    let model = ci::read(tree, &project);
    let today = "2026-11-22".parse::<Date>().expect("a date");
    let context =
        Context { model: &model, project: &project, spec: None, spec_faults: &[], today: Some(today) };
    let selection = Selection::new(&[], &[], true).expect("nothing is selected by name");
    let outcome = Outcome::of(&context, &selection, None);
    let run = Run::new(&selection);
    let publishing = ci::stream(tree, &project, &|file| run.files(&Context { model: file, ..context }));
    let streamed = run.finish(&Context { model: &publishing, ..context }, None);
    let key = |finding: &trustpub::diagnostic::Finding| {
        (
            finding.rule,
            finding.location.source.path().to_owned(),
            finding.location.span,
            finding.message.clone(),
        )
    };
    let keys = |outcome: &Outcome| outcome.findings.iter().map(key).collect::<Vec<_>>();
    assert_eq!(keys(&outcome), keys(&streamed), "file by file, something else is found");
    assert_eq!(model.paths.len(), publishing.paths.len());
    for finding in &outcome.findings {
        inside(&finding.location.source, finding.location.span);
        traits.add((finding.rule, finding.severity, finding.fix.is_some()));
        for related in &finding.related {
            inside(&related.location.source, related.location.span);
        }
    }
    for path in &model.paths {
        traits.add((path.provider, path.command.tool, path.auth, path.guard(), path.runner, path.registry));
        traits.add(path.chain.iter().map(|hop| hop.kind).collect::<Vec<_>>());
    }
    for problem in &model.problems {
        traits.add_message(&problem.message);
    }
    let report = Report {
        findings: &outcome.findings,
        publish_paths: &model.paths,
        rules: &[],
        files: 1,
        suppressed: outcome.suppressed,
    };
    for format in [Format::Json, Format::Sarif, Format::Codequality] {
        let text = report.render(format);
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
    }
    for format in [Format::Text, Format::Github, Format::Junit] {
        let _ = report.render(format);
    }
    for format in [paths::Format::Text, paths::Format::Json, paths::Format::Mermaid, paths::Format::Svg] {
        assert!(paths::render(&model, format).ends_with('\n'));
    }
    outcome.findings
}
