//! `repository` of a `package.json`, normalised as npm sends it to the registry.
//!
//! npm's `normalize-package-data` steps with hosted-git-info, identical in 11.5.1 and 12.2.0; for
//! provenance the registry compares the result with the source repository, case included.

use super::address::{Address, Forge};
use super::json::{Kind, Value};
use super::manifest::Text;
use crate::text::Span;

/// How sure it is that the registry takes a repository URL for provenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Acceptance {
    /// `git+https://host/owner/name.git`: known to be accepted.
    Known,
    /// `git+ssh://`, `git://` or a `#branch`: not seen to be accepted.
    Unproven,
}

/// A manifest's `repository`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The whole value's place: the string, or the object.
    pub span: Span,
    /// The URL as written, with its place; none for an object without a `url`.
    pub url: Option<Text>,
    /// The URL that npm sends, normalised.
    pub normalised: Option<String>,
    /// Host and path; none where npm itself cannot tell (`./local`).
    pub address: Option<Address>,
    /// `directory`: the package's folder, for links only.
    pub directory: Option<Text>,
}

impl Repository {
    pub(super) fn of(value: &Value) -> Option<Self> {
        let (url, directory) = match &value.kind {
            Kind::String(_) => (Some(value), None),
            Kind::Object(_) => (value.get("url"), value.get("directory")),
            _ => return None,
        };
        let text = |value: &Value| Some(Text { value: value.as_str()?.to_owned(), span: value.span });
        let url = url.and_then(text);
        let address = url.as_ref().and_then(|url| hosted(&url.value));
        let normalised = url.as_ref().map(|url| match &address {
            Some(address) => normalised(&url.value, address),
            None => url.value.clone(),
        });
        Some(Self { span: value.span, url, normalised, address, directory: directory.and_then(text) })
    }

    /// Whether the registry is known to take the normalised URL; none where there is no URL.
    pub fn acceptance(&self) -> Option<Acceptance> {
        let url = self.normalised.as_ref()?;
        let known = url.starts_with("git+https://") && !url.contains('#');
        Some(if known { Acceptance::Known } else { Acceptance::Unproven })
    }
}

/// What npm's hosted-git-info knows by a short name.
const SHORTCUTS: [(&str, &str); 3] =
    [("github:", "github.com"), ("gitlab:", "gitlab.com"), ("bitbucket:", "bitbucket.org")];

/// Host and path of any form that npm takes: shorthand, URL, scp form, a link to a folder.
fn hosted(url: &str) -> Option<Address> {
    let url = url.trim();
    let https = |host: &str, path: &str| Address::parse(&format!("https://{host}/{path}"));
    if let Some((shortcut, host)) = SHORTCUTS.iter().find(|(shortcut, _)| url.starts_with(shortcut)) {
        return https(host, &url[shortcut.len()..]);
    }
    if is_github_shorthand(url) {
        return https("github.com", url);
    }
    let mut address = Address::parse(url)?;
    // A link to a folder names the branch in its path: github.com/o/r/tree/main/packages/x.
    if address.forge() == Forge::Github {
        let parts: Vec<String> = address.path.split('/').map(str::to_owned).collect();
        match parts.as_slice() {
            [owner, name] => address.path = format!("{owner}/{name}"),
            [owner, name, tree, branch, ..] if tree == "tree" => {
                let name = name.strip_suffix(".git").unwrap_or(name);
                address.path = format!("{owner}/{name}");
                address.fragment = Some(branch.clone());
            }
            _ => {}
        }
    }
    Some(address)
}

/// `owner/name`: one slash, none at either end, no colon, `@` or space before a `#`.
fn is_github_shorthand(url: &str) -> bool {
    let before = url.split('#').next().unwrap_or(url);
    let parts: Vec<&str> = before.split('/').collect();
    parts.len() == 2
        && parts.iter().all(|part| !part.is_empty())
        && !url.starts_with('.')
        && !before.contains([':', '@', ' '])
}

