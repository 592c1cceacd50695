//! Package managers: which subcommand of npm, pnpm, yarn or bun runs, and where.

use super::args::{Args, split_leading};
use super::folders::workspace_relative;
use super::model::{Deed, Publish};
use super::walk::{Call, Walk};
use super::wrapper::program;
use super::{npm, release, task};
use crate::ci::Tool;
use crate::files;
use crate::shell::Field;

/// Flags of `npx`, `dlx` and `exec` that take a value.
const EXEC_VALUES: &[&str] =
    &["p", "package", "c", "call", "C", "dir", "filter", "F", "w", "workspace", "reporter"];

/// Runs `words`, whose first is a package manager or what belongs to it.
pub(super) fn run(walk: &mut Walk<'_, '_>, name: &str, words: &[Field], call: &Call<'_>) {
    match name {
        "npx" | "pnpx" | "bunx" => execute(walk, &words[1..], call),
        // `nr` of @antfu/ni runs a script by the repository's own manager.
        "nr" => run_script(walk, &words[1..], words, call),
        "vp" => vite_plus(walk, words, call),
        "pnpm" | "pn" => pnpm(walk, words, call),
        "yarn" | "yarnpkg" => yarn(walk, words, call),
        "bun" => bun(walk, words, call),
        _ => npm_command(walk, words, None, call),
    }
}

/// The folder that a flag such as `--prefix`, `-C` or `--cwd` chooses.
fn folder(args: &Args<'_>, flags: &[&str], call: &Call<'_>) -> Option<String> {
    let last = args.values(flags).last();
    match last {
        Some(path) => match workspace_relative(path) {
            Some(inside) => files::join("", inside),
            None if path.contains('$') || path.starts_with(['/', '~']) => None,
            None => files::join(call.directory?, path),
        },
        None => call.directory.map(str::to_owned),
    }
}

/// The words of `words` after the positional number `index` of `args`, flags and `--` among them.
fn words_after<'w>(words: &'w [Field], args: &Args<'w>, index: usize) -> &'w [Field] {
    let Some(first) = args.positionals.get(index) else { return &[] };
    let at = words.iter().position(|word| std::ptr::eq(word, *first)).unwrap_or(words.len());
    words.get(at + 1..).unwrap_or_default()
}

/// The first positional whose text is known: `npm $FLAGS publish`.
fn subcommand<'w>(args: &Args<'w>) -> Option<(usize, &'w str)> {
    let mut known = args.positionals.iter().enumerate().filter(|(_, word)| !word.dynamic);
    known.next().map(|(index, word)| (index, word.text.as_str()))
}

/// `npm …`; `version` where it is run by `npx npm@version`.
fn npm_command(walk: &mut Walk<'_, '_>, words: &[Field], version: Option<&str>, call: &Call<'_>) {
    let args = Args::of(&words[1..]);
    let directory = folder(&args, &["prefix", "C"], call);
    let call = &Call { directory: directory.as_deref(), ..*call };
    let Some((index, verb)) = subcommand(&args) else { return };
    let rest = words_after(words, &args, index);
    match verb {
        "publish" => npm::publish(walk, Tool::Npm, &args, index, version, words, call),
        "stage" if args.positional(index + 1) == Some("publish") => {
            npm::publish(walk, Tool::Npm, &args, index + 1, version, words, call);
        }
        "run" | "run-script" | "rum" | "urn" => run_script(walk, rest, words, call),
        "test" | "t" | "tst" | "start" | "stop" | "restart" => {
            let name = if verb.starts_with('t') { "test" } else { verb };
            task::package_script(walk, name, &[], &args, words, call);
        }
        "version" => {
            for name in ["preversion", "version", "postversion"] {
                task::package_script_if_any(walk, name, words, call);
            }
        }
        "exec" | "x" => match args.value("c").or(args.value("call")) {
            Some(text) => run_text(walk, text, call),
            None => execute(walk, rest, call),
        },
        "ci" | "clean-install" | "ic" | "install-clean" | "cit" | "install-ci-test" | "install" | "i"
        | "in" | "add" | "it" | "install-test" | "update" | "upgrade" => {
            npm::install(walk, "npm", &args, index, words, call);
        }
        "config" | "c" | "set" => npm::config(walk, &args, index, words, call),
        _ => npm::other(walk, &args, index, words, call),
    }
}

