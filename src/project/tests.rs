//! Whole repositories, read from memory.

use super::*;
use crate::facts::registry::URL;
use crate::files::Memory;

type Files<'a> = &'a [(&'a str, &'a str)];
type Case<'a, T> = (Files<'a>, T);
type Chosen<'a> = (Manager, Option<&'a str>, Option<&'a str>);
type Expected = Option<(RegistryOrigin, bool)>;

fn read(files: Files<'_>) -> Project {
    Project::read(&Memory::new(files.iter().copied()))
}

fn folders(project: &Project) -> Vec<&str> {
    project.packages.iter().map(Package::path).collect()
}

fn package(name: &str) -> String {
    format!("{{\"name\": \"{name}\", \"version\": \"1.0.0\"}}")
}

const PRIVATE_ROOT: (&str, &str) = ("package.json", r#"{"name": "root", "private": true}"#);

#[test]
fn a_fork_knows_what_it_is_a_fork_of_and_a_mirror_stays_one() {
    let origin = |other: &str| {
        let config = format!(
            "[remote \"origin\"]\n\turl = git@github.com:me/x.git\n[remote \"other\"]\n\turl = {other}\n"
        );
        let manifest = r#"{"name": "x", "repository": "https://REPO"}"#;
        let repository =
            Address::parse(other).map(|it| format!("{}/{}", it.host, it.path)).unwrap_or_default();
        let manifest = manifest.replace("REPO", &repository);
        let tree = Memory::new([("package.json", manifest.as_str()), (".git/config", config.as_str())]);
        Project::read(&tree).origin().map(|origin| origin.address.path)
    };
    assert_eq!(origin("https://github.com/acme/x.git").as_deref(), Some("acme/x"));
    assert_eq!(origin("https://gitlab.com/acme/x.git").as_deref(), Some("me/x"));
}

#[test]
fn every_kind_of_workspace_finds_its_packages() {
    let (a, b, fixture) = (package("a"), package("b"), package("fixture"));
    let members = [
        ("packages/a/package.json", a.as_str()),
        ("packages/b/package.json", b.as_str()),
        ("packages/b/test/fixture/package.json", fixture.as_str()),
    ];
    let npm = r#"{"private": true, "workspaces": ["packages/*"]}"#;
    let yarn = r#"{"private": "true", "workspaces": {"packages": ["packages/a"], "nohoist": ["x"]}}"#;
    let pnpm = "packages:\n  - '!**/test/**'\n  - packages/**\ncatalog:\n  x: 1\n";
    let rush =
        "{ // projects\n \"projects\": [{\"packageName\": \"b\", \"projectFolder\": \"packages/b\"}],}";
    let cases: [Case<'_, (Option<WorkspaceKind>, &[&str])>; 8] = [
        (&[("package.json", npm)], (Some(WorkspaceKind::Manifest), &[".", "packages/a", "packages/b"])),
        (&[("package.json", yarn)], (Some(WorkspaceKind::Manifest), &[".", "packages/a"])),
        (
            &[PRIVATE_ROOT, ("pnpm-workspace.yaml", pnpm)],
            (Some(WorkspaceKind::Pnpm), &[".", "packages/a", "packages/b"]),
        ),
        (
            &[PRIVATE_ROOT, ("lerna.json", "{}")],
            (Some(WorkspaceKind::Lerna), &[".", "packages/a", "packages/b"]),
        ),
        (
            &[PRIVATE_ROOT, ("lerna.json", r#"{"packages": ["packages/b"]}"#)],
            (Some(WorkspaceKind::Lerna), &[".", "packages/b"]),
        ),
        (&[("rush.json", rush)], (Some(WorkspaceKind::Rush), &["packages/b"])),
        (&[PRIVATE_ROOT], (Some(WorkspaceKind::Loose), &[".", "packages/a", "packages/b"])),
        (&[("package.json", r#"{"name": "one"}"#)], (None, &["."])),
    ];
    for (files, (kind, expected)) in cases {
        let files: Vec<_> = files.iter().chain(&members).copied().collect();
        let project = read(&files);
        assert_eq!(project.workspace.as_ref().map(|workspace| workspace.kind), kind, "{files:?}");
        assert_eq!(folders(&project), expected, "{files:?}");
        assert!(project.problems.is_empty());
    }
}

#[test]
fn settings_in_pnpm_workspace_alone_make_no_workspace() {
    let project =
        read(&[("package.json", &package("one")), ("pnpm-workspace.yaml", "onlyBuiltDependencies: [x]\n")]);
    assert!(project.workspace.is_none());
    assert_eq!(project.manager.manager, Manager::Pnpm);
}

#[test]
fn the_manager_and_what_told() {
    let declared = r#"{"packageManager": "pnpm@10.1.0+sha512.ab"}"#;
    let dev_engines = r#"{"devEngines": {"packageManager": {"name": "yarn", "version": "^4.0.0"}}}"#;
    let volta = r#"{"volta": {"node": "22.0.0", "npm": "10.0.0", "yarn": "1.22.22"}}"#;
    let cases: [Case<'_, Chosen<'_>>; 12] = [
        (
            &[("package.json", declared), ("yarn.lock", "")],
            (Manager::Pnpm, Some("10.1.0"), Some("package.json")),
        ),
        (&[("package.json", dev_engines)], (Manager::Yarn, Some("^4.0.0"), Some("package.json"))),
        (
            &[("package.json", r#"{"packageManager": "yarn@1.22.22"}"#)],
            (Manager::YarnClassic, Some("1.22.22"), Some("package.json")),
        ),
        (&[("package-lock.json", "{}")], (Manager::Npm, None, Some("package-lock.json"))),
        (
            &[("pnpm-lock.yaml", ""), ("package-lock.json", "{}")],
            (Manager::Pnpm, None, Some("pnpm-lock.yaml")),
        ),
        (&[("yarn.lock", "# yarn lockfile v1\n")], (Manager::YarnClassic, None, Some("yarn.lock"))),
        (
            &[("yarn.lock", "__metadata:\n"), (".yarnrc.yml", "yarnPath: .yarn/releases/yarn-4.9.1.cjs\n")],
            (Manager::Yarn, Some("4.9.1"), Some("yarn.lock")),
        ),
        (&[(".yarnrc.yml", "nodeLinker: pnp\n")], (Manager::Yarn, None, Some(".yarnrc.yml"))),
        (&[("bun.lock", "{}")], (Manager::Bun, None, Some("bun.lock"))),
        (&[("bun.lockb", "")], (Manager::Bun, None, Some("bun.lockb"))),
        (&[("package.json", volta)], (Manager::YarnClassic, Some("1.22.22"), Some("package.json"))),
        (&[], (Manager::Npm, None, None)),
    ];
    for (files, (manager, version, evidence)) in cases {
        let choice = read(files).manager;
        assert_eq!((choice.manager, choice.version.as_deref()), (manager, version), "{files:?}");
        assert_eq!(choice.evidence.as_ref().map(|at| at.source.path()), evidence, "{files:?}");
    }
}

#[test]
fn a_manifest_field_by_field() {
    let text = r#"{
  "name": "@acme/a", "version": "1.2.0-beta.1", "private": false,
  "publishConfig": {"access": "public", "registry": "https://n.acme.dev/", "tag": "next", "provenance": true, "@acme:registry": "https://m.acme.dev/"},
  "engines": {"node": ">=20"}, "files": ["dist"],
  "scripts": {"build": "tsc", "release": "changeset publish"},
  "dependencies": {"b": "workspace:*"}, "peerDependencies": {"c": "^1"}, "devDependencies": {"d": "*"}, "optionalDependencies": {"e": 1}
}"#;
    let project = read(&[("package.json", text)]);
    let manifest = &project.root().expect("there").manifest;
    let slice = |text: &Text| manifest.source.slice(text.span).to_owned();
    assert_eq!(manifest.name.as_ref().map(slice).as_deref(), Some("\"@acme/a\""));
    assert_eq!(manifest.scope(), Some("@acme"));
    assert_eq!(manifest.publish_config.access.as_ref().map(slice).as_deref(), Some("\"public\""));
    assert_eq!(manifest.publish_config.provenance.map(|(on, _)| on), Some(true));
    assert_eq!(manifest.publish_config.scopes[0].0, "@acme");
    assert_eq!(manifest.engine("node").map(|range| range.value.as_str()), Some(">=20"));
    assert_eq!(manifest.script("build").map(|script| script.command.value.as_str()), Some("tsc"));
    assert_eq!(manifest.files.as_deref(), Some(["dist".to_owned()].as_slice()));
    let sections: Vec<_> =
        manifest.dependencies.iter().map(|each| (each.name.as_str(), each.section)).collect();
    assert_eq!(sections, [("b", Section::Runtime), ("d", Section::Dev), ("c", Section::Peer)]);
    assert!(project.uses(ReleaseTool::Changesets));
}

#[test]
fn registries_in_npms_order() {
    let scoped = r#"{"name": "@acme/a", "publishConfig": {"registry": "https://p.acme.dev"}}"#;
    let plain = r#"{"name": "a"}"#;
    let default = format!("registry={}", URL.trim_end_matches('/'));
    let cases: [(&str, &str, Expected); 6] = [
        (scoped, "@acme:registry=https://s.acme.dev", Some((RegistryOrigin::Scope, false))),
        (scoped, "@other:registry=https://s.acme.dev", Some((RegistryOrigin::PublishConfig, false))),
        (plain, "registry=https://r.acme.dev", Some((RegistryOrigin::Npmrc, false))),
        (plain, &default, Some((RegistryOrigin::Npmrc, true))),
        (plain, "@acme:registry=https://s.acme.dev", None),
        (plain, "", None),
    ];
    for (manifest, npmrc, expected) in cases {
        let project = read(&[("package.json", manifest), (".npmrc", npmrc)]);
        let registry = project.registry_of(project.root().expect("there"));
        assert_eq!(registry.map(|registry| (registry.origin, registry.is_npm())), expected, "{npmrc}");
    }
}

#[test]
fn a_members_own_npmrc_counts_only_outside_a_workspace() {
    let member = [
        ("packages/a/package.json", r#"{"name": "a"}"#),
        ("packages/a/.npmrc", "registry=https://own.acme.dev"),
    ];
    let workspace = ("package.json", r#"{"private": true, "workspaces": ["packages/*"]}"#);
    let url = |root| {
        let project = read(&[root, member[0], member[1]]);
        project.registry_of(project.package("a").expect("there")).map(|registry| registry.url)
    };
    assert_eq!(url(workspace), None);
    assert_eq!(url(PRIVATE_ROOT).as_deref(), Some("https://own.acme.dev"));
}

#[test]
fn the_origin_falls_back_to_the_manifest() {
    let manifest = ("package.json", r#"{"name": "a", "repository": "acme/Tools"}"#);
    let origin = read(&[manifest]).origin().expect("there");
    assert_eq!((origin.address.path.as_str(), origin.from_git), ("acme/Tools", false));
    let config = (".git/config", "[remote \"origin\"]\n\turl = git@gitlab.com:g/s/p.git\n");
    let origin = read(&[manifest, config]).origin().expect("there");
    assert_eq!((origin.address.forge(), origin.from_git), (Forge::Gitlab, true));
    assert!(read(&[]).origin().is_none());
}

#[test]
fn private_nameless_and_versionless_packages_are_not_published() {
    let project = read(&[
        ("package.json", r#"{"private": true, "workspaces": ["p/*"]}"#),
        ("p/a/package.json", &package("a")),
        ("p/b/package.json", r#"{"name": "b", "version": "1.0.0", "private": true}"#),
        ("p/c/package.json", r#"{"version": "1.0.0"}"#),
        ("p/d/package.json", r#"{"name": "playground"}"#),
    ]);
    let names: Vec<_> = project.publishable().filter_map(Package::name).collect();
    assert_eq!(names, ["a"]);
    assert_eq!(project.package_in("./p/b/").and_then(Package::name), Some("b"));
    let versioned_by_tool = r#"{"name": "a", "devDependencies": {"semantic-release": "^25"}}"#;
    assert_eq!(read(&[("package.json", versioned_by_tool)]).publishable().count(), 1);
}

#[test]
fn a_broken_file_is_a_problem_and_not_the_end() {
    let project = read(&[
        ("package.json", "{\"private\": true, // why\n \"workspaces\": [\"p/*\"]}"),
        ("p/a/package.json", "{\"name\": \"a\""),
        ("p/b/package.json", "[]"),
        ("p/c/package.json", &package("c")),
        ("pnpm-workspace.yaml", "catalog: [\n"),
        ("nx.json", "{"),
    ]);
    let mut places: Vec<_> = project.problems.iter().map(|problem| problem.location.source.path()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        ["nx.json", "p/a/package.json", "p/b/package.json", "package.json", "pnpm-workspace.yaml"]
    );
    assert!(project.problems.iter().all(|problem| problem.rule == UNREADABLE));
    assert_eq!(project.publishable().filter_map(Package::name).collect::<Vec<_>>(), ["c"]);
}

#[test]
fn an_owners_page_is_no_repository() {
    let config = (".git/config", "[remote \"origin\"]\n\turl = https://github.com/acme\n");
    let named = ("package.json", r#"{"name": "a", "version": "1.0.0", "repository": "acme/a"}"#);
    let origin = read(&[config, named]).origin().unwrap();
    assert_eq!((origin.address.path.as_str(), origin.from_git), ("acme/a", false));
    assert!(read(&[config, ("package.json", r#"{"name": "a"}"#)]).origin().is_none());
}