/// What npm sends: known hosts are rewritten, `git://` and everything else stays.
fn normalised(url: &str, address: &Address) -> String {
    let known = matches!(address.forge(), Forge::Github | Forge::Gitlab | Forge::Bitbucket);
    let two_parts = address.path.contains('/')
        && (address.forge() == Forge::Gitlab || address.path.matches('/').count() == 1);
    if !known || !two_parts {
        return url.to_owned();
    }
    let Address { scheme, host, path, fragment, .. } = address;
    let fragment = fragment.as_ref().map(|name| format!("#{name}")).unwrap_or_default();
    match scheme.as_str() {
        "https" | "git+https" => format!("git+https://{host}/{path}.git{fragment}"),
        // Plain http has no template of its own in hosted-git-info: it falls back to ssh.
        "ssh" | "git+ssh" => format!("git+ssh://git@{host}/{path}.git{fragment}"),
        "http" if address.forge() == Forge::Github => {
            format!("git+ssh://git@{host}/{path}.git{fragment}")
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::json::{Dialect, parse};
    use crate::text::Source;

    fn of(text: &str) -> Repository {
        let (value, _) = parse(&Source::new("package.json", text), Dialect::Strict);
        Repository::of(&value.expect("valid JSON")).expect("a repository")
    }

    /// Rows as `PackageJson.fix().prepare()` of npm 11.5.1 and 12.2.0 gives them.
    #[test]
    fn npm_normalises() {
        for (url, sent, path) in [
            ("o/R", "git+https://github.com/o/R.git", "o/R"),
            ("github:o/R", "git+https://github.com/o/R.git", "o/R"),
            ("https://github.com/o/R", "git+https://github.com/o/R.git", "o/R"),
            ("https://github.com/o/R.git", "git+https://github.com/o/R.git", "o/R"),
            ("https://github.com/o/R/", "git+https://github.com/o/R.git", "o/R"),
            ("https://www.github.com/o/R", "git+https://github.com/o/R.git", "o/R"),
            ("git+https://github.com/o/R.git", "git+https://github.com/o/R.git", "o/R"),
            ("gitlab:g/p", "git+https://gitlab.com/g/p.git", "g/p"),
            ("https://gitlab.com/g/sub/p.git", "git+https://gitlab.com/g/sub/p.git", "g/sub/p"),
            ("https://github.com/o/R/tree/main/packages/x", "git+https://github.com/o/R.git#main", "o/R"),
            ("https://github.com/o/R#main", "git+https://github.com/o/R.git#main", "o/R"),
            ("git@github.com:o/R.git", "git+ssh://git@github.com/o/R.git", "o/R"),
            ("ssh://git@github.com/o/R.git", "git+ssh://git@github.com/o/R.git", "o/R"),
            ("http://github.com/o/R", "git+ssh://git@github.com/o/R.git", "o/R"),
            ("git://github.com/o/R.git", "git://github.com/o/R.git", "o/R"),
            ("https://git.acme.dev/o/R.git", "https://git.acme.dev/o/R.git", "o/R"),
        ] {
            let object = of(&format!(r#"{{"type": "git", "url": "{url}", "directory": "packages/x"}}"#));
            let string = of(&format!("\"{url}\""));
            assert_eq!(object.normalised.as_deref(), Some(sent), "{url}");
            assert_eq!(string.normalised, object.normalised);
            assert_eq!(object.address.map(|address| address.path).as_deref(), Some(path), "{url}");
            assert_eq!(object.directory.expect("there").value, "packages/x");
        }
    }

    #[test]
    fn acceptance_is_known_for_plain_https_alone() {
        let acceptance = |text: &str| of(text).acceptance();
        assert_eq!(acceptance("\"o/R\""), Some(Acceptance::Known));
        assert_eq!(acceptance("\"git@github.com:o/R.git\""), Some(Acceptance::Unproven));
        assert_eq!(acceptance("\"o/R#main\""), Some(Acceptance::Unproven));
        assert_eq!(acceptance("\"./here\""), Some(Acceptance::Unproven));
        assert_eq!(acceptance("{}"), None);
    }
}
