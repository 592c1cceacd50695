use super::*;
use crate::ci::Registry;
use crate::files::Memory;
use crate::text::Source;
use crate::yaml;

/// What the script does in a repository of these files.
pub(super) fn acts_in(files: &[(&str, &str)], script: &str, setting: &Setting<'_>) -> Vec<Act> {
    let tree = Memory::new(files.iter().copied());
    let project = Project::read(&tree);
    let finder = Finder::new(&tree, &project);
    let indented = format!("  {}\n", script.replace('\n', "\n  "));
    let source = Source::new("ci.yml", format!("run: |\n{indented}"));
    let parsed = yaml::parse(&source);
    let node = parsed.root().and_then(|root| root.get("run")).expect("a script");
    finder.acts(&Script::of_node(node), setting)
}

pub(super) const HERE: Setting<'static> =
    Setting { directory: Some(""), shell: None, env: &[], carried: &[], registry: None, scope: None };

fn acts(script: &str) -> Vec<Act> {
    acts_in(&[], script, &HERE)
}

fn publishes(acts: &[Act]) -> Vec<&Publish> {
    acts.iter()
        .filter_map(|act| match &act.deed {
            Deed::Publish(publish) => Some(publish),
            _ => None,
        })
        .collect()
}

/// Tools of the publish commands that are no dry run, each with `?` or `??` where it is not certain.
pub(super) fn tools(acts: &[Act]) -> Vec<String> {
    let real = publishes(acts).into_iter().filter(|publish| !publish.dry_run);
    real.map(|publish| {
        let doubt = match publish.confidence {
            Confidence::Certain => "",
            Confidence::Likely => "?",
            Confidence::Possible => "??",
        };
        let staged = if publish.kind == PublishKind::Stage { "+stage" } else { "" };
        format!("{:?}{staged}{doubt}", publish.tool).to_lowercase()
    })
    .collect()
}

fn found(script: &str) -> Vec<String> {
    tools(&acts(script))
}

#[test]
fn package_managers_publish() {
    for (script, tool) in [
        ("npm publish", "npm"),
        ("npm publish --access public --tag next ./pkg.tgz", "npm"),
        ("npm --registry https://x.example/ publish", "npm"),
        ("npm -w packages/a publish", "npm"),
        ("npm --workspace a --otp 123456 publish", "npm"),
        ("npm $FLAGS publish", "npm"),
        ("npm --dry-run=false publish", "npm"),
        ("npm publish --dry-run=${{ inputs.dry }}", "npm"),
        ("npm publish --dry-run \"$DRY_RUN\"", "npm"),
        ("npm stage publish", "npm+stage"),
        ("pnpm -r stage publish --no-git-checks", "pnpm+stage"),
        ("pnpm -r publish --no-git-checks --access public", "pnpm"),
        ("pnpm publish -r", "pnpm"),
        ("pnpm --filter '@acme/*' publish", "pnpm"),
        ("pnpm -w publish", "pnpm"),
        ("pnpm recursive publish", "pnpm"),
        ("pnpm -r exec npm publish", "npm"),
        ("yarn publish --non-interactive", "yarn"),
        ("yarn npm publish --tolerate-republish", "yarn"),
        ("yarn workspaces foreach -Rpt --no-private npm publish", "yarn"),
        ("yarn workspaces foreach --all --include '@acme/*' npm publish", "yarn"),
        ("yarn workspace @acme/core npm publish", "yarn"),
        ("yarn --cwd packages/a npm publish", "yarn"),
        ("bun publish --access public", "bun"),
        ("npx npm@11.5.1 publish", "npm"),
        ("npx -y npm@latest publish --provenance", "npm"),
        ("npx --yes -p npm@11 npm publish", "npm"),
        ("npm exec -- npm@11 publish", "npm"),
        ("corepack npm publish", "npm"),
        ("vp pm publish -r", "npm"),
    ] {
        assert_eq!(found(script), [tool], "{script}");
    }
}

