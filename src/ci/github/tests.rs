//! What the reader makes of whole workflows. The fixtures are our own.

use crate::ci::*;
use crate::facts::runners::Runner as Class;
use crate::files::Memory;
use crate::project::Project;

fn read(files: &[(&str, &str)]) -> Model {
    let tree = Memory::new(files.iter().copied());
    crate::ci::read(&tree, &Project::read(&tree))
}

/// The pipeline of one workflow.
fn workflow(text: &str) -> Pipeline {
    read(&[(".github/workflows/w.yml", text)]).pipelines.remove(0)
}

fn job<'p>(pipeline: &'p Pipeline, id: &str) -> &'p Job {
    pipeline.jobs.iter().find(|job| job.id == id).expect("job")
}

fn text(at: &crate::diagnostic::Location) -> &str {
    at.source.slice(at.span)
}

#[test]
fn triggers_in_every_form() {
    let labels = |on: &str| -> Vec<String> {
        let pipeline = workflow(&format!("{on}\njobs: {{}}\n"));
        pipeline.triggers.iter().map(Trigger::label).collect()
    };
    assert_eq!(labels("on: push"), ["push"]);
    assert_eq!(labels("\"on\": [push, release]"), ["push", "release"]);
    assert_eq!(labels("true: push"), ["push"]);
    assert_eq!(
        labels("on:\n  push:\n    tags: v*\n  workflow_dispatch:"),
        ["push:tags", "workflow_dispatch"]
    );
    assert_eq!(labels("on:\n  push: {branches: [main], tags: [v1]}"), ["push"]);
    assert_eq!(labels("on:\n  push:\n    branches-ignore: [x]"), ["push:branches"]);
    assert!(labels("on:").is_empty());
    assert!(!workflow("on: workflow_call\njobs: {}").entry);
    assert!(workflow("on: [workflow_call, push]\njobs: {}").entry);
}

#[test]
fn identity_follows_githubs_computation() {
    let pipeline = workflow(
        "on: push
permissions: {id-token: write}
jobs:
  inherits: {runs-on: ubuntu-latest, steps: []}
  loses: {runs-on: ubuntu-latest, permissions: {contents: read}, steps: []}
  empty: {runs-on: ubuntu-latest, permissions: {}, steps: []}
  all: {runs-on: ubuntu-latest, permissions: write-all, steps: []}
  reads: {runs-on: ubuntu-latest, permissions: read-all, steps: []}
",
    );
    let state = |id: &str| (job(&pipeline, id).identity.state, job(&pipeline, id).identity.level);
    assert_eq!(state("inherits"), (IdentityState::Granted, Some(Level::Pipeline)));
    assert_eq!(state("loses").0, IdentityState::Withheld);
    assert_eq!(state("empty").0, IdentityState::Withheld);
    assert_eq!(state("all"), (IdentityState::Granted, Some(Level::Job)));
    assert!(job(&pipeline, "all").identity.write_all);
    assert_eq!(state("reads").0, IdentityState::Withheld);
    let at = job(&pipeline, "inherits").identity.at.as_ref().expect("a place");
    assert_eq!(text(at), "id-token: write");
    let bare = workflow("on: push\njobs: {a: {runs-on: ubuntu-latest, steps: []}}");
    assert_eq!(job(&bare, "a").identity.state, IdentityState::Missing);
}

const CALLEE: &str = "on:
  workflow_call:
    inputs: {cmd: {type: string, default: npm test}}
    secrets: {npm: {required: false}}
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: ${{ inputs.cmd }}
        env:
          NODE_AUTH_TOKEN: ${{ secrets.npm }}
          OTHER: ${{ secrets.NPM_TOKEN }}
";

fn called(with: &str) -> Model {
    let caller = format!("on: push\njobs:\n  call:\n    uses: ./.github/workflows/b.yml\n{with}");
    read(&[(".github/workflows/a.yml", &caller), (".github/workflows/b.yml", CALLEE)])
}

fn inner(model: &Model) -> &Job {
    let call = model.pipelines[0].jobs[0].call.as_ref().expect("a call");
    &call.jobs.as_ref().expect("seen")[0]
}

