//! Keys that people write because another provider, or npm, has them: what to write here instead.

use crate::facts::Provider;

/// What to say about the unknown `key` in the mapping at `parent` (dotted; empty for the root).
pub(super) fn hint(parent: &str, key: &str) -> Option<&'static str> {
    let word = key.to_lowercase().replace(['-', '_'], "");
    let provider = parent.strip_prefix("providers.");
    Some(match (provider, parent, word.as_str()) {
        (Some("circleci"), _, "environment") => {
            "CircleCI has no environments: a restricted `context` guards the publish job"
        }
        (Some("github" | "gitlab"), _, "context") => {
            "contexts are CircleCI's: here an `environment` guards the publish job"
        }
        (Some("github"), _, "image" | "buildimage") => "the jobs run on a `runner`, without a container",
        (Some("github"), _, "project") => "write `repository: owner/name`",
        (Some("github"), _, "workflow" | "workflowfile") => "write `file: publish.yml`",
        (Some("github"), _, "tags" | "labels" | "runson") => "write `runner: ubuntu-24.04`",
        (Some("gitlab"), _, "repository") => "write `project: group/name`",
        (Some("gitlab"), _, "runner") => "write `tags`, and only those of GitLab.com's hosted runners",
        (Some("circleci"), _, "runner") => "write `resource-class`",
        (Some("circleci"), _, "repository" | "project") => "write `vcs-origin: github.com/owner/name`",
        (Some("azure" | "jenkins" | "bitbucket" | "buildkite"), _, "environment" | "context") => {
            "npm takes no identity from this provider, so nothing of the kind could be demanded"
        }
        (Some(_), _, "token" | "npmtoken" | "secret") => {
            "trusted publishing needs no token; write `auth: token` only to stage releases with one"
        }
        (None, "", "github" | "gitlab" | "circleci" | "azure" | "jenkins" | "bitbucket" | "buildkite") => {
            "write it under `providers`"
        }
        (None, "" | "publish", "token" | "npmtoken" | "secrets") => "trusted publishing needs no token",
        (None, "", "package" | "name") => "write `packages`, with each package's name as a key",
        (None, "", "on" | "triggers") => {
            "write `trigger`, with one of `tag`, `branch`, `release` or `manual`"
        }
        (None, "" | "publish", "environment") => "write it under `providers.github` or `providers.gitlab`",
        (None, "", "node" | "install" | "run" | "manager") => "write it under `build`",
        (None, "", "mode" | "provenance" | "tag" | "npm") => "write it under `publish`",
        (None, "publish", "access") => "write it under the package: `packages.NAME.access`",
        (None, "publish", "registry") => "trusted publishing is for npm's own registry",
        (None, "publish", "disttag") => "write `tag`",
        (None, "publish", "run" | "install" | "scripts") => {
            "the publish job runs none of the project's code; write it under `build`"
        }
        (None, "build", "cache") => {
            "generated jobs use no cache: it could carry code from one run into another"
        }
        (None, "build", "test" | "build" | "script" | "scripts") => {
            "write the commands under `run`, in order"
        }
        (None, "build", "npm") => {
            "the pack job uses the project's package manager; `publish.npm` pins the one that publishes"
        }
        (None, "trigger", "push" | "main") => "write `branch: main`",
        (None, "trigger", "tags") => "write one pattern: `tag: v*`",
        (None, "trigger", "workflowdispatch" | "dispatch") => "write `manual: main`",
        (None, "trigger", "schedule" | "cron") => {
            "a release has a cause: a tag, a branch, a GitHub release or a person"
        }
        (None, "trigger", "pullrequest") => "a pull request must never publish",
        _ => return None,
    })
}

/// What to write instead of `text`, or of whatever else stands there, at the dotted `key`.
pub(super) fn value_hint(key: &str, text: &str) -> Option<String> {
    Some(match (key, text) {
        ("", _) => "begin with `version: 1`, then `providers: {github: {}}`".to_owned(),
        ("version", _) => "write `version: 1`".to_owned(),
        ("providers", name) => {
            let known = Provider::ALL.into_iter().map(Provider::id).find(|id| *id == name);
            format!("write a mapping, as in `providers: {{{}: {{}}}}`", known.unwrap_or("github"))
        }
        ("build.manager", "deno") => {
            "Deno packs no npm package: write `manager: npm`, and Deno's own commands under `install` and `run`".to_owned()
        }
        ("build.install", "false" | "no" | "off") => "write `install: ''` to install nothing".to_owned(),
        (_, "private") if key.ends_with(".access") => {
            "a package that not everyone may read is `restricted`".to_owned()
        }
        (_, event) if !event.is_empty() && (key == "trigger" || key.ends_with(".trigger")) => {
            let event =
                if event.contains('*') { format!("tag: {event}") } else { format!("branch: {event}") };
            format!("write what it is that starts a release, as in `trigger: {{{event}}}`")
        }
        _ => return None,
    })
}
