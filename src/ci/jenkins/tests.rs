use crate::ci::{GuardKind, Job, Level, Pipeline, Repository, Step, StepKind, Value};
use crate::facts::runners::Runner;
use crate::files::Memory;
use crate::project::Project;

fn read(text: &str) -> Pipeline {
    let tree = Memory::new([("Jenkinsfile", text)]);
    let project = Project::read(&tree);
    super::read(&Repository::new(&tree, &project), "Jenkinsfile").expect("a pipeline")
}

/// The steps of a job, each as one line.
fn steps(job: &Job) -> Vec<String> {
    let line = |step: &Step| match &step.kind {
        StepKind::Run { script, directory, shell } => {
            let shell = shell.as_ref().map_or("", |shell| shell.written.as_str());
            format!("{shell}: {} @{}", script.text().trim(), directory.as_deref().unwrap_or("?"))
        }
        StepKind::Uses { action, inputs, .. } => {
            let shown: Vec<_> =
                inputs.iter().map(|input| format!("{}={}", input.name, input.text.shown())).collect();
            format!("{action} {}", shown.join(" "))
        }
        StepKind::Builtin { name, .. } => name.clone(),
    };
    job.steps.iter().map(line).collect()
}

fn only(text: &str) -> Job {
    let mut jobs = read(text).jobs;
    assert_eq!(jobs.len(), 1, "{:?}", jobs.iter().map(|job| &job.id).collect::<Vec<_>>());
    jobs.swap_remove(0)
}

const DECLARATIVE: &str = r#"#!groovy
@Library('shared') _
pipeline {
  agent { docker { image 'node:22.14.0'; label 'linux' } }
  environment {
    NPM_TOKEN = credentials('npm-token')
    CI = 'true'
  }
  triggers { cron('H 4 * * *') }
  stages {
    stage('Test') { steps { sh 'npm ci' } }   // sh 'npm publish'
    stage("Publish") {
      when { beforeAgent true; allOf { branch 'main'; not { changeRequest() } } }
      agent { label "release" }
      tools { nodejs 'Node 24' }
      input { message 'Publish?' }
      steps {
        dir('packages/a') {
          withCredentials([string(credentialsId: 'other', variable: 'OTHER_NPM_TOKEN'),
                           usernamePassword(credentialsId: 'up', usernameVariable: 'U', passwordVariable: 'P')]) {
            sh '''
              echo "//host/:_authToken=${OTHER_NPM_TOKEN}" > .npmrc
              npm publish
            '''
          }
        }
        bat "npm publish \"--tag\" ${env.TAG}"
        script { if (env.BRANCH_NAME == 'main') { sh(script: "npm publish" + " --tag next", returnStdout: true) } }
      }
    }
  }
  post { always { cleanWs() } }
}
"#;

#[test]
fn declarative_stages_are_jobs() {
    let pipeline = read(DECLARATIVE);
    let ids: Vec<_> = pipeline.jobs.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(ids, ["Test", "Publish"]);
    let triggers: Vec<_> = pipeline.triggers.iter().map(|trigger| trigger.event.as_str()).collect();
    assert_eq!(triggers, ["job-settings", "cron", "manual"]);
    assert_eq!(pipeline.unknowns[0].what, "shared library shared");
    let test = &pipeline.jobs[0];
    assert_eq!(
        test.container.as_ref().map(|container| container.image.written.as_str()),
        Some("node:22.14.0")
    );
    assert_eq!(steps(test), [": npm ci @"]);
    let token = test.env.iter().find(|var| var.name == "NPM_TOKEN").expect("a token");
    assert_eq!((&token.value, token.level), (&Value::Secret("npm-token".to_owned()), Level::Pipeline));
}

