//! Indirections: package.json scripts, Makefile targets, files that are run, and task runners whose
//! tasks only have a name.

use super::args::Args;
use super::file::{deno, file, has_script_extension, interpreter};
use super::manager::publish_of;
use super::model::{Confidence, Deed, Publish};
use super::origin::Origin;
use super::walk::{Call, Walk};
use super::wrapper::program;
use super::{name, npm, release};
use crate::ci::{HopKind, Registry, Tool};
use crate::files;
use crate::project::Manifest;
use crate::shell::{Dialect, Field};
use crate::text::{Source, Span};

/// How many packages of a workspace are looked into for one command.
const MAX_PACKAGES: usize = 64;

/// Whether flags choose packages of the workspace.
pub(super) fn selects_workspaces(args: &Args<'_>) -> bool {
    args.has("r")
        || args.has("ws")
        || args.switch("recursive") == Some(true)
        || args.switch("workspaces") == Some(true)
        || args.values(&["w", "workspace", "filter", "F"]).next().is_some()
}

/// Whether the manifest that counts here has the script `name`.
pub(super) fn has_script(walk: &Walk<'_, '_>, name: &str, call: &Call<'_>) -> bool {
    let manifest = call.directory.and_then(|directory| walk.finder.manifest(directory));
    manifest.is_some_and(|(_, manifest)| manifest.script(name).is_some())
}

/// Runs the script `name`, where the manifest has it.
pub(super) fn package_script_if_any(walk: &mut Walk<'_, '_>, name: &str, words: &[Field], call: &Call<'_>) {
    if has_script(walk, name, call) {
        package_script(walk, name, &[], &Args::default(), words, call);
    }
}

/// Runs the script `name` with the arguments `handed`; `args` are those of the manager.
pub(super) fn package_script(
    walk: &mut Walk<'_, '_>,
    name: &str,
    handed: &[Field],
    args: &Args<'_>,
    words: &[Field],
    call: &Call<'_>,
) {
    if selects_workspaces(args) {
        let selected: Vec<String> =
            args.values(&["w", "workspace", "filter", "F"]).map(str::to_owned).collect();
        in_packages(walk, name, &selected, words, call);
        return;
    }
    if call.directory.is_none() {
        // `npm run publish` in a folder of a matrix: whichever package has the script.
        in_packages(walk, name, &[], words, call);
        return;
    }
    let found = call.directory.and_then(|directory| walk.finder.manifest(directory));
    let Some((directory, manifest)) = found.filter(|(_, manifest)| manifest.script(name).is_some()) else {
        missing_script(walk, name, words, words, call);
        return;
    };
    walk.act(Deed::RunScript { name: name.to_owned() }, words, call);
    let before = walk.acts.len();
    run_in(walk, &manifest, &directory, name, handed, call);
    let text = manifest.script(name).map_or("", |script| script.command.value.as_str());
    let read = text.split_ascii_whitespace().any(|word| program(word) == name)
        || walk.acts[before..].iter().any(|act| matches!(act.deed, Deed::Publish(_)));
    if !read {
        release::wrapped(walk, name, handed, words, call);
    }
}

/// Runs the script `name` of every package that has it.
pub(super) fn package_script_everywhere(
    walk: &mut Walk<'_, '_>,
    name: &str,
    words: &[Field],
    call: &Call<'_>,
) {
    in_packages(walk, name, &[], words, call);
}

/// Runs `name` in the packages that `selected` names (in all where it is empty), until one publishes:
/// that is one command, whatever the number of packages.
fn in_packages(walk: &mut Walk<'_, '_>, name: &str, selected: &[String], words: &[Field], call: &Call<'_>) {
    walk.act(Deed::RunScript { name: name.to_owned() }, words, call);
    let before = walk.acts.len();
    let project = walk.finder.project;
    // `!name` leaves one out.
    let (out, selected): (Vec<&str>, Vec<&str>) =
        selected.iter().map(String::as_str).partition(|filter| filter.starts_with('!'));
    let chosen = project.packages.iter().filter(|package| {
        let by = |filter: &str| selects(filter, package.name(), &package.folder);
        (selected.is_empty() || selected.iter().any(|filter| by(filter)))
            && !out.iter().any(|filter| by(&filter[1..]))
    });
    let mut seen = false;
    for package in chosen.take(MAX_PACKAGES) {
        if package.manifest.script(name).is_none() {
            continue;
        }
        seen = true;
        run_in(walk, &package.manifest, &package.folder, name, &[], call);
        if walk.published_since(before) {
            npm::mark_recursive(walk, before);
            return;
        }
    }
    // In what has changed, one package may publish where the others do not.
    let changed = selected.iter().any(|filter| filter.trim_start_matches("...").starts_with('['));
    if !seen || changed {
        missing_script(walk, name, words, words, call);
    }
}

