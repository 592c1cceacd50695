//! `.npmrc`: registries, scopes, credentials and switches, each with its place.

use crate::text::{Source, Span};

/// One `key = value` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key, unquoted; an array's `[]` is left out.
    pub key: String,
    /// The key's bytes.
    pub key_span: Span,
    /// The value, unquoted, `${VAR}` not expanded; `true` for a key alone, as npm reads it.
    pub value: String,
    /// The value's bytes with its quotes; empty, at the end of the key or `=`, where there is none.
    pub value_span: Span,
}

impl Entry {
    /// From the key to the end of the value.
    pub fn span(&self) -> Span {
        self.key_span.join(self.value_span)
    }

    /// Names of the environment variables in the value: `${NAME}`, or `${NAME?}` which is empty when
    /// unset. A backslash before `$` keeps the text (npm, `@npmcli/config/lib/env-replace.js`).
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut rest = self.value.as_str();
        while let Some(at) = rest.find("${") {
            let escaped = rest[..at].ends_with('\\');
            let Some(end) = rest[at..].find('}') else { break };
            let name = rest[at + 2..at + end].trim_end_matches('?');
            if !escaped && !name.is_empty() {
                names.push(name);
            }
            rest = &rest[at + end + 1..];
        }
        names
    }
}

/// What a credential line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// The secret itself stands in the file.
    Literal,
    /// A `${VAR}`.
    Variable,
    /// Nothing. In a project's `.npmrc` it spoils a good exchange with older npm versions.
    Empty,
}

/// A credential line: `//host/:_authToken=…`, or the old unscoped `_authToken=…`.
#[derive(Debug, Clone, Copy)]
pub struct Auth<'a> {
    /// Host and path with their slashes (`//host/path/`); none for the unscoped form.
    pub registry: Option<&'a str>,
    /// `_authToken`, `_auth`, `_password`, `username`, `certfile` or `keyfile`.
    pub name: &'a str,
    /// What it holds.
    pub credential: Credential,
    /// The line.
    pub entry: &'a Entry,
}

/// An `.npmrc`, read. Lines that npm would not understand are left out, as npm does.
#[derive(Debug, Clone)]
pub struct Npmrc {
    /// The file.
    pub source: Source,
    /// Its entries, in the order of the file; a later one of the same key counts.
    pub entries: Vec<Entry>,
}

/// Keys that carry a credential.
const CREDENTIALS: [&str; 6] = ["_authToken", "_auth", "_password", "username", "certfile", "keyfile"];

impl Npmrc {
    /// Reads `source`; npm's ini format never fails.
    pub fn parse(source: &Source) -> Self {
        let mut entries = Vec::new();
        let mut in_section = false;
        for number in 1..=source.line_count() {
            let line = source.line_span(number);
            let text = source.slice(line);
            let body = text.trim_start_matches([' ', '\t', '\u{feff}']);
            if body.starts_with('[') {
                // npm has no sections: what stands below one becomes an object that nothing reads.
                in_section = true;
            } else if !in_section && !body.starts_with(['#', ';']) {
                entries.extend(entry(body, line.start + text.len() - body.len()));
            }
        }
        Self { source: source.clone(), entries }
    }

    /// The last entry of `key`.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.key == key)
    }

    /// A switch: `true`, or the key alone, and `false`.
    pub fn flag(&self, key: &str) -> Option<(bool, &Entry)> {
        let entry = self.get(key)?;
        match entry.value.as_str() {
            "true" => Some((true, entry)),
            "false" => Some((false, entry)),
            _ => None,
        }
    }

    /// Scopes with their registries: the scope with its `@`, and the entry whose value is the URL.
    pub fn scopes(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().filter_map(|entry| {
            let scope = entry.key.strip_suffix(":registry").filter(|scope| scope.starts_with('@'))?;
            Some((scope, entry))
        })
    }

    /// The registry that `scope` (with its `@`) is mapped to.
    pub fn scope_registry(&self, scope: &str) -> Option<&Entry> {
        self.scopes().filter(|(name, _)| *name == scope).last().map(|(_, entry)| entry)
    }

    /// Every credential line.
    pub fn auth(&self) -> impl Iterator<Item = Auth<'_>> {
        self.entries.iter().filter_map(|entry| {
            let (registry, name) = match entry.key.rsplit_once(':') {
                Some((registry, name)) if registry.starts_with("//") => (Some(registry), name),
                Some(_) => return None,
                None => (None, entry.key.as_str()),
            };
            let name = *CREDENTIALS.iter().find(|known| **known == name)?;
            let credential = if entry.value.is_empty() {
                Credential::Empty
            } else if entry.variables().is_empty() {
                Credential::Literal
            } else {
                Credential::Variable
            };
            Some(Auth { registry, name, credential, entry })
        })
    }
}