#[test]
fn a_stage_has_what_stands_around_its_scripts() {
    let publish = read(DECLARATIVE).jobs.swap_remove(1);
    assert_eq!(
        (publish.runner.class, publish.runner.labels.join(",")),
        (Runner::SelfHosted, "release".to_owned())
    );
    assert_eq!(publish.guards[0].kind, GuardKind::BranchFilter);
    assert!(publish.conditions.iter().any(|condition| condition.text == "input"));
    assert_eq!(
        steps(&publish),
        [
            // Its own machine is none of the pipeline's image.
            "nodejs node-version=Node 24",
            ": echo \"//host/:_authToken=${OTHER_NPM_TOKEN}\" > .npmrc\n              npm publish @packages/a",
            "cmd: npm publish \"--tag\" ${TAG} @",
            ": npm publish --tag next @",
        ]
    );
    let bound: Vec<_> =
        publish.steps[1].env.iter().map(|var| (var.name.as_str(), var.value.clone())).collect();
    assert_eq!(
        bound,
        [("OTHER_NPM_TOKEN", Value::Secret("other".to_owned())), ("P", Value::Secret("up".to_owned())),]
    );
    assert!(publish.steps[3].condition.as_ref().is_some_and(|condition| condition.limits_ref));
    // Places lead back to the file.
    let script = publish.steps[2].script().expect("a script");
    let at = script.locate(crate::text::Span::new(0, 11)).expect("a place");
    assert_eq!(at.source.slice(at.span), "npm publish");
}

#[test]
fn braces_may_stand_on_the_next_line() {
    let job = only(
        "pipeline\n{\n  agent\n  {\n    docker { image 'node:22.14.0' }\n  }\n  environment\n  {\n    A = 'b'\n  }\n  stages\n  {\n\
         \x20   stage('p')\n    {\n      when\n      {\n        branch 'main'\n      }\n      steps\n      {\n        sh 'npm publish'\n      }\n    }\n  }\n}",
    );
    assert_eq!((job.id.as_str(), steps(&job)), ("p", vec![": npm publish @".to_owned()]));
    assert_eq!((job.guards.len(), job.env.len(), job.container.is_some()), (1, 1, true));
}

#[test]
fn a_named_installation_has_no_version_that_is_seen() {
    let job = only(
        "pipeline { agent any\n tools { nodejs 'Node 24' }\n stages { stage('p') { steps { sh 'npm publish' } } } }",
    );
    assert_eq!(steps(&job), ["nodejs node-version=Node 24", ": npm publish @"]);
    assert_eq!(job.steps[0].input("node-version").and_then(|input| input.text.value.clone()), None);
}

#[test]
fn scripted_pipelines() {
    let pipeline = read(
        r#"
def image = 'node:24.19.0'
def cmd = "npm"
def publish(String tag) {
  sh "${cmd} publish --tag ${tag}"
}
node('linux && docker') {
  stage 'Checkout'
  checkout scm
  sh 'npm ci'
  stage('Publish') {
    docker.image(image).inside('-u root') {
      withEnv(["NPM_CONFIG_LOGLEVEL=warn", "A=${b}"]) { publish('next') }
    }
    docker.image('node:20').inside { sh 'npm test' }
  }
  nodejs(nodeJSInstallationName: 'node', configId: 'npmrc-id') { sh 'npm publish' }
  withNPM(npmrcConfig: 'my-npmrc') { sh "npm publish" }
  parallel(a: { stage('A') { sh 'npm test' } }, b: { sh 'npm run b' })
}
"#,
    );
    let rows: Vec<_> = pipeline
        .jobs
        .iter()
        .map(|job| {
            let image = job.container.as_ref().map_or("", |container| container.image.written.as_str());
            (job.id.as_str(), image, steps(job))
        })
        .collect();
    assert_eq!(rows[0].0, "Checkout");
    assert_eq!(
        rows[0].2,
        [
            ": npm ci @",
            "nodejs node-version=node configId=npmrc-id",
            ": npm publish @",
            "withnpm npmrcConfig=my-npmrc",
            ": npm publish @",
            ": npm run b @",
        ]
    );
    assert_eq!((rows[1].0, &rows[1].2), ("Publish", &vec![": npm publish --tag ${tag} @".to_owned()]));
    // Another image is another job of the same stage.
    assert_eq!((rows[2].0, rows[2].1), ("Publish", "node:20"));
    assert_eq!(rows[3].0, "A");
    assert_eq!(pipeline.jobs[0].runner.labels, ["linux && docker"]);
}

