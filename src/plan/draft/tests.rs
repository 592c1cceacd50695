//! Drafts for repositories of every kind.

use super::*;
use crate::facts::Date;
use crate::files::Memory;
use crate::plan::advise::advise;
use crate::project::Project;
use crate::spec::Spec;

fn draft_for(files: &[(&str, &str)], providers: &[Provider]) -> Result<Draft, NoDraft> {
    let tree = Memory::new(files.iter().copied());
    let project = Project::read(&tree);
    let model = crate::ci::read(&tree, &project);
    let today: Date = "2026-11-22".parse().expect("a day");
    let situation = Situation { project: &project, model: &model, spec: None, providers, today };
    draft(&situation, &advise(&situation))
}

const ONE: (&str, &str) = ("package.json", r#"{"name": "a", "version": "1.0.0", "repository": "o/r"}"#);
const GITLAB: (&str, &str) =
    ("package.json", r#"{"name": "@s/a", "version": "1.0.0", "repository": "gitlab:g/p"}"#);

/// Drafts and reads the text back: what the file says is what the spec says.
fn text(files: &[(&str, &str)], providers: &[Provider]) -> String {
    let draft = draft_for(files, providers).expect("a draft");
    let read: Spec = serde_saphyr::from_str(&draft.text).expect(&draft.text);
    assert_eq!(read, draft.spec, "{}", draft.text);
    assert!(draft.text.lines().all(|line| line.chars().count() <= 100), "{}", draft.text);
    draft.text
}

#[test]
fn a_single_package_needs_six_lines() {
    let text = text(&[ONE], &[]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    assert_eq!(lines, ["version: 1", "providers:", "  github: {}", "trigger:", "  tag: v*"]);
    insta::assert_snapshot!(text);
}

#[test]
fn every_shape() {
    let workspace = ("package.json", r#"{"private": true, "workspaces": ["p/*"], "repository": "o/r"}"#);
    let (a, b) = (r#"{"name": "@s/a", "version": "1.0.0"}"#, r#"{"name": "@s/b", "version": "2.0.0"}"#);
    let members = [workspace, ("p/a/package.json", a), ("p/b/package.json", b)];
    let private = [
        (
            "package.json",
            r#"{"name": "a", "version": "1.0.0", "repository": "o/r", "dependencies": {"@p/x": "1"}}"#,
        ),
        (".npmrc", "@p:registry=https://npm.acme.dev/repo/\n//npm.acme.dev/:_authToken=${READ_TOKEN}\n"),
    ];
    let own_host = [
        (
            "package.json",
            r#"{"name": "a", "version": "1.0.0", "repository": "https://gitlab.acme.dev/g/p.git"}"#,
        ),
        (".gitlab-ci.yml", "test: {script: npm test}\n"),
    ];
    let both = [Provider::Github, Provider::Gitlab];
    for (name, text) in [
        ("own-versions", text(&members, &[])),
        (
            "changesets",
            text(&[ONE, (".changeset/config.json", "{}"), (".git/HEAD", "ref: refs/heads/trunk\n")], &[]),
        ),
        ("private-dependency", text(&private, &[])),
        ("self-managed-gitlab", text(&own_host, &[])),
        ("circleci", text(&[ONE, (".circleci/config.yml", "")], &[])),
        ("gitlab", text(&[GITLAB], &[])),
        ("two-providers", text(&[ONE], &both)),
    ] {
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn no_broken_spec_is_drafted() {
    let jenkins =
        |files: &[(&str, &str)], providers: &[Provider]| draft_for(files, providers).expect_err("none");
    let elsewhere =
        ("package.json", r#"{"name": "a", "version": "1.0.0", "repository": "https://git.acme.dev/a"}"#);
    assert_eq!(jenkins(&[elsewhere, ("Jenkinsfile", "")], &[]), NoDraft::NotGenerated(Provider::Jenkins));
    assert_eq!(jenkins(&[ONE], &[Provider::Azure]), NoDraft::NotGenerated(Provider::Azure));
    assert_eq!(jenkins(&[elsewhere], &[]), NoDraft::NoProvider);
    assert!(matches!(jenkins(&[], &[]), NoDraft::NothingToPublish(_)));
    // On github.com the publish job can move, so there is a spec.
    assert!(draft_for(&[ONE, ("Jenkinsfile", "")], &[]).is_ok());
}

#[test]
fn hostile_names_stay_data() {
    let branch = (".git/HEAD", "ref: refs/heads/x: {a: b} # \"c\n");
    let text = text(&[ONE, (".changeset/config.json", "{}"), branch], &[]);
    assert!(text.contains("branch: "));
}

const WORKFLOW: &str = ".github/workflows/publish.yml";

/// The draft of a repository that publishes today by `workflow`.
fn drafted(file: &str, workflow: &str) -> Draft {
    draft_for(&[ONE, (file, workflow)], &[]).expect("a draft")
}

#[test]
fn the_commands_of_todays_publish_job_are_taken_over() {
    let workflow = "on: {push: {tags: ['v*']}}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: actions/setup-node@v4\n      - run: |\n          npm ci\n          npm run build:package\n          npm test -- --ci\n      - run: npx tsc --noEmit\n        working-directory: types\n      - uses: acme/setup-wasm@v1\n      - run: npm version \"$GITHUB_REF_NAME\"\n      - run: |\n          npm run notes\n          npm publish\n          npm run after\n        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n";
    let draft = drafted(WORKFLOW, workflow);
    let run = draft.spec.build.and_then(|build| build.run).expect("commands");
    assert_eq!(
        run,
        ["npm run build:package", "npm test -- --ci", "(cd types && npx tsc --noEmit)", "npm run notes"]
    );
    let note = draft.notes.join(" ");
    assert!(
        note.contains("`acme/setup-wasm`") && note.contains("`npm version \"$GITHUB_REF_NAME\"`"),
        "{note}"
    );
    assert_eq!(
        draft.spec.providers.github.and_then(|github| github.file).as_deref(),
        Some("npm-publish.yml")
    );
    insta::assert_snapshot!("todays-commands", draft.text);
}

#[test]
fn what_another_job_built_is_not_taken_over() {
    let workflow = "on: {push: {tags: ['v*']}}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/download-artifact@v4\n      - run: node scripts/merge.mjs\n      - run: npm publish\n        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n";
    let draft = drafted(".github/workflows/release.yml", workflow);
    assert_eq!(draft.spec.build, None);
    assert!(draft.notes.join(" ").contains("`actions/download-artifact`"), "{:?}", draft.notes);
    assert_eq!(draft.spec.providers.github.and_then(|github| github.file), None);
}

#[test]
fn a_release_is_followed_before_a_preview() {
    let workflow = |on: &str, tag: &str| {
        format!(
            "on: {on}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm publish{tag}\n        env:\n          NODE_AUTH_TOKEN: ${{{{ secrets.NPM_TOKEN }}}}\n"
        )
    };
    let files = [
        ONE,
        (".github/workflows/canary.yml", &workflow("{push: {branches: [main]}}", "")),
        (".github/workflows/publish-dev.yml", &workflow("workflow_dispatch", " --tag dev")),
        (".github/workflows/ship.yml", &workflow("{push: {tags: ['release-*']}}", "")),
    ];
    let draft = draft_for(&files, &[]).expect("a draft");
    assert_eq!(draft.spec.trigger.and_then(|trigger| trigger.tag).as_deref(), Some("release-*"));
}

#[test]
fn a_version_that_is_made_while_publishing_is_refused() {
    for version in ["0.0.0-semantically-released", "0.0.0-development"] {
        let manifest = format!(r#"{{"name": "a", "version": "{version}", "repository": "o/r"}}"#);
        let refused = draft_for(&[("package.json", &manifest)], &[]).expect_err("no draft");
        assert!(
            matches!(&refused, NoDraft::Placeholder { version: said, .. } if said == version),
            "{refused}"
        );
    }
    let draft = ("package.json", r#"{"name": "a", "version": "0.0.0-alpha.1", "repository": "o/r"}"#);
    assert!(draft_for(&[draft], &[]).is_ok());
}

/// A workflow that publishes by `command` on `on`.
fn publishing(on: &str, command: &str) -> String {
    format!(
        "on: {on}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {command}\n        env:\n          NODE_AUTH_TOKEN: ${{{{ secrets.NPM_TOKEN }}}}\n"
    )
}

#[test]
fn the_branch_is_the_one_that_todays_workflow_names() {
    let master = (".git/HEAD", "ref: refs/heads/master\n");
    for (branches, expected, reason, left) in [
        ("[release]", "release", "# As .github/workflows/publish.yml does today.", ""),
        ("[main]", "main", "# As .github/workflows/publish.yml does today.", ""),
        ("[next, main]", "main", "# One of the branches on which", "branch `next`"),
        ("['release/**']", "master", "`release/**`", ""),
        ("[main, '!dev']", "main", "does today.", "leaves out `dev`"),
    ] {
        let workflow = publishing(&format!("{{push: {{branches: {branches}}}}}"), "npm publish");
        let draft = draft_for(&[ONE, (WORKFLOW, &workflow), master], &[]).expect("a draft");
        let trigger = draft.spec.trigger.clone().expect("a trigger");
        assert_eq!(trigger.branch.as_deref(), Some(expected), "{branches}");
        assert!(draft.text.contains(reason), "{}", draft.text);
        assert!(draft.notes.join(" ").contains(left), "{:?}", draft.notes);
        assert_eq!(draft.notes.is_empty(), left.is_empty(), "{:?}", draft.notes);
    }
    let draft =
        draft_for(&[ONE, (WORKFLOW, &publishing("push", "npm publish")), master], &[]).expect("a draft");
    assert!(!draft.text.contains("does today.") && draft.text.contains("default branch"), "{}", draft.text);
}

#[test]
fn a_tag_filter_is_taken_over_or_told() {
    for (on, expected, reason, left) in [
        ("{push: {tags: ['v*', 'beta-*']}}", "v*", "does today.", "tags `beta-*`"),
        ("{push: {tags: ['rel-[0-9]*', 'v*']}}", "v*", "does today.", "tags `rel-[0-9]*`"),
        ("{push: {tags: ['releases/**']}}", "releases/*", "for `releases/**`", ""),
        ("{push: {tags: ['v[0-9]+']}}", "v*", "`v[0-9]+`", ""),
        ("{push: {tags: ['v*', '!v0*'], branches: [dev]}}", "v*", "does today.", "branch `dev`"),
    ] {
        let draft = drafted(WORKFLOW, &publishing(on, "npm publish"));
        assert_eq!(draft.spec.trigger.and_then(|trigger| trigger.tag).as_deref(), Some(expected), "{on}");
        assert!(draft.text.contains(reason), "{}", draft.text);
        assert!(draft.notes.join(" ").contains(left), "{:?}", draft.notes);
        assert_eq!(draft.notes.is_empty(), left.is_empty(), "{:?}", draft.notes);
    }
    let circleci = "version: 2.1\njobs:\n  pub: {docker: [{image: 'cimg/node:22.0'}], steps: [checkout, run: npm publish]}\nworkflows:\n  a: {jobs: [pub: {filters: {tags: {only: /^rel-.*/}, branches: {ignore: /.*/}}}]}\n";
    let draft =
        draft_for(&[ONE, (".circleci/config.yml", circleci)], &[Provider::Circleci]).expect("a draft");
    assert_eq!(draft.spec.trigger.and_then(|trigger| trigger.tag).as_deref(), Some("v*"));
    assert!(draft.text.contains("publishes on tags today"), "{}", draft.text);
}

#[test]
fn the_dist_tag_of_todays_publish_is_taken_over() {
    let on = "{push: {tags: ['v*']}}";
    let publish = |files: &[(&str, &str)]| text(files, &[]);
    let next = publish(&[ONE, (WORKFLOW, &publishing(on, "npm publish --tag next"))]);
    assert!(
        next.contains("\npublish:\n  # As .github/workflows/publish.yml does today.\n  tag: next\n"),
        "{next}"
    );
    let script = r#"{"name": "a", "version": "1.0.0", "repository": "o/r", "scripts": {"release": "npm publish --tag canary"}}"#;
    let canary = publish(&[("package.json", script), (WORKFLOW, &publishing(on, "npm run release"))]);
    assert!(canary.contains("  tag: canary\n") && canary.contains("  prerelease-tag: canary\n"), "{canary}");
    let latest = publish(&[ONE, (WORKFLOW, &publishing(on, "npm publish --tag latest"))]);
    assert!(!latest.contains("publish:\n"), "{latest}");
    let unknown = drafted(WORKFLOW, &publishing(on, "npm publish --tag \"$CHANNEL\""));
    assert_eq!(unknown.spec.publish, None);
    assert!(unknown.notes.join(" ").contains("`publish.tag`"), "{:?}", unknown.notes);
    let mixed = "|\n          if [ -n \"$OLD\" ]; then\n            npm publish --tag v1-lts\n          else\n            npm publish\n          fi";
    let mixed = drafted(WORKFLOW, &publishing(on, mixed));
    assert_eq!(mixed.spec.publish, None);
    assert!(mixed.notes.join(" ").contains("`latest` and `v1-lts`"), "{:?}", mixed.notes);
    let ours = format!(
        "# Generated by trustpub from trustpub.yml.\n{}",
        publishing(on, "npm publish --tag \"$tag\"")
    );
    assert!(drafted(WORKFLOW, &ours).notes.is_empty(), "the spec decides there");
}

#[test]
fn one_pattern_covers_the_tags_of_every_package() {
    let workspace = ("package.json", r#"{"private": true, "workspaces": ["p/*"], "repository": "o/r"}"#);
    let drafted = |names: [&str; 2], tags: &[&str]| {
        let manifests = names.map(|name| format!(r#"{{"name": "{name}", "version": "1.0.0"}}"#));
        let refs: Vec<String> = tags.iter().map(|tag| format!(".git/refs/tags/{tag}")).collect();
        let mut files = vec![workspace, (".git/HEAD", "ref: refs/heads/main\n")];
        files.push(("p/a/package.json", &manifests[0]));
        files.push(("p/b/package.json", &manifests[1]));
        files.extend(refs.iter().map(|path| (path.as_str(), "0123\n")));
        draft_for(&files, &[]).expect("a draft")
    };
    let scoped = ["@acme/a", "@acme/b"];
    for (names, tags, expected, said) in [
        (scoped, &["@acme/a@1.0.0", "@acme/b@1.0.0", "@acme/gone@1.0.0"][..], "@acme/*@*", "every package"),
        (["a", "ab"], &["a-v1.0.0", "ab-v1.0.0"], "*-v*", "every package"),
        (scoped, &["v1.0.0", "v1.1.0", "@acme/a@1.0.0"], "v*", "A tag says which commit is released."),
        (scoped, &["x1.0.0", "y1.0.0", "y1.0.1", "z1.0.0", "u1.0.0"], "y*", "2 of the 5 tags"),
    ] {
        let draft = drafted(names, tags);
        let tag = draft.spec.trigger.clone().and_then(|trigger| trigger.tag);
        assert_eq!(tag.as_deref(), Some(expected), "{tags:?}");
        let comments = draft.text.replace("\n# ", " ");
        assert!(comments.contains(said) && !comments.contains("most tags"), "{comments}");
    }
}

#[test]
fn a_token_that_no_secret_can_be_called_is_told() {
    let manifest = r#"{"name": "a", "version": "1.0.0", "repository": "o/r", "dependencies": {"@p/x": "1"}}"#;
    let npmrc = "@p:registry=https://npm.acme.dev/\n//npm.acme.dev/:_authToken=${GITHUB_TOKEN}\n";
    let draft = draft_for(&[("package.json", manifest), (".npmrc", npmrc)], &[]).expect("a draft");
    assert_eq!(draft.spec.build, None);
    assert!(draft.notes.join(" ").contains(".npmrc:2 reads GITHUB_TOKEN"), "{:?}", draft.notes);
    assert!(crate::spec::load(&crate::text::Source::new(FILE, draft.text.as_str())).is_ok());
}

#[test]
fn the_pack_jobs_node_is_one_that_engines_asks_for() {
    let drafted = |engines: &str, providers: &[Provider]| {
        let manifest = format!(
            r#"{{"name": "a", "version": "1.0.0", "repository": "o/r", "engines": {{"node": "{engines}"}}}}"#
        );
        draft_for(&[("package.json", &manifest)], providers).expect("a draft")
    };
    for providers in [&[][..], &[Provider::Gitlab], &[Provider::Circleci]] {
        let draft = drafted("20.x", providers);
        let node = draft.spec.build.and_then(|build| build.node).unwrap_or_default();
        assert!(
            node.starts_with("20.") && draft.text.contains(&format!("  node: \"{node}\"\n")),
            "{}",
            draft.text
        );
    }
    assert_eq!(drafted(">=18", &[]).spec.build, None);
    let circleci = drafted("20.x", &[Provider::Circleci]).text.replace("\n  # ", " ");
    assert!(circleci.contains("whether cimg/node has a tag"), "{circleci}");
    let none = drafted("<4", &[]);
    assert!(none.spec.build.is_none() && none.notes.join(" ").contains("`build.node`"), "{:?}", none.notes);
}