/// One line without its indent; `start` is its offset in the file.
fn entry(body: &str, start: usize) -> Option<Entry> {
    let body = body.trim_end();
    let (key, value) = match body.split_once('=') {
        Some((key, value)) => (key.trim_end(), Some(value)),
        None => (body, None),
    };
    let key_span = Span::new(start, start + key.len());
    let key = unquote(key);
    let key = key.strip_suffix("[]").unwrap_or(&key).to_owned();
    if key.is_empty() {
        return None;
    }
    let Some(value) = value else {
        let end = Span::new(key_span.end, key_span.end);
        return Some(Entry { key, key_span, value: "true".to_owned(), value_span: end });
    };
    let written = value.trim();
    let written = if written.starts_with(['"', '\'']) { written } else { without_comment(written) };
    let offset = start + body.len() - value.len() + (value.len() - value.trim_start().len());
    let value_span = Span::new(offset, offset + written.len());
    Some(Entry { key, key_span, value: unquote(written), value_span })
}

/// A `;` or `#` begins a comment anywhere in an unquoted value, unless a backslash stands before it.
fn without_comment(value: &str) -> &str {
    let mut escaped = false;
    for (at, character) in value.char_indices() {
        match character {
            ';' | '#' if !escaped => return value[..at].trim_end(),
            _ => escaped = character == '\\' && !escaped,
        }
    }
    value
}

fn unquote(text: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.to_owned();
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::registry::HOST;
    use proptest::prelude::*;

    fn read(text: &str) -> Npmrc {
        Npmrc::parse(&Source::new(".npmrc", text))
    }

    #[test]
    fn entries_keep_their_place() {
        let npmrc = read(
            "; comment\n  provenance = true # why\r\nengine-strict\n@acme:registry=\"https://n.acme.dev\"\n",
        );
        let flag = npmrc.flag("provenance").expect("there");
        assert!(flag.0);
        assert_eq!(npmrc.source.slice(flag.1.span()), "provenance = true");
        assert_eq!(npmrc.flag("engine-strict").map(|(on, _)| on), Some(true));
        let registry = npmrc.scope_registry("@acme").expect("there");
        assert_eq!(registry.value, "https://n.acme.dev");
        assert_eq!(npmrc.source.slice(registry.value_span), "\"https://n.acme.dev\"");
    }

    #[test]
    fn credentials_are_literal_variable_or_empty() {
        let text = format!(
            "//{HOST}/:_authToken=${{NPM_TOKEN}}\n//a.dev/n/:_authToken=abc\n//b.dev/:_authToken=\n_auth=${{A?}}\n//c.dev/:always-auth=true\n"
        );
        let npmrc = read(&text);
        let seen: Vec<_> = npmrc.auth().map(|auth| (auth.registry, auth.name, auth.credential)).collect();
        let default = format!("//{HOST}/");
        assert_eq!(
            seen,
            [
                (Some(default.as_str()), "_authToken", Credential::Variable),
                (Some("//a.dev/n/"), "_authToken", Credential::Literal),
                (Some("//b.dev/"), "_authToken", Credential::Empty),
                (None, "_auth", Credential::Variable),
            ]
        );
        assert_eq!(npmrc.get("_auth").expect("there").variables(), ["A"]);
        assert!(read(r"a=\${B}").entries[0].variables().is_empty());
    }

    #[test]
    fn later_lines_count_and_sections_are_nothing() {
        let npmrc = read("tag=a\ntag=b\n[x]\ntag=c\n");
        assert_eq!(npmrc.get("tag").expect("there").value, "b");
    }

    proptest! {
        #[test]
        fn spans_hold_what_they_say(text in "[a-z@:/=#;\"'\\[\\]${}\\\\ \r\né]{0,60}") {
            let npmrc = read(&text);
            for entry in &npmrc.entries {
                let _ = entry.variables();
                prop_assert!(npmrc.source.slice(entry.key_span).contains(&entry.key));
                prop_assert!(entry.value == "true" || npmrc.source.slice(entry.value_span).contains(&entry.value));
            }
            let _ = npmrc.auth().count();
        }
    }
}
