//! Addresses of repositories: a git remote's URL and a manifest's `repository`, in all their forms.

/// Where a repository is hosted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forge {
    /// github.com.
    Github,
    /// A GitHub Enterprise host of one's own.
    GithubEnterprise,
    /// gitlab.com.
    Gitlab,
    /// A GitLab host of one's own.
    GitlabSelfManaged,
    /// bitbucket.org.
    Bitbucket,
    /// Azure `DevOps`.
    Azure,
    /// Any other host.
    Other,
}

impl Forge {
    /// The forge of a host name. github.com, gitlab.com and so on are certain; for another host
    /// the word in its name (`gitlab.acme.dev`) is a guess.
    pub fn of_host(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        match host.as_str() {
            "github.com" => Self::Github,
            "gitlab.com" => Self::Gitlab,
            "bitbucket.org" => Self::Bitbucket,
            "dev.azure.com" | "ssh.dev.azure.com" => Self::Azure,
            host if host.ends_with(".visualstudio.com") => Self::Azure,
            host if host.contains("gitlab") => Self::GitlabSelfManaged,
            host if host.contains("github") || host.ends_with(".ghe.com") => Self::GithubEnterprise,
            _ => Self::Other,
        }
    }
}

/// A repository's host and path, without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, lower-case; `ssh` for the scp form `git@host:path`.
    pub scheme: String,
    /// Host name, lower-case, without user, port or `www.`.
    pub host: String,
    /// Path without a leading slash and without `.git`, case kept: `owner/name`, `group/sub/project`.
    pub path: String,
    /// What follows a `#`.
    pub fragment: Option<String>,
    /// The host as written, where it is a name of the user's own SSH configuration (`github.com-work`).
    pub alias: Option<String>,
}

impl Address {
    /// Reads a git remote's URL: `https://`, `ssh://`, `git://`, `git+…://` and the scp form. None for
    /// a local path.
    pub fn parse(url: &str) -> Option<Self> {
        let url = url.trim();
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => return Self::scp(url),
        };
        if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git" | "git+ssh" | "git+https" | "git+http")
        {
            return None;
        }
        let (rest, fragment) = split_fragment(rest);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        // `ssh://git@host:owner/name` is common though no URL: a port is all digits.
        let (authority, path) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && !port.bytes().all(|byte| byte.is_ascii_digit()) => {
                // A `:` before the `@` belongs to the credentials.
                if port.contains('@') {
                    (authority, path.to_owned())
                } else {
                    (host, format!("{port}/{path}"))
                }
            }
            _ => (authority, path.to_owned()),
        };
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let host = host.split(':').next().unwrap_or(host);
        Self::build(scheme, host, &path, fragment)
    }

    /// `git@host:path`. A single letter before the colon is a drive, not a host.
    fn scp(url: &str) -> Option<Self> {
        let (url, fragment) = split_fragment(url);
        let (authority, path) = url.split_once(':')?;
        if authority.contains('/') || authority.len() < 2 {
            return None;
        }
        let host = authority.rsplit('@').next().unwrap_or(authority);
        Self::build("ssh".to_owned(), host, path, fragment)
    }

    fn build(scheme: String, host: &str, path: &str, fragment: Option<String>) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        let host = match host.strip_prefix("www.").unwrap_or(&host) {
            // The hosts that serve SSH on the HTTPS port.
            "ssh.github.com" => "github.com",
            "altssh.gitlab.com" => "gitlab.com",
            "altssh.bitbucket.org" => "bitbucket.org",
            host => host,
        };
        let meant = (scheme == "ssh").then(|| of_alias(host)).flatten();
        let alias = meant.map(|_| host.to_owned());
        let host = meant.unwrap_or(host);
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
        if host.is_empty() || path.is_empty() {
            return None;
        }
        Some(Self { scheme, host: host.to_owned(), path: path.to_owned(), fragment, alias })
    }

    /// The forge of the host.
    pub fn forge(&self) -> Forge {
        Forge::of_host(&self.host)
    }

    /// What stands before the last slash of the path: the owner, or a group with its subgroups.
    pub fn owner(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(owner, _)| owner)
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// The public host that an alias of `~/.ssh/config` is usually made for: a name that begins with the host's own
/// (`github.com-work`), or its first word in a name without a dot (`github-work`).
fn of_alias(host: &str) -> Option<&'static str> {
    const PUBLIC: [(&str, &str); 3] =
        [("github.com", "github"), ("gitlab.com", "gitlab"), ("bitbucket.org", "bitbucket")];
    let named = |name: &str| {
        let rest = host.strip_prefix(name).and_then(|rest| rest.strip_prefix(['-', '_']));
        rest.is_some() || host.strip_suffix(name).is_some_and(|rest| rest.ends_with(['-', '_']))
    };
    let found = PUBLIC.iter().find(|(full, word)| named(full) || !host.contains('.') && named(word));
    found.map(|(full, _)| *full)
}