#[test]
fn release_tools_publish() {
    for (script, tool) in [
        ("npx semantic-release", "semanticrelease"),
        ("npx -p semantic-release@25 -p @semantic-release/git semantic-release", "semanticrelease"),
        ("yarn dlx semantic-release@24", "semanticrelease"),
        ("pnpm dlx semantic-release-monorepo", "semanticrelease"),
        ("npx multi-semantic-release", "semanticrelease"),
        ("npx changeset publish", "changesets"),
        ("pnpm changeset publish", "changesets"),
        ("yarn changeset publish --tag next", "changesets"),
        ("bunx @changesets/cli@2 publish", "changesets"),
        ("node_modules/.bin/changeset publish", "changesets"),
        ("$(npm bin)/lerna publish from-package --yes", "lerna"),
        ("npx lerna@9 publish from-git", "lerna"),
        ("lerna exec -- npm publish", "npm"),
        ("npx nx release publish", "nx"),
        ("pnpm nx release --yes", "nx"),
        ("npx nx run-many -t publish", "nx"),
        ("npx nx run core:publish", "nx"),
        ("npx release-it --ci", "releaseit"),
        ("npx np --no-tests", "np"),
        ("yarn auto shipit", "other"),
        ("npx beachball publish -y", "other"),
        ("node common/scripts/install-run-rush.js publish --publish", "other"),
        ("rush publish --publish --include-all", "other"),
        ("npx napi prepublish -t npm", "other"),
        ("npx publib-npm", "other"),
        ("npx @jsdevtools/npm-publish", "other"),
        ("sf-release npm:package:release", "other"),
    ] {
        assert_eq!(found(script), [tool], "{script}");
    }
}

#[test]
fn what_publishes_no_npm_package() {
    for script in [
        "npm --dry-run publish",
        "npm publish --dry-run",
        "npm_config_dry_run=true npm publish",
        "npm publish --help",
        "npx semantic-release --dry-run",
        "npx semantic-release -d",
        "npx jsr publish",
        "npx pkg-pr-new publish './packages/*'",
        "cargo publish",
        "npx @vscode/vsce publish",
        "npx ovsx publish -p x",
        "docker publish",
        "wrangler pages publish dist",
        "echo npm publish",
        "echo 'run npm publish' >> notes",
        "# npm publish",
        "npx changeset version",
        "npx changeset status",
        "nx release --skip-publish",
        "nx release version",
        "npx nx run-many -t build",
        "lerna version --yes",
        "lerna run build",
        "rush publish --apply",
        "npx release-it --no-npm",
        "npx release-it --no-npm.publish",
        "npm pack && npm view x version",
        "gh release create v1",
        "git commit -m 'npm publish'",
        "cat <<'EOF' > README\nnpm publish\nEOF",
        "npm run build",
        "./scripts/publish-docs.sh",
        "node scripts/check-release.js",
        "dart pub publish",
        "poetry publish",
    ] {
        assert_eq!(found(script), Vec::<String>::new(), "{script}");
    }
}

#[test]
fn wrappers_and_shell_structure_hide_nothing() {
    for script in [
        "sudo -E npm publish",
        "env NODE_AUTH_TOKEN=x npm publish",
        "NODE_AUTH_TOKEN=x npx cross-env CI=1 A=b npm publish",
        "time npm publish",
        "timeout 60 npm publish",
        "ls packages | xargs -I{} npm publish {}",
        "find . -name '*.tgz' -exec npm publish {} \\;",
        "bash -c 'cd dist && npm publish'",
        "bash -lc \"npm publish\"",
        "eval \"npm publish\"",
        "op run --env-file=x -- npm publish",
        "doppler run -- npm publish",
        "mise exec node@24 -- npm publish",
        "volta run --node 24 npm publish",
        "if ! npm view x@1; then npm publish; fi",
        "for d in a b; do (cd $d && npm publish); done",
        "[ -n \"$X\" ] && npm publish || echo failed",
        "publish() {\n npm \\\n  publish\n}\npublish",
        "CMD=\"npm publish\"\n$CMD --access public",
        "FLAGS=''\nif dry; then FLAGS=--dry-run; fi\nnpm publish $FLAGS",
        "A=(npm publish --access public)\n\"${A[@]}\"",
        "OUT=$(npm publish 2>&1)",
        "bash <<'EOF'\nnpm publish\nEOF",
        "cat > run.sh <<'EOF'\nnpm publish\nEOF\nsh run.sh",
        "nix develop -c npm publish",
        "${{ inputs.stage && 'npm stage publish' || 'npm publish' }}",
    ] {
        assert!(!found(script).is_empty(), "{script}");
    }
}

