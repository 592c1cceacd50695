//! Files that are run: shell scripts, and programs by their interpreter.

use super::args::Args;
use super::folders::workspace_relative;
use super::model::Deed;
use super::origin::Origin;
use super::task::{named, package_script};
use super::walk::{Call, Walk};
use super::{program_text, release};
use crate::ci::HopKind;
use crate::files;
use crate::shell::{Dialect, Field};

/// What may be left out of the path of a program.
const ENDINGS: [&str; 7] = ["", ".js", ".mjs", ".cjs", ".ts", "/index.js", "/index.ts"];

/// `node FILE`, `bash FILE`, `node -e TEXT`, `node --run NAME`.
pub(super) fn interpreter(walk: &mut Walk<'_, '_>, name: &str, words: &[Field], call: &Call<'_>) {
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
pub(super) fn deno(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    let args = Args::of(&words[1..]);
    let Some(verb) = args.positional(0) else { return };
    let Some(target) = args.positionals.get(1) else { return };
    match verb {
        "run" if target.text.starts_with("npm:") => {
            let mut inner: Vec<Field> = args.positionals[1..].iter().map(|word| (*word).clone()).collect();
            let (package, _) = super::manager::split_version(&target.text["npm:".len()..]);
            package.clone_into(&mut inner[0].text);
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

/// Runs the file at `path`; `words` start with it.
pub(super) fn file(walk: &mut Walk<'_, '_>, words: &[Field], path: &str, call: &Call<'_>) {
    // Rush is run by a file that its own repository carries.
    match path.rsplit('/').next().unwrap_or(path) {
        "install-run-rush.js" => {
            release::run(walk, "rush", words, None, call);
            return;
        }
        "install-run-rush-pnpm.js" => {
            release::run(walk, "rush-pnpm", words, None, call);
            return;
        }
        _ => {}
    }
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
        if release::is_program(name) {
            release::run(walk, name, words, None, call);
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

/// Whether a name ends as that of a script or program.
pub(super) fn has_script_extension(name: &str) -> bool {
    const EXTENSIONS: [&str; 10] =
        [".sh", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".ps1", ".bash"];
    EXTENSIONS.iter().any(|extension| name.ends_with(extension))
}
