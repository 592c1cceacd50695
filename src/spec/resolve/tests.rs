use super::*;
use crate::facts::Provider;
use crate::files::Memory;
use crate::spec::model::*;
use crate::spec::resolved::{Details, ResolvedTrigger};

fn spec(providers: Providers) -> Spec {
    Spec { version: 1, providers, ..Spec::default() }
}

fn github() -> Providers {
    Providers { github: Some(Github::default()), ..Providers::default() }
}

fn outcome(spec: &Spec, files: &[(&str, &str)]) -> Result<Resolution, Vec<Fault>> {
    let tree = Memory::new(files.iter().copied());
    let project = Project::read(&tree);
    resolve(spec, &Surroundings { project: &project, generated: &|path| path == "generated.yml" })
}

fn resolved(spec: &Spec, files: &[(&str, &str)]) -> Resolved {
    outcome(spec, files).expect("it resolves").resolved
}

const SINGLE: [(&str, &str); 4] = [
    (
        "package.json",
        r#"{"name":"slug","version":"1.0.0","scripts":{"build":"x","test":"echo \"Error: no test specified\" && exit 1"},"repository":"github:acme/slug"}"#,
    ),
    ("package-lock.json", "{}"),
    (".nvmrc", "22.14.0\n"),
    (".git/config", "[remote \"origin\"]\n\turl = git@github.com:acme/slug.git\n"),
];

