//! What may stand in one field. Quoting keeps a value one YAML scalar; it does not stop a
//! provider's own expressions, so whatever reaches one is held to an alphabet.

use super::Checker;
use crate::facts::Provider;
use crate::spec::fault::{INVALID_VALUE, UNSAFE_VALUE};

/// Characters of a git reference that no provider's expression, shell or regular expression reads.
const REFERENCE: &str = "._-/@+#%=,!";

impl Checker<'_> {
    /// Refuses what a provider of this spec would evaluate, and characters that hide something.
    /// True where nothing was found.
    pub(super) fn harmless(&mut self, key: &str, text: &str, providers: &[Provider]) -> bool {
        if let Some(c) = text.chars().find(|&c| is_hidden(c)) {
            let message = match c {
                '\n' | '\r' => "a line break cannot stand here".to_owned(),
                _ => format!("the invisible character U+{:04X} cannot stand here", u32::from(c)),
            };
            self.fault(UNSAFE_VALUE, key, message, "write it on one line, with visible characters");
            return false;
        }
        for &provider in providers {
            if let Some(opener) = opener(provider, text) {
                let message = format!("{} would evaluate `{opener}` in this value", provider.name());
                let help =
                    "write the value itself: a release must not depend on what can be changed elsewhere";
                self.fault_of(provider, UNSAFE_VALUE, key, message, help);
                return false;
            }
        }
        true
    }

    /// A name of letters, digits, `_` and `more`.
    pub(super) fn name(&mut self, key: &str, text: &str, more: &str, providers: &[Provider]) {
        if !self.harmless(key, text, providers) {
            return;
        }
        let fits = !text.is_empty()
            && text.len() <= 255
            && text == text.trim()
            && text.chars().all(|c| c.is_alphanumeric() || c == '_' || more.contains(c));
        if !fits {
            let signs: Vec<String> = more.chars().filter(|c| *c != ' ').map(|c| format!("`{c}`")).collect();
            let help = format!("use letters, digits, `_`, {}", signs.join(", "));
            self.fault(INVALID_VALUE, key, format!("`{}` cannot be used here", shown(text)), help);
        }
    }

    /// A tag pattern (`star`) or a branch name.
    pub(super) fn reference(&mut self, key: &str, text: &str, star: bool) {
        let named = self.named.clone();
        if !self.harmless(key, text, &named) {
            return;
        }
        let lawful = |c: char| c.is_alphanumeric() || c == '_' || REFERENCE.contains(c) || (star && c == '*');
        let what = if star { "tag pattern" } else { "branch name" };
        let fault = if text.is_empty() {
            format!("an empty {what}")
        } else if let Some(c) = text.chars().find(|&c| !lawful(c)) {
            format!("`{c}` cannot stand in a {what}")
        } else if text.contains("**") {
            "`**` means different things on different providers".to_owned()
        } else if text.len() > 200
            || text.starts_with(['/', '-', '!'])
            || text.ends_with(['/', '.'])
            || text.contains("//")
            || text.contains("..")
            || text.split('/').any(|part| part.starts_with('.'))
        {
            format!("`{}` is no {what} that git could have", shown(text))
        } else {
            return;
        };
        let help = if star {
            "use letters, digits, `._-/@+` and `*`, which stands for anything but `/`, as in `v*`"
        } else {
            "name one branch, as in `main`; patterns are for tags"
        };
        self.fault(INVALID_VALUE, key, fault, help);
    }

    /// A file or folder inside the repository.
    pub(super) fn path(&mut self, key: &str, text: &str, providers: &[Provider]) -> bool {
        if !self.harmless(key, text, providers) {
            return false;
        }
        let drive =
            text.as_bytes().get(1) == Some(&b':') && text.starts_with(|c: char| c.is_ascii_alphabetic());
        let fault = if text.is_empty() {
            "an empty path".to_owned()
        } else if text.starts_with('/') || drive {
            format!("`{}` is an absolute path", shown(text))
        } else if text.starts_with('~') {
            format!("`{}` is in somebody's home folder", shown(text))
        } else if text.contains('\\') {
            "a backslash is no path separator here".to_owned()
        } else if crate::files::join("", text).is_none() {
            format!("`{}` leads out of the repository", shown(text))
        } else if text.split('/').any(|part| part.eq_ignore_ascii_case(".git")) {
            format!("`{}` is in git's own folder", shown(text))
        } else if text.len() > 1000 {
            "a path of more than 1000 bytes".to_owned()
        } else {
            return true;
        };
        self.fault(INVALID_VALUE, key, fault, "write a path relative to the repository, with `/`");
        false
    }

    /// The name of a secret or variable.
    pub(super) fn variable(&mut self, key: &str, text: &str) {
        let head = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        // A token is a lawful name by its letters, and must not be committed as one.
        let token = text.strip_prefix("npm_").is_some_and(|rest| rest.len() > 30);
        let fits = !token
            && head
            && text.len() <= 100
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !fits {
            let message = if text.starts_with(['$', '%']) || text.contains("secrets.") {
                format!("`{}` reads a secret; only its name belongs here", shown(text))
            } else if token {
                "this looks like a token: revoke it; only the name of a secret belongs here".to_owned()
            } else {
                format!("`{}` is no name of a secret", shown(text))
            };
            let help = "use ASCII letters, digits and `_`, as in `NPM_READ_TOKEN`";
            self.fault(INVALID_VALUE, key, message, help);
        } else if self.named.contains(&Provider::Github) && text.to_ascii_uppercase().starts_with("GITHUB_") {
            let message = "GitHub keeps names that start with `GITHUB_` for itself";
            self.fault_of(Provider::Github, INVALID_VALUE, key, message, "choose another name");
        }
    }

    /// A container image; `tagged` says whether it must carry a tag or must not.
    pub(super) fn image(&mut self, key: &str, text: &str, tagged: bool, provider: Provider) {
        if !self.harmless(key, text, &[provider]) {
            return;
        }
        let last = text.rsplit('/').next().unwrap_or_default();
        let lawful = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
        let fits = !last.is_empty()
            && text.len() <= 300
            && text.chars().all(lawful)
            && !text.starts_with(['-', '/']);
        if !fits {
            let help = "write a plain reference, as in `registry.example.com/mirror/node`";
            self.fault(INVALID_VALUE, key, format!("`{}` is no image reference", shown(text)), help);
        } else if tagged && !last.contains(':') {
            let help = format!("name the exact tag, as in `{text}:22.14.0`");
            self.fault(INVALID_VALUE, key, "the image has no tag, so it would change under a release", help);
        } else if tagged && last.split('@').next().is_some_and(|name| name.ends_with(":latest")) {
            let help = "name the exact tag of one version";
            self.fault(INVALID_VALUE, key, "`latest` changes under a release", help);
        } else if !tagged && last.contains([':', '@']) {
            let help = "write the image without it: trustpub chooses the tag, `image-digest` takes a digest";
            self.fault(INVALID_VALUE, key, "the publish job's image has a tag or digest", help);
        }
    }

    /// An image digest.
    pub(super) fn digest(&mut self, key: &str, text: &str) {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() != 64 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            let help = "write `sha256:` and 64 lower-case hexadecimal digits";
            self.fault(INVALID_VALUE, key, format!("`{}` is no image digest", shown(text)), help);
        }
    }

    /// A UUID.
    pub(super) fn uuid(&mut self, key: &str, text: &str) {
        let groups: Vec<&str> = text.split('-').collect();
        let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
        if !fits {
            let help = "copy the id from the project's or organization's settings: five groups of hexadecimal digits";
            self.fault(INVALID_VALUE, key, format!("`{}` is no UUID", shown(text)), help);
        }
    }

    /// A dist-tag: npm refuses those that read as a version or a range.
    pub(super) fn dist_tag(&mut self, key: &str, text: &str) {
        let named = self.named.clone();
        if !self.harmless(key, text, &named) {
            return;
        }
        let lawful = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
        if text.len() > 100 || !text.chars().all(lawful) || !begins {
            let help = "begin with an ASCII letter and use letters, digits, `-`, `.` and `_`, as in `next`";
            self.fault(INVALID_VALUE, key, format!("`{}` is no dist-tag", shown(text)), help);
        } else if nodejs_semver::Range::parse(text).is_ok() {
            let message = format!("`{text}` reads as a version, and npm refuses such dist-tags");
            self.fault(INVALID_VALUE, key, message, "choose a word, as in `latest` or `next-11`");
        }
    }

    /// A command for the shell: its own language, but no provider's.
    pub(super) fn command(&mut self, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.fault(INVALID_VALUE, key, "an empty command", "leave it out");
        } else if text.len() > 20_000 {
            let help = "put it into a script of the repository and call that";
            self.fault(INVALID_VALUE, key, "a command of more than 20,000 bytes", help);
        } else if let Some(c) = text.chars().find(|&c| is_hidden(c) && c != '\n' && c != '\t') {
            let message = format!("the invisible character U+{:04X} cannot stand in a command", u32::from(c));
            self.fault(UNSAFE_VALUE, key, message, "write it with visible characters");
        } else {
            for provider in self.named.clone() {
                if provider == Provider::Circleci && text.contains("\\<<") {
                    let message = "CircleCI would take the backslash before `<<` for its own escape";
                    let help = "put the command into a script of the repository and call that";
                    self.fault_of(provider, UNSAFE_VALUE, key, message, help);
                    continue;
                }
                // CircleCI's `<<` is escaped when it is written; a heredoc needs it.
                let opener = match provider {
                    Provider::Github if text.contains("${{") => "${{",
                    Provider::Gitlab if text.contains("$[[") => "$[[",
                    _ => continue,
                };
                let message =
                    format!("{} would evaluate `{opener}` before the shell sees it", provider.name());
                let help = "use the shell's own variables, as in `\"$GITHUB_SHA\"` or `\"$CI_COMMIT_SHA\"`";
                self.fault_of(provider, UNSAFE_VALUE, key, message, help);
            }
        }
    }
}

/// What in `text` the provider would evaluate, outside of commands.
fn opener(provider: Provider, text: &str) -> Option<&'static str> {
    match provider {
        Provider::Github => text.contains("${{").then_some("${{"),
        Provider::Gitlab if text.contains("$[[") => Some("$[["),
        Provider::Circleci => text.contains("<<").then_some("<<"),
        Provider::Azure => {
            text.contains("$(").then_some("$(").or_else(|| text.contains("${{").then_some("${{"))
        }
        // GitLab expands `$VAR` in most keywords, the others in what they run.
        Provider::Gitlab | Provider::Jenkins | Provider::Bitbucket | Provider::Buildkite => {
            text.contains('$').then_some("$")
        }
    }
}

/// Control characters, line separators, and what reorders or hides text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `text` for a message: shortened, control characters made visible.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    shown
}
