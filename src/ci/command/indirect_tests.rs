//! Publishes behind programs, scripts of other folders and lifecycle scripts.

use super::tests::{HERE, acts_in, tools};
use super::{Deed, Setting};
use crate::ci::Registry;

#[test]
fn programs_behind_a_manager_are_followed() {
    let files = [
        ("package.json", r#"{"name": "root", "private": true}"#),
        ("tool.js", "await execa('npm', ['publish'])\n"),
    ];
    for (script, expected) in [
        ("pnpm turbo publish-packages --concurrency=1", vec!["other?"]),
        ("pnpm code-infra publish --ci", vec!["other??"]),
        ("yarn release-tool publish --yes", vec!["other??"]),
        ("bun tool.js", vec!["npm?"]),
        ("pn publish -r", vec!["pnpm"]),
        ("yarn run lerna publish --yes", vec!["lerna"]),
        ("./x publish stable", vec!["other??"]),
        ("./mcp-publisher publish", vec![]),
        ("pnpm vitest run", vec![]),
        ("pnpm turbo build", vec![]),
        ("aegir exec --bail false npm -- publish", vec!["npm"]),
        ("yarn workspace $pkg exec \"npm publish\"", vec!["npm"]),
        ("aegir release-rc", vec!["other"]),
        ("aegir build", vec![]),
        ("deno publish", vec![]),
        ("deno run -A jsr:@acme/publish-on-tag@1", vec![]),
        ("deno run -A npm:semantic-release", vec!["semanticrelease"]),
        ("deno run -A tool.js", vec!["npm?"]),
    ] {
        assert_eq!(tools(&acts_in(&files, script, &HERE)), expected, "{script}");
    }
}

#[test]
fn prepublish_only_can_publish_more() {
    let files = [(
        "package.json",
        r#"{"name": "x", "version": "1.0.0", "scripts": {"prepublishOnly": "npm run build && napi prepublish -t npm", "build": "tsc"}}"#,
    )];
    let found = acts_in(&files, "npm publish", &HERE);
    assert_eq!(tools(&found), ["other", "npm"]);
    assert_eq!(found.len(), 2, "what else it runs is not told");
    assert_eq!(tools(&acts_in(&files, "npm publish --ignore-scripts", &HERE)), ["npm"]);
    assert_eq!(tools(&acts_in(&files, "npm publish ./x.tgz", &HERE)), ["npm"]);
}

#[test]
fn a_script_of_an_unknown_folder_is_looked_for_in_every_package() {
    let files = [
        ("package.json", r#"{"name": "root", "private": true, "workspaces": ["a"]}"#),
        (
            "a/package.json",
            r#"{"name": "a", "version": "1.0.0", "scripts": {"publish": "npm publish a.tgz"}}"#,
        ),
    ];
    let anywhere = Setting { directory: None, ..HERE };
    assert_eq!(tools(&acts_in(&files, "npm run publish", &anywhere)), ["npm"]);
}

#[test]
fn a_name_is_no_publish_where_a_build_runs_it() {
    let files = [(
        "package.json",
        r#"{"name": "x", "scripts": {"build:release": "make release", "ship": "make release"}}"#,
    )];
    assert!(tools(&acts_in(&files, "npm run build:release", &HERE)).is_empty());
    assert_eq!(tools(&acts_in(&files, "npm run ship", &HERE)), ["other??"]);
    assert!(tools(&acts_in(&files, "node bin/build-for-publishing.js", &HERE)).is_empty());
}

#[test]
fn files_beside_the_script_are_found() {
    let files = [
        (
            "ci/up.sh",
            "#!/bin/sh\nCHANNEL=\"$($(dirname \"$0\")/release-channel.sh)\"\n\"$(dirname \"$0\")/push.sh\"\n",
        ),
        ("ci/release-channel.sh", "#!/bin/sh\necho stable\n"),
        ("ci/push.sh", "#!/bin/sh\nnpm publish\n"),
    ];
    assert_eq!(tools(&acts_in(&files, "ci/up.sh", &HERE)), ["npm"]);
}

#[test]
fn literals_of_programs_are_commands_or_prose() {
    let program = |text: &str| tools(&acts_in(&[("p.mjs", text)], "node p.mjs", &HERE));
    assert_eq!(program("await exec(`cd packages/${x} && pnpm publish --tag ${t}`)\n"), ["pnpm?"]);
    assert_eq!(program("return exec(`npm publish${tag}${access}`, options)\n"), ["npm?"]);
    assert!(program("fail(`pnpm publish exited with code ${code}`)\n").is_empty());
    let files = |import: &str| {
        let main = format!("const {{{import}}} = require('./utils');\nlog({import})\n");
        let utils = "function publishPackage() { return exec('npm publish') }\nfunction version() {}\n";
        tools(&acts_in(&[("p.js", &main), ("utils.js", utils)], "node p.js", &HERE))
    };
    assert_eq!(files("publishPackage"), ["npm?"]);
    assert!(files("version").is_empty());
}

#[test]
fn semantic_release_leaves_a_private_package_alone() {
    let registry = |manifest: &str| {
        let found = acts_in(&[("package.json", manifest)], "npx semantic-release", &HERE);
        found.iter().find_map(|act| match &act.deed {
            Deed::Publish(publish) => Some(publish.registry),
            _ => None,
        })
    };
    assert_eq!(registry(r#"{"name": "x", "private": true}"#), Some(Registry::Other));
    assert_eq!(registry(r#"{"name": "x"}"#), Some(Registry::Npm));
    let elsewhere = r#"{"name": "x", "private": true, "release": {"plugins": [["@semantic-release/npm", {"pkgRoot": "dist"}]]}}"#;
    assert_eq!(registry(elsewhere), Some(Registry::Npm));
}

#[test]
fn a_registry_that_commands_and_files_disagree_on_is_unknown() {
    let npm = format!("registry={}\n", crate::facts::registry::URL);
    let files = [
        (".npmrc", npm.as_str()),
        ("package.json", r#"{"name": "root", "private": true}"#),
        ("packages/a/package.json", r#"{"name": "a", "version": "1.0.0"}"#),
        ("pnpm-workspace.yaml", "packages: [packages/*]\n"),
    ];
    let script = "cd packages/a\nnpm set registry https://npm.pkg.github.com/acme\nnpm publish";
    let found = acts_in(&files, script, &HERE);
    let registry = found.iter().find_map(|act| match &act.deed {
        Deed::Publish(publish) => Some(publish.registry),
        _ => None,
    });
    assert_eq!(registry, Some(Registry::Unknown));
}

#[test]
fn yarn_credentials_are_for_the_registry_above_them() {
    let script = "URL=https://npm.acme.dev/\ncat >> .yarnrc.yml <<YAML\nnpmRegistries:\n  \"${URL}\":\n    npmAuthToken: \"${T}\"\nYAML";
    let found = acts_in(&[], script, &HERE);
    let registry = found.iter().find_map(|act| match &act.deed {
        Deed::WriteToken { registry, .. } => registry.clone(),
        _ => None,
    });
    assert_eq!(registry.as_deref(), Some("https://npm.acme.dev/"));
}

#[test]
fn a_script_that_wraps_a_release_tool_is_that_tool() {
    let files = [
        (
            "package.json",
            r#"{"name": "root", "private": true, "scripts": {
                "changeset": "node bin/changeset.js", "lerna": "lerna --loglevel info",
                "semantic-release": "semantic-release --dry-run", "ts": "tsc -p . && tsx",
                "release": "npm run ts scripts/index.ts -- --publish", "build": "npm run ts scripts/index.ts"
            }}"#,
        ),
        ("bin/changeset.js", "spawn(process.execPath, [bin, ...args])\n"),
        ("scripts/index.ts", "import { publish } from './publish.ts';\n"),
        ("scripts/publish.ts", "export function publish() { return execa('npm', ['publish']); }\n"),
    ];
    for (script, expected) in [
        ("pnpm changeset publish --tag next", vec!["changesets?"]),
        ("pnpm changeset version", vec![]),
        ("yarn lerna publish --yes", vec!["lerna"]),
        // Read as what it is: a rehearsal.
        ("pnpm semantic-release", vec![]),
        ("npm run release", vec!["npm?"]),
        // The same program with other arguments.
        ("npm run build", vec![]),
    ] {
        assert_eq!(tools(&acts_in(&files, script, &HERE)), expected, "{script}");
    }
}

#[test]
fn rush_is_run_by_its_own_file() {
    let files = [
        ("package.json", r#"{"name": "root", "private": true}"#),
        ("common/scripts/install-run-rush.js", "require('./lib').run('rush')\n"),
    ];
    let run = |arguments: &str| {
        tools(&acts_in(&files, &format!("node common/scripts/install-run-rush.js {arguments}"), &HERE))
    };
    assert_eq!(run("publish --apply --include-all --publish --target-branch main"), ["other"]);
    assert_eq!(run("publish --pack --include-all"), Vec::<String>::new());
    assert_eq!(run("publish --publish --pack --include-all"), Vec::<String>::new());
}

#[test]
fn workspace_filters_choose_packages() {
    let files = [
        ("package.json", r#"{"name": "root", "private": true, "workspaces": ["packages/*"]}"#),
        (
            "packages/a/package.json",
            r#"{"name": "@acme/a", "version": "1.0.0", "scripts": {"release": "npm publish", "write-release-text": "node x"}}"#,
        ),
        ("packages/b/package.json", r#"{"name": "@acme/b", "version": "1.0.0", "scripts": {"lint": "x"}}"#),
    ];
    for (script, expected) in [
        ("pnpm --filter ./packages/* release", vec!["npm"]),
        ("pnpm --filter '[HEAD^]' release", vec!["npm"]),
        ("pnpm --filter '!@acme/b' release", vec!["npm"]),
        ("pnpm --filter '!@acme/a' run release", vec!["other??"]),
        ("pn --filter=@acme/b run write-release-text", vec![]),
    ] {
        let found = tools(&acts_in(&files, script, &HERE));
        if script.contains("[HEAD^]") {
            assert!(found.contains(&"npm".to_owned()), "{script}: {found:?}");
        } else {
            assert_eq!(found, expected, "{script}");
        }
    }
}