fn pnpm(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    // Unlike npm's, pnpm's `-w` (the workspace's root) takes no value.
    let args = Args::with_short(&words[1..], &["C", "F", "p", "c", "L"]);
    let root = args.has("w") || args.switch("workspace-root") == Some(true);
    let directory = if root { Some(String::new()) } else { folder(&args, &["dir", "C", "prefix"], call) };
    let call = &Call { directory: directory.as_deref(), ..*call };
    let Some((index, verb)) = subcommand(&args) else { return };
    let rest = words_after(words, &args, index);
    match verb {
        "recursive" | "multi" | "m" => {
            let mut inner: Vec<Field> = words.to_vec();
            if let Some(word) = inner.iter_mut().skip(1).find(|word| word.text == verb) {
                "-r".clone_into(&mut word.text);
                pnpm(walk, &inner, call);
            }
        }
        "publish" => npm::publish(walk, Tool::Pnpm, &args, index, None, words, call),
        "stage" if args.positional(index + 1) == Some("publish") => {
            npm::publish(walk, Tool::Pnpm, &args, index + 1, None, words, call);
        }
        "run" | "run-script" => run_script(walk, rest, words, call),
        "test" | "t" | "start" => {
            let name = if verb == "t" { "test" } else { verb };
            task::package_script(walk, name, &[], &args, words, call);
        }
        "exec" | "dlx" => execute(walk, rest, call),
        "install" | "i" | "add" | "update" | "up" | "fetch" | "ci" | "install-test" | "it" => {
            npm::install(walk, "pnpm", &args, index, words, call);
        }
        "config" | "c" | "set" => npm::config(walk, &args, index, words, call),
        "env" => {
            if args.positional(index + 1) == Some("use") {
                let wanted = args.positional(index + 2).map(str::to_owned);
                walk.act(Deed::UseNode { wanted }, words, call);
            }
        }
        "pack" | "build" | "rebuild" | "store" | "audit" | "list" | "ls" | "why" | "link" | "init"
        | "create"
            if !task::has_script(walk, verb, call) => {}
        "whoami" | "dist-tag" | "access" | "deprecate" | "unpublish" | "login" | "owner" | "token" => {
            npm::other(walk, &args, index, words, call);
        }
        _ => script_or_program(walk, verb, rest, words, &args, call),
    }
}

