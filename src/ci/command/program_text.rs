//! Programs in JavaScript, TypeScript and the like that publish: what their string literals say. This is
//! no reading of the language; it finds commands that stand in literals, and says "likely".

use super::model::{Confidence, Deed};
use super::origin::Origin;
use super::walk::{Call, Walk};
use super::{name, registry, task};
use crate::ci::{HopKind, Tool};
use crate::files;
use crate::shell::{Dialect, Field};
use crate::text::Span;

/// How many literals of one program are looked at.
const MAX_LITERALS: usize = 20_000;
/// How many files a program's relative imports lead to, at each level.
const MAX_IMPORTS: usize = 16;

/// One string literal.
struct Literal<'t> {
    /// What stands between the quotes, escapes as written.
    text: &'t str,
    span: Span,
    /// What stands before it, back to the end of the literal before.
    before: &'t str,
}

/// Libraries that publish, with the words that name what is imported from them.
const LIBRARIES: &[(&str, Tool, &str)] = &[
    ("libnpmpublish", Tool::Npm, ""),
    ("@lerna/publish", Tool::Lerna, ""),
    ("@lerna-lite/publish", Tool::Lerna, ""),
    ("nx/release", Tool::Nx, "releasePublish"),
    ("nx/release/index.js", Tool::Nx, "releasePublish"),
    ("nx/src/command-line/release", Tool::Nx, "releasePublish"),
    ("semantic-release", Tool::SemanticRelease, ""),
    ("release-it", Tool::ReleaseIt, ""),
    ("np", Tool::Np, ""),
    ("@vitejs/release-scripts", Tool::Other, "publish"),
    ("@ckeditor/ckeditor5-dev-release-tools", Tool::Other, "publishPackages"),
    ("@jsdevtools/npm-publish", Tool::Other, ""),
];

/// Reads a program's `text`.
pub(super) fn read(walk: &mut Walk<'_, '_>, text: &str, origin: &Origin<'_>, call: &Call<'_>) {
    if !["publish", "release", "npm", "./"].iter().any(|word| text.contains(word)) {
        return;
    }
    let literals = literals(text);
    let mut taken = 0;
    for index in 0..literals.len() {
        if index < taken {
            continue;
        }
        let literal = &literals[index];
        let Some(at) = origin.locate(literal.span) else { continue };
        let inner_origin = Origin::Fixed(at);
        let inner = Call {
            origin: &inner_origin,
            span: Span::default(),
            command: None,
            outer: None,
            text: "",
            ..*call
        };
        if is_program(literal.text) {
            let (words, end) = arguments(&literals, index);
            if words.len() > 1 {
                taken = end;
                likely(walk, |walk| walk.dispatch(&words, &inner));
            }
        } else if is_command(literal.text) && is_run(literal.before) {
            // `publish${flags}`: the flags start with the blank that parts them.
            let text = literal.text.replace("publish${", "publish ${");
            likely(walk, |walk| {
                walk.shell(&text, &inner_origin, Dialect::Posix, call.directory, true);
            });
        }
    }
    separate_arguments(walk, &literals, origin, call);
    imports(walk, text, &literals, origin, call);
}

impl Walk<'_, '_> {
    /// Reads a program that is itself the script.
    pub(super) fn program_text(&mut self, text: &str, origin: &Origin<'_>, directory: Option<&str>) {
        let call = Call {
            origin,
            span: Span::new(0, text.len()),
            directory,
            conditional: true,
            assigned: &[],
            command: None,
            outer: None,
            text,
        };
        read(self, text, origin, &call);
    }
}

/// Runs `find`; a publish that it finds is likely, not certain.
fn likely(walk: &mut Walk<'_, '_>, find: impl FnOnce(&mut Walk<'_, '_>)) {
    let before = walk.acts.len();
    find(walk);
    for act in walk.acts.iter_mut().skip(before) {
        if let Deed::Publish(publish) = &mut act.deed {
            publish.confidence = publish.confidence.min(Confidence::Likely);
        }
    }
}

fn is_program(text: &str) -> bool {
    const PROGRAMS: [&str; 13] = [
        "npm",
        "pnpm",
        "yarn",
        "bun",
        "npx",
        "npm.cmd",
        "pnpm.cmd",
        "yarn.cmd",
        "bunx",
        "lerna",
        "changeset",
        "nx",
        "semantic-release",
    ];
    PROGRAMS.contains(&text)
}

