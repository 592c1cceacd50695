//! What may stand in which field. Quoting keeps a value one YAML scalar; it does not stop a
//! provider's own expressions, so a field that reaches one is held to an alphabet instead.

use super::Refusal;
use crate::facts::Provider;

/// Letters and digits of any script, and `_`.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Collects refusals under one provider.
pub(super) struct Checks<'a> {
    pub(super) provider: Provider,
    pub(super) refusals: &'a mut Vec<Refusal>,
}

impl Checks<'_> {
    pub(super) fn refuse(&mut self, key: &str, message: impl Into<String>, help: impl Into<String>) {
        self.refusals.push(Refusal::new(key, message, help).of(self.provider));
    }

    /// `text` is a name of letters, digits and `more`, at most `most` bytes.
    pub(super) fn name(&mut self, key: &str, text: &str, more: &str, most: usize) {
        let fits = !text.is_empty()
            && text.len() <= most
            && text == text.trim()
            && text.chars().all(|c| is_word(c) || more.contains(c));
        if !fits {
            let help = format!(
                "use letters, digits, `_` and `{more}`, at most {most} bytes, no space at either end"
            );
            self.refuse(key, format!("{} cannot be used here", quoted(text)), help);
        }
    }

    /// `text` is the name of a variable.
    pub(super) fn variable(&mut self, key: &str, text: &str) {
        let head = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !head || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || text.len() > 100 {
            let help = "use ASCII letters, digits and `_`, as in `NPM_READ_TOKEN`";
            self.refuse(key, format!("{} is no variable name", quoted(text)), help);
        } else if self.provider == Provider::Github && text.to_ascii_uppercase().starts_with("GITHUB_") {
            self.refuse(
                key,
                "GitHub keeps names that start with `GITHUB_` for itself",
                "choose another name",
            );
        }
    }

    /// `text` is an image reference; `tagged` says whether it must carry a tag or must not.
    pub(super) fn image(&mut self, key: &str, text: &str, tagged: bool) {
        let lawful = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
        let last = text.rsplit('/').next().unwrap_or_default();
        let fits = text.len() <= 300
            && text.chars().all(lawful)
            && !last.is_empty()
            && !text.starts_with(['-', '/']);
        if !fits {
            let help =
                "write a plain reference such as `registry.example.com/mirror/node`, without variables";
            self.refuse(key, format!("{} is no image reference", quoted(text)), help);
        } else if tagged && !last.contains(':') {
            self.refuse(key, "the image has no tag", "name the exact tag, as in `node:22.23.2`");
        } else if !tagged && last.contains([':', '@']) {
            let help =
                "write the image without a tag: trustpub chooses the tag, `image-digest` takes a digest";
            self.refuse(key, "the image has a tag or digest", help);
        }
    }

    /// `text` is a SHA-256 digest.
    pub(super) fn digest(&mut self, key: &str, text: &str) {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() != 64 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            let help = "write `sha256:` and 64 lower-case hexadecimal digits";
            self.refuse(key, format!("{} is no image digest", quoted(text)), help);
        }
    }

    /// `text` is the name of an npm package.
    pub(super) fn package(&mut self, key: &str, text: &str) {
        let part = |part: &str| {
            !part.is_empty()
                && !part.starts_with(['.', '-'])
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
        };
        let fits = text.len() <= 214
            && match text.strip_prefix('@') {
                Some(scoped) => scoped.split_once('/').is_some_and(|(scope, name)| part(scope) && part(name)),
                None => part(text),
            };
        if !fits {
            self.refuse(
                key,
                format!("{} is no npm package name", quoted(text)),
                "use the name in package.json",
            );
        }
    }

    /// `text` is a folder or file inside the repository. Its characters reach no shell, but they do
    /// reach the provider's variables.
    pub(super) fn path(&mut self, key: &str, text: &str) {
        let fault = if crate::files::join("", text).is_none() || text.starts_with('/') {
            "leads out of the repository"
        } else if text.is_empty() || text.len() > 1000 {
            "is empty or longer than 1000 bytes"
        } else if text.contains('\\') || text.chars().any(char::is_control) {
            "has a backslash or a control character"
        } else if ["${{", "$[[", "<<"].iter().any(|opener| text.contains(opener))
            || (self.provider == Provider::Gitlab && text.contains('$'))
        {
            "has characters that the provider evaluates"
        } else {
            return;
        };
        self.refuse(key, format!("{} {fault}", quoted(text)), "use a plain relative path with `/`");
    }

    /// `text` is an npm dist-tag.
    pub(super) fn dist_tag(&mut self, key: &str, text: &str) {
        let lawful = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if text.is_empty() || text.len() > 100 || !text.chars().all(lawful) || text.starts_with(['-', '.']) {
            let help = "use ASCII letters, digits and `-._`";
            self.refuse(key, format!("{} is no dist-tag", quoted(text)), help);
        } else if nodejs_semver::Range::parse(text).is_ok() {
            let help =
                "choose a word, as in `latest` or `next-11`: npm refuses tags that read as a version range";
            self.refuse(key, format!("{} reads as a version range", quoted(text)), help);
        }
    }

    /// `text` is a shell command of the user: its own language, but the provider's expressions must
    /// not reach it. CircleCI's opener has an escape, which the renderer writes.
    pub(super) fn command(&mut self, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.refuse(key, "an empty command", "leave it out");
        } else if text.len() > 20_000 {
            self.refuse(key, "a command longer than 20,000 bytes", "put it into a script and call that");
        } else if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.refuse(key, "a command with a control character", "write it with plain characters");
        } else if let Some(opener) = self.opener(text) {
            let message =
                format!("`{opener}` would be evaluated by {} before the shell sees it", self.provider.name());
            self.refuse(
                key,
                message,
                "use the shell's own variables, as in `\"$GITHUB_SHA\"` or `\"$CI_COMMIT_SHA\"`",
            );
        }
    }

    fn opener(&self, text: &str) -> Option<&'static str> {
        let opener = match self.provider {
            Provider::Github => "${{",
            Provider::Gitlab => "$[[",
            _ => return None,
        };
        text.contains(opener).then_some(opener)
    }
}

/// `text` for a message: in backticks, shortened, with control characters made visible.
fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    format!("`{shown}{}`", if text.chars().count() > 60 { "…" } else { "" })
}
