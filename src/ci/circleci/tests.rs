use crate::ci::{GuardKind, IdentityState, Job, Pipeline, Repository, StepKind, Value};
use crate::files::Memory;
use crate::project::Project;

fn read(config: &str) -> Pipeline {
    let tree = Memory::new([(".circleci/config.yml", config)]);
    let project = Project::read(&tree);
    let repository = Repository::new(&tree, &project);
    super::read(&repository, ".circleci/config.yml").expect("a pipeline")
}

/// The steps of a job, each as one line.
fn steps(job: &Job) -> Vec<String> {
    let line = |kind: &StepKind| match kind {
        StepKind::Run { script, directory, .. } => {
            format!("{} @{}", script.text().trim_end(), directory.as_deref().unwrap_or("?"))
        }
        StepKind::Uses { action, version, .. } => {
            format!("uses {action} {}", version.as_deref().unwrap_or(""))
        }
        StepKind::Builtin { name, .. } => name.clone(),
    };
    job.leaves().iter().map(|step| line(&step.kind)).collect()
}

const CONFIG: &str = r#"version: 2.1
orbs:
  node: circleci/node@5.2.0
  own:
    commands:
      greet: {parameters: {who: {type: string, default: you}}, steps: [{run: "echo << parameters.who >>"}]}
    jobs:
      inner: {docker: [{image: alpine}], steps: [greet]}
parameters:
  node-version: {type: string, default: "24.14"}
executors:
  here:
    parameters: {tag: {type: string, default: "1"}}
    docker: [{image: "cimg/node:<< parameters.tag >>"}]
    resource_class: medium
    environment: {A: "<< parameters.tag >>", EMPTY: ""}
commands:
  setup:
    parameters:
      after: {type: steps, default: []}
      install: {type: boolean, default: true}
    steps:
      - checkout
      - when: {condition: << parameters.install >>, steps: [{run: npm ci}]}
      - unless: {condition: << parameters.install >>, steps: [{run: echo none}]}
      - steps: << parameters.after >>
jobs:
  publish:
    parameters: {token: {type: env_var_name, default: NPM_TOKEN}, cmd: {type: string}}
    executor: {name: here, tag: << pipeline.parameters.node-version >>}
    steps:
      - setup: {after: [{run: echo after}]}
      - node/install: {node-version: "24"}
      - restore_cache: {key: a}
      - own/greet: {who: me}
      - run:
          name: Publish
          command: |
            cat \<<EOF > x
            ${<< parameters.token >>}
            EOF
            export NPM_ID_TOKEN=$(circleci run oidc get --claims '{"aud": "npm:x"}')
            << parameters.cmd >> --tag << parameters.unknown >>
          working_directory: ~/project/packages/a
          environment: {B: "1"}
  self: {machine: true, resource_class: acme/big, steps: [checkout]}
workflows:
  release:
    jobs:
      - hold: {type: approval}
      - publish:
          name: go
          cmd: npm publish
          context: [npm-publish, "<< pipeline.parameters.node-version >>"]
          requires: [hold]
          filters: {branches: {ignore: /.*/}, tags: {only: /^v.*/}}
          pre-steps: [{run: echo first}]
      - self
      - node/test
      - own/inner
      - none
  never:
    when: false
    jobs: [self]
"#;

#[test]
fn jobs_run_as_the_workflow_says() {
    let pipeline = read(CONFIG);
    let ids: Vec<&str> = pipeline.jobs.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(ids, ["hold", "go", "self", "node/test", "own/inner"]);
    assert!(pipeline.entry);
    let unknown: Vec<&str> = pipeline.unknowns.iter().map(|unknown| unknown.what.as_str()).collect();
    assert_eq!(unknown, ["job none, which is not defined"]);
    let imports: Vec<&str> = pipeline.imports.iter().map(|import| import.written.as_str()).collect();
    assert_eq!(imports, ["circleci/node@5.2.0", "inline orb"]);
}