#[test]
fn flags_and_versions_are_read() {
    let acts = acts("npx npm@11.5.1 publish dist --tag=next --access public --provenance --ignore-scripts");
    let publish = publishes(&acts)[0];
    assert_eq!(publish.npm_version.as_deref(), Some("11.5.1"));
    assert_eq!((publish.tag.as_deref(), publish.access.as_deref()), (Some("next"), Some("public")));
    assert_eq!((publish.provenance, publish.ignore_scripts), (Some(true), true));
    assert_eq!(publish.target.as_deref(), Some("dist"));
    let acts = super::tests::acts("pnpm -r publish --no-provenance --tag $TAG");
    let publish = publishes(&acts)[0];
    assert_eq!((publish.provenance, publish.tag.as_deref(), publish.recursive), (Some(false), None, true));
    let acts = super::tests::acts("npx lerna@9.0.1 publish");
    assert_eq!(publishes(&acts)[0].tool_version.as_deref(), Some("9.0.1"));
    let acts = super::tests::acts("npm publish --//x.example/:_authToken=$TOKEN");
    assert!(publishes(&acts)[0].token_flag.is_some());
}

const MANIFEST: (&str, &str) = (
    "package.json",
    r#"{"name": "@acme/root", "scripts": {
        "release": "npm run build && npm run publish:all -- --access public",
        "build": "tsc", "publish:all": "pnpm -r publish", "prerelease:x": "npm publish", "release:x": "echo",
        "ci": "run-s build publish:*", "loop": "npm run loop", "tool": "changeset publish",
        "quote": "node -e \"1\" && npm publish", "sh": "./scripts/release.sh", "js": "node scripts/release",
        "two": "concurrently \"npm:publish:all\" \"tsc -w\"", "each": "lerna run up", "pub": "make up"}}"#,
);

#[test]
fn package_scripts_are_followed() {
    for (script, expected) in [
        ("npm run release", vec!["pnpm"]),
        ("pnpm release", vec!["pnpm"]),
        ("yarn release", vec!["pnpm"]),
        ("bun run release", vec!["pnpm"]),
        ("nr release", vec!["pnpm"]),
        ("node --run release", vec!["pnpm"]),
        ("npm run release:x", vec!["npm"]),
        ("npm run ci", vec!["pnpm"]),
        ("npm run loop", vec![]),
        ("yarn tool", vec!["changesets"]),
        ("npm run two", vec!["pnpm"]),
        ("npm run build", vec![]),
        ("cd packages && npm run release", vec!["pnpm"]),
        ("npm --prefix . run release", vec!["pnpm"]),
    ] {
        assert_eq!(tools(&acts_in(&[MANIFEST], script, &HERE)), expected, "{script}");
    }
    let acts = acts_in(&[MANIFEST], "set -e\nnpm run release", &HERE);
    let act = acts.iter().find(|act| matches!(act.deed, Deed::Publish(_))).expect("a publish");
    let steps: Vec<&str> = act.via.iter().map(|hop| hop.name.as_str()).collect();
    assert_eq!(steps, ["release", "publish:all"]);
    assert_eq!(act.text, "pnpm -r publish --access public");
    assert_eq!(act.at.source.path(), "package.json");
    assert!(act.at.source.slice(act.at.span).starts_with("pnpm -r publish"));
    let called = act.called_at();
    assert_eq!((called.source.path(), called.source.slice(called.span)), ("ci.yml", "npm run release"));
}

#[test]
fn places_in_json_strings_skip_escapes() {
    let acts = acts_in(&[MANIFEST], "npm run quote", &HERE);
    let act = acts.iter().find(|act| matches!(act.deed, Deed::Publish(_))).expect("a publish");
    assert_eq!(act.at.source.slice(act.at.span), "npm publish");
}