#[test]
fn a_single_package_needs_nothing_but_a_provider() {
    let Resolution { resolved, choices, .. } = outcome(&spec(github()), &SINGLE).unwrap();
    insta::assert_debug_snapshot!(resolved);
    let told: Vec<String> = choices
        .iter()
        .map(|choice| format!("{} = {} ({})", choice.key, choice.value, choice.reason))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn files_of_somebody_else_are_left_alone() {
    let providers = Providers {
        gitlab: Some(Gitlab::default()),
        circleci: Some(Circleci::default()),
        ..Providers::default()
    };
    let mut files = SINGLE.to_vec();
    files.extend([(".gitlab-ci.yml", "a: {script: x}"), (".circleci/config.yml", "version: 2.1")]);
    let places = |spec: &Spec, files: &[(&str, &str)]| -> Vec<(String, bool)> {
        resolved(spec, files).targets.iter().map(|target| (target.file.clone(), target.entry)).collect()
    };
    assert_eq!(
        places(&spec(providers.clone()), &files),
        [(".gitlab/publish.gitlab-ci.yml".to_owned(), false), (".circleci/publish.yml".to_owned(), false)]
    );
    assert_eq!(
        places(&spec(providers), &SINGLE),
        [(".gitlab-ci.yml".to_owned(), true), (".circleci/config.yml".to_owned(), true)]
    );
    let tree = Memory::new(files);
    let project = Project::read(&tree);
    let gitlab = spec(Providers { gitlab: Some(Gitlab::default()), ..Providers::default() });
    let ours = Surroundings { project: &project, generated: &|_| true };
    assert_eq!(resolve(&gitlab, &ours).unwrap().resolved.targets[0].file, ".gitlab-ci.yml");
}

#[test]
fn a_workspace_publishes_dependencies_first_and_leaves_private_packages_out() {
    let files = [
        (
            "package.json",
            r#"{"name":"root","private":true,"workspaces":["p/*"],"packageManager":"pnpm@10.1.0+sha512.x"}"#,
        ),
        ("pnpm-workspace.yaml", "packages: ['p/*']\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        (
            "p/a/package.json",
            r#"{"name":"@acme/a","version":"1.0.0","dependencies":{"@acme/b":"workspace:*"},"publishConfig":{"access":"public","tag":"v1"},"scripts":{"build":"x"}}"#,
        ),
        ("p/b/package.json", r#"{"name":"@acme/b","version":"1.0.0"}"#),
        ("p/c/package.json", r#"{"name":"@acme/c","version":"1.0.0","private":true}"#),
        (
            "p/d/package.json",
            r#"{"name":"@acme/d","version":"1.0.0","publishConfig":{"registry":"https://npm.example.com/"}}"#,
        ),
    ];
    let found = resolved(&spec(github()), &files);
    let packages: Vec<_> = found.targets[0]
        .packages
        .iter()
        .map(|p| (p.name.as_str(), p.path.as_str(), p.access, p.tag.as_str()))
        .collect();
    assert_eq!(
        packages,
        [("@acme/b", "p/b", None, "latest"), ("@acme/a", "p/a", Some(Access::Public), "v1")]
    );
    assert_eq!(found.build.manager, Manager::Pnpm);
    assert_eq!(
        found.build.manager_version.as_deref().map(|version| version.starts_with("10.1.0")),
        Some(true)
    );
    assert_eq!(found.build.install.as_deref(), Some("pnpm install --frozen-lockfile"));
    assert_eq!(found.build.run, ["pnpm --recursive run build"]);
}

#[test]
fn the_version_of_yarn_path_is_told_from_where_it_stands() {
    let files = [
        ("package.json", r#"{"name": "a", "version": "1.0.0", "repository": "acme/tools"}"#),
        ("yarn.lock", "__metadata:\n  version: 8\n"),
        (".yarnrc.yml", "yarnPath: .yarn/releases/yarn-4.9.1.cjs\n"),
    ];
    let found = outcome(&spec(github()), &files).expect("it resolves");
    let choice = found.choices.iter().find(|choice| choice.key == "build.manager-version").expect("chosen");
    assert_eq!(
        (choice.value.as_str(), choice.reason.as_str()),
        ("4.9.1", "`yarnPath` in .yarnrc.yml says so")
    );
}

#[test]
fn what_the_spec_says_is_kept() {
    let said = Spec {
        trigger: Some(Trigger { branch: Some("main".to_owned()), ..Trigger::default() }),
        build: Some(Build {
            install: Some(String::new()),
            node: Some("24.1.0".to_owned()),
            run: Some(Vec::new()),
            ..Build::default()
        }),
        publish: Some(Publish {
            mode: Some(Mode::Stage),
            tag: Some("beta".to_owned()),
            ..Publish::default()
        }),
        ..spec(Providers {
            github: Some(Github {
                file: Some("r.yml".to_owned()),
                runner: Some("ubuntu-22.04".to_owned()),
                ..Github::default()
            }),
            ..Providers::default()
        })
    };
    let found = resolved(&said, &SINGLE);
    let target = &found.targets[0];
    assert_eq!(target.file, ".github/workflows/r.yml");
    assert_eq!(target.trigger, ResolvedTrigger::Branch("main".to_owned()));
    assert_eq!((target.mode, target.packages[0].tag.as_str()), (Mode::Stage, "beta"));
    assert_eq!((found.build.install, found.build.node.as_deref()), (None, Some("24.1.0")));
    assert!(
        matches!(&target.details, Details::Github { build_runner, .. } if build_runner == "ubuntu-22.04")
    );
}

#[test]
fn other_providers_get_the_version_and_not_only_its_file() {
    let both = Providers { gitlab: Some(Gitlab::default()), ..github() };
    let mut said = spec(both);
    let named = Package { providers: Some(vec![Provider::Github, Provider::Gitlab]), ..Package::default() };
    said.packages = Some([("slug".to_owned(), named)].into());
    let build = resolved(&said, &SINGLE).build;
    assert_eq!((build.node.as_deref(), build.node_file.as_deref()), (Some("22.14.0"), Some(".nvmrc")));
}

#[test]
fn what_does_not_fit_the_repository_is_a_fault() {
    let faults = |spec: &Spec, files: &[(&str, &str)]| -> Vec<String> {
        let faults = outcome(spec, files).expect_err("it does not resolve");
        faults.iter().map(|fault| format!("{}: {}; {}", fault.key, fault.message, fault.help)).collect()
    };
    let mut said = spec(github());
    said.packages = Some([("slag".to_owned(), Package::default())].into());
    let mut all = faults(&said, &SINGLE);
    said.packages =
        Some([("slug".to_owned(), Package { path: Some("lib".to_owned()), ..Package::default() })].into());
    all.extend(faults(&said, &SINGLE));
    all.extend(faults(&spec(github()), &[("package.json", r#"{"name":"x","private":true}"#)]));
    all.extend(faults(&spec(github()), &[]));
    let own_host =
        [SINGLE[0], (".git/config", "[remote \"origin\"]\n\turl = https://gitlab.acme.dev/a/b.git\n")];
    all.extend(faults(
        &spec(Providers { gitlab: Some(Gitlab::default()), ..Providers::default() }),
        &own_host,
    ));
    said.packages = Some(
        [("slug".to_owned(), Package { providers: Some(vec![Provider::Gitlab]), ..Package::default() })]
            .into(),
    );
    all.extend(faults(&said, &SINGLE));
    let private = [(
        "package.json",
        r#"{"name":"slug","private":true,"publishConfig":{"registry":"https://npm.example.com"}}"#,
    )];
    said.packages = Some([("slug".to_owned(), Package::default())].into());
    all.extend(faults(&said, &private));
    insta::assert_snapshot!(all.join("\n"));
}