#[test]
fn pods_name_their_images() {
    let job = only(
        "podTemplate(containers: [containerTemplate(name: 'node', image: 'node:24.19.0')]) { node(POD) { \
         container('node') { sh 'npm publish' } } }",
    );
    assert_eq!(job.container.map(|container| container.image.written).as_deref(), Some("node:24.19.0"));
    let job = only(
        "pipeline { agent { kubernetes { defaultContainer 'n'\nyaml '''\nspec:\n  containers:\n  - name: n\n    image: node:22.14.0\n''' } }\n\
         stages { stage('a') { steps { sh 'npm publish' } } } }",
    );
    assert_eq!(job.container.map(|container| container.image.written).as_deref(), Some("node:22.14.0"));
}

#[test]
fn conditions_that_name_branches_or_tags() {
    for (when, limits) in [
        ("branch 'main'", true),
        ("buildingTag()", true),
        ("tag pattern: 'v\\\\d+', comparator: 'REGEXP'", true),
        ("expression { env.BRANCH_NAME == 'main' }", true),
        ("expression { return env.TAG_NAME != null }", true),
        ("expression { BRANCH_NAME ==~ /release.*/ }", true),
        ("expression { 'main' == env.BRANCH_NAME }", true),
        ("not { branch 'main' }", false),
        ("expression { env.BRANCH_NAME != 'main' }", false),
        ("expression { params.PUBLISH }", false),
        ("changeRequest()", false),
    ] {
        let job = only(&format!("stage('p') {{ when {{ {when} }} steps {{ sh 'npm publish' }} }}"));
        assert_eq!(!job.guards.is_empty(), limits, "{when}");
    }
    let never = only("stage('p') { when { expression { return false } } steps { sh 'npm publish' } }");
    assert!(never.conditions[0].never);
}

#[test]
fn comments_patterns_and_names_are_no_steps() {
    let pipeline = read(
        "/* sh 'npm publish' */\n// sh 'npm publish'\ndef m = (x =~ /sh 'npm publish'/)\ndef q = 4 / 2 / 1\n\
         echo \"sh 'npm publish'\"\ndef map = [sh: 'npm publish']\ndef f() { sh 'npm publish' }\n",
    );
    assert!(pipeline.jobs.is_empty(), "{:?}", pipeline.jobs.iter().map(steps).collect::<Vec<_>>());
}

#[test]
fn strings_are_what_the_shell_gets() {
    for (text, expected) in [
        ("sh 'a\\'b \\$X \\\\ c'", "a'b $X \\ c"),
        ("sh \"a ${x.y} \\${Z} $w ${a ? 'b' : \"c\"}\"", "a ${y} ${Z} ${w} ${UNKNOWN}"),
        ("sh '''a\n  b'''.stripIndent().trim()", "a\n  b"),
        ("sh(label: 'x', script: 'y')", "y"),
        ("sh script: \"\"\"y\"\"\", returnStatus: true", "y"),
        ("sh([script: 'y'])", "y"),
        ("sh 'a ' +\n  b + ' c'", "a ${b} c"),
        ("sh $/a \\ b/$", "a \\ b"),
        ("steps.sh 'y'", "y"),
    ] {
        let job = only(text);
        assert_eq!(job.steps[0].script().map(crate::ci::Script::text), Some(expected), "{text}");
    }
}

#[test]
fn hostile_files_end() {
    let open =
        ["{", "(", "[", "\"${", "'''", "\"", "/", "$/", "stage('x') { ", "if (x) { ", "withEnv([", "a(b("];
    for text in open.iter().map(|open| open.repeat(20_000)) {
        read(&text);
        read(&format!("{text} sh 'npm publish' }}]) '''"));
    }
    // Methods that call each other for ever, and ones that call the next twice.
    read("def a() { b(); b() }\ndef b() { a(); a() }\na()\n");
    let doubling: Vec<String> =
        (0..60).map(|n| format!("def f{n}() {{ f{0}(); f{0}() }}\n", n + 1)).collect();
    let doubling = doubling.concat();
    read(&format!("{doubling}def f60() {{ sh 'x' }}\nf0()\n"));
    let long = "sh 'x'; ".repeat(50_000);
    assert!(read(&long).jobs[0].steps.len() <= super::skeleton::BUDGET);
    read(&"sh a ".repeat(50_000));
    read(&"é'\u{feff}\u{1f680}${\\".repeat(2_000));
    let dollars = "x".repeat(50_000);
    read(&format!("def v = '{dollars}'\nsh \"{}\"", "${v}".repeat(1_000)));
}
