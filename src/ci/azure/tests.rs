use crate::ci::{GuardKind, Job, Pipeline, Repository, Step, StepKind, Value};
use crate::facts::runners::Runner;
use crate::files::Memory;
use crate::project::Project;

fn read_in(files: &[(&str, &str)]) -> Pipeline {
    let tree = Memory::new(files.iter().copied());
    let project = Project::read(&tree);
    super::read(&Repository::new(&tree, &project), files[0].0).expect("a pipeline")
}

fn read(config: &str) -> Pipeline {
    read_in(&[("azure-pipelines.yml", config)])
}

/// The steps of a job, each as one line.
fn steps(job: &Job) -> Vec<String> {
    let line = |step: &Step| match &step.kind {
        StepKind::Run { script, directory, shell } => {
            let shell = shell.as_ref().map_or("", |shell| shell.written.as_str());
            format!("{shell}: {} @{}", script.text().trim_end(), directory.as_deref().unwrap_or("?"))
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

#[test]
fn a_pipeline_of_steps_is_one_job() {
    let pipeline = read(
        "trigger: {branches: {include: [main]}, tags: {include: ['v*']}}\npr: none\npool: {vmImage: ubuntu-latest}\n\
         variables: {nodeVersion: 24.19.0}\n\
         steps:\n\
         - checkout: self\n\
         - task: NodeTool@0\n  inputs: {versionSpec: $(nodeVersion)}\n\
         - script: cd $(Build.SourcesDirectory)/a && npm version $(date) && npm publish --tag $(nodeVersion) $(Rest)\n\
           \x20 workingDirectory: $(System.DefaultWorkingDirectory)/packages/a\n\
           \x20 env: {NPM_TOKEN: $(NpmToken), SYSTEM_ACCESSTOKEN: $(System.AccessToken)}\n",
    );
    let labels: Vec<_> = pipeline.triggers.iter().map(crate::ci::Trigger::label).collect();
    assert_eq!(labels, ["push", "manual"]);
    let job = &pipeline.jobs[0];
    assert_eq!((job.id.as_str(), job.runner.class), ("job", Runner::Hosted));
    assert_eq!(
        steps(job),
        [
            "checkout",
            "nodetool@0 node-version=24.19.0",
            ": cd ${BUILD_SOURCESDIRECTORY}/a && npm version $(date) && npm publish --tag 24.19.0 ${REST} @packages/a",
        ]
    );
    let value = |name: &str| job.variable(&job.steps[2], name).map(|var| var.value.clone());
    assert_eq!(value("NPM_TOKEN"), Some(Value::Secret("NpmToken".to_owned())));
    assert_eq!(value("SYSTEM_ACCESSTOKEN"), Some(Value::JobToken));
}

#[test]
fn what_starts_a_pipeline() {
    for (config, expected) in [
        ("steps: []", "push,manual"),
        ("trigger: none\nsteps: []", "manual"),
        ("trigger: [main, release/*]\npr: [main]\nsteps: []", "push:branches,pr:branches,manual"),
        ("trigger: ['*']\nsteps: []", "push,manual"),
        ("trigger: {tags: {include: ['v*']}}\nsteps: []", "push:tags,manual"),
        (
            "trigger: {branches: {exclude: [x]}}\nschedules: [{cron: '0 0 * * *'}]\nsteps: []",
            "push,schedule,manual",
        ),
        (
            "trigger: none\nresources: {pipelines: [{pipeline: ci, source: CI, trigger: true}]}\nsteps: []",
            "pipeline,manual",
        ),
    ] {
        let labels: Vec<_> = read(config).triggers.iter().map(crate::ci::Trigger::label).collect();
        assert_eq!(labels.join(","), expected, "{config}");
    }
}

const STAGES: &str = "\
variables:
- group: npm
- {name: registryToken, value: $(NPM_TOKEN)}
- {name: plain, value: x}
pool: own-agents
stages:
- stage: Build
  jobs: [{job: build, pool: {vmImage: windows-latest}, steps: [{script: npm ci}]}]
- stage: Release
  dependsOn: Build
  condition: and(succeeded(), startsWith(variables['Build.SourceBranch'], 'refs/tags/v'))
  jobs:
  - deployment: publish
    displayName: Publish it
    environment: {name: npm-production.web}
    container: node:24.19.0
    timeoutInMinutes: 5
    strategy:
      runOnce:
        deploy:
          steps:
          - bash: npm publish
            condition: eq(variables.x, 1)
            continueOnError: true
          - script: npm publish
            enabled: false
";

#[test]
fn stages_jobs_and_deployments() {
    let pipeline = read(STAGES);
    let [build, publish] = pipeline.jobs.as_slice() else { panic!("{:?}", pipeline.jobs.len()) };
    assert_eq!((build.runner.class, publish.runner.class), (Runner::Hosted, Runner::SelfHosted));
    assert_eq!(steps(build), ["cmd: npm ci @"]);
    assert_eq!(publish.name.as_deref(), Some("Publish it"));
    let guards: Vec<_> = publish.guards.iter().map(|guard| guard.kind).collect();
    assert_eq!(guards, [GuardKind::Environment, GuardKind::BranchFilter]);
    assert_eq!(publish.guards[0].name, "npm-production");
    assert_eq!(publish.contexts[0].written, "npm");
    let value = |name: &str| publish.env.iter().find(|var| var.name == name).map(|var| var.value.clone());
    assert_eq!(value("REGISTRYTOKEN"), Some(Value::Secret("NPM_TOKEN".to_owned())));
    assert_eq!(value("PLAIN"), Some(Value::Static("x".to_owned())));
    assert!(publish.steps[0].continue_on_error && publish.steps[0].condition.is_some());
    assert!(publish.steps[1].condition.as_ref().is_some_and(|condition| condition.never));
}

#[test]
fn tasks_are_what_they_run() {
    let pipeline = read(
        "steps:\n\
         - task: Npm@1\n  inputs: {command: publish, workingDir: packages/a, publishRegistry: useExternalRegistry, publishEndpoint: npmjs}\n\
         - task: Npm@1\n  inputs: {command: publish, publishRegistry: useFeed, publishFeed: Web/feed}\n\
         - task: Npm@1\n  inputs: {command: custom, customCommand: publish --access public, customEndpoint: npmjs}\n\
         - task: Npm@1\n  inputs: {command: ci}\n\
         - task: Bash@3\n  inputs: {targetType: inline, script: npm publish, workingDirectory: a}\n\
         - task: Bash@3\n  inputs: {filePath: scripts/release.sh, arguments: --yes}\n\
         - task: PowerShell@2\n  inputs: {targetType: inline, script: npm publish, pwsh: true}\n\
         - task: CmdLine@2\n  inputs: {script: npm publish}\n\
         - task: npmAuthenticate@0\n  inputs: {workingFile: .npmrc, customEndpoint: npmjs}\n\
         - task: UseNode@1\n  inputs: {version: 24.x}\n",
    );
    let job = &pipeline.jobs[0];
    assert_eq!(
        steps(job),
        [
            "npm@1 workingDir=packages/a publishRegistry=useExternalRegistry publishEndpoint=npmjs command=npm publish \
             registry=$(publishEndpoint) folder=packages/a",
            "npm@1 publishRegistry=useFeed publishFeed=Web/feed command=npm publish registry=feed",
            ": npm publish --access public @",
            "npm@1 ",
            "bash: npm publish @a",
            "bash: bash scripts/release.sh --yes @",
            "pwsh: npm publish @",
            "bash: npm publish @",
            "npmauthenticate@0 workingFile=.npmrc customEndpoint=npmjs",
            "usenode@1 node-version=24.x",
        ]
    );
    let endpoint = job.steps[0].input("publishEndpoint").map(|input| input.value.clone());
    assert_eq!(endpoint, Some(Value::Secret("service connection npmjs".to_owned())));
    assert_eq!(job.steps[2].env[0].name, "customEndpoint");
}

#[test]
fn local_templates_are_followed_with_their_parameters() {
    let pipeline = read_in(&[
        (
            "ci/azure-pipelines.yml",
            "trigger: none\n\
             stages:\n\
             - template: templates/stage.yml\n  parameters: {publish: true, node: 24.19.0, after: [{script: echo done}]}\n\
             - template: stage.yml@shared\n",
        ),
        (
            "ci/templates/stage.yml",
            "parameters:\n- {name: publish, type: boolean, default: false}\n- {name: node, type: string}\n\
             - {name: after, type: stepList, default: []}\n- {name: names, type: object, default: [a, b]}\n\
             stages:\n- stage: s\n  jobs:\n  - template: /ci/job.yml\n    parameters:\n      steps:\n\
             \x20     - task: NodeTool@0\n        inputs: {versionSpec: '${{ parameters.node }}'}\n\
             \x20     - ${{ if eq(parameters.publish, true) }}:\n        - script: npm publish\n\
             \x20     - ${{ else }}:\n        - script: npm pack\n\
             \x20     - ${{ if eq(variables['Build.SourceBranch'], 'refs/heads/main') }}:\n        - script: npm publish main\n\
             \x20     - ${{ each name in parameters.names }}:\n        - script: echo ${{ name }}\n\
             \x20     - ${{ parameters.after }}\n",
        ),
        (
            "ci/job.yml",
            "parameters: {steps: []}\njobs:\n- job: inner\n  steps: ['${{ parameters.steps }}']\n",
        ),
    ]);
    let job = &pipeline.jobs[0];
    assert_eq!(job.id, "inner");
    let hops: Vec<_> = job.origin.iter().filter_map(|hop| hop.target.as_deref()).collect();
    assert_eq!(hops, ["ci/templates/stage.yml", "ci/job.yml"]);
    assert_eq!(pipeline.unknowns[0].what, "template stage.yml@shared");
    // What a template hands on is read where it is handed over: its names are the caller's.
    let lines = steps(job);
    assert!(lines.iter().any(|line| line.contains("npm publish main")), "{lines:?}");
    let main =
        job.steps.iter().find(|step| step.script().is_some_and(|script| script.text().contains("main")));
    assert!(main.and_then(|step| step.condition.as_ref()).is_some_and(|condition| condition.limits_ref));
}

#[test]
fn a_template_is_told_from_its_callers_alone() {
    let template = "parameters: {a: b}\nsteps:\n- script: npm publish\n";
    for (caller, paths) in [
        ("trigger: none\nsteps: [{template: azure-pipelines-steps.yml}]", vec!["azure-pipelines.yml"]),
        ("trigger: none\nsteps: [{script: npm test}]", vec!["azure-pipelines-steps.yml"]),
    ] {
        let tree = Memory::new([("azure-pipelines.yml", caller), ("azure-pipelines-steps.yml", template)]);
        let project = Project::read(&tree);
        let found = crate::ci::read(&tree, &project).paths;
        assert_eq!(found.iter().map(|path| path.file.as_str()).collect::<Vec<_>>(), paths, "{caller}");
    }
}

#[test]
fn a_template_of_another_repository_runs_what_it_is_handed() {
    let pipeline = read(
        "extends:\n  template: v1/x.yml@other\n  parameters:\n    pool: {vmImage: ubuntu-latest}\n    stages:\n\
         \x20   - stage: s\n      jobs: [{job: a, steps: [{template: y@other, parameters: {run: [{script: npm publish}]}}]}]\n",
    );
    assert_eq!(steps(&pipeline.jobs[0]), [": npm publish @"]);
    assert_eq!(pipeline.jobs[0].runner.class, Runner::Hosted);
    assert_eq!(pipeline.unknowns.len(), 2);
}

#[test]
fn conditions_that_name_branches() {
    for (condition, limits) in [
        ("eq(variables['Build.SourceBranch'], 'refs/heads/main')", true),
        ("and(succeeded(), eq(variables['Build.SourceBranchName'], 'main'))", true),
        ("in(variables['Build.SourceBranch'], 'refs/heads/main', 'refs/heads/next')", true),
        ("ne(variables['Build.SourceBranch'], 'refs/heads/main')", false),
        ("not(startsWith(variables['Build.SourceBranch'], 'refs/tags/'))", false),
        ("startsWith(variables['Build.SourceBranch'], 'refs/pull/')", false),
        ("and(eq(variables.a, 1), ne(variables['Build.SourceBranch'], 'x'))", false),
        ("eq(variables.isMain, true)", false),
    ] {
        let job = read(&format!("jobs:\n- job: a\n  condition: {condition:?}\n  steps: [{{script: x}}]\n"));
        assert_eq!(!job.jobs[0].guards.is_empty(), limits, "{condition}");
    }
}

#[test]
fn expressions_end_and_stay_small() {
    let bomb = format!("{}'x'{}", "format('{0}{0}', ".repeat(60), ")".repeat(60));
    let names = "a.".repeat(5_000);
    for expression in [bomb.as_str(), "eq(", "and(,,", "'", "x[", "x['y'", names.as_str(), "parameters.a.b"] {
        let text = format!(
            "parameters: {{a: {{b: '${{{{ parameters.a.b }}}}'}}}}\ntrigger: none\nsteps:\n- script: |\n    ${{{{ {expression} }}}}\n"
        );
        read(&text);
    }
}

#[test]
fn templates_that_call_each_other_end() {
    let template = "steps:\n- template: a.yml\n- template: a.yml\n- script: npm publish\n";
    let pipeline = read_in(&[("azure-pipelines.yml", "steps: [{template: a.yml}]"), ("a.yml", template)]);
    assert!(pipeline.jobs[0].steps.len() <= super::skeleton::BUDGET);
    let passed = "parameters: {s: []}\nsteps:\n- ${{ each x in parameters.s }}:\n  - ${{ each y in parameters.s }}:\n    - ${{ x }}\n";
    let many = format!("steps: [{{template: a.yml, parameters: {{s: [{}]}}}}]", "{script: a},".repeat(2_000));
    read_in(&[("azure-pipelines.yml", many.as_str()), ("a.yml", passed)]);
}

#[test]
fn what_is_no_pipeline_has_no_jobs() {
    for text in ["", "7", "steps: 7", "jobs: [1]", "stages: {a: b}", "extends: x", "variables: [1]\njobs: {}"]
    {
        assert!(read(text).jobs.iter().all(|job| job.steps.is_empty()), "{text:?}");
    }
}
