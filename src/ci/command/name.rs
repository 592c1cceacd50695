//! What the name of a file or task alone says of publishing.

use super::model::Confidence;

/// What is done beside a release: it is built, looked for or packed.
const BESIDE: [&str; 40] = [
    "build",
    "archive",
    "detect",
    "update",
    "pr",
    "keys",
    "tag",
    "tracking",
    "ready",
    "pack",
    "create",
    "is",
    "write",
    "text",
    "body",
    "generate",
    "draft",
    "branch",
    "name",
    "plan",
    "date",
    "log",
    "logs",
    "message",
    "label",
    "labels",
    "comment",
    "comments",
    "status",
    "schedule",
    "clean",
    "cleanup",
    "bump",
    "find",
    "list",
    "merge",
    "sync",
    "setup",
    "configure",
    "install",
];

/// What else is published, released or only looked at.
const OTHERS: &[&str] = &[
    "docs",
    "doc",
    "site",
    "website",
    "docker",
    "image",
    "images",
    "pages",
    "coverage",
    "report",
    "storybook",
    "jsr",
    "cargo",
    "crate",
    "crates",
    "pypi",
    "python",
    "maven",
    "gradle",
    "nuget",
    "vscode",
    "vsce",
    "ovsx",
    "extension",
    "s3",
    "cdn",
    "brew",
    "homebrew",
    "snap",
    "deb",
    "rpm",
    "notes",
    "changelog",
    "check",
    "verify",
    "validate",
    "test",
    "tests",
    "prepare",
    "announce",
    "artifacts",
    "artifact",
    "github",
    "gh",
    "notify",
    "trigger",
    "wait",
    "unpublish",
    "dry",
    "android",
    "ios",
    "gem",
    "helm",
    "terraform",
    "swift",
    "dart",
    "flutter",
    "lint",
    "info",
    "get",
    "demo",
    "example",
    "examples",
    "assets",
    "benchmark",
    "channel",
    "channels",
    "determine",
    "version",
    "rc",
    "post",
    "mcp",
    "pre",
    "fail",
    "failed",
    "failure",
    "notification",
    "notifications",
    "rollback",
    "revert",
];

/// Whether a name speaks of something else than an npm package.
pub(super) fn is_for_others(name: &str) -> bool {
    name_parts(name).iter().any(|part| OTHERS.contains(&part.as_str()))
}

/// Whether what has such a name may publish packages, by a part of one of its words (`octorelease`).
pub(in crate::ci) fn speaks_of_release(name: &str) -> bool {
    let parts = name_parts(name);
    !is_for_others(name)
        && parts.iter().any(|part| part.contains("release") || part.contains("publish"))
        && !parts.iter().any(|part| BESIDE.contains(&part.as_str()))
}

/// Whether a script of such a name builds or tests, and does no more: what it could do with other arguments is not done.
pub(super) fn is_rehearsal(name: &str) -> bool {
    let parts = name_parts(name);
    let has = |words: &[&str]| parts.iter().any(|part| words.iter().any(|word| part.starts_with(word)));
    has(&["build", "test"]) && !has(&["publish", "release", "deploy"])
}

/// Whether the name of a script or task is that of a build.
pub(super) fn is_build(name: &str) -> bool {
    name_parts(name).iter().any(|part| part == "build")
}

/// How sure the name of a file or task alone makes it that it publishes npm packages; none where it
/// names something else.
pub(in crate::ci) fn confidence_of_name(name: &str) -> Option<Confidence> {
    let path = name.rsplit('/').next().unwrap_or(name);
    let parts = name_parts(path);
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(&part.as_str()));
    // `build-for-publishing` is what is done before.
    if is_for_others(path) || has(&["for"]) {
        return None;
    }
    let publish = parts.iter().any(|part| part.starts_with("publish"));
    let packages = has(&["npm", "package", "packages", "pkg", "registry"]);
    match (publish, packages) {
        (true, true) => Some(Confidence::Likely),
        (true, false) => Some(Confidence::Possible),
        (false, _) if has(&["npm"]) && has(&["release", "deploy"]) => Some(Confidence::Likely),
        (false, _) if has(&["release"]) && !has(&BESIDE) => Some(Confidence::Possible),
        _ => None,
    }
}

/// The words of a name in any of the usual spellings, in lower case.
fn name_parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || (character.is_uppercase() && lower) {
            parts.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.extend(character.to_lowercase());
        }
        lower = character.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}