#[test]
fn called_workflows_get_what_the_caller_hands_over() {
    let model = called(
        "    permissions: {id-token: write}\n    with: {cmd: npm publish}\n    secrets: {npm: '${{ secrets.X }}'}\n",
    );
    let job = inner(&model);
    assert_eq!(job.identity.state, IdentityState::Granted);
    assert_eq!(job.identity.level, Some(Level::Inherited));
    let step = &job.steps[0];
    assert_eq!(step.script().map(Script::text), Some("npm publish"));
    let values: Vec<&Value> = step.env.iter().map(|var| &var.value).collect();
    assert_eq!(values, [&Value::Secret("X".into()), &Value::Empty]);
    assert_eq!(job.origin[0].target.as_deref(), Some(".github/workflows/b.yml"));

    let model = called("    secrets: inherit\n");
    assert_eq!(inner(&model).identity.state, IdentityState::Withheld);
    assert_eq!(inner(&model).steps[0].script().map(Script::text), Some("npm test"));
    let values: Vec<&Value> = inner(&model).steps[0].env.iter().map(|var| &var.value).collect();
    assert_eq!(values, [&Value::Secret("npm".into()), &Value::Secret("NPM_TOKEN".into())]);

    // Seen by itself, nobody knows what a caller grants.
    let alone = &model.pipelines[1];
    assert!(!alone.entry);
    assert_eq!(alone.jobs[0].identity.state, IdentityState::Unknown);
}

#[test]
fn workflows_that_call_each_other_end() {
    let call = |to: &str| {
        format!(
            "on: [workflow_call, push]\njobs:\n  a: {{uses: ./.github/workflows/{to}.yml}}\n  b: {{uses: ./.github/workflows/{to}.yml}}\n"
        )
    };
    let files: Vec<(String, String)> = (0..30)
        .map(|index| (format!(".github/workflows/{index}.yml"), call(&((index + 1) % 30).to_string())))
        .collect();
    let tree = Memory::new(files);
    let model = crate::ci::read(&tree, &Project::read(&tree));
    assert_eq!(model.pipelines.len(), 30);
}

#[test]
fn composite_actions_stand_in_place_of_the_call() {
    let model = read(&[
        (
            ".github/workflows/w.yml",
            "on: push
jobs:
  p:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@1234567890123456789012345678901234567890 # v9.9.9
      - uses: ./.github/actions/release
        with: {Token: '${{ secrets.NPM_TOKEN }}', node: 22}
        env: {FROM: caller}
      - uses: $/gone
      - uses: ./js
",
        ),
        (
            ".github/actions/release/action.yaml",
            "inputs: {token: {required: true}, node: {default: 24}, extra: {default: ''}}
runs:
  using: composite
  steps:
    - uses: actions/setup-node@v4
      with: {node-version: '${{ inputs.node }}'}
    - run: npm publish
      shell: bash
      env: {NODE_AUTH_TOKEN: '${{ inputs.token }}', EXTRA: '${{ inputs.extra }}', SECRET: '${{ secrets.X }}'}
",
        ),
        ("js/action.yml", "runs: {using: node24, main: index.js}"),
    ]);
    let job = &model.pipelines[0].jobs[0];
    let leaves = job.leaves();
    assert_eq!(leaves.len(), 5);
    let StepKind::Uses { version, comment, .. } = &leaves[0].kind else { panic!("an action") };
    assert_eq!(version.as_deref(), Some("1234567890123456789012345678901234567890"));
    assert_eq!(comment.as_deref(), Some("v9.9.9"));
    let node = leaves[1].input("node-version").expect("set");
    assert_eq!(node.text.value.as_deref(), Some("22"));
    let publish = leaves[2];
    assert_eq!(publish.at.source.path(), ".github/actions/release/action.yaml");
    assert_eq!(publish.origin[0].name, "./.github/actions/release");
    let value = |name: &str| job.variable(publish, name).map(|var| var.value.clone());
    assert_eq!(value("NODE_AUTH_TOKEN"), Some(Value::Secret("NPM_TOKEN".into())));
    assert_eq!(value("EXTRA"), Some(Value::Empty));
    assert_eq!(value("SECRET"), Some(Value::Empty), "an action has no secrets");
    assert_eq!(value("FROM"), Some(Value::Static("caller".into())));
    let unknowns: Vec<&str> = job.unknowns.iter().map(|unknown| unknown.what.as_str()).collect();
    assert_eq!(unknowns, ["action $/gone, which is not in the repository", "code of the action ./js"]);
}

