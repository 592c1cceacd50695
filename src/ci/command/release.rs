//! Release tools: which of their commands publish to a registry of npm packages.

use super::args::Args;
use super::model::{Confidence, Deed, Publish};
use super::walk::{Call, Walk};
use super::{name, registry, task};
use crate::ci::{Registry, Tool};
use crate::files;
use crate::shell::Field;

/// A release tool's program.
struct Program {
    name: &'static str,
    tool: Tool,
    /// Whether these arguments publish.
    publishes: fn(&Args<'_>) -> bool,
}

/// Programs that publish npm packages, in their registry names' order.
const PROGRAMS: &[Program] = &[
    program("aegir", Tool::Other, |args| verb(args, &["release", "release-npm", "release-rc"])),
    program("auto", Tool::Other, |args| verb(args, &["shipit", "release", "canary", "next", "latest"])),
    program("beachball", Tool::Other, |args| {
        verb(args, &["publish", "canary"]) && args.switch("publish") != Some(false)
    }),
    program("bumpp", Tool::Other, |args| args.values(&["x", "execute"]).any(|text| text.contains("publish"))),
    program("changelogen", Tool::Other, |args| args.switch("publish") == Some(true)),
    program("changeset", Tool::Changesets, |args| verb(args, &["publish"])),
    program("dotcom-tool-kit", Tool::Other, |args| {
        args.positionals.iter().any(|word| word.text.starts_with("publish"))
    }),
    program("lerna", Tool::Lerna, |args| verb(args, &["publish"])),
    program("lerna-lite", Tool::Lerna, |args| verb(args, &["publish"])),
    program("monodeploy", Tool::Other, |_| true),
    program("multi-semantic-release", Tool::SemanticRelease, |_| true),
    program("napi", Tool::Other, |args| verb(args, &["prepublish", "pre-publish"])),
    program("np", Tool::Np, |args| args.switch("publish") != Some(false)),
    program("npm-publish", Tool::Other, |_| true),
    program("nx", Tool::Nx, nx_publishes),
    program("publib", Tool::Other, |_| true),
    program("publib-npm", Tool::Other, |_| true),
    program("publish-packages", Tool::Other, |_| true),
    program("release-it", Tool::ReleaseIt, |args| {
        args.switch("npm") != Some(false) && args.switch("npm.publish") != Some(false)
    }),
    program("release-plan", Tool::Other, |args| verb(args, &["publish"])),
    program("rush", Tool::Other, |args| {
        // `--pack` packs in place of publishing.
        verb(args, &["publish"])
            && (args.switch("publish") == Some(true) || args.has("p"))
            && args.switch("pack") != Some(true)
    }),
    program("rush-pnpm", Tool::Other, |args| verb(args, &["publish"])),
    program("semantic-release", Tool::SemanticRelease, |_| true),
    program("semantic-release-monorepo", Tool::SemanticRelease, |_| true),
    program("sf-release", Tool::Other, |args| {
        args.positionals.iter().any(|word| word.text.starts_with("npm:") && word.text.ends_with(":release"))
    }),
    program("shipjs", Tool::Other, |args| verb(args, &["trigger"])),
    program("wsrun", Tool::Other, |args| args.positionals.iter().any(|word| word.text == "publish")),
];

const fn program(name: &'static str, tool: Tool, publishes: fn(&Args<'_>) -> bool) -> Program {
    Program { name, tool, publishes }
}

fn verb(args: &Args<'_>, verbs: &[&str]) -> bool {
    args.positionals.iter().find(|word| !word.dynamic).is_some_and(|word| verbs.contains(&word.text.as_str()))
}

/// `nx release [publish]` without `--skip-publish`, or a target called `publish`.
fn nx_publishes(args: &Args<'_>) -> bool {
    let words: Vec<&str> = args.positionals.iter().map(|word| word.text.as_str()).collect();
    let is_target = |target: &str| matches!(target, "publish" | "nx-release-publish" | "npm-publish");
    match words.as_slice() {
        ["release"] => args.switch("skip-publish") != Some(true),
        ["release", "publish", ..] => true,
        ["run-many" | "affected", ..] => {
            let targets = args.values(&["t", "target", "targets"]);
            targets.flat_map(|targets| targets.split(',')).any(is_target)
        }
        ["run", target, ..] => target.split(':').nth(1).is_some_and(is_target),
        ["release", ..] | [] => false,
        [target, ..] => is_target(target),
    }
}

