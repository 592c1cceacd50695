use crate::ci::{GuardKind, Job, Pipeline, Repository, StepKind, Value};
use crate::facts::runners::Runner;
use crate::files::Memory;
use crate::project::Project;

fn read(config: &str) -> Pipeline {
    let tree = Memory::new([(".buildkite/pipeline.yml", config)]);
    let project = Project::read(&tree);
    super::read(&Repository::new(&tree, &project), ".buildkite/pipeline.yml").expect("a pipeline")
}

const CONFIG: &str = r#"env: {NPM_CONFIG_LOGLEVEL: warn}
agents: {queue: default}
steps:
  - label: ":npm: test"
    key: test
    commands: [npm ci, npm test]
  - wait
  - block: Release?
  - group: release
    if: build.branch == "main"
    steps:
      - label: Publish
        branches: "main release/*"
        depends_on: [test, {step: lint}]
        agents: {queue: release}
        secrets: [NPM_TOKEN]
        env: {A: "$$B", TAG: next}
        concurrency: 1
        concurrency_group: publish
        timeout_in_minutes: 10
        soft_fail: true
        command: |
          echo "//host/:_authToken=$$NPM_TOKEN" > .npmrc
          npm publish --tag $$TAG
        plugins:
          - docker#v5.12.0: {image: "node:24.19.0", environment: [NPM_TOKEN]}
          - seek-oss/aws-sm#v2.3.2: {env: {OTHER_NPM_TOKEN: npm/token}}
          - cache#v1.5.2: {restore: file, save: file}
  - command: npm publish
    skip: not yet
  - trigger: other-pipeline
  - plugins: {docker-compose#v5.0.0: {run: app}}
  - command: ./steps.sh | buildkite-agent pipeline upload
"#;

fn job(id: &str) -> Job {
    let jobs = read(CONFIG).jobs;
    jobs.into_iter().find(|job| job.id == id).expect("a job of this name")
}

#[test]
fn command_steps_are_jobs() {
    let pipeline = read(CONFIG);
    let ids: Vec<&str> = pipeline.jobs.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(ids, ["test", "Publish", "step 3", "step 4", "step 5"]);
    assert_eq!(pipeline.triggers[0].label(), "pipeline-settings", "what starts it is in no file");
    assert_eq!(job("test").runner.labels, ["queue=default"]);
    assert_eq!(job("test").runner.class, Runner::Unknown);
    assert!(job("step 3").conditions.iter().any(|condition| condition.never));
    assert_eq!(job("step 5").unknowns[0].what, "steps that a script uploads");
}

#[test]
fn a_step_has_what_its_group_block_and_plugins_say() {
    let job = job("Publish");
    let filters: Vec<_> = job.guards.iter().map(|guard| (guard.kind, guard.name.as_str())).collect();
    assert_eq!(
        filters,
        [
            (GuardKind::BranchFilter, "branches: main release/*"),
            (GuardKind::BranchFilter, "build.branch == \"main\""),
        ]
    );
    assert!(job.conditions.iter().any(|condition| condition.text == "block: Release?"));
    assert_eq!(
        job.container.as_ref().map(|container| container.image.written.as_str()),
        Some("node:24.19.0")
    );
    let needs: Vec<_> = job.needs.iter().map(crate::ci::Scalar::shown).collect();
    assert_eq!(needs, ["test", "lint"]);
    let secret = |name: &str| job.env.iter().find(|var| var.name == name).map(|var| var.value.clone());
    assert_eq!(secret("NPM_TOKEN"), Some(Value::Secret("NPM_TOKEN".to_owned())));
    assert_eq!(secret("OTHER_NPM_TOKEN"), Some(Value::Secret("npm/token".to_owned())));
    assert_eq!((job.caches[0].restores, job.caches[0].saves), (true, true));
    let script = job.steps.iter().find_map(|step| step.script()).expect("a script").text();
    assert!(script.contains("_authToken=$NPM_TOKEN") && script.contains("--tag $TAG"), "{script}");
}

#[test]
fn a_service_of_a_compose_file_is_an_image_that_is_not_seen() {
    let job = job("step 4");
    assert_eq!(job.container.and_then(|container| container.image.value), None);
    assert!(matches!(&job.steps[0].kind, StepKind::Uses { action, .. } if action == "docker-compose"));
}

#[test]
fn conditions_that_leave_branches_out_limit_nothing() {
    for (condition, limits) in [
        ("branches: '!main'", false),
        ("branches: '*'", false),
        ("branches: v*", true),
        ("if: build.tag != null", true),
        ("if: build.branch != \"main\"", false),
        ("if: build.branch =~ /^v/", true),
        ("if: build.message =~ /release/", false),
    ] {
        let job = read(&format!("- command: npm publish\n  {condition}\n")).jobs.swap_remove(0);
        assert_eq!(!job.guards.is_empty(), limits, "{condition}");
    }
}

#[test]
fn what_is_no_pipeline_has_no_jobs() {
    for text in ["", "a", "steps: 7", "steps: [1, wait, {wait: ~}, {input: x}]", "name: Plugin"] {
        assert!(read(text).jobs.is_empty(), "{text:?}");
    }
    let deep = format!("steps: {}", "[{group: a, steps: ".repeat(60) + &"}]".repeat(60));
    assert!(read(&deep).jobs.is_empty());
}
