use crate::ci::{GuardKind, Job, Pipeline, Repository, StepKind, Value};
use crate::facts::runners::Runner;
use crate::files::Memory;
use crate::project::Project;

fn read(config: &str) -> Vec<Pipeline> {
    let tree = Memory::new([("bitbucket-pipelines.yml", config)]);
    let project = Project::read(&tree);
    super::read(&Repository::new(&tree, &project), "bitbucket-pipelines.yml")
}

const CONFIG: &str = r#"image: node:22.14
definitions:
  caches: {cypress: ~/.cache/Cypress}
  steps:
    - step: &publish
        name: Publish
        image: {name: "node:24.19.0", username: $USER}
        deployment: production
        oidc: true
        trigger: manual
        caches: [node, docker]
        max-time: 10
        script:
          - npm ci
          - echo "//{registry}/:_authToken=$NPM_TOKEN" > .npmrc
          - npm publish
          - pipe: atlassian/npm-publish:1.1.0
            variables: {NPM_TOKEN: $NPM_TOKEN, FOLDER: dist}
        after-script: [rm .npmrc]
pipelines:
  default:
    - parallel:
        steps:
          - step: {script: [npm test]}
          - step: {name: Lint, script: npm run lint, runs-on: [self.hosted, linux]}
  branches:
    main: [{step: *publish}]
    '**': [{step: {script: [npm test]}}]
  tags:
    v*:
      - stage: {name: Release, deployment: staging, steps: [{step: {script: [npm publish]}}]}
  pull-requests:
    '**': [{step: {script: [npm test]}}]
  custom:
    release: [{variables: [{name: TAG}]}, {step: *publish}]
"#;

#[test]
fn every_section_is_a_pipeline_with_its_own_trigger() {
    let rows: Vec<(String, Vec<String>)> = read(CONFIG)
        .iter()
        .map(|pipeline| {
            let triggers: Vec<_> = pipeline.triggers.iter().map(crate::ci::Trigger::label).collect();
            (triggers.join(","), pipeline.jobs.iter().map(|job| job.id.clone()).collect())
        })
        .collect();
    let row = |trigger: &str, jobs: &[&str]| {
        (trigger.to_owned(), jobs.iter().map(|&job| job.to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        rows,
        [
            row("push", &["step 1", "Lint"]),
            row("push:branches", &["Publish", "Publish"]),
            row("push", &["step 1"]),
            row("push:tags", &["step 1"]),
            row("pull-request", &["step 1"]),
            row("custom", &["Publish", "Publish"]),
        ]
    );
}

fn publish() -> Job {
    read(CONFIG).swap_remove(1).jobs.swap_remove(0)
}

#[test]
fn a_step_has_image_deployment_caches_and_script() {
    let job = publish();
    assert_eq!(
        job.container.as_ref().map(|container| container.image.written.as_str()),
        Some("node:24.19.0")
    );
    assert_eq!((job.guards[0].kind, job.guards[0].name.as_str()), (GuardKind::Environment, "production"));
    assert_eq!(job.conditions[0].text, "trigger: manual");
    assert_eq!(job.caches.len(), 1, "the cache of docker layers is none that a publish reads");
    assert_eq!(job.timeout.as_ref().map(crate::ci::Scalar::shown), Some("10"));
    assert_eq!(job.runner.class, Runner::Hosted);
    let script = job.steps[0].script().expect("lines").text();
    assert!(script.starts_with("npm ci\n") && script.ends_with("npm publish"), "{script}");
    assert!(matches!(&job.steps[1].kind, StepKind::Run { script, .. } if script.text() == "rm .npmrc"));
}

#[test]
fn a_pipe_is_called_by_name_with_its_variables() {
    let job = read(CONFIG).swap_remove(1).jobs.swap_remove(1);
    let StepKind::Uses { action, version, .. } = &job.steps[0].kind else { panic!("{:?}", job.steps[0]) };
    assert_eq!((action.as_str(), version.as_deref()), ("atlassian/npm-publish", Some("1.1.0")));
    let token = job.steps[0].input("NPM_TOKEN").expect("a token");
    assert_eq!(token.value, Value::Secret("NPM_TOKEN".to_owned()));
    assert_eq!(job.container.and_then(|container| container.image.value), None, "it brings its own image");
}

#[test]
fn runners_of_ones_own_and_stages() {
    let pipelines = read(CONFIG);
    assert_eq!(pipelines[0].jobs[1].runner.class, Runner::SelfHosted);
    assert_eq!(pipelines[3].jobs[0].guards[0].name, "staging");
}

#[test]
fn what_is_no_configuration_is_an_empty_pipeline() {
    for text in ["", "[]", "pipelines: [1]", "pipelines: {default: {step: 7}}", "pipelines: {branches: [a]}"]
    {
        assert!(read(text).iter().all(|pipeline| pipeline.jobs.is_empty()), "{text:?}");
    }
    let deep = format!("pipelines: {{default: {}}}", "[{stage: {steps: ".repeat(60) + &"}}]".repeat(60));
    assert!(read(&deep).iter().all(|pipeline| pipeline.jobs.is_empty()));
}
