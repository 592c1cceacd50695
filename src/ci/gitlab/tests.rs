use crate::ci::{GuardKind, IdentityState, Job, Level, Pipeline, Repository, TriggerKind, Value};
use crate::facts::runners::Runner;
use crate::files::Memory;
use crate::project::Project;

fn read(files: &[(&str, &str)]) -> Pipeline {
    let tree = Memory::new(files.iter().copied());
    let project = Project::read(&tree);
    let repository = Repository::new(&tree, &project);
    super::read(&repository, ".gitlab-ci.yml").expect("a pipeline")
}

fn job<'p>(pipeline: &'p Pipeline, id: &str) -> &'p Job {
    pipeline.jobs.iter().find(|job| job.id == id).expect("the job")
}

fn script(job: &Job) -> String {
    let scripts: Vec<&str> = job.steps.iter().filter_map(|step| Some(step.script()?.text())).collect();
    scripts.join("\n--\n")
}

const MAIN: &str = r#"
include:
  - local: /ci/base.yml
  - local: 'ci/more/*.yml'
  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/publish@$CI_COMMIT_SHA
    inputs: {stage: release}
  - project: acme/ci
    file: x.yml
default:
  image: node:24
  before_script: [npm ci]
  cache: {key: a, paths: [node_modules]}
variables: {A: "1", SECRET: $NPM_TOKEN, JOB: "${CI_JOB_TOKEN}", B: {value: "2", description: b}}
workflow: {rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]}
.x: &anchored
  - echo anchored
publish:
  extends: [.base, .oidc]
  script:
    - *anchored
    - !reference [.setup, script]
    - npm publish
  variables: {A: "3"}
  rules:
    - if: $CI_COMMIT_TAG =~ /^v/
      when: manual
    - when: never
  environment: {name: npm, deployment_tier: production}
  resource_group: npm
  inherit: {default: [image]}
test:
  script: npm test
  after_script: [echo done]
child:
  trigger: {include: ci/child.yml}
elsewhere:
  trigger: acme/other
"#;

const FILES: [(&str, &str); 5] = [
    (".gitlab-ci.yml", MAIN),
    (
        "ci/base.yml",
        ".base:\n  tags: [saas-linux-small-amd64]\n  variables: {C: x}\n  before_script: [echo base]\n.setup:\n  script: [echo one, [echo two]]\n",
    ),
    (
        "ci/more/oidc.yml",
        ".oidc:\n  id_tokens:\n    NPM_ID_TOKEN: {aud: 'npm:x'}\n    SIGSTORE_ID_TOKEN: {aud: [a, b]}\n",
    ),
    (
        "templates/publish.yml",
        "spec:\n  inputs:\n    stage: {default: s}\n    cmd: {default: npm stage publish}\n---\n'pack-$[[ inputs.stage ]]':\n  tags: [own]\n  script: ['$[[ inputs.cmd ]] --tag $[[ inputs.none ]]']\n",
    ),
    ("ci/child.yml", "inner:\n  script: [npm publish]\n"),
];

#[test]
fn jobs_inherit_through_every_file() {
    let pipeline = read(&FILES);
    let ids: Vec<&str> = pipeline.jobs.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(ids, ["publish", "test", "child", "elsewhere", "pack-release"]);
    let publish = job(&pipeline, "publish");
    assert_eq!(script(publish), "echo base\necho anchored\necho one\necho two\nnpm publish");
    assert_eq!(script(job(&pipeline, "test")), "npm ci\nnpm test\n--\necho done");
    assert_eq!(script(job(&pipeline, "pack-release")), "npm ci\nnpm stage publish --tag $[[ inputs.none ]]");
    assert_eq!(publish.runner.class, Runner::Hosted);
    assert_eq!(job(&pipeline, "pack-release").runner.class, Runner::SelfHosted);
    let image = |id| job(&pipeline, id).container.as_ref().and_then(|image| image.image.value.clone());
    assert_eq!((image("publish").as_deref(), image("test").as_deref()), (Some("node:24"), Some("node:24")));
    assert!(publish.caches.is_empty(), "`inherit` lets only the image through");
    assert!(job(&pipeline, "test").caches[0].implicit);
}

#[test]
fn places_point_into_the_included_file() {
    let pipeline = read(&FILES);
    let script = job(&pipeline, "publish").steps[0].script().expect("a script");
    let start = script.text().find("echo two").expect("the line");
    let at = script.locate(crate::text::Span::new(start, start + 8)).expect("a place");
    assert_eq!((at.source.path(), at.source.slice(at.span)), ("ci/base.yml", "echo two"));
    let hops: Vec<&str> =
        job(&pipeline, "pack-release").origin.iter().filter_map(|hop| hop.target.as_deref()).collect();
    assert_eq!(hops, ["templates/publish.yml"]);
}