#[test]
fn parameters_commands_and_orbs_are_followed() {
    let pipeline = read(CONFIG);
    let job = &pipeline.jobs[1];
    assert_eq!(
        steps(job),
        [
            "echo first @",
            "checkout",
            "npm ci @",
            "echo after @",
            "uses node/install 5.2.0",
            "restore_cache",
            "echo me @",
            "cat <<EOF > x\n${NPM_TOKEN}\nEOF\nexport NPM_ID_TOKEN=$(circleci run oidc get --claims '{\"aud\": \"npm:x\"}')\n\
             npm publish --tag << parameters.unknown >> @packages/a",
        ]
    );
    assert_eq!(job.unknowns.len(), 1);
    assert!(job.unknowns[0].what.contains("circleci/node@5.2.0"));
    let image = &job.container.as_ref().expect("an image").image;
    assert_eq!(image.value.as_deref(), Some("cimg/node:24.14"));
    let env: Vec<_> = job.env.iter().map(|var| (var.name.as_str(), var.value.clone())).collect();
    assert_eq!(env, [("A", Value::Static("24.14".to_owned())), ("EMPTY", Value::Empty)]);
    let origin: Vec<&str> = job.steps[2].origin.iter().map(|hop| hop.name.as_str()).collect();
    assert_eq!(origin, ["setup"]);
    assert_eq!(job.caches.len(), 1);
}

#[test]
fn contexts_filters_and_identity() {
    let pipeline = read(CONFIG);
    let job = &pipeline.jobs[1];
    let guards: Vec<_> = job.guards.iter().map(|guard| (guard.kind, guard.name.as_str())).collect();
    assert_eq!(
        guards,
        [
            (GuardKind::Context, "npm-publish"),
            (GuardKind::Context, "24.14"),
            (GuardKind::BranchFilter, "branches ignore /.*/; tags only /^v.*/")
        ]
    );
    assert!(job.conditions.iter().all(|condition| !condition.never));
    assert_eq!(job.needs[0].written, "hold");
    assert_eq!(job.identity.state, IdentityState::Granted);
    let token = &job.identity.tokens[0];
    assert_eq!((token.name.as_str(), token.audiences[0].written.as_str()), ("NPM_ID_TOKEN", "npm:x"));
    assert!(pipeline.jobs[2].guards.is_empty() && pipeline.jobs[2].identity.tokens.is_empty());
}

#[test]
fn machines() {
    use crate::facts::runners::Runner;
    let pipeline = read(CONFIG);
    let classes: Vec<Runner> = pipeline.jobs.iter().map(|job| job.runner.class).collect();
    assert_eq!(classes[1..3], [Runner::Hosted, Runner::SelfHosted]);
    assert_eq!(classes[3], Runner::Unknown, "an orb's job runs where the orb says");
}

#[test]
fn claims_that_are_no_json_have_no_audience() {
    let config = "version: 2.1\njobs:\n  build:\n    docker: [{image: a}]\n    steps:\n      - run: |\n          \
        export NPM_ID_TOKEN=$(circleci run oidc get --claims '{\\\"aud\\\": \\\"npm:x\\\"}')\n";
    let pipeline = read(config);
    assert_eq!(pipeline.jobs[0].id, "build");
    assert!(pipeline.jobs[0].identity.tokens[0].audiences.is_empty());
}

#[test]
fn setup_workflows_lead_to_other_files() {
    let tree = Memory::new([
        (".circleci/config.yml", "version: 2.1\nsetup: true\njobs: {}\nworkflows: {}\n"),
        (
            ".circleci/continue.yml",
            "version: 2.1\njobs: {build: {docker: [{image: a}], steps: [{run: npm publish}]}}\n",
        ),
        (".circleci/notes.yml", "a: 1\n"),
    ]);
    let project = Project::read(&tree);
    let repository = Repository::new(&tree, &project);
    let main = super::read(&repository, ".circleci/config.yml").expect("a pipeline");
    assert_eq!(main.unknowns.len(), 1);
    let next = super::read(&repository, ".circleci/continue.yml").expect("a pipeline");
    assert!(next.entry && next.jobs.len() == 1);
    assert!(super::read(&repository, ".circleci/notes.yml").is_none());
}

#[test]
fn loops_and_odd_shapes_end() {
    let config = "version: 2.1\ncommands: {a: {steps: [b]}, b: {steps: [a, a, a]}}\njobs:\n  x: {steps: [a, [], {}, {run: }, 3]}\n\
        workflows: {w: {jobs: [x, {}, {x: 3}, {x: {requires: {a: 1}, filters: [], matrix: {parameters: 3}}}]}}\n";
    assert!(!read(config).jobs.is_empty());
    for odd in ["[]", "a", "{jobs: 3}", "{jobs: {build: 3}}", "{workflows: 1, jobs: {build: {steps: 3}}}"] {
        let tree = Memory::new([(".circleci/config.yml", odd)]);
        let project = Project::read(&tree);
        let _ = super::read(&Repository::new(&tree, &project), ".circleci/config.yml");
    }
}