#[test]
fn workspaces_are_looked_into() {
    let files = [
        ("package.json", r#"{"private": true, "workspaces": ["packages/*"]}"#),
        ("packages/a/package.json", r#"{"name": "@acme/a", "scripts": {"up": "npm publish"}}"#),
        ("packages/b/package.json", r#"{"name": "@acme/b", "scripts": {"up": "echo"}}"#),
    ];
    for (script, expected) in [
        ("npm run up -w @acme/a", vec!["npm"]),
        ("npm run up -w packages/a", vec!["npm"]),
        ("npm run up -w @acme/b", vec![]),
        ("npm run up --workspaces --if-present", vec!["npm"]),
        ("pnpm -r up2", vec![]),
        ("pnpm -r run up", vec!["npm"]),
        ("pnpm --filter './packages/a' run up", vec!["npm"]),
        ("pnpm --filter \"@acme/*\" run up", vec!["npm"]),
        ("yarn workspace @acme/a run up", vec!["npm"]),
        ("yarn workspaces foreach -A run up", vec!["npm"]),
        ("npx lerna run up", vec!["npm"]),
        ("npx turbo run up", vec!["npm"]),
        ("cd packages/a && npm run up", vec!["npm"]),
        ("(cd packages/a); npm run up", vec![]),
    ] {
        assert_eq!(tools(&acts_in(&files, script, &HERE)), expected, "{script}");
    }
}

#[test]
fn makefiles_and_files_are_followed() {
    let makefile = "NPM = npm\nall: test\n\npublish-all: build up\n\t@echo x\nup:\n\tcd npm && \\\n\t  $(NPM) publish $${X}\n\
        build:\n\t$(MAKE) other\nother: ; tsc\ntest:\n\tnode --test\n";
    let files = [
        MANIFEST,
        ("Makefile", makefile),
        ("scripts/release.sh", "#!/bin/sh\nset -e\ncd packages/a\nnpm publish\n"),
        ("scripts/release.mjs", "import { go } from './lib.js'\ngo()\n"),
        ("scripts/lib.js", "const x = await execa('npm', ['publish', '--access', 'public'], { cwd })\n"),
        ("scripts/log.js", "console.log('run npm publish')\n// exec('npm publish')\n"),
        ("bin/up", "#!/usr/bin/env node\nexecSync(`npm publish --tag ${tag}`)\n"),
        ("bin/py", "#!/usr/bin/env python3\nsubprocess.run([\"npm\", \"publish\"])\n"),
        ("scripts/args.ts", "const args = ['publish', '--tag', tag]\nawait $('pnpm', args)\n"),
        ("scripts/nx.ts", "import { releasePublish } from 'nx/release'\nawait releasePublish({})\n"),
    ];
    for (script, expected) in [
        ("make publish-all", vec!["npm"]),
        ("make", vec![]),
        ("npm run pub", vec!["npm"]),
        ("./scripts/release.sh", vec!["npm"]),
        ("bash scripts/release.sh", vec!["npm"]),
        (". scripts/release.sh", vec!["npm"]),
        ("$GITHUB_WORKSPACE/scripts/release.sh", vec!["npm"]),
        ("npm run sh", vec!["npm"]),
        ("npm run js", vec!["npm?"]),
        ("node scripts/release.mjs", vec!["npm?"]),
        ("node scripts/release.mjs --dry-run", vec![]),
        ("tsx scripts/args.ts", vec!["pnpm?"]),
        ("npx tsx scripts/nx.ts", vec!["nx?"]),
        ("bin/up", vec!["npm?"]),
        ("python bin/py", vec!["npm?"]),
        ("node scripts/log.js", vec![]),
        ("node -e \"require('child_process').execSync('npm publish')\"", vec!["npm?"]),
        ("node <<'JS'\nspawnSync('npm', ['publish', file])\nJS", vec!["npm?"]),
    ] {
        assert_eq!(tools(&acts_in(&files, script, &HERE)), expected, "{script}");
    }
}

#[test]
fn files_that_are_not_there_speak_by_their_name() {
    for (script, expected) in [
        ("bash ./bin/publish-npm", vec!["other?"]),
        ("./.github/scripts/publish.sh", vec!["other??"]),
        ("node scripts/release.js", vec!["other??"]),
        ("make publish-all", vec!["other??"]),
        ("npm run publish-packages", vec!["other?"]),
        ("npx gulp publish", vec!["other??"]),
        ("npx my-tool publish", vec!["other??"]),
        ("node scripts/build.js", vec![]),
        ("./scripts/handle-failed-release.sh", vec![]),
    ] {
        assert_eq!(found(script), expected, "{script}");
    }
}

fn registry(files: &[(&str, &str)], script: &str, setting: &Setting<'_>) -> Registry {
    let acts = acts_in(files, script, setting);
    publishes(&acts).first().expect("a publish").registry
}

#[test]
fn registries() {
    let npm = format!("https://{}/", crate::facts::registry::HOST);
    let other = "https://npm.pkg.github.com";
    assert_eq!(registry(&[], "npm publish", &HERE), Registry::Npm);
    assert_eq!(registry(&[], &format!("npm publish --registry {npm}"), &HERE), Registry::Npm);
    assert_eq!(registry(&[], &format!("npm publish --registry={other}"), &HERE), Registry::Other);
    assert_eq!(registry(&[], "npm publish --registry $REG", &HERE), Registry::Unknown);
    assert_eq!(registry(&[], &format!("npm_config_registry={other} npm publish"), &HERE), Registry::Other);
    assert_eq!(
        registry(&[], &format!("npm config set registry {other}\nnpm publish"), &HERE),
        Registry::Other
    );
    let scoped = ("package.json", r#"{"name": "@acme/a", "scripts": {"up": "npm publish"}}"#);
    let gitlab = "echo \"@acme:registry=https://${CI_SERVER_HOST}/api/v4/projects/1/packages/npm/\" >> .npmrc\nnpm publish";
    assert_eq!(registry(&[scoped], gitlab, &HERE), Registry::Other);
    let set = format!("npm config set @acme:registry {other}\nnpm publish --registry {npm}");
    assert_eq!(registry(&[scoped], &set, &HERE), Registry::Other);
    let github = Setting { registry: Some(other), ..HERE };
    assert_eq!(registry(&[scoped], "npm publish", &github), Registry::Other);
    assert_eq!(
        registry(&[scoped], "npm run up", &Setting { scope: Some("@acme"), ..github }),
        Registry::Other
    );
    let config = format!(r#"{{"name": "a", "publishConfig": {{"registry": "{other}"}}}}"#);
    assert_eq!(registry(&[("package.json", &config)], "npm publish", &HERE), Registry::Other);
    assert_eq!(registry(&[("package.json", &config)], "npx semantic-release", &HERE), Registry::Other);
    assert_eq!(
        registry(&[scoped, (".npmrc", "@acme:registry=https://x.example/")], "npm publish", &HERE),
        Registry::Other
    );
    let releaserc = (".releaserc.json", r#"{"plugins": ["@semantic-release/github"]}"#);
    assert_eq!(registry(&[releaserc], "npx semantic-release", &HERE), Registry::Other);
}

#[test]
fn what_decides_whether_a_publish_works() {
    let script = "npm i -g npm@11.5.1\nnpm install --global npm@latest\ncorepack prepare pnpm@10.1.0 --activate\nnvm install 24\n\
        npm ci --ignore-scripts\npnpm install --frozen-lockfile\nyarn\nnpm whoami\nnpm dist-tag add a@1 latest\n\
        npm config set //x.example/:_authToken \"$NPM_TOKEN\"\necho \"//x.example/:_authToken=${NPM_TOKEN}\" > ~/.npmrc\n\
        cat <<EOF >> .npmrc\n//y.example/:_authToken=$T\nEOF\nexport NPM_ID_TOKEN=$(circleci run oidc get --claims '{\"aud\": \"npm:x\"}')\n\
        echo \"$NPM_TOKEN\"\necho \"$NPM_TOKEN\" | wc -c\nnpm install -g pnpm@10";
    let acts = acts(script);
    let shown: Vec<String> = acts
        .iter()
        .map(|act| match &act.deed {
            Deed::UpgradeNpm { wanted } => format!("npm {}", wanted.as_deref().unwrap_or("")),
            Deed::UseManager { name, wanted } => format!("{name} {}", wanted.as_deref().unwrap_or("")),
            Deed::UseNode { wanted } => format!("node {}", wanted.as_deref().unwrap_or("")),
            Deed::Install { manager, ignore_scripts } => format!("install {manager} {ignore_scripts}"),
            Deed::RegistryCall { name } => name.clone(),
            Deed::WriteToken { value, registry, file } => {
                format!(
                    "{} {value} {}",
                    registry.as_deref().unwrap_or(""),
                    file.as_deref().unwrap_or("config")
                )
            }
            Deed::FetchIdentity(request) => format!(
                "{} {} {}",
                request.variable.as_deref().unwrap_or(""),
                request.claims.as_deref().unwrap_or(""),
                request.hides_failure
            ),
            Deed::Unread { .. } => "unread".to_owned(),
            Deed::PrintSecret { variable } => format!("prints {}", variable.as_deref().unwrap_or("all")),
            deed => format!("{deed:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "npm 11.5.1",
            "npm latest",
            "pnpm 10.1.0",
            "node 24",
            "install npm true",
            "install pnpm false",
            "install yarn false",
            "whoami",
            "dist-tag add",
            "//x.example/ $NPM_TOKEN config",
            "//x.example/ ${NPM_TOKEN} ~/.npmrc",
            "//y.example/ $T .npmrc",
            "NPM_ID_TOKEN {\"aud\": \"npm:x\"} true",
            "prints NPM_TOKEN",
            "pnpm 10",
        ]
    );
}

#[test]
fn other_shells() {
    let power = Setting { shell: Some("pwsh"), ..HERE };
    assert_eq!(tools(&acts_in(&[], "if ($x) { npm publish `\n --tag a }", &power)), ["npm"]);
    let node = Setting { shell: Some("node {0}"), ..HERE };
    assert_eq!(tools(&acts_in(&[], "execSync('npm publish')", &node)), ["npm?"]);
    let python = Setting { shell: Some("python"), ..HERE };
    assert_eq!(tools(&acts_in(&[], "os.system('npm publish')", &python)), ["npm?"]);
}

#[test]
fn cycles_and_hostile_texts_end() {
    let files = [
        (
            "package.json",
            r#"{"scripts": {"a": "npm run b && npm run b", "b": "npm run a; npm run c", "c": "./c.sh"}}"#,
        ),
        ("c.sh", "./c.sh; npm run a; node d.js"),
        ("d.js", "import './d.js'; exec('npm run a publish')"),
    ];
    assert!(tools(&acts_in(&files, "npm run a", &HERE)).is_empty());
    let many = (0..40).map(|n| format!("\"s{n}\": \"npm run s{} && npm run s{}\"", n + 1, n + 1));
    let many = many.collect::<Vec<_>>().join(",") + ",";
    let manifest = format!("{{\"scripts\": {{{many} \"s40\": \"echo\"}}}}");
    assert!(tools(&acts_in(&[("package.json", &manifest)], "npm run s0", &HERE)).is_empty());
    assert!(found(&format!("{}npm publish", "sudo ".repeat(10_000))).is_empty());
}

#[test]
fn any_character_may_stand_before_a_variable() {
    for before in ["", "x\u{202e}", "é", "🚀"] {
        let script = format!("{before}NPM_ID_TOKEN=$(circleci run oidc get --claims '{{}}')");
        let acts = acts_in(&[], &script, &HERE);
        let requested = acts.iter().find_map(|act| match &act.deed {
            Deed::FetchIdentity(request) => request.variable.as_deref(),
            _ => None,
        });
        assert_eq!(requested, Some("NPM_ID_TOKEN"), "{script}");
    }
}