/// Whether a literal reads like a command line that could publish: `cd dist && npm publish`.
fn is_command(text: &str) -> bool {
    text.len() < 2000 && text.split("&&").any(is_one_command)
}

fn is_one_command(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let runs = is_program(first) || matches!(first, "node" | "bash" | "sh");
    runs && words.any(|word| word.contains("publish") || word.contains("release")) && !is_prose(words)
}

/// Whether what follows the verb is a sentence (`npm publish exited with …`) and no argument.
fn is_prose<'t>(after: impl Iterator<Item = &'t str>) -> bool {
    let plain = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    after.take_while(plain).count() >= 2
}

/// Whether what stands before a literal runs it, and does not only print, log or throw it.
fn is_run(before: &str) -> bool {
    const WORDS: [&str; 16] = [
        "console.", "log", "Log", "error", "Error", "warn", "info", "echo", "print", "message", "describe",
        "title", "it(", "test(", "help", "throw",
    ];
    let start = before.len().saturating_sub(60);
    let start = (start..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(before.len());
    // Only the statement that the literal stands in speaks.
    let near = before[start..].rsplit([';', '\n', '{', '}']).next().unwrap_or_default();
    !WORDS.iter().any(|word| near.contains(word))
}

/// `'npm', ['publish', '--tag', tag]`: the program's literal at `index` with the literals of the array
/// (or the call) that follow it, and the index after them.
fn arguments(literals: &[Literal<'_>], index: usize) -> (Vec<Field>, usize) {
    const MAX_ARGUMENTS: usize = 40;
    let field = |literal: &Literal<'_>| Field {
        text: literal.text.to_owned(),
        dynamic: literal.text.contains("${"),
        span: literal.span,
    };
    let mut words = vec![field(&literals[index])];
    let mut open = 0i32;
    let mut end = index + 1;
    for literal in literals.iter().skip(index + 1).take(MAX_ARGUMENTS) {
        let closed = literal.before.bytes().any(|byte| {
            open += match byte {
                b'[' | b'(' => 1,
                b']' | b')' => -1,
                _ => 0,
            };
            open < 0 || (open == 0 && matches!(byte, b']' | b')')) || matches!(byte, b';' | b'{')
        });
        if closed || (words.len() == 1 && !literal.before.contains(',')) {
            break;
        }
        words.push(field(literal));
        end += 1;
    }
    (words, end)
}

/// `const args = ['publish', …]` apart from the call of a manager: the file names both.
fn separate_arguments(
    walk: &mut Walk<'_, '_>,
    literals: &[Literal<'_>],
    origin: &Origin<'_>,
    call: &Call<'_>,
) {
    if walk.acts.iter().any(|act| matches!(act.deed, Deed::Publish(_))) {
        return;
    }
    let array = literals
        .iter()
        .enumerate()
        .find(|(_, literal)| literal.text == "publish" && literal.before.trim_end().ends_with('['));
    let manager = literals.iter().find_map(|literal| match literal.text {
        "npm" => Some(Tool::Npm),
        "pnpm" => Some(Tool::Pnpm),
        "yarn" => Some(Tool::Yarn),
        "bun" => Some(Tool::Bun),
        _ => None,
    });
    let (Some((index, literal)), Some(tool)) = (array, manager) else { return };
    let Some(at) = origin.locate(literal.span) else { return };
    let (words, _) = arguments(literals, index);
    let publish = task::publish_in_program(tool);
    note(walk, publish, &words, at, call);
}

fn note(
    walk: &mut Walk<'_, '_>,
    mut publish: super::model::Publish,
    words: &[Field],
    at: crate::diagnostic::Location,
    call: &Call<'_>,
) {
    let args = super::args::Args::of(words);
    publish.provenance = args.switch("provenance");
    publish.access = args.fixed("access").map(str::to_owned);
    (publish.registry, publish.registry_evidence) = registry::of_publish(walk, &args, &publish, call);
    let origin = Origin::Fixed(at);
    let call = Call { origin: &origin, span: Span::default(), command: None, outer: None, text: "", ..*call };
    let shown: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let shown = if shown.first() == Some(&"publish") {
        format!("{} {}", publish.name, shown.join(" "))
    } else {
        shown.join(" ")
    };
    walk.act_shown(Deed::Publish(publish), &shown, &call);
}

/// Libraries that publish, and files of the repository that the program is made of.
fn imports(
    walk: &mut Walk<'_, '_>,
    text: &str,
    literals: &[Literal<'_>],
    origin: &Origin<'_>,
    call: &Call<'_>,
) {
    let imported = literals.iter().filter(|literal| {
        let before = literal.before.trim_end();
        before.ends_with("from")
            || before.ends_with("require(")
            || before.ends_with("import(")
            || before.ends_with("import")
    });
    let mut followed = 0;
    for literal in imported {
        let library = LIBRARIES
            .iter()
            .find(|(name, _, word)| literal.text == *name && (word.is_empty() || calls(text, word)));
        if let Some((name, tool, _)) = library {
            let Some(at) = origin.locate(literal.span) else { continue };
            let mut publish = super::model::Publish::new(*tool, *name);
            publish.confidence = Confidence::Likely;
            publish.recursive = matches!(tool, Tool::Lerna | Tool::Nx);
            let word = Field { text: (*name).to_owned(), dynamic: false, span: literal.span };
            note(walk, publish, &[word], at, call);
        } else if literal.text.starts_with('.')
            && followed < MAX_IMPORTS
            && !walk.scripted_for(name::is_rehearsal)
        {
            followed += 1;
            import_file(walk, literal, origin, call);
        }
    }
}

/// Whether what is imported of a file can be what publishes: not where the file has a function that is named
/// for that and the import asks for others.
fn may_publish(before: &str, imported: &str) -> bool {
    const NAMED: [&str; 4] = ["function publish", "function release", "const publish", "const release"];
    let names = before.rsplit_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(names, _)| names);
    names.is_none_or(|names| {
        let names = names.to_ascii_lowercase();
        ["publish", "release"].iter().any(|word| names.contains(word))
            || !NAMED.iter().any(|start| imported.contains(start))
    })
}

/// Whether the program calls `word`, and does not only mention it.
fn calls(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| text[at + word.len()..].trim_start().starts_with('('))
}

fn import_file(walk: &mut Walk<'_, '_>, literal: &Literal<'_>, origin: &Origin<'_>, call: &Call<'_>) {
    const ENDINGS: [&str; 8] = ["", ".js", ".mjs", ".cjs", ".ts", ".mts", "/index.js", "/index.ts"];
    let Some(at) = origin.locate(literal.span) else { return };
    let folder = at.source.path().rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let Some(path) = files::join(&folder, literal.text) else { return };
    // TypeScript imports the file that it will compile to.
    let stem = path.strip_suffix(".js").unwrap_or(&path).to_owned();
    let found = ENDINGS
        .iter()
        .map(|ending| format!("{path}{ending}"))
        .chain([format!("{stem}.ts")])
        .find_map(|path| walk.finder.source(&path));
    if let Some(source) =
        found.filter(|source| source.path().ends_with("js") || source.path().ends_with("ts"))
        && may_publish(literal.before, source.text())
    {
        let fixed = Origin::Fixed(at);
        let inner =
            Call { origin: &fixed, span: Span::default(), command: None, outer: None, text: "", ..*call };
        walk.follow(HopKind::ScriptFile, source.path(), &source, "", &inner, |walk| {
            read(walk, source.text(), &Origin::File(&source, 0), call);
        });
    }
}

/// The string literals of a program; comments are skipped. Regular expressions are not known: a quote in
/// one may hide a literal up to the end of its line.
fn literals(text: &str) -> Vec<Literal<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut last) = (0, 0);
    while at < bytes.len() && found.len() < MAX_LITERALS {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') && (at == 0 || bytes[at - 1] != b':') => {
                at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at += memchr::memmem::find(&bytes[at..], b"*/").map_or(bytes.len() - at, |len| len + 2);
            }
            quote @ (b'\'' | b'"' | b'`') => {
                let end = literal_end(bytes, at, quote);
                let span = Span::new(at + 1, end);
                if let (Some(inner), Some(before)) = (text.get(at + 1..end), text.get(last..at)) {
                    found.push(Literal { text: inner, span, before });
                }
                at = (end + 1).min(bytes.len());
                last = at;
            }
            _ => at += 1,
        }
    }
    found
}

/// Where the literal that opens at `at` ends: at its quote, or (but for templates) at the end of the line.
fn literal_end(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 1,
            b'\n' if quote != b'`' => return end,
            byte if byte == quote => return end,
            _ => {}
        }
        end += 1;
    }
    bytes.len()
}
