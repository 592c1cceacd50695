//! Makes the table of rules from the files in `src/rules`: a rule's id is its file's name, and its
//! leading doc comment is its page, its SARIF help and its tests.

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=src/rules");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut names: Vec<String> = std::fs::read_dir("src/rules")
        .expect("src/rules is readable")
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_owned()))
        .filter(|name| name != "mod")
        .collect();
    names.sort();
    let mut table = String::from("[\n");
    for name in names {
        let text =
            std::fs::read_to_string(Path::new("src/rules").join(format!("{name}.rs"))).expect("readable");
        let mut page = String::new();
        for line in text.lines().map_while(|line| line.strip_prefix("//!")) {
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        writeln!(table, "Rule {{ meta: &{name}::META, check: {name}::check, page: {page:?} }},")
            .expect("writing to a string cannot fail");
    }
    table.push(']');
    std::fs::write(Path::new(&out).join("rules.rs"), table).expect("OUT_DIR is writable");
}