/// Whether `name` is a release tool's program.
pub(super) fn is_program(name: &str) -> bool {
    PROGRAMS.iter().any(|program| program.name == name)
}

/// Runs a release tool; false where `name` is none.
pub(super) fn run(
    walk: &mut Walk<'_, '_>,
    name: &str,
    words: &[Field],
    version: Option<&str>,
    call: &Call<'_>,
) -> bool {
    let Some(program) = PROGRAMS.iter().find(|program| program.name == name) else { return false };
    let args = Args::of(&words[1..]);
    if args.has("help") || args.has("h") {
        return true;
    }
    if !(program.publishes)(&args) {
        other_verbs(walk, program, &args, words, call);
        return true;
    }
    let mut publish = Publish::new(program.tool, name);
    publish.dry_run = args.switch("dry-run") == Some(true)
        || args.switch("dryRun") == Some(true)
        || (program.tool == Tool::SemanticRelease && args.has("d"))
        || (program.tool == Tool::Nx && args.has("d"));
    publish.provenance = args.switch("provenance");
    publish.tag = args.fixed("dist-tag").or(args.fixed("tag")).or(args.fixed("preid")).map(str::to_owned);
    publish.tool_version = version.map(str::to_owned);
    let flags = if name == "beachball" { &["token", "n"][..] } else { &["token", "npm-auth-token"] };
    publish.token_flag = flags
        .iter()
        .find(|flag| args.value(flag).is_some_and(|value| !value.is_empty()))
        .map(|flag| if flag.len() == 1 { format!("-{flag}") } else { format!("--{flag}") });
    publish.recursive = !matches!(program.tool, Tool::Np | Tool::ReleaseIt | Tool::SemanticRelease);
    (publish.registry, publish.registry_evidence) = registry::of_publish(walk, &args, &publish, call);
    if publishes_elsewhere(walk, program, &args, call) {
        publish.registry = Registry::Other;
    }
    walk.act(Deed::Publish(publish), words, call);
    true
}

/// A script of the manifest that has a release tool's name and leads to it in a way that is not read (`changeset`:
/// `node bin/changeset.js`): with arguments that publish, it likely does.
pub(super) fn wrapped(
    walk: &mut Walk<'_, '_>,
    name: &str,
    handed: &[Field],
    words: &[Field],
    call: &Call<'_>,
) {
    let Some(program) = PROGRAMS.iter().find(|program| program.name == name) else { return };
    if !(program.publishes)(&Args::of(handed)) {
        return;
    }
    let before = walk.acts.len();
    let mut inner = vec![words[0].clone()];
    name.clone_into(&mut inner[0].text);
    inner.extend_from_slice(handed);
    run(walk, name, &inner, None, call);
    for act in walk.acts.iter_mut().skip(before) {
        if let Deed::Publish(publish) = &mut act.deed {
            publish.confidence = Confidence::Likely;
        }
    }
}

/// `lerna run NAME`, `lerna exec -- COMMAND`, `nx run-many -t NAME`: scripts and commands in packages.
fn other_verbs(
    walk: &mut Walk<'_, '_>,
    program: &Program,
    args: &Args<'_>,
    words: &[Field],
    call: &Call<'_>,
) {
    let first = args.positional(0);
    match (program.tool, first) {
        // `aegir exec npm -- publish`: in every package.
        (Tool::Other, Some("exec")) if program.name == "aegir" => {
            let inner: Vec<Field> = args.positionals[1..].iter().map(|word| (*word).clone()).collect();
            let before = walk.acts.len();
            walk.dispatch(&inner, call);
            super::npm::mark_recursive(walk, before);
        }
        (Tool::Lerna, Some("run")) => {
            if let Some(name) = args.positional(1) {
                task::package_script_everywhere(walk, name, words, call);
            }
        }
        (Tool::Lerna, Some("exec")) => {
            let inner: Vec<Field> = args.positionals[1..].iter().map(|word| (*word).clone()).collect();
            walk.dispatch(&inner, call);
        }
        (Tool::Nx, Some("run-many" | "affected")) => {
            let targets: Vec<&str> = args.values(&["t", "target", "targets"]).collect();
            for target in targets.iter().flat_map(|targets| targets.split(',')) {
                task::package_script_everywhere(walk, target, words, call);
            }
        }
        _ => {}
    }
}

