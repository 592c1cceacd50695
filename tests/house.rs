//! The house's rules, read from the sources: no import runs up a floor, no two rooms of one floor
//! import each other, and only the rooms that may touch the world do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms and their floors (`house.md`). `main` is the binary.
const FLOORS: &[(&str, u8)] = &[
    ("main", 9),
    ("cli", 8),
    ("migrate", 7),
    ("render", 6),
    ("trust", 6),
    ("report", 6),
    ("plan", 5),
    ("rules", 5),
    ("ci", 4),
    ("spec", 4),
    ("project", 3),
    ("settings", 3),
    ("diagnose", 3),
    ("yaml", 2),
    ("shell", 2),
    ("schema", 2),
    ("diagnostic", 2),
    ("text", 1),
    ("files", 1),
    ("facts", 1),
];

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("src is readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// Every source file with its room and its code: comments and everything from `#[cfg(test)] mod` on are dropped.
fn sources() -> Vec<(String, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let relative = |path: &Path| path.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
    files
        .iter()
        // Unit tests may read fixtures and reach up: they are no part of the shipped graph.
        .filter(|path| {
            !path.ends_with("tests.rs") && !path.components().any(|part| part.as_os_str() == "tests")
        })
        .map(|path| {
            let name = relative(path);
            let room = name.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(path).expect("readable");
            let code: Vec<&str> = text
                .lines()
                .take_while(|line| *line != "#[cfg(test)]")
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            (name, room, code.join("\n"))
        })
        .collect()
}

/// Names of the rooms that `code` reaches by `crate::ROOM` or `crate::{ROOM…, ROOM…}`.
fn imports(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let mut found = BTreeSet::new();
    for prefix in ["crate::", "trustpub::"] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            if let Some(list) = rest.strip_prefix('{') {
                let mut depth = 1;
                let mut item = true;
                for (index, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => item = true,
                        c if depth == 1 && item && c.is_alphabetic() => {
                            found.insert(word(&list[index..]));
                            item = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            } else {
                found.insert(word(rest));
            }
        }
    }
    found
}

#[test]
fn no_import_runs_up_and_no_floor_has_a_circle() {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut faults = Vec::new();
    for (file, room, code) in sources() {
        if file == "lib.rs" {
            continue;
        }
        let own = floor(&room).unwrap_or_else(|| panic!("src/{file}: room `{room}` is not in the house"));
        for target in imports(&code) {
            let Some(other) = floor(&target) else { continue };
            if target != room {
                edges.entry(room.clone()).or_default().insert(target.clone());
            }
            if other > own {
                faults.push(format!("src/{file}: floor {own} imports `{target}` on floor {other}"));
            }
        }
    }
    for (room, targets) in &edges {
        for target in targets {
            if floor(room) == floor(target) && edges.get(target).is_some_and(|back| back.contains(room)) {
                faults.push(format!("`{room}` and `{target}` import each other"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(edges.contains_key("files"), "the reader of imports found none: it is broken");
}

#[test]
fn only_the_rooms_that_may_touch_the_world_do() {
    // Words that touch the world → the rooms that may use them.
    let allowed: &[(&str, &[&str])] = &[
        ("std::fs", &["files"]),
        ("File::open", &["files"]),
        ("std::env::", &["cli"]),
        ("println!", &[]),
        ("eprintln!", &[]),
        ("std::io::stdout", &["cli"]),
        ("std::io::stderr", &["cli"]),
        ("SystemTime", &["cli"]),
        ("Instant::now", &[]),
        ("std::process::Command", &["cli"]),
        ("std::net", &[]),
    ];
    let mut faults = Vec::new();
    for (file, room, code) in sources() {
        for (word, rooms) in allowed {
            if code.contains(word) && !rooms.contains(&room.as_str()) {
                faults.push(format!("src/{file}: `{word}`"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_registry_host_stands_once() {
    let host = trustpub::facts::registry::HOST;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = std::process::Command::new("git")
        .args(["grep", "-lIF", "--untracked", host])
        .current_dir(root)
        .output()
        .expect("git is installed");
    let listed = String::from_utf8_lossy(&listed.stdout);
    let rendered = |path: &str| {
        // What the product renders says the host, because it must: committed renderings and their snapshots.
        Path::new(path).extension().is_some_and(|extension| extension == "snap")
            || ["action/", "gitlab/", "orb/", "docs/", "examples/"].iter().any(|dir| path.starts_with(dir))
    };
    let others: Vec<&str> =
        listed.lines().filter(|path| *path != "src/facts/registry.rs" && !rendered(path)).collect();
    assert!(others.is_empty(), "the registry's host is written in {others:?}");
}
