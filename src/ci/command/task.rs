//! Indirections: package.json scripts, Makefile targets, files that are run, and task runners whose
//! tasks only have a name.

use super::args::Args;
use super::manager::publish_of;
use super::model::{Confidence, Deed, Publish};
use super::origin::Origin;
use super::walk::{Call, Walk, workspace_relative};
use super::{npm, program_text, release};
use crate::ci::{HopKind, Registry, Tool};
use crate::files;
use crate::project::Manifest;
use crate::shell::{Dialect, Field};
use crate::text::{Source, Span};

/// How many packages of a workspace are looked into for one command.
const MAX_PACKAGES: usize = 64;
/// What may be left out of the path of a program.
const ENDINGS: [&str; 7] = ["", ".js", ".mjs", ".cjs", ".ts", "/index.js", "/index.ts"];

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
    run_in(walk, &manifest, &directory, name, handed, call);
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
    let chosen = project.packages.iter().filter(|package| {
        selected.is_empty() || selected.iter().any(|filter| selects(filter, package.name(), &package.folder))
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
    if !seen {
        missing_script(walk, name, words, words, call);
    }
}

/// Whether a workspace filter names this package: by name, by folder, or by a pattern with `*`.
fn selects(filter: &str, name: Option<&str>, folder: &str) -> bool {
    let filter = filter.trim_start_matches("...").trim_end_matches("...").trim_matches(['{', '}']);
    let path = filter.trim_start_matches("./").trim_end_matches('/');
    let matches = |text: &str| match filter.split_once('*') {
        Some((start, end)) => {
            text.len() + 1 >= filter.len()
                && text.starts_with(start)
                && text.ends_with(end.trim_start_matches('*'))
        }
        None => text == filter,
    };
    filter.contains('$') || (folder == path && !path.is_empty()) || name.is_some_and(matches)
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
fn named(walk: &mut Walk<'_, '_>, label: &str, name: &str, words: &[Field], call: &Call<'_>) {
    let Some(confidence) = release::confidence_of_name(name) else { return };
    // What a build runs is no publish, whatever its name.
    if confidence == Confidence::Possible && walk.called_for(release::is_build) {
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

fn has_script_extension(name: &str) -> bool {
    const EXTENSIONS: [&str; 10] =
        [".sh", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".ps1", ".bash"];
    EXTENSIONS.iter().any(|extension| name.ends_with(extension))
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

/// `node FILE`, `bash FILE`, `node -e TEXT`, `node --run NAME`.
fn interpreter(walk: &mut Walk<'_, '_>, name: &str, words: &[Field], call: &Call<'_>) {
    const VALUES: &[&str] =
        &["r", "require", "import", "loader", "experimental-loader", "C", "W", "O", "P", "project"];
    const TEXT: &[&str] = &["-e", "--eval", "-p", "--print", "-pe", "-c"];
    if let Some(at) = words.iter().position(|word| TEXT.contains(&word.text.as_str())) {
        if let (Some(text), Some(place)) = (words.get(at + 1), call.origin.locate(call.span)) {
            program_text::read(walk, &text.text, &Origin::Fixed(place), call);
        }
        return;
    }
    if let Some(script) = words.iter().position(|word| word.text == "--run").and_then(|at| words.get(at + 1))
    {
        package_script(walk, &script.text, &[], &Args::default(), words, call);
        return;
    }
    let (_, rest) = super::args::split_leading(&words[1..], VALUES);
    let rest = match rest.first().map(|word| word.text.as_str()) {
        Some("run" | "watch") if name == "tsx" => super::args::split_leading(&rest[1..], VALUES).1,
        _ => rest,
    };
    if let Some(path) = rest.first().filter(|path| path.text != "-") {
        file(walk, rest, &path.text, call);
    }
}

/// `deno run FILE`, `deno task NAME`. Deno's own `publish` goes to another registry.
fn deno(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    let args = Args::of(&words[1..]);
    let Some(verb) = args.positional(0) else { return };
    let Some(target) = args.positionals.get(1) else { return };
    match verb {
        "run" if target.text.starts_with("npm:") => {
            let mut inner: Vec<Field> = args.positionals[1..].iter().map(|word| (*word).clone()).collect();
            inner[0].text = super::manager::split_version(&target.text["npm:".len()..]).0.to_owned();
            walk.dispatch(&inner, call);
        }
        "run" if !target.text.contains(':') => {
            let at = words.iter().position(|word| std::ptr::eq(word, *target)).unwrap_or_default();
            file(walk, &words[at..], &target.text, call);
        }
        "task" => package_script(walk, &target.text, &[], &Args::default(), words, call),
        _ => {}
    }
}

/// Whether `name` is a task runner, whose own name says nothing of its task.
pub(super) fn is_runner(name: &str) -> bool {
    matches!(name, "turbo" | "lage" | "wsrun" | "ultra" | "npm-run-all" | "run-s" | "run-p" | "concurrently")
}

/// Runs the file at `path`; `words` start with it.
fn file(walk: &mut Walk<'_, '_>, words: &[Field], path: &str, call: &Call<'_>) {
    let resolved = match (workspace_relative(path), call.directory) {
        (Some(inside), _) => files::join("", inside),
        (None, _) if path.starts_with("$(dirname") => {
            // Beside the file that is being read.
            let beside = path.split_once(")/").map(|(_, beside)| beside.trim_start_matches(['"', '/']));
            let folder =
                walk.current_file().map(|file| file.rsplit_once('/').map_or("", |(folder, _)| folder));
            folder.zip(beside).and_then(|(folder, beside)| files::join(folder, beside))
        }
        (None, Some(directory)) if !path.starts_with(['/', '~', '$']) => files::join(directory, path),
        _ => None,
    };
    if let Some(text) = walk.written_text(path) {
        if let Some(at) = call.origin.locate(call.span) {
            read_file_text(walk, &text, path, &Origin::Fixed(at), call);
        }
        return;
    }
    let source = resolved
        .iter()
        .find_map(|path| ENDINGS.iter().find_map(|ending| walk.finder.source(&format!("{path}{ending}"))));
    let Some(source) = source else {
        let name = path.rsplit('/').next().unwrap_or(path);
        // Rush is run by a file that its own repository carries.
        let program = if name.starts_with("install-run-rush") { "rush" } else { name };
        if release::is_program(program) {
            release::run(walk, program, words, None, call);
        } else {
            let before = walk.acts.len();
            named(walk, path, path, words, call);
            if walk.acts.len() == before {
                release::unknown_publisher(walk, name, words, call);
            }
        }
        return;
    };
    let label = source.path().to_owned();
    let before = walk.acts.len();
    walk.follow(HopKind::ScriptFile, &label, &source, "", call, |walk| {
        read_file_text(walk, source.text(), &label, &Origin::File(&source, 0), call);
    });
    // A dry run that is asked of the script is one of what it runs.
    if words.iter().any(|word| matches!(word.text.as_str(), "--dry-run" | "--dryRun")) {
        for act in walk.acts.iter_mut().skip(before) {
            if let Deed::Publish(publish) = &mut act.deed {
                publish.dry_run = true;
            }
        }
    }
}

fn read_file_text(walk: &mut Walk<'_, '_>, text: &str, path: &str, origin: &Origin<'_>, call: &Call<'_>) {
    let interpreter = text.strip_prefix("#!").and_then(|rest| rest.lines().next()).unwrap_or_default();
    let ends = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
    let shell_file = ends(&[".sh", ".bash", ".zsh"]);
    if ends(&[".ps1"]) {
        walk.shell(text, origin, Dialect::PowerShell, call.directory, call.conditional);
    } else if shell_file || interpreter.ends_with("sh") || interpreter.contains("bash") {
        walk.shell(text, origin, Dialect::Posix, call.directory, call.conditional);
    } else if !interpreter.is_empty() || has_script_extension(path) {
        program_text::read(walk, text, origin, call);
    } else {
        // No shebang and no ending: a POSIX shell runs it.
        walk.shell(text, origin, Dialect::Posix, call.directory, call.conditional);
    }
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