fn yarn(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    let args = Args::of(&words[1..]);
    let directory = folder(&args, &["cwd"], call);
    let call = &Call { directory: directory.as_deref(), ..*call };
    let Some((index, verb)) = subcommand(&args) else {
        if args.positionals.is_empty() {
            npm::install(walk, "yarn", &args, usize::MAX, words, call);
        }
        return;
    };
    let rest = words_after(words, &args, index);
    match verb {
        "npm" => match args.positional(index + 1) {
            Some("publish") => npm::publish(walk, Tool::Yarn, &args, index + 1, None, words, call),
            _ => npm::other(walk, &args, index + 1, words, call),
        },
        "publish" => {
            // Yarn 2 and later have no such command: it is the script of that name.
            if walk.finder.uses_modern_yarn() && task::has_script(walk, "publish", call) {
                task::package_script(walk, "publish", rest, &args, words, call);
            } else {
                npm::publish(walk, Tool::Yarn, &args, index, None, words, call);
            }
        }
        "run" => run_script(walk, rest, words, call),
        "workspaces" => {
            let each = split_leading(
                &rest[rest.len().min(1)..],
                &["j", "jobs", "include", "exclude", "from", "since"],
            )
            .1;
            let verbs: Vec<&str> = each.iter().take(2).map(|word| word.text.as_str()).collect();
            let everywhere = args.positional(index + 1) == Some("run");
            match verbs.as_slice() {
                // Yarn 1: `yarn workspaces run publish`.
                [name, ..] if everywhere => task::package_script_everywhere(walk, name, words, call),
                ["run", name] => task::package_script_everywhere(walk, name, words, call),
                ["npm" | "exec" | "dlx", ..] => {
                    let mut inner = vec![words[0].clone()];
                    inner.extend(each.iter().cloned());
                    let before = walk.acts.len();
                    yarn(walk, &inner, call);
                    npm::mark_recursive(walk, before);
                }
                _ => {}
            }
        }
        "workspace" => {
            let Some(package) = args.positional(index + 1) else { return };
            let inner_words = words_after(words, &args, index + 1);
            let folder = walk.finder.folder_of(package);
            let directory = folder.as_deref().or(call.directory);
            let mut inner = vec![words[0].clone()];
            inner.extend(inner_words.iter().cloned());
            yarn(walk, &inner, &Call { directory, ..*call });
        }
        "exec" | "dlx" => execute(walk, rest, call),
        "install" | "add" | "up" | "upgrade" | "global" => {
            npm::install(walk, "yarn", &args, index, words, call);
        }
        "config" => npm::config(walk, &args, index, words, call),
        "set" | "plugin" | "cache" | "info" | "why" | "pack" | "version" | "login" | "logout" | "init"
        | "create" | "constraints" | "dedupe" | "link" | "audit" | "list" => {}
        _ => script_or_program(walk, verb, rest, words, &args, call),
    }
}

fn bun(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    let args = Args::of(&words[1..]);
    let directory = folder(&args, &["cwd"], call);
    let call = &Call { directory: directory.as_deref(), ..*call };
    let Some((index, verb)) = subcommand(&args) else { return };
    let rest = words_after(words, &args, index);
    match verb {
        "publish" => npm::publish(walk, Tool::Bun, &args, index, None, words, call),
        "run" => run_script(walk, rest, words, call),
        "x" => execute(walk, rest, call),
        "install" | "i" | "add" | "ci" | "update" => npm::install(walk, "bun", &args, index, words, call),
        "pm" | "build" | "test" | "init" | "create" | "link" | "upgrade" => {}
        _ => script_or_program(walk, verb, rest, words, &args, call),
    }
}

/// `vp pm publish` and `vp run` of Vite+: the manager of the repository, else pnpm.
fn vite_plus(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    let mut inner = words[1..].to_vec();
    if inner.first().is_some_and(|word| word.text == "pm") {
        walk.finder.manager_name().clone_into(&mut inner[0].text);
        walk.dispatch(&inner, call);
    } else if inner.first().is_some_and(|word| matches!(word.text.as_str(), "run" | "exec" | "dlx")) {
        let manager = Field { text: walk.finder.manager_name().to_owned(), ..words[0].clone() };
        inner.insert(0, manager);
        walk.dispatch(&inner, call);
    }
}

/// `run NAME …`: `words` follow `run`.
fn run_script(walk: &mut Walk<'_, '_>, words: &[Field], all: &[Field], call: &Call<'_>) {
    let args = Args::of(words);
    let outer = Args::of(&all[1..]);
    let Some((index, name)) = subcommand(&args) else { return };
    let rest = words_after(words, &args, index);
    let dashes = rest.iter().position(|word| word.text == "--");
    // npm keeps flags before `--` to itself; the other managers hand everything on.
    let handed: Vec<Field> = if program(&all[0].text) == "npm" {
        let plain = Args::of(&rest[..dashes.unwrap_or(rest.len())]).positionals;
        let after = dashes.map_or(&[][..], |at| &rest[at + 1..]);
        plain.into_iter().chain(after).cloned().collect()
    } else {
        dashes.map_or(rest, |at| &rest[at + 1..]).to_vec()
    };
    // `yarn run lerna publish`: these managers run a program where there is no such script.
    if matches!(program(&all[0].text), "yarn" | "yarnpkg" | "bun") && dashes.is_none() {
        script_or_program(walk, name, rest, all, &outer, call);
        return;
    }
    task::package_script(walk, name, &handed, &outer, all, call);
}

