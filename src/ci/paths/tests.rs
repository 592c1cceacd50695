//! Publish paths of whole repositories. The fixtures are our own.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ci::*;
use crate::facts::registry::URL;
use crate::files::Memory;
use crate::project::Project;

const W: &str = ".github/workflows/release.yml";

fn read(files: &[(&str, &str)]) -> Model {
    let tree = Memory::new(files.iter().copied());
    crate::ci::read(&tree, &Project::read(&tree))
}

fn paths(files: &[(&str, &str)]) -> Vec<PublishPath> {
    read(files).paths
}

/// The one path of a workflow whose one job has these `steps` and, in front of them, these `keys`.
fn one(keys: &str, steps: &str) -> PublishPath {
    let text = format!(
        "on: {{push: {{tags: [v1]}}}}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n{keys}    steps:\n{steps}"
    );
    let mut paths = paths(&[(W, &text), ("package.json", r#"{"name": "@acme/core", "version": "1.0.0"}"#)]);
    assert_eq!(paths.len(), 1, "{text}");
    paths.remove(0)
}

const IDENTITY: &str = "    permissions: {id-token: write}\n";
const PUBLISH: &str = "      - run: npm publish\n";
const NODE: &str = "      - {uses: actions/setup-node@v4, with: {node-version: 24.14.1}}\n";

#[test]
fn a_path_says_where_and_how() {
    let path = one(&format!("    environment: npm\n{IDENTITY}"), &format!("{NODE}{PUBLISH}"));
    assert_eq!((path.file.as_str(), path.line, path.job.as_str()), (W, 9, "publish"));
    assert_eq!(path.trigger, ["push:tags"]);
    assert_eq!((path.command.tool, path.command.text.as_str()), (Tool::Npm, "npm publish"));
    assert_eq!(path.auth, Auth::Oidc);
    assert_eq!(path.toolchain.node_shown().as_deref(), Some("24.14.1"));
    assert_eq!(path.toolchain.npm_shown().as_deref(), Some("11.11.0"));
    assert_eq!(path.guard(), GuardKind::Environment);
    assert_eq!(path.guards.len(), 2, "the tag filter too");
    assert_eq!(path.packages, ["@acme/core"]);
    assert_eq!(path.registry, Registry::Npm);
    assert!(path.entry && path.chain.is_empty());
}

#[test]
fn credentials_that_reach_the_command() {
    let auth = |keys: &str, steps: &str| one(keys, steps).auth;
    let token = "        env: {NODE_AUTH_TOKEN: '${{ secrets.NPM_TOKEN }}'}\n";
    assert_eq!(auth("", PUBLISH), Auth::None);
    assert_eq!(auth(IDENTITY, PUBLISH), Auth::Oidc);
    assert_eq!(auth("", &format!("{PUBLISH}{token}")), Auth::Token);
    assert_eq!(auth(IDENTITY, &format!("{PUBLISH}{token}")), Auth::Both);
    // On the install alone it does not reach the publish, and empty it is none.
    assert_eq!(auth(IDENTITY, &format!("      - run: npm ci\n{token}{PUBLISH}")), Auth::Oidc);
    assert_eq!(auth(&format!("    env: {{NPM_TOKEN: ''}}\n{IDENTITY}"), PUBLISH), Auth::Oidc);
    assert_eq!(auth("    env: {NPM_TOKEN: '${{ secrets.X }}'}\n", PUBLISH), Auth::Token);
    assert_eq!(auth("    env: {GITHUB_TOKEN: '${{ secrets.GITHUB_TOKEN }}'}\n", PUBLISH), Auth::None);
    // setup-node hands its own variable on to later steps.
    let setup = "      - uses: actions/setup-node@v4\n        with: {registry-url: 'https://x'}\n";
    let setup = setup.replace("https://x", URL);
    assert_eq!(auth(IDENTITY, &format!("{setup}{token}{PUBLISH}")), Auth::Both);
    // The step's own setting hides the job's.
    let hidden = format!("    env: {{NPM_TOKEN: '${{{{ secrets.T }}}}'}}\n{IDENTITY}");
    assert_eq!(auth(&hidden, &format!("{PUBLISH}        env: {{NPM_TOKEN: ''}}\n")), Auth::Oidc);
}

#[test]
fn tokens_written_into_configuration_reach_later_steps() {
    let host = crate::facts::registry::HOST;
    let write =
        format!("      - run: echo \"//{host}/:_authToken=${{{{ secrets.NPM_TOKEN }}}}\" > ~/.npmrc\n");
    let path = one("", &format!("{write}{PUBLISH}"));
    assert_eq!(path.auth, Auth::Token);
    assert_eq!(path.tokens().next().map(|token| token.reach), Some(Reach::Written));
    let other = "      - run: echo \"//npm.acme.dev/:_authToken=${{ secrets.NPM_TOKEN }}\" > ~/.npmrc\n";
    assert_eq!(one("", &format!("{other}{PUBLISH}")).auth, Auth::None);
}

#[test]
fn npm_is_what_the_last_step_before_the_command_left() {
    let npm = |steps: &str| one(IDENTITY, steps).toolchain.npm_shown();
    let node = |version: &str| {
        format!("      - {{uses: actions/setup-node@v4, with: {{node-version: '{version}'}}}}\n")
    };
    let upgrade = "      - run: npm install -g npm@11.5.1\n";
    assert_eq!(npm(&format!("{}{PUBLISH}", node("22.14.0"))).as_deref(), Some("10.9.2"));
    assert_eq!(npm(&format!("{}{upgrade}{PUBLISH}", node("22.14.0"))).as_deref(), Some("11.5.1"));
    // A later Node brings its own npm again, and an upgrade after the publish is none.
    assert_eq!(npm(&format!("{upgrade}{}{PUBLISH}", node("22.14.0"))).as_deref(), Some("10.9.2"));
    assert_eq!(npm(&format!("{}{PUBLISH}{upgrade}", node("22.14.0"))).as_deref(), Some("10.9.2"));
    assert_eq!(
        npm(&format!("{}      - run: npx npm@11.6.2 publish\n", node("22.14.0"))).as_deref(),
        Some("11.6.2")
    );
    let maybe = format!("{}{upgrade}        if: matrix.x\n{PUBLISH}", node("22.14.0"));
    let path = one(IDENTITY, &maybe);
    let bounds = path.toolchain.npm.value.as_ref().expect("bounds");
    assert_eq!(bounds.exact(), None);
    assert_eq!(bounds.min.as_ref().map(ToString::to_string).as_deref(), Some("10.9.2"));
    assert_eq!(path.toolchain.upgrades.len(), 1);
    // Without a set-up step: what the runner's image has.
    assert_eq!(one(IDENTITY, PUBLISH).toolchain.npm.from, LearntFrom::Runner);
    let container = one(&format!("    container: node:24.14.1-slim\n{IDENTITY}"), PUBLISH);
    assert_eq!(container.toolchain.npm_shown().as_deref(), Some("11.11.0"));
}

#[test]
fn node_comes_from_version_files() {
    let workflow = format!(
        "on: push\njobs:\n  p:\n    runs-on: ubuntu-latest\n    steps:\n      - {{uses: actions/setup-node@v4, with: {{node-version-file: FILE}}}}\n{PUBLISH}"
    );
    let npm = |file: &str, text: &str| {
        let workflow = workflow.replace("FILE", file);
        let found = paths(&[(W, &workflow), (file, text)]);
        (found[0].toolchain.npm_shown(), found[0].toolchain.npm.from)
    };
    for (file, text) in [
        (".nvmrc", "v22.14.0\n"),
        (".tool-versions", "nodejs 22.14.0\n"),
        ("package.json", r#"{"volta": {"node": "22.14.0"}}"#),
        ("sub/.node-version", "22.14.0"),
    ] {
        assert_eq!(npm(file, text), (Some("10.9.2".into()), LearntFrom::Bundled), "{file}");
    }
}

#[test]
fn actions_that_publish() {
    let changesets = "      - uses: changesets/action@v1\n        with: {publish: npm run release}\n        env: {NPM_TOKEN: ''}\n";
    let path = one(IDENTITY, changesets);
    assert_eq!((path.command.tool, path.auth), (Tool::Changesets, Auth::Oidc));
    let token = changesets.replace("''", "'${{ secrets.NPM_TOKEN }}'");
    assert_eq!(one(IDENTITY, &token).auth, Auth::Both);
    let js = "      - {uses: JS-DevTools/npm-publish@v3, with: {token: '${{ secrets.NPM_TOKEN }}'}}\n";
    let path = one("", js);
    assert_eq!((path.command.tool, path.auth), (Tool::Npm, Auth::Token));
    assert_eq!(path.tokens().next().map(|token| token.reach), Some(Reach::Input));
    for none in [
        "      - {uses: changesets/action@v1, with: {version: npm run version}}\n",
        "      - {uses: JS-DevTools/npm-publish@v3, with: {dry-run: true}}\n",
        "      - {uses: googleapis/release-please-action@v4}\n",
        "      - {run: npm publish, if: false}\n",
        "      - run: npm publish --dry-run\n",
    ] {
        let text = format!("on: push\njobs:\n  p:\n    runs-on: ubuntu-latest\n    steps:\n{none}");
        assert!(paths(&[(W, &text)]).is_empty(), "{none}");
    }
}

#[test]
fn other_registries_are_told_apart() {
    let setup =
        |url: &str| format!("      - {{uses: actions/setup-node@v4, with: {{registry-url: '{url}'}}}}\n");
    let registry = |steps: String| one("", &steps).registry;
    assert_eq!(registry(format!("{}{PUBLISH}", setup("https://npm.pkg.github.com"))), Registry::Other);
    assert_eq!(registry(format!("{}{PUBLISH}", setup(URL))), Registry::Npm);
    // The last one before the command counts.
    let both = format!("{}{}{PUBLISH}", setup("https://npm.pkg.github.com"), setup(URL));
    assert_eq!(registry(both), Registry::Npm);
    assert_eq!(
        registry(format!("{PUBLISH}        env: {{NPM_CONFIG_REGISTRY: 'https://npm.acme.dev'}}\n")),
        Registry::Other
    );
    let text = format!("on: push\njobs:\n  p:\n    runs-on: ubuntu-latest\n    steps:\n{PUBLISH}");
    let manifest = r#"{"name": "x", "publishConfig": {"registry": "https://npm.acme.dev"}}"#;
    assert_eq!(paths(&[(W, &text), ("package.json", manifest)])[0].registry, Registry::Other);
}

const CALLEE: &str = "on: workflow_call
jobs:
  inner:
    runs-on: ubuntu-latest
    steps:
      - run: npm publish
";

#[test]
fn a_called_workflow_is_told_from_both_files() {
    let caller = "on: {release: {types: [published]}}
jobs:
  call:
    permissions: {id-token: write}
    uses: ./.github/workflows/publish.yml
";
    let found = paths(&[(W, caller), (".github/workflows/publish.yml", CALLEE)]);
    assert_eq!(found.len(), 2);
    let of = |file: &str| found.iter().find(|path| path.file.ends_with(file)).expect("told");
    let entry = of("release.yml");
    assert_eq!((entry.entry, entry.job.as_str(), entry.line, entry.auth), (true, "call", 5, Auth::Oidc));
    assert_eq!(entry.trigger, ["release"]);
    assert_eq!(entry.chain.len(), 1);
    let inner = of("publish.yml");
    assert_eq!((inner.entry, inner.job.as_str(), inner.line, inner.auth), (false, "inner", 6, Auth::Oidc));
    // Without a caller in the repository nobody knows.
    let alone = paths(&[(".github/workflows/publish.yml", CALLEE)]);
    assert_eq!(alone[0].auth, Auth::Unknown);
}

#[test]
fn a_model_leads_from_a_path_to_its_job() {
    let caller =
        "on: push\njobs:\n  a: {runs-on: x, steps: []}\n  call: {uses: ./.github/workflows/publish.yml}\n";
    let model = read(&[(W, caller), (".github/workflows/publish.yml", CALLEE)]);
    let path = model.paths.iter().find(|path| path.entry).expect("told");
    assert_eq!(model.pipeline(path).path(), W);
    assert_eq!(model.job(path).map(|job| job.id.as_str()), Some("inner"));
}

#[test]
fn what_only_a_name_says_needs_a_credential() {
    let opaque = "      - run: node scripts/release.js\n";
    let text = format!("on: push\njobs:\n  p:\n    runs-on: ubuntu-latest\n    steps:\n{opaque}");
    assert!(paths(&[(W, &text)]).is_empty());
    assert_eq!(one(IDENTITY, opaque).command.tool, Tool::Other);
}

#[test]
fn circleci_has_an_identity_only_where_a_script_asks_for_it() {
    let auth = |before: &str| {
        let text = format!(
            "version: 2.1\njobs:\n  p:\n    docker: [{{image: 'cimg/node:24.14.1'}}]\n    steps:\n      - run: |\n          {before}\n          npm publish\nworkflows: {{w: {{jobs: [p]}}}}\n"
        );
        let found = paths(&[(".circleci/config.yml", &text)]);
        assert_eq!(found.len(), 1, "{text}");
        found[0].auth
    };
    assert_eq!(auth("echo hi"), Auth::Token, "a variable of the project or of a context");
    let ask = r#"export NPM_ID_TOKEN="$(circleci run oidc get --claims '{"aud":"npm:x"}')""#;
    assert_eq!(auth(ask), Auth::Oidc);
}

#[test]
fn inputs_hold_publish_commands_of_what_is_not_seen() {
    let step = "      - {uses: acme/release@v1, with: {publish: npx changeset publish}}\n";
    assert_eq!(one(IDENTITY, step).command.tool, Tool::Changesets);
}

#[test]
fn gitlab_jobs_are_told_from_the_included_file_too() {
    let files = [
        (".gitlab-ci.yml", "include: {local: ci/publish.yml}\n"),
        ("ci/publish.yml", "publish:\n  id_tokens: {NPM_ID_TOKEN: {aud: npm}}\n  script: [npm publish]\n"),
    ];
    let found = paths(&files);
    let told: Vec<(&str, bool, Auth)> =
        found.iter().map(|path| (path.file.as_str(), path.entry, path.auth)).collect();
    assert_eq!(told, [(".gitlab-ci.yml", true, Auth::Oidc), ("ci/publish.yml", false, Auth::Oidc)]);
}

#[test]
fn an_input_keeps_its_meaning_under_its_new_name() {
    let step = "      - {uses: changesets/action@v2, with: {publish-script: npm run release}}\n";
    assert_eq!(one(IDENTITY, step).command.tool, Tool::Changesets);
}

#[test]
fn a_name_gives_the_tool_where_an_environment_is_named_for_npm() {
    let of = |environment: &str, action: &str| {
        let text = format!(
            "on: push\njobs:\n  p:\n    runs-on: ubuntu-latest\n    environment: {environment}\n    permissions: {{id-token: write}}\n    steps:\n      - uses: {action}@v1\n"
        );
        let manifest = ("package.json", r#"{"name": "x", "version": "1.0.0"}"#);
        paths(&[(W, &text), manifest]).first().map(|path| path.command.tool)
    };
    assert_eq!(of("npm-publisher", "acme/semantic-trusted-release"), Some(Tool::SemanticRelease));
    assert_eq!(of("npm", "acme/changesets-action-publish"), Some(Tool::Changesets));
    assert_eq!(of("npm", "acme/release-it-all"), Some(Tool::Action));
    assert_eq!(of("docs", "acme/semantic-trusted-release"), None);
}

#[test]
fn an_identity_for_another_registry_proves_nothing() {
    let steps = "      - run: script/release\n      - uses: pypa/gh-action-pypi-publish@v1\n";
    let text = format!(
        "on: push\njobs:\n  p:\n    runs-on: ubuntu-latest\n    permissions: {{id-token: write}}\n    steps:\n{steps}"
    );
    assert!(paths(&[(W, &text)]).is_empty());
}

#[test]
fn a_caller_without_permissions_leaves_it_to_the_repository() {
    let publish = CALLEE.replace("    steps:", "    permissions: {id-token: write}\n    steps:");
    let auth = |permissions: &str| {
        let caller =
            format!("on: push\n{permissions}jobs:\n  call:\n    uses: ./.github/workflows/publish.yml\n");
        let found = paths(&[(W, &caller), (".github/workflows/publish.yml", &publish)]);
        found.iter().find(|path| path.entry).expect("told").auth
    };
    assert_eq!(auth(""), Auth::Oidc);
    assert_eq!(auth("permissions: {contents: read}\n"), Auth::None);
}

#[test]
fn a_called_workflow_that_is_told_not_to_publish_does_not() {
    let tools = |with: &str| -> Vec<Tool> {
        let text = format!(
            "on: push\njobs:\n  p:\n    permissions: {{id-token: write}}\n    uses: acme/ci/.github/workflows/release.yml@v1\n    with: {{{with}}}\n"
        );
        let manifest = ("package.json", r#"{"name": "x", "version": "1.0.0"}"#);
        paths(&[(W, &text), manifest]).iter().map(|path| path.command.tool).collect()
    };
    assert_eq!(tools("publish: true"), [Tool::Other]);
    assert_eq!(tools("publish: false"), []);
    assert_eq!(tools("dry-run: true"), []);
}

#[test]
fn a_truth_value_that_is_false_is_no_text() {
    let publish_file =
        "on: {workflow_call: {inputs: {publish: {type: boolean}, dry: {type: boolean, default: false}}}}
jobs:
  p:
    if: inputs.publish
    runs-on: ubuntu-latest
    permissions: {id-token: write}
    steps:
      - run: npm publish $DRY
        env:
          DRY: ${{ inputs.dry && '--dry-run' || '' }}
";
    let entries = |publish: bool| {
        let caller = format!(
            "on: push\npermissions: {{id-token: write}}\njobs:\n  call:\n    uses: ./.github/workflows/publish.yml\n    with: {{publish: {publish}}}\n"
        );
        let found = paths(&[(W, &caller), (".github/workflows/publish.yml", publish_file)]);
        found.iter().filter(|path| path.entry).count()
    };
    assert_eq!((entries(true), entries(false)), (1, 0));
}

#[test]
fn file_by_file_a_called_workflow_is_told_as_in_a_whole_reading() {
    let caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/run.yml\n    with: { command: npm publish }\n    \
                  secrets: inherit\n";
    let reusable = "on: { workflow_call: { inputs: { command: { type: string } } } }\njobs:\n  run:\n    \
                  runs-on: ubuntu-latest\n    steps:\n      - run: ${{ inputs.command }}\n        \
                  env: { NODE_AUTH_TOKEN: '${{ secrets.NPM_TOKEN }}' }\n";
    let tree = Memory::new([
        (".github/workflows/a.yml", caller),
        (".github/workflows/run.yml", reusable),
        (".github/workflows/z.yml", "on: push\njobs: {}\n"),
    ]);
    let project = Project::read(&tree);
    let told = |model: &Model| -> Vec<String> {
        let path = |path: &PublishPath| {
            let pipeline = model.pipeline(path).path();
            format!("{} {} {:?} of {pipeline}, {}", path.file, path.line, path.auth, path.entry)
        };
        model.paths.iter().map(path).collect()
    };
    let seen = AtomicUsize::new(0);
    let streamed = crate::ci::stream(&tree, &project, &|file| {
        seen.fetch_add(file.pipelines.len(), Ordering::Relaxed);
        false
    });
    assert_eq!(told(&streamed), told(&crate::ci::read(&tree, &project)));
    assert_eq!(streamed.paths.len(), 2, "from the entry file and from the called one");
    assert_eq!((streamed.pipelines.len(), streamed.files, seen.into_inner()), (2, 3, 3));
}

#[test]
fn an_action_publishes_from_the_folder_that_its_input_names() {
    let directory = |package: &str| {
        one("", &format!("      - uses: JS-DevTools/npm-publish@v4\n        with: {package}\n"))
            .command
            .directory
    };
    assert_eq!(directory("{ package: ./packages/a }").as_deref(), Some("packages/a"));
    assert_eq!(directory("{ package: packages/a/package.json }").as_deref(), Some("packages/a"));
    assert_eq!(directory("{ package: a.tgz }"), None);
    assert_eq!(directory("{ package: '${{ steps.a.outputs.folder }}' }"), None);
    assert_eq!(directory("{ access: public }").as_deref(), Some(""));
}

#[test]
fn a_rehearsal_that_an_input_chooses_is_a_publish_all_the_same() {
    let published = |default: &str, command: &str| {
        let text = format!(
            "on: {{workflow_dispatch: {{inputs: {{dry: {{type: boolean, default: {default}}}}}}}}}\njobs:\n  a:\n    \
             runs-on: ubuntu-latest\n    steps:\n      - run: {command}\n"
        );
        paths(&[(W, &text)]).into_iter().map(|path| path.command.text).collect::<Vec<_>>()
    };
    for default in ["false", "true"] {
        let either = "npm publish ${{ inputs.dry && '--dry-run' || '--no-dry-run' }}";
        assert_eq!(published(default, either), ["npm publish --no-dry-run"]);
        let maybe = "npm publish ${{ inputs.dry && '--dry-run' || '' }}";
        assert_eq!(published(default, maybe), ["npm publish"]);
    }
    assert!(published("false", "npm publish ${{ 'a' && '--dry-run' }}").is_empty());
}

#[test]
fn many_files_read_by_several_threads_are_told_in_the_order_of_the_project() {
    let broken =
        "on: push\njobs:\n  a: {runs-on: ubuntu-latest, steps: [{uses: ./.github/actions/broken}]}\n";
    let file = |index: usize| {
        let text = if index.is_multiple_of(3) { broken.to_owned() } else { publishing(index) };
        (format!(".github/workflows/w{index:03}.yml"), text)
    };
    let action = (".github/actions/broken/action.yml".to_owned(), "runs: [".to_owned());
    let tree = Memory::new((0..200).map(file).chain([action]));
    let model = crate::ci::read(&tree, &Project::read(&tree));
    assert_eq!(model.files, 200);
    let order: Vec<&str> = model.pipelines.iter().map(Pipeline::path).collect();
    assert!(order.is_sorted(), "{order:?}");
    for path in &model.paths {
        assert_eq!(model.pipeline(path).path(), path.file);
        assert_eq!(Some(&path.job), model.job(path).map(|job| &job.id));
    }
    assert_eq!(model.paths.len(), 133);
    let files: Vec<&str> = model.problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, [".github/actions/broken/action.yml"], "one file, though several threads read it");
}

fn publishing(index: usize) -> String {
    format!("on: push\njobs:\n  job{index}: {{runs-on: ubuntu-latest, steps: [{{run: npm publish}}]}}\n")
}

#[test]
fn conditions_narrow_what_leads_to_a_publish() {
    let github = "on: {push: {branches: [main], tags: ['v*']}, workflow_dispatch: {}, pull_request: {}}\njobs:\n  \
        build: {if: github.event_name != 'pull_request', runs-on: ubuntu-24.04, steps: [{run: npm test}]}\n  \
        publish:\n    needs: build\n    runs-on: ubuntu-24.04\n    permissions: {id-token: write}\n    \
        steps: [{run: npm publish, if: \"startsWith(github.ref, 'refs/tags/')\"}]\n  \
        canary:\n    if: github.ref == 'refs/heads/main' && github.event_name == 'push'\n    \
        runs-on: ubuntu-24.04\n    permissions: {id-token: write}\n    steps: [{run: npm publish --tag canary}]\n  \
        late:\n    needs: build\n    if: always()\n    runs-on: ubuntu-24.04\n    permissions: {id-token: write}\n    \
        steps: [{run: npm publish --tag late}]\n";
    let gitlab = "workflow: {rules: [{if: $CI_MERGE_REQUEST_IID}, {if: $CI_COMMIT_TAG}, {if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]}\n\
        .tags: {rules: [{if: $CI_COMMIT_TAG, when: on_success}, {when: never}]}\n\
        tag: {script: npm publish, rules: [{if: $CI_COMMIT_TAG =~ /^v/}]}\n\
        shared: {script: npm publish, rules: [!reference [.tags, rules]]}\n\
        push: {script: npm publish, rules: [{if: $CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_TAG && $X}]}\n\
        web: {script: npm publish, rules: [{if: $CI_PIPELINE_SOURCE != \"web\", when: never}, {changes: [x]}]}\n\
        clock: {script: npm publish, only: [schedules]}\n\
        old: {script: npm publish, only: {refs: [tags], variables: [$X]}, except: [web]}\n\
        open: {script: npm publish, rules: [{if: $DEPLOY}]}\n\
        free: {script: npm publish}\n";
    let circleci = "version: 2.1\nparameters: {go: {type: boolean, default: false}}\njobs:\n  \
        pub: {docker: [{image: 'cimg/node:24.18.0'}], steps: [checkout, run: npm publish]}\nworkflows:\n  \
        a: {jobs: [pub: {name: tag, filters: {tags: {only: /^v.*/}, branches: {ignore: /.*/}}}]}\n  \
        b: {when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}, jobs: [pub: {name: nightly}]}\n  \
        c: {jobs: [pub: {name: words, filters: pipeline.git.tag starts-with \"v\"}]}\n  \
        d: {when: << pipeline.parameters.go >>, jobs: [pub: {name: hand}]}\n  \
        e: {unless: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}, jobs: [pub: {name: first, filters: {branches: {only: main}}}, pub: {name: second, requires: [first], filters: {tags: {only: /.*/}}}]}\n";
    let found = |path: &str, text: &str| -> Vec<String> {
        let paths = paths(&[("package.json", r#"{"name":"a","version":"1.0.0"}"#), (path, text)]);
        let mut shown: Vec<String> =
            paths.iter().map(|path| format!("{}: {}", path.job, path.trigger.join(", "))).collect();
        shown.sort();
        shown
    };
    assert_eq!(
        found(".github/workflows/a.yml", github),
        [
            "canary: push:branches",
            "late: push, workflow_dispatch, pull_request",
            "publish: push:tags, workflow_dispatch",
        ]
    );
    assert_eq!(
        found(".gitlab-ci.yml", gitlab),
        [
            "clock: schedule",
            "free: push, merge_request_event, web, schedule",
            "old: push:tags",
            "open: push, merge_request_event, web, schedule",
            "push: push:tags",
            "shared: push:tags, web",
            "tag: push:tags, web",
            "web: web",
        ]
    );
    assert_eq!(
        found(".circleci/config.yml", circleci),
        [
            "first: push:branches, api",
            "hand: api, schedule",
            "nightly: schedule",
            "second: push:branches, api",
            "tag: push:tags, api",
            "words: push:tags, api",
        ]
    );
}

#[test]
fn variables_reach_later_steps_through_the_providers_file() {
    let steps = "      - run: |\n          if [ \"$DRY\" ]; then\n            echo \"COMMAND=npx lerna publish --dry-run\" >> $GITHUB_ENV\n          else\n            \
                 echo \"COMMAND=npx lerna publish from-package\" >> $GITHUB_ENV\n          fi\n      - run: pnpm exec ${{ env.COMMAND }}\n";
    let path = one(IDENTITY, steps);
    assert_eq!((path.command.tool, path.auth), (Tool::Lerna, Auth::Oidc));
    let steps = "      - run: echo \"NODE_AUTH_TOKEN=${{ secrets.NPM_TOKEN }}\" >> \"$GITHUB_ENV\"\n      - run: npm publish\n";
    assert_eq!(one(IDENTITY, steps).auth, Auth::Both);
    // What an exchange of one's own answers is no stored token.
    let steps = "      - run: echo \"NODE_AUTH_TOKEN=$TOKEN\" >> $GITHUB_ENV\n      - run: npm publish\n";
    assert_eq!(one(IDENTITY, steps).auth, Auth::Oidc);
}

#[test]
fn an_action_with_a_token_of_npms_needs_only_a_word() {
    let token = "        env: {NPM_TOKEN: '${{ secrets.NPM_TOKEN }}'}\n";
    let command = "        with: {command: version-or-publish}\n";
    for (action, with) in [("acme/octorelease@v1", ""), ("acme/tool/packages/action@v0", command)] {
        let path = one("", &format!("      - uses: {action}\n{with}{token}"));
        assert_eq!((path.command.tool, path.auth), (Tool::Action, Auth::Token), "{action}");
    }
    let text = format!("on: push\njobs:\n  a:\n    steps:\n      - uses: acme/setup@v1\n{token}");
    assert!(paths(&[(W, &text), ("package.json", r#"{"name": "a", "version": "1.0.0"}"#)]).is_empty());
}

#[test]
fn a_registry_below_a_path_is_another() {
    let registry = |flag: &str| {
        let steps = format!(
            "      - run: npm publish --registry {flag}\n        env: {{NODE_AUTH_TOKEN: '${{{{ secrets.NPM_TOKEN }}}}'}}\n"
        );
        one("", &steps).registry
    };
    assert_eq!(registry("https://wombat-dressing-room.appspot.com"), Registry::Npm);
    assert_eq!(registry("https://npm.acme.example/npm/"), Registry::Other);
    // A token for a registry whose host is not known, but that is below a path, is none of npm's.
    let steps = "      - run: |\n          echo \"//${HOST}/artifactory/api/npm/npm/:_authToken=${ART}\" > .npmrc\n          npm publish\n";
    assert_eq!(one(IDENTITY, steps).auth, Auth::Oidc);
    let steps =
        "      - run: |\n          echo \"//${HOST}/:_authToken=${ART}\" > .npmrc\n          npm publish\n";
    assert_eq!(one(IDENTITY, steps).auth, Auth::Both);
}

#[test]
fn a_version_manager_without_a_version_in_sight_leaves_any_node_behind() {
    let mise = "      - uses: jdx/mise-action@v2\n";
    assert!(one(IDENTITY, PUBLISH).toolchain.npm_shown().is_some());
    assert_eq!(one(IDENTITY, &format!("{mise}{PUBLISH}")).toolchain.npm_shown(), None);
    assert_eq!(
        one(IDENTITY, &format!("{NODE}{mise}{PUBLISH}")).toolchain.npm_shown().as_deref(),
        Some("11.11.0"),
        "what an earlier step chose is not undone"
    );
}

#[test]
fn microsofts_release_service_has_a_credential_of_its_own() {
    let azure = |kind: &str| {
        let text =
            format!("trigger: [main]\nsteps:\n- task: EsrpRelease@9\n  inputs: {{ContentType: {kind}}}\n");
        paths(&[("azure-pipelines.yml", &text), ("package.json", r#"{"name": "a", "version": "1.0.0"}"#)])
    };
    let path = azure("npm").remove(0);
    assert_eq!((path.auth, path.registry), (Auth::Unknown, Registry::Npm));
    assert!(azure("PyPi").is_empty());
}

#[test]
fn a_workflow_that_is_named_for_npm_has_what_every_secret_gives_it() {
    let call = |file: &str, permissions: &str| {
        let text = format!(
            "on: {{push: {{tags: [v1]}}}}\njobs:\n  a:\n    uses: acme/ci/.github/workflows/{file}@v1\n    secrets: inherit\n{permissions}"
        );
        paths(&[(W, &text), ("package.json", r#"{"name": "a", "version": "1.0.0"}"#)])
    };
    assert_eq!(call("npmPublish.yml", "")[0].auth, Auth::Token);
    assert_eq!(call("npmPublish.yml", IDENTITY)[0].auth, Auth::Oidc);
    assert!(call("release.yml", "").is_empty(), "that may release anything");
}