/// Whether a workspace filter names this package: by name, by folder, or by a pattern with `*`.
fn selects(filter: &str, name: Option<&str>, folder: &str) -> bool {
    let filter = filter.trim_start_matches("...").trim_end_matches("...").trim_matches(['{', '}']);
    let path = filter.trim_start_matches("./").trim_end_matches('/');
    let matches = |pattern: &str, text: &str| match pattern.split_once('*') {
        Some((start, end)) => {
            text.len() + 1 >= pattern.len()
                && text.starts_with(start)
                && text.ends_with(end.trim_start_matches('*'))
        }
        None => text == pattern,
    };
    // `[main]`: what has changed since, which is any of them.
    filter.contains('$')
        || filter.starts_with('[')
        || (!path.is_empty() && matches(path, folder))
        || name.is_some_and(|name| matches(filter, name))
}

/// The script with its `pre` and `post` scripts.
fn run_in(
    walk: &mut Walk<'_, '_>,
    manifest: &Manifest,
    directory: &str,
    name: &str,
    handed: &[Field],
    call: &Call<'_>,
) {
    for (prefix, handed) in [("pre", &[][..]), ("", handed), ("post", &[][..])] {
        let full = format!("{prefix}{name}");
        let Some(script) = manifest.script(&full) else { continue };
        let mut text = script.command.value.clone();
        for word in handed {
            text.push(' ');
            text.push_str(&quoted(word));
        }
        walk.follow(HopKind::PackageScript, &full, &manifest.source, &full, call, |walk| {
            let origin = Origin::Json(&manifest.source, script.command.span);
            walk.shell(&text, &origin, Dialect::Posix, Some(directory), call.conditional);
        });
    }
}

fn quoted(word: &Field) -> String {
    if word.dynamic || !word.text.contains([' ', '\'', '"', '$', '&', '|', ';', '(', '<', '>', '*']) {
        word.text.clone()
    } else {
        format!("'{}'", word.text.replace('\'', "'\\''"))
    }
}

/// A script or task that the repository does not show. Only its name speaks.
pub(super) fn missing_script(
    walk: &mut Walk<'_, '_>,
    name: &str,
    words: &[Field],
    all: &[Field],
    call: &Call<'_>,
) {
    // With a manifest at hand that has no such script, the name is that of a program.
    let word = words.first().map_or(name, |word| word.text.as_str());
    named(walk, word, name, all, call);
}

/// Notes a publish by a file or task of which only the name is seen.
pub(super) fn named(walk: &mut Walk<'_, '_>, label: &str, name: &str, words: &[Field], call: &Call<'_>) {
    let Some(confidence) = name::confidence_of_name(name) else { return };
    // What a build runs is no publish, whatever its name.
    if confidence == Confidence::Possible && walk.called_for(name::is_build) {
        return;
    }
    let mut publish = Publish::new(Tool::Other, label);
    publish.confidence = confidence;
    publish.registry = Registry::Unknown;
    publish.dry_run = words.iter().any(|word| word.text == "--dry-run");
    if label.contains(' ') {
        // `make publish`: the words at hand lack the runner's name.
        walk.act_shown(Deed::Publish(publish), label, call);
    } else {
        walk.act(Deed::Publish(publish), words, call);
    }
}