/// `pnpm NAME`, `yarn NAME`, `bun NAME`: a script of the manifest, else a program (bun: or a file).
fn script_or_program(
    walk: &mut Walk<'_, '_>,
    name: &str,
    rest: &[Field],
    all: &[Field],
    args: &Args<'_>,
    call: &Call<'_>,
) {
    let recursive = task::selects_workspaces(args);
    if recursive || task::has_script(walk, name, call) {
        task::package_script(walk, name, rest, args, all, call);
        return;
    }
    let Some(first) = all.iter().find(|word| word.text == name) else { return };
    let mut inner = vec![first.clone()];
    inner.extend(rest.iter().cloned());
    let before = walk.acts.len();
    walk.dispatch(&inner, call);
    if walk.acts.len() == before && !release::is_program(program(name)) && !task::is_runner(program(name)) {
        task::missing_script(walk, name, &inner, all, call);
        if walk.acts.len() == before {
            release::unknown_publisher(walk, name, &inner, call);
        }
    }
}

/// `npx …`, `dlx …`, `exec …`: the words after the verb.
fn execute(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    let (flags, rest) = split_leading(words, EXEC_VALUES);
    let given = Args::of(flags);
    if let Some(text) = given.value("c").or(given.value("call")) {
        run_text(walk, text, call);
        return;
    }
    let Some(first) = rest.first() else { return };
    // `yarn exec "npm publish"`: a shell reads it.
    if first.text.contains(char::is_whitespace) {
        run_text(walk, &first.text, call);
        return;
    }
    let (package, version) = split_version(&first.text);
    // `npx -p npm@11 npm publish`: the package gives the version, the word the program.
    let chosen = given.values(&["p", "package"]).map(split_version).find(|(name, _)| *name == package);
    let version = version.or(chosen.and_then(|(_, version)| version));
    let name = binary(package);
    let mut inner = rest.to_vec();
    name.clone_into(&mut inner[0].text);
    match name {
        "npm" => npm_command(walk, &inner, version, call),
        _ if release::run(walk, name, &inner, version, call) => {}
        _ => {
            let before = walk.acts.len();
            walk.dispatch(&inner, call);
            npm::set_tool_version(walk, before, version);
            if !walk.published_since(before) {
                release::unknown_publisher(walk, package, &inner, call);
            }
        }
    }
}

fn run_text(walk: &mut Walk<'_, '_>, text: &str, call: &Call<'_>) {
    if let Some(at) = call.origin.locate(call.span) {
        let origin = super::origin::Origin::Fixed(at);
        walk.shell(text, &origin, crate::shell::Dialect::Posix, call.directory, call.conditional);
    }
}

/// `name@version`, with a scope kept: `@changesets/cli@2` → (`@changesets/cli`, `2`).
pub(super) fn split_version(word: &str) -> (&str, Option<&str>) {
    match word.char_indices().skip(1).find(|(_, character)| *character == '@') {
        Some((at, _)) => (&word[..at], Some(&word[at + 1..]).filter(|version| !version.is_empty())),
        None => (word, None),
    }
}

/// The program that a package is known for, where that is not its own name.
fn binary(package: &str) -> &str {
    match package {
        "@changesets/cli" => "changeset",
        "@lerna-lite/cli" => "lerna",
        "@napi-rs/cli" => "napi",
        "@microsoft/rush" => "rush",
        "@jsdevtools/npm-publish" | "@js-devtools/npm-publish" => "npm-publish",
        "@qiwi/multi-semantic-release" | "@anolilab/multi-semantic-release" => "multi-semantic-release",
        _ => package.rsplit('/').next().unwrap_or(package),
    }
}

/// A publish by a manager, with what its flags say.
pub(super) fn publish_of(tool: Tool) -> Publish {
    let name = match tool {
        Tool::Pnpm => "pnpm",
        Tool::Yarn => "yarn",
        Tool::Bun => "bun",
        _ => "npm",
    };
    Publish::new(tool, name)
}
