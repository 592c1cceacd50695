//! The repositories in `examples/`, as trustpub sees them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use trustpub::files::{Disk, Tree as _};
use trustpub::project::{Package, Project, Tool};
use trustpub::spec;

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = std::fs::read_dir(root).expect("the examples are part of the checkout");
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[test]
fn what_each_example_is() {
    let mut seen = String::new();
    for folder in examples() {
        let project = Project::read(&Disk::open(&folder).expect("a folder"));
        assert!(project.problems.is_empty(), "{:?}", project.problems);
        let name = folder.file_name().expect("it has a name").to_string_lossy();
        let packages: Vec<&str> = project.publishable().filter_map(Package::name).collect();
        let manager = &project.manager;
        let version = manager.version.as_deref().unwrap_or("any");
        let node = project
            .pin(Tool::Node)
            .map_or_else(|| "none".to_owned(), |pin| format!("{} ({})", pin.version, pin.path()));
        let origin = project.origin().expect("every example says where it is hosted").address;
        let ci: Vec<&str> = project.ci.files.iter().map(|file| file.path.as_str()).collect();
        let _ = writeln!(
            seen,
            "{name}\n  packages: {}\n  manager: {:?} {version}\n  node: {node}\n  origin: {} {}\n  ci: {}",
            packages.join(", "),
            manager.manager,
            origin.host,
            origin.path,
            ci.join(", ")
        );
        let tools: Vec<&str> = project.release_tools.iter().map(|used| used.tool.id()).collect();
        if !tools.is_empty() {
            let _ = writeln!(seen, "  release tools: {}", tools.join(", "));
        }
    }
    insta::assert_snapshot!(seen);
}

#[test]
fn each_example_says_what_it_shows_and_holds_no_download_address() {
    for folder in examples() {
        let readme = std::fs::read_to_string(folder.join("README.md")).expect("a README");
        assert!(readme.starts_with("# ") && readme.lines().count() >= 3, "{}", folder.display());
        for lockfile in ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"] {
            let text = std::fs::read_to_string(folder.join(lockfile)).unwrap_or_default();
            assert!(!text.contains("://"), "{}/{lockfile}", folder.display());
        }
    }
}

/// The binary on 2026-11-24, whatever the machine's clock and environment say.
fn trustpub(repository: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("trustpub"));
    command.env_clear().env("SOURCE_DATE_EPOCH", "1795500000").stdin(Stdio::null());
    command.arg("--repo").arg(repository).args(arguments).output().expect("it runs")
}

/// What it printed and how it ended, for a snapshot.
fn shown(out: &Output) -> String {
    let mut text = String::from_utf8_lossy(&out.stdout).into_owned();
    if !out.stderr.is_empty() {
        let _ = write!(text, "--- stderr\n{}", String::from_utf8_lossy(&out.stderr));
    }
    // The registry's host stands in one place only, which is not here.
    text = text.replace(trustpub::facts::registry::HOST, "<npm-registry>");
    if !out.status.success() {
        let _ = writeln!(text, "--- exit {}", out.status.code().unwrap_or(-1));
    }
    text
}

fn name(folder: &Path) -> String {
    folder.file_name().expect("it has a name").to_string_lossy().into_owned()
}

/// A copy that a test may write to.
fn copy(folder: &Path) -> tempfile::TempDir {
    fn copy_into(from: &Path, to: &Path) {
        for entry in std::fs::read_dir(from).expect("a folder").flatten() {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                std::fs::create_dir(&target).expect("made");
                copy_into(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).expect("copied");
            }
        }
    }
    let to = tempfile::tempdir().expect("a temporary folder");
    copy_into(folder, to.path());
    to
}

#[test]
fn advice_for_each_example() {
    for folder in examples() {
        insta::assert_snapshot!(format!("advise-{}", name(&folder)), shown(&trustpub(&folder, &["advise"])));
    }
    let jenkins = examples().into_iter().find(|folder| name(folder) == "jenkins").expect("there");
    insta::assert_snapshot!(
        "advise-jenkins-json",
        shown(&trustpub(&jenkins, &["advise", "--format", "json"]))
    );
    let circleci = examples().into_iter().find(|folder| name(folder) == "circleci-single").expect("there");
    insta::assert_snapshot!("advise-circleci-single-verbose", shown(&trustpub(&circleci, &["advise", "-v"])));
}

#[test]
fn init_writes_a_spec_for_each_example_or_says_why_not() {
    for folder in examples() {
        let copy = copy(&folder);
        let before = std::fs::read_to_string(copy.path().join("trustpub.yml")).ok();
        let out = trustpub(copy.path(), &["init", "--yes"]);
        insta::assert_snapshot!(format!("init-{}", name(&folder)), shown(&out));
        let after = std::fs::read_to_string(copy.path().join("trustpub.yml")).ok();
        assert_eq!(out.status.success(), before != after, "{}", folder.display());
    }
}

#[test]
fn what_init_writes_becomes_pipelines() {
    for folder in examples() {
        let copy = copy(&folder);
        let written = trustpub(copy.path(), &["init", "--yes", "--force", "--quiet"]).status.success();
        assert_eq!(written, name(&folder) != "jenkins");
        let tree = Disk::open(copy.path()).expect("a folder");
        let Some(source) = tree.read("trustpub.yml").expect("readable") else { continue };
        let loaded = spec::load(&source).expect("what init writes is valid");
        let project = Project::read(&tree);
        let surroundings = spec::Surroundings { project: &project, generated: &|_| false };
        let resolution = spec::resolve(&loaded.spec, &surroundings).expect("it fits the repository");
        let plan = trustpub::plan::plan(&resolution.resolved).expect("it can be planned");
        let rendered = trustpub::render::render(&plan).expect("it checks itself");
        assert!(!rendered.is_empty(), "{}", folder.display());
    }
}

#[test]
fn init_overwrites_only_when_told() {
    let folder = examples().into_iter().find(|folder| name(folder) == "staged").expect("there");
    let copy = copy(&folder);
    let out = trustpub(copy.path(), &["init", "--force", "--provider", "gitlab", "--format", "json"]);
    insta::assert_snapshot!("init-staged-force-json", shown(&out));
    let text = std::fs::read_to_string(copy.path().join("trustpub.yml")).expect("written");
    assert!(text.contains("gitlab: {}"), "{text}");
    let out = trustpub(copy.path(), &["init", "--provider", "travis"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("github, gitlab, circleci"));
}