/// Runs a file of the repository, or a task of a task runner.
pub(super) fn file_or_task(walk: &mut Walk<'_, '_>, name: &str, words: &[Field], call: &Call<'_>) {
    let first = words[0].text.as_str();
    match name {
        "node" | "tsx" | "ts-node" | "zx" | "esno" | "jiti" | "babel-node" | "python" | "python3"
        | "ruby" | "bash" | "sh" | "zsh" | "dash" | "source" | "." | "pwsh" | "powershell" | "swc-node"
        | "vite-node" => {
            interpreter(walk, name, words, call);
        }
        "npm-run-all" | "run-s" | "run-p" | "npm-run-all2" => {
            for word in words[1..].iter().filter(|word| !word.text.starts_with('-')) {
                for script in matching_scripts(walk, &word.text, call) {
                    package_script(walk, &script, &[], &Args::default(), words, call);
                }
            }
        }
        "concurrently" => {
            let Some(at) = call.origin.locate(call.span) else { return };
            for word in &words[1..] {
                if let Some(script) = word.text.strip_prefix("npm:") {
                    package_script(walk, script, &[], &Args::default(), words, call);
                } else if word.text.contains(' ') {
                    walk.shell(
                        &word.text,
                        &Origin::Fixed(at.clone()),
                        Dialect::Posix,
                        call.directory,
                        call.conditional,
                    );
                }
            }
        }
        "turbo" | "lage" | "wsrun" | "ultra" => {
            let args = Args::of(&words[1..]);
            let tasks = args.positionals.iter().map(|word| word.text.as_str()).filter(|task| *task != "run");
            for task in tasks.collect::<Vec<_>>() {
                let task = task.rsplit(['#', ':']).next().unwrap_or(task).to_owned();
                package_script_everywhere(walk, &task, words, call);
            }
        }
        "deno" => deno(walk, words, call),
        "gulp" | "grunt" | "just" | "task" | "rake" | "jake" | "moon" | "wireit" | "mage" | "invoke" => {
            let args = Args::of(&words[1..]);
            if let Some(task) = args.positionals.last() {
                named(walk, &format!("{name} {}", task.text), &task.text, words, call);
            }
        }
        _ if first.contains('/') || has_script_extension(name) => file(walk, words, first, call),
        _ => {}
    }
}

/// Scripts of the manifest that a pattern of npm-run-all names: `release:*`.
fn matching_scripts(walk: &Walk<'_, '_>, pattern: &str, call: &Call<'_>) -> Vec<String> {
    let name = pattern.split_ascii_whitespace().next().unwrap_or(pattern);
    let Some((start, _)) = name.split_once('*') else { return vec![name.to_owned()] };
    let manifest = call.directory.and_then(|directory| walk.finder.manifest(directory));
    let Some((_, manifest)) = manifest else { return Vec::new() };
    let names = manifest.scripts.iter().map(|script| script.name.as_str());
    names.filter(|script| script.starts_with(start)).take(MAX_PACKAGES).map(str::to_owned).collect()
}

/// Whether `name` is a task runner, whose own name says nothing of its task.
pub(super) fn is_runner(name: &str) -> bool {
    matches!(name, "turbo" | "lage" | "wsrun" | "ultra" | "npm-run-all" | "run-s" | "run-p" | "concurrently")
}

/// `make TARGET…`.
pub(super) fn make(walk: &mut Walk<'_, '_>, arguments: &[Field], call: &Call<'_>) {
    let args = Args::with_short(arguments, &["C", "f", "I", "o", "W"]);
    let folder = match args.value("C").or(args.value("directory")) {
        Some(path) => call.directory.and_then(|directory| files::join(directory, path)),
        None => call.directory.map(str::to_owned),
    };
    let names: &[&str] = &["GNUmakefile", "makefile", "Makefile"];
    let given = args.value("f").or(args.value("file"));
    let source = folder.as_deref().and_then(|folder| {
        given
            .into_iter()
            .chain(names.iter().copied())
            .find_map(|name| walk.finder.source(&files::join(folder, name)?))
    });
    let targets: Vec<&str> =
        args.positionals.iter().map(|word| word.text.as_str()).filter(|word| !word.contains('=')).collect();
    let Some(source) = source else {
        for target in targets {
            named(walk, &format!("make {target}"), target, arguments, call);
        }
        return;
    };
    let makefile = super::makefile::Makefile::read(&source);
    let first = makefile.first_target().map(str::to_owned);
    let targets = if targets.is_empty() { first.iter().map(String::as_str).collect() } else { targets };
    let call = &Call { directory: folder.as_deref(), ..*call };
    for target in targets {
        make_target(walk, &makefile, &source, target, call);
    }
}

fn make_target(
    walk: &mut Walk<'_, '_>,
    makefile: &super::makefile::Makefile<'_>,
    source: &Source,
    target: &str,
    call: &Call<'_>,
) {
    for target in makefile.with_needs(target) {
        walk.follow(HopKind::MakeTarget, target, source, target, call, |walk| {
            for line in makefile.recipe(target) {
                let at = crate::diagnostic::Location::new(source, Span::new(line.span.start, line.span.end));
                walk.shell(&line.text, &Origin::Fixed(at), Dialect::Posix, call.directory, call.conditional);
            }
        });
    }
}

/// A publish that a program's text holds.
pub(super) fn publish_in_program(tool: Tool) -> Publish {
    let mut publish = publish_of(tool);
    publish.confidence = Confidence::Likely;
    publish
}