#[test]
fn identity_guards_and_variables() {
    let pipeline = read(&FILES);
    let publish = job(&pipeline, "publish");
    assert_eq!(
        (publish.identity.state, publish.identity.level),
        (IdentityState::Granted, Some(Level::Inherited))
    );
    let tokens: Vec<_> =
        publish.identity.tokens.iter().map(|token| (token.name.as_str(), token.audiences.len())).collect();
    assert_eq!(tokens, [("NPM_ID_TOKEN", 1), ("SIGSTORE_ID_TOKEN", 2)]);
    assert_eq!(job(&pipeline, "test").identity.state, IdentityState::Missing);
    let guards: Vec<GuardKind> = publish.guards.iter().map(|guard| guard.kind).collect();
    assert_eq!(guards, [GuardKind::Environment, GuardKind::BranchFilter]);
    let value = |name: &str| publish.env.iter().rfind(|var| var.name == name).map(|var| var.value.clone());
    assert_eq!(value("A"), Some(Value::Static("3".to_owned())));
    assert_eq!(value("B"), Some(Value::Static("2".to_owned())));
    assert_eq!(value("C"), Some(Value::Static("x".to_owned())));
    assert_eq!(value("SECRET"), Some(Value::Secret("NPM_TOKEN".to_owned())));
    assert_eq!(value("JOB"), Some(Value::JobToken));
    assert!(pipeline.starts_on(TriggerKind::PullRequest));
}

#[test]
fn child_pipelines_are_followed_and_others_are_unknown() {
    let pipeline = read(&FILES);
    let call = job(&pipeline, "child").call.as_ref().expect("a call");
    assert_eq!(call.file.as_deref(), Some("ci/child.yml"));
    assert_eq!(call.jobs.as_ref().map(|jobs| jobs[0].id.as_str()), Some("inner"));
    let unknown: Vec<&str> = pipeline.unknowns.iter().map(|unknown| unknown.what.as_str()).collect();
    assert_eq!(unknown, ["include acme/ci: x.yml"]);
    assert_eq!(job(&pipeline, "elsewhere").unknowns[0].what, "pipeline of project acme/other");
    assert_eq!(pipeline.imports.len(), 4);
}

#[test]
fn rules_that_name_no_ref_are_no_guard() {
    let config = "a: {script: [x], rules: [{if: $X}, {if: $CI_COMMIT_TAG}]}\nb: {script: [x], only: [tags]}\n\
        c: {script: [x], rules: [{when: never}]}\nd: {script: [x], when: manual}\n";
    let pipeline = read(&[(".gitlab-ci.yml", config)]);
    let guarded: Vec<bool> = pipeline.jobs.iter().map(|job| !job.guards.is_empty()).collect();
    assert_eq!(guarded, [false, true, false, false]);
    assert!(pipeline.jobs[2].conditions[0].never);
}

#[test]
fn loops_and_odd_shapes_end() {
    let config = "include: [.gitlab-ci.yml, /a.yml]\na: {extends: b, script: !reference [a, script]}\nb: {extends: [a, a, a, c]}\n\
        c: {trigger: {include: .gitlab-ci.yml}}\n";
    let pipeline = read(&[(".gitlab-ci.yml", config), ("a.yml", "include: a.yml\n")]);
    assert_eq!(pipeline.jobs.len(), 3);
    for odd in [
        "a: 1\n",
        "include: 3\nx: {script: {}, extends: {}, needs: 1, rules: 3, cache: [1]}\n",
        "a: {trigger: [x]}\n",
    ] {
        read(&[(".gitlab-ci.yml", odd)]);
    }
}

#[test]
fn an_image_may_be_named_by_a_variable_of_the_file() {
    let image = |variables: &str, image: &str| {
        let config = format!("variables: {variables}\na: {{image: '{image}', script: [x]}}\n");
        let job = read(&[(".gitlab-ci.yml", config.as_str())]).jobs.remove(0);
        job.container.expect("an image").image.value
    };
    assert_eq!(image("{NODE: '20'}", "node:${NODE}-alpine").as_deref(), Some("node:20-alpine"));
    assert_eq!(image("{NODE: '20'}", "node:$NODE").as_deref(), Some("node:20"));
    assert_eq!(image("{NODE: '20'}", "$CI_REGISTRY/node:$NODE"), None);
}
