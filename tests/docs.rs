//! `docs/rules/` is what the rules' own pages say. `TRUSTPUB_UPDATE=1 cargo test --test docs` rewrites it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use trustpub::rules;

#[test]
fn rule_pages_are_current() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut wanted: BTreeMap<String, String> =
        rules::ALL.iter().map(|rule| (format!("{}.md", rule.meta.id), rule.markdown())).collect();
    wanted.insert("README.md".to_owned(), rules::table());
    if std::env::var_os("TRUSTPUB_UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).expect("created");
        for (name, text) in &wanted {
            std::fs::write(dir.join(name), text).expect("written");
        }
    }
    let found: BTreeMap<String, String> = std::fs::read_dir(&dir)
        .expect("docs/rules is there")
        .flatten()
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).expect("readable");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    let stale: Vec<&String> =
        wanted.keys().chain(found.keys()).filter(|name| wanted.get(*name) != found.get(*name)).collect();
    assert!(stale.is_empty(), "stale: {stale:?}; run TRUSTPUB_UPDATE=1 cargo test --test docs");
}
