//! The repositories in `examples/`, as trustpub sees them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use trustpub::files::Disk;
use trustpub::project::{Package, Project, Tool};

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