#[test]
fn matrix_runner_and_container() {
    let pipeline = workflow(
        "on: push
jobs:
  matrix:
    strategy:
      matrix:
        os: [ubuntu-latest, blacksmith-4vcpu-ubuntu-2404]
        settings: [{host: macos-15, node: 22}]
        include: [{os: windows-latest}]
    runs-on: ${{ matrix.os }}
    container: node:22
    steps: []
  nested:
    strategy: {matrix: {settings: [{host: macos-15}, {host: windows-2022}]}}
    runs-on: ${{ matrix.settings.host }}
    steps: []
  list: {runs-on: [linux, self-hosted], steps: []}
  group: {runs-on: {group: big, labels: ubuntu-latest}, steps: []}
  input: {runs-on: '${{ vars.RUNNER }}', steps: []}
",
    );
    let class = |id: &str| job(&pipeline, id).runner.class;
    assert_eq!(class("matrix"), Class::SelfHosted, "the least trusted counts");
    assert_eq!(job(&pipeline, "matrix").runner.labels.len(), 3);
    assert_eq!(class("nested"), Class::Hosted);
    assert_eq!(class("list"), Class::SelfHosted);
    assert_eq!(class("group"), Class::Unknown);
    assert_eq!(class("input"), Class::Unknown);
    assert_eq!(
        job(&pipeline, "matrix").container.as_ref().map(|c| c.image.written.as_str()),
        Some("node:22")
    );
}

#[test]
fn environments_conditions_and_folders() {
    let pipeline = workflow(
        "on: push
defaults: {run: {working-directory: packages}}
concurrency: {group: g, cancel-in-progress: true}
jobs:
  p:
    runs-on: ubuntu-latest
    if: ${{ startsWith(github.ref, 'refs/tags/') }}
    environment: {name: npm, url: https://example.org}
    steps:
      - run: npm publish
      - run: npm publish
        working-directory: ./dist
        if: false
  off: {runs-on: ubuntu-latest, if: '${{ false && true }}', environment: '', steps: []}
",
    );
    let p = job(&pipeline, "p");
    assert_eq!(p.environment.as_ref().map(|environment| environment.name.written.as_str()), Some("npm"));
    assert_eq!(p.conditions[0].text, "startsWith(github.ref, 'refs/tags/')");
    assert!(p.conditions[0].limits_ref && !p.conditions[0].never);
    let kinds: Vec<GuardKind> = p.guards.iter().map(|guard| guard.kind).collect();
    assert_eq!(kinds, [GuardKind::Environment, GuardKind::BranchFilter]);
    let folders: Vec<_> = p
        .steps
        .iter()
        .map(|step| match &step.kind {
            StepKind::Run { directory, .. } => directory.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(folders, [Some("packages"), Some("dist")]);
    assert!(p.steps[1].condition.as_ref().is_some_and(|condition| condition.never));
    let off = job(&pipeline, "off");
    assert!(off.environment.is_none() && off.conditions[0].never);
    let cancel = pipeline.concurrency.as_ref().and_then(|concurrency| concurrency.cancel.as_ref());
    assert_eq!(cancel.map(|cancel| cancel.written.as_str()), Some("true"));
}

#[test]
fn syntax_of_2026_and_oddities_are_read() {
    let pipeline = workflow(
        "on: push
env: &env {A: '1'}
concurrency: {group: g, queue: max}
unknown-key: [1, 2]
jobs:
  p:
    runs-on: ubuntu-latest
    env: *env
    future: {x: y}
    steps:
      - parallel:
          - run: npm test
          - {run: npm publish, background: true}
      - wait-all: {}
      - run: ''
      - just a string
  not-a-job: 3
",
    );
    assert_eq!(pipeline.jobs.len(), 1);
    let p = job(&pipeline, "p");
    let scripts: Vec<&str> = p.steps.iter().filter_map(|step| step.script().map(Script::text)).collect();
    assert_eq!(scripts, ["npm test", "npm publish", ""]);
    assert_eq!(p.env.iter().filter(|var| var.name == "A").count(), 2);
}

#[test]
fn caches_come_by_action_and_by_input() {
    let pipeline = workflow(
        "on: push
jobs:
  p:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache/restore@v4
      - uses: actions/setup-node@v4
        with: {cache: pnpm}
      - uses: actions/setup-node@v4
        with: {cache: ''}
      - uses: Swatinem/rust-cache@v2
",
    );
    let by: Vec<(&str, bool)> =
        job(&pipeline, "p").caches.iter().map(|cache| (cache.by.as_str(), cache.saves)).collect();
    assert_eq!(
        by,
        [("actions/cache/restore", false), ("actions/setup-node", true), ("swatinem/rust-cache", true)]
    );
}

#[test]
fn unreadable_files_are_problems() {
    let model = read(&[
        (".github/workflows/a.yml", "on: [push\njobs: {"),
        (".github/workflows/b.yml", "on: push\njobs: {}"),
    ]);
    assert_eq!(model.pipelines.len(), 2);
    assert_eq!(model.problems.len(), 1);
    assert_eq!(model.problems[0].file, ".github/workflows/a.yml");
}