fn split_fragment(text: &str) -> (&str, Option<String>) {
    match text.split_once('#') {
        Some((before, after)) => (before, Some(after.to_owned()).filter(|after| !after.is_empty())),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_a_remote() {
        for (url, host, path, forge) in [
            ("https://github.com/acme/Tools.git", "github.com", "acme/Tools", Forge::Github),
            ("https://user:secret@github.com/acme/tools", "github.com", "acme/tools", Forge::Github),
            ("https://www.github.com/acme/tools/", "github.com", "acme/tools", Forge::Github),
            ("git@github.com:acme/tools.git", "github.com", "acme/tools", Forge::Github),
            ("ssh://git@ssh.github.com:443/acme/tools.git", "github.com", "acme/tools", Forge::Github),
            ("ssh://git@github.com:acme/tools.git", "github.com", "acme/tools", Forge::Github),
            ("git://github.com/acme/tools.git", "github.com", "acme/tools", Forge::Github),
            ("git@gitlab.com:group/sub/deep/p.git", "gitlab.com", "group/sub/deep/p", Forge::Gitlab),
            ("https://gitlab.acme.dev:8443/g/s/p.git", "gitlab.acme.dev", "g/s/p", Forge::GitlabSelfManaged),
            ("https://acme.ghe.com/a/b", "acme.ghe.com", "a/b", Forge::GithubEnterprise),
            ("git@bitbucket.org:acme/tools.git", "bitbucket.org", "acme/tools", Forge::Bitbucket),
            ("https://dev.azure.com/acme/p/_git/r", "dev.azure.com", "acme/p/_git/r", Forge::Azure),
            ("https://git.acme.dev/a/b", "git.acme.dev", "a/b", Forge::Other),
        ] {
            let address = Address::parse(url).expect(url);
            assert_eq!((address.host.as_str(), address.path.as_str(), address.forge()), (host, path, forge));
            assert!(!format!("{address:?}").contains("secret"));
        }
    }

    #[test]
    fn names_of_an_ssh_configuration_mean_the_public_host() {
        for (url, host) in [
            ("git@github.com-work:acme/x.git", "github.com"),
            ("ssh://git@github.com-work/acme/x.git", "github.com"),
            ("git@github-work:acme/x.git", "github.com"),
            ("git@work-gitlab:acme/s/x.git", "gitlab.com"),
            ("git@bitbucket.org-me:acme/x.git", "bitbucket.org"),
        ] {
            let address = Address::parse(url).expect(url);
            assert_eq!(address.host, host, "{url}");
            assert!(address.alias.is_some_and(|alias| url.contains(&alias)), "{url}");
        }
        for url in
            ["git@gitlab-x.acme.dev:a/b", "https://github.com-work/a/b", "git@work:a/b", "git@github.com:a/b"]
        {
            let address = Address::parse(url).expect(url);
            assert_eq!(address.alias, None, "{url}");
        }
    }

    #[test]
    fn local_paths_are_no_address() {
        for url in
            ["../tools", "/srv/git/tools.git", "file:///srv/git/tools", "C:\\tools", "", "https://", ":"]
        {
            assert_eq!(Address::parse(url), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(url in "(https://|git@|ssh://)?[a-z@:/#.é]{0,30}") {
            if let Some(address) = Address::parse(&url) {
                prop_assert!(!address.host.is_empty() && !address.path.is_empty());
            }
        }
    }
}
