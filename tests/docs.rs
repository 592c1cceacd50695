//! `docs/rules/` is what the rules' own pages say. `TRUSTPUB_UPDATE=1 cargo test --test docs` rewrites it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use trustpub::facts::urls;
use trustpub::rules;
use trustpub::settings;
use trustpub::text::Source;

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

#[test]
fn the_picture_in_the_readme_is_what_check_prints() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_trustpub"))
        .args(["check", "--color", "always", "--fail-on", "never", "--select"])
        .args(["npm-latest,repository-missing,install-beside-identity,guard-missing", "--repo"])
        .arg(root.join("docs/demo"))
        .output()
        .expect("the binary runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let text = format!("$ trustpub check\n{printed}");
    let picture = anstyle_svg::Term::new().min_width_px(900).render_svg(&text);
    let file = root.join("docs/check.svg");
    if std::env::var_os("TRUSTPUB_UPDATE").is_some() {
        std::fs::write(&file, &picture).expect("written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == picture, "stale; run TRUSTPUB_UPDATE=1 cargo test --test docs");
}

/// What docs/settings.md shows can be read, and its pages are those of the facts.
#[test]
fn the_page_about_settings_is_true() {
    let page = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md"));
    let page = page.expect("readable");
    let examples: Vec<&str> =
        page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let read = settings::load(&Source::new("settings.json", example));
        assert!(read.is_ok(), "{example}\n{:?}", read.map_err(|findings| findings[0].message.clone()).err());
    }
    let (_, sources) = page.split_once("## Where this is from").expect("it names its sources");
    for id in [
        "github-environments",
        "github-environments-api",
        "github-branch-policies-api",
        "github-branches-api",
        "gitlab-protected-environments",
        "gitlab-protected-environments-api",
        "gitlab-group-protected-environments-api",
        "circleci-contexts",
        "circleci-api",
    ] {
        let url = urls::url(id).expect("a fact");
        assert!(sources.contains(&format!("({url})")), "{id}");
    }
}
