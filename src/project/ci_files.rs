//! Which CI configurations the repository has: paths only, nothing is read.

use crate::facts::Provider;
use crate::files::{Entry, Tree};

/// A CI system's configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiFile {
    /// Whose.
    pub provider: Provider,
    /// Path relative to the repository.
    pub path: String,
}

/// Configuration files of CI systems that trustpub knows of but does not read.
const OTHER: [(&str, &str); 8] = [
    (".travis.yml", "Travis CI"),
    (".drone.yml", "Drone"),
    (".woodpecker.yml", "Woodpecker"),
    (".woodpecker.yaml", "Woodpecker"),
    ("buildspec.yml", "AWS CodeBuild"),
    ("appveyor.yml", "AppVeyor"),
    ("cloudbuild.yaml", "Google Cloud Build"),
    (".cirrus.yml", "Cirrus CI"),
];

/// Folders with configuration files of a provider: all YAML files directly inside.
const FOLDERS: [(&str, Provider); 10] = [
    (".github/workflows", Provider::Github),
    (".circleci", Provider::Circleci),
    (".azure-pipelines", Provider::Azure),
    (".azuredevops", Provider::Azure),
    (".pipelines", Provider::Azure),
    (".ado", Provider::Azure),
    ("azure-pipelines", Provider::Azure),
    // Where Rush keeps them.
    ("common/config/azure-pipelines", Provider::Azure),
    (".buildkite", Provider::Buildkite),
    (".buildkite/pipelines", Provider::Buildkite),
];

/// Folders in which files of a provider are looked for by name: these systems read a file anywhere.
const ELSEWHERE: [&str; 10] = [
    "build",
    "ci",
    "ci/Jenkinsfiles",
    ".ci",
    "eng",
    "jenkins",
    ".jenkins",
    "Jenkinsfiles",
    "pipelines",
    "scripts",
];

/// What the repository's CI consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CiFiles {
    /// Files of providers that trustpub reads, by provider, then path.
    pub files: Vec<CiFile>,
    /// Other CI systems by name, with the path that shows it.
    pub other: Vec<(&'static str, String)>,
}

pub(super) fn read(tree: &dyn Tree) -> CiFiles {
    let mut found = CiFiles::default();
    for (folder, provider) in FOLDERS {
        let entries = tree.list(folder).into_iter().filter(is_yaml_file);
        let path = |entry: Entry| CiFile { provider, path: format!("{folder}/{}", entry.name) };
        found.files.extend(entries.map(path));
    }
    for entry in tree.list("").into_iter().filter(|entry| !entry.is_dir) {
        let name = entry.name.as_str();
        if let Some(provider) = of_root_file(name) {
            found.files.push(CiFile { provider, path: entry.name });
        } else if let Some((_, system)) = OTHER.iter().find(|(file, _)| *file == name) {
            found.other.push((system, entry.name));
        }
    }
    for folder in ELSEWHERE {
        for entry in tree.list(folder).into_iter().filter(|entry| !entry.is_dir) {
            // In a folder that is named for Jenkins any Groovy file is a pipeline.
            let groovy = folder.to_ascii_lowercase().contains("jenkins") && entry.name.ends_with(".groovy");
            if let Some(provider) = of_name(&entry.name).or(groovy.then_some(Provider::Jenkins)) {
                found.files.push(CiFile { provider, path: format!("{folder}/{}", entry.name) });
            }
        }
    }
    for (folder, system) in [(".forgejo/workflows", "Forgejo Actions"), (".gitea/workflows", "Gitea Actions")]
    {
        let first = tree.list(folder).into_iter().find(is_yaml_file);
        found.other.extend(first.map(|entry| (system, format!("{folder}/{}", entry.name))));
    }
    found.files.sort_by(|a, b| (a.provider, &a.path).cmp(&(b.provider, &b.path)));
    found
}

fn is_yaml(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("yml" | "yaml"))
}

fn is_yaml_file(entry: &Entry) -> bool {
    !entry.is_dir && is_yaml(&entry.name)
}

fn of_root_file(name: &str) -> Option<Provider> {
    match name {
        ".gitlab-ci.yml" | ".gitlab-ci.yaml" => Some(Provider::Gitlab),
        "bitbucket-pipelines.yml" => Some(Provider::Bitbucket),
        "buildkite.yml" | "buildkite.yaml" => Some(Provider::Buildkite),
        _ => of_name(name),
    }
}

/// The provider of a file that may lie in any folder.
fn of_name(name: &str) -> Option<Provider> {
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("jenkinsfile") || lower.ends_with(".jenkinsfile") {
        // Not a template of one, nor a program about them.
        let extension = lower.rsplit_once('.').map(|(_, extension)| extension);
        let other =
            matches!(extension, Some("md" | "yml" | "yaml" | "json" | "j2" | "tpl" | "js" | "ts" | "txt"));
        return (!other).then_some(Provider::Jenkins);
    }
    let named = lower.trim_start_matches('.');
    let azure = named.starts_with("azure-pipeline") || matches!(named, "vsts-ci.yml" | "azure_pipelines.yml");
    (is_yaml(name) && azure).then_some(Provider::Azure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    #[test]
    fn every_provider_by_its_paths() {
        let tree = Memory::new(
            [
                ".github/workflows/ci.yml",
                ".github/workflows/publish.yaml",
                ".github/workflows/README.md",
                ".github/dependabot.yml",
                ".gitlab-ci.yml",
                ".circleci/config.yml",
                ".buildkite/pipeline.yml",
                "azure-pipelines-release.yml",
                "Jenkinsfile",
                "Jenkinsfile.release",
                "Jenkinsfile.md",
                "jenkins/release.jenkinsfile",
                "build/azure-pipelines.publish.yml",
                "build/other.yml",
                "bitbucket-pipelines.yml",
                ".travis.yml",
                ".forgejo/workflows/ci.yml",
            ]
            .map(|path| (path, "")),
        );
        let found = read(&tree);
        let rows: Vec<_> = found.files.iter().map(|file| (file.provider.id(), file.path.as_str())).collect();
        assert_eq!(
            rows,
            [
                ("github", ".github/workflows/ci.yml"),
                ("github", ".github/workflows/publish.yaml"),
                ("gitlab", ".gitlab-ci.yml"),
                ("circleci", ".circleci/config.yml"),
                ("azure", "azure-pipelines-release.yml"),
                ("azure", "build/azure-pipelines.publish.yml"),
                ("jenkins", "Jenkinsfile"),
                ("jenkins", "Jenkinsfile.release"),
                ("jenkins", "jenkins/release.jenkinsfile"),
                ("bitbucket", "bitbucket-pipelines.yml"),
                ("buildkite", ".buildkite/pipeline.yml"),
            ]
        );
        let other: Vec<_> = found.other.iter().map(|(system, _)| *system).collect();
        assert_eq!(other, ["Travis CI", "Forgejo Actions"]);
    }
}