/// Whether a configuration in the repository shows that the tool publishes no npm package:
/// semantic-release with a list of plugins that lacks its npm plugin, release-it with `npm: false`.
fn publishes_elsewhere(walk: &Walk<'_, '_>, program: &Program, args: &Args<'_>, call: &Call<'_>) -> bool {
    let Some(directory) = call.directory else { return false };
    let text = |name: &str| {
        let path = files::join(directory, name)?;
        Some(walk.finder.source(&path)?.text().to_owned())
    };
    let manifest = walk.finder.manifest(directory);
    let in_manifest = |key: &str| {
        let (_, manifest) = manifest.as_ref()?;
        let member = manifest.json.member(key)?;
        Some(manifest.source.slice(member.value.span).to_owned())
    };
    match program.tool {
        Tool::SemanticRelease => {
            const FILES: [&str; 10] = [
                ".releaserc",
                ".releaserc.json",
                ".releaserc.yaml",
                ".releaserc.yml",
                ".releaserc.js",
                ".releaserc.cjs",
                ".releaserc.mjs",
                "release.config.js",
                "release.config.cjs",
                "release.config.mjs",
            ];
            let config = FILES.iter().find_map(|name| text(name)).or_else(|| in_manifest("release"));
            // Its npm plugin leaves a private package alone, unless it publishes another folder.
            let private = manifest.as_ref().is_some_and(|(_, manifest)| manifest.private);
            let elsewhere = ["pkgRoot", "publishCmd", "npm publish", "extends"];
            let plain =
                config.as_ref().is_none_or(|config| !elsewhere.iter().any(|word| config.contains(word)));
            let extended = args.has("extends") || args.has("e") || args.has("plugins") || args.has("p");
            if private && plain && !extended && program.name == "semantic-release" {
                return true;
            }
            config.is_some_and(|config| {
                let lists = config.contains("plugins") && !config.contains("extends");
                let npm = config.contains("@semantic-release/npm") || config.contains("npm publish");
                let off = bare(&config).contains("npmPublish:false");
                (lists && !npm && !config.contains("publishCmd")) || (off && !config.contains("publishCmd"))
            })
        }
        Tool::ReleaseIt => {
            const FILES: [&str; 4] =
                [".release-it.json", ".release-it.yaml", ".release-it.yml", ".release-it.js"];
            let config = FILES.iter().find_map(|name| text(name)).or_else(|| in_manifest("release-it"));
            config.is_some_and(|config| {
                let bare = bare(&config);
                bare.contains("npm:false") || bare.contains("npm:{publish:false")
            })
        }
        _ => false,
    }
}

/// A configuration without white space and quotes, which JSON, YAML and JavaScript set differently.
fn bare(config: &str) -> String {
    config.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect()
}

/// `npx TOOL publish` of a tool that is not known: its name and verb alone.
pub(super) fn unknown_publisher(walk: &mut Walk<'_, '_>, package: &str, words: &[Field], call: &Call<'_>) {
    /// Tools that publish something else.
    const TOOLS: &[&str] = &[
        "jsr",
        "pkg-pr-new",
        "vsce",
        "@vscode/vsce",
        "ovsx",
        "wrangler",
        "gh-pages",
        "expo",
        "eas",
        "eas-cli",
        "serverless",
        "firebase",
        "firebase-tools",
        "vercel",
        "netlify",
        "netlify-cli",
        "storybook",
        "chromatic",
        "tsx",
        "ts-node",
        "web-ext",
        "electron-forge",
        "electron-builder",
        "cross-env",
        "playwright",
        "turbo",
        "docusaurus",
        "vite",
        "nx",
        "lerna",
        "rush",
        "napi",
        "publib",
        "np",
        "deno",
        "tauri",
        "cargo",
        "typedoc",
    ];
    let published = words.iter().skip(1).any(|word| word.text == "publish");
    if !published || TOOLS.contains(&package) || is_program(package) || name::is_for_others(package) {
        return;
    }
    let mut publish = Publish::new(Tool::Other, package);
    publish.confidence = Confidence::Possible;
    publish.dry_run = words.iter().any(|word| word.text == "--dry-run");
    walk.act(Deed::Publish(publish), words, call);
}
