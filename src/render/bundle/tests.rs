//! What is committed is what is rendered, and it is valid.

use std::collections::BTreeSet;
use std::path::Path;

use super::inputs::{Default, INPUTS, Kind, Part};
use super::*;
use crate::schema::{self, Official};
use crate::text::Source;
use crate::yaml;

const PARTS: [Part; 7] = [
    Part::ActionAll,
    Part::ActionPack,
    Part::ActionPublish,
    Part::ActionCheck,
    Part::Component,
    Part::OrbPack,
    Part::OrbPublish,
];

fn own() -> Vec<Rendered> {
    Bundle::new(NAMESPACE, true).unwrap().render()
}

fn others() -> Vec<Rendered> {
    Bundle::new("acme", false).unwrap().render()
}

/// The text of the file `path`.
fn file(files: &[Rendered], path: &str) -> Source {
    let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    Source::new(path, &file.text)
}

#[test]
fn the_committed_bundle_is_what_is_rendered() {
    let disk = Disk::open(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    if std::env::var_os("TRUSTPUB_UPDATE").is_some() {
        write(&disk, &own()).unwrap();
    }
    let drifted: String = drift(&disk, &own()).unwrap().iter().map(Drift::diff).collect();
    assert!(drifted.is_empty(), "run with TRUSTPUB_UPDATE=1 to render again\n{drifted}");
}

#[test]
fn a_part_has_each_input_once() {
    for part in PARTS {
        let mut seen = BTreeSet::new();
        for input in inputs::of(part) {
            assert!(seen.insert(input.name), "{part:?} has {} twice", input.name);
        }
        assert!(!seen.is_empty());
    }
}

#[test]
fn a_default_is_lawful() {
    for input in INPUTS {
        let Default::Text(text) = input.default else { continue };
        match input.kind {
            Kind::Choice(options) => assert!(options.contains(&text), "{}", input.name),
            Kind::Flag => assert!(["true", "false"].contains(&text), "{}", input.name),
            Kind::Text(_) | Kind::Commands | Kind::Secret => {}
        }
    }
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::open(dir.path()).unwrap();
    disk.write("action/action.yml", "name: mine\n").unwrap();
    let error = write(&disk, &others()).unwrap_err();
    assert!(matches!(error, BundleError::Foreign(folder) if folder == "action"));
    assert_eq!(disk.read("action/action.yml").unwrap().unwrap().text(), "name: mine\n");
}

#[test]
fn what_is_written_has_not_drifted_and_what_is_left_over_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::open(dir.path()).unwrap();
    let rendered = others();
    assert_eq!(write(&disk, &rendered).unwrap().len(), rendered.len());
    assert!(drift(&disk, &rendered).unwrap().is_empty());
    disk.write("action/old.sh", "true\n").unwrap();
    disk.write("action/action.yml", "name: x\n").unwrap();
    let paths: Vec<String> = drift(&disk, &rendered).unwrap().into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["action/action.yml", "action/old.sh"]);
    assert_eq!(write(&disk, &rendered).unwrap(), ["action/action.yml"]);
}

#[test]
fn an_organisation_s_copy_names_it_and_nobody_else() {
    let readme = file(&others(), "action/README.md");
    assert!(readme.text().contains("uses: acme/npm-publish/pack@"));
    assert!(!readme.text().contains("trustpub/"));
    for name in ["", "Acme", "a/b", "-a", "a b", "${{x}}"] {
        assert!(Bundle::new(name, false).is_err(), "{name}");
    }
}

#[test]
fn action_metadata_is_valid() {
    for files in [own(), others()] {
        for Rendered { path, text } in files.iter().filter(|file| file.path.ends_with("action.yml")) {
            let tree = yaml::parse(&Source::new(path, text));
            assert!(tree.errors().is_empty() && tree.duplicates().is_empty(), "{path}");
            let errors = schema::validate_tree(Official::GithubAction, &tree);
            assert!(errors.is_empty(), "{path}: {errors:?}");
        }
    }
}

#[test]
fn inputs_reach_an_action_s_scripts_by_environment_alone() {
    for Rendered { path, text } in own().iter().filter(|file| file.path.ends_with("action.yml")) {
        let tree = yaml::parse(&Source::new(path, text));
        let root = tree.root().unwrap();
        let declared: BTreeSet<&str> =
            root.get("inputs").unwrap().entries().filter_map(|(key, _)| key.as_str()).collect();
        let mut used = BTreeSet::new();
        for step in root.get("runs").unwrap().get("steps").unwrap().items() {
            if let Some(run) = step.get("run").and_then(yaml::Node::as_str) {
                assert!(!run.contains("${{"), "{path}: {run}");
                assert_eq!(step.get("shell").and_then(yaml::Node::as_str), Some("bash"));
            }
            if let Some(uses) = step.get("uses").and_then(yaml::Node::as_str) {
                let commit = uses.rsplit('@').next().unwrap();
                assert!(
                    crate::facts::actions::by_commit(commit)
                        .is_some_and(crate::facts::actions::Pin::is_from_tag)
                );
            }
        }
        for name in &declared {
            if text.contains(&format!("inputs.{name} ")) || text.contains(&format!("inputs.{name} }}")) {
                used.insert(*name);
            }
        }
        assert_eq!(used, declared, "{path}");
    }
}

#[test]
fn the_component_s_header_and_body_are_valid() {
    for files in [own(), others()] {
        for path in ["gitlab/templates/npm-publish/template.yml", "gitlab/.gitlab-ci.yml"] {
            let tree = yaml::parse(&file(&files, path));
            assert!(tree.errors().is_empty() && tree.duplicates().is_empty(), "{path}");
            let documents: Vec<_> = tree.documents().collect();
            assert_eq!(documents.len(), if path.ends_with("template.yml") { 2 } else { 1 });
            for document in documents {
                let errors = schema::validate(Official::GitlabCi, document);
                assert!(errors.is_empty(), "{path}: {errors:?}");
            }
        }
    }
}

#[test]
fn every_text_input_of_the_component_is_held_to_an_anchored_pattern() {
    let tree = yaml::parse(&file(&own(), "gitlab/templates/npm-publish/template.yml"));
    let inputs = tree.root().unwrap().get_path(&["spec", "inputs"]).unwrap();
    for (name, input) in inputs.entries() {
        let name = name.as_str().unwrap();
        let text = |key: &str| input.get(key).and_then(yaml::Node::as_str);
        assert!(text("description").is_some_and(|text| text.len() <= 1024), "{name}");
        if text("type") == Some("boolean") || input.get("options").is_some() {
            continue;
        }
        if name.ends_with("-command") {
            // Shell of the project's own: it travels by a variable that GitLab does not expand.
            continue;
        }
        let regex = text("regex").unwrap_or_else(|| panic!("{name} takes any text"));
        assert!(regex.starts_with('^') && regex.ends_with('$'), "{name}");
        let inside = regex[1..regex.len() - 1].replace("\\$", "");
        assert!(!inside.contains('$') && !inside.contains("[^"), "{name} would take a variable");
    }
}

#[test]
fn the_component_sets_no_global_keyword_and_only_the_publish_job_has_an_identity() {
    let tree = yaml::parse(&file(&own(), "gitlab/templates/npm-publish/template.yml"));
    let jobs = tree.documents().nth(1).unwrap();
    let names: Vec<&str> = jobs.entries().filter_map(|(key, _)| key.as_str()).collect();
    assert_eq!(names, ["$[[ inputs.job-prefix ]]-pack", "$[[ inputs.job-prefix ]]-publish"]);
    for (name, job) in jobs.entries() {
        let publishes = name.as_str().unwrap().ends_with("-publish");
        assert_eq!(job.get("id_tokens").is_some(), publishes);
        assert_eq!(job.get("environment").is_some(), publishes);
        assert_eq!(job.get("cache").map(yaml::Node::len), Some(0));
        for script in job.get("script").unwrap().items() {
            assert!(!script.as_str().unwrap().contains("$[["), "an input stands in a script");
        }
    }
}

#[test]
fn the_orb_is_valid_packed_and_inlined() {
    for files in [own(), others()] {
        let orb = file(&files, "orb/orb.yml");
        let tree = yaml::parse(&orb);
        assert!(tree.errors().is_empty() && tree.duplicates().is_empty());
        assert_eq!(schema::validate_tree(Official::CircleCi, &tree), []);
        let inlined: String = orb.text().lines().flat_map(|line| ["    ", line, "\n"]).collect();
        let config = format!(
            "version: 2.1\norbs:\n  npm-publish:\n{inlined}workflows:\n  release:\n    jobs:\n      - npm-publish/publish:\n          packages: a\n          context: npm-publish\n"
        );
        let tree = yaml::parse(&Source::new("config.yml", config));
        assert!(tree.errors().is_empty());
        assert_eq!(schema::validate_tree(Official::CircleCi, &tree), []);
    }
}

#[test]
fn the_packed_scripts_are_the_sources_scripts() {
    let files = own();
    let tree = yaml::parse(&file(&files, "orb/orb.yml"));
    let steps = tree.root().unwrap().get_path(&["commands", "publish", "steps"]).unwrap();
    let command = steps.items().next().unwrap().get_path(&["run", "command"]).unwrap().as_str().unwrap();
    let source = file(&files, "orb/src/scripts/publish.sh");
    assert_eq!(command.replace("\\<<", "<<"), source.text());
    assert!(!command.replace("\\<<", "").contains("<<"), "CircleCI would read an expression");
    assert!(!source.text().contains("BASH_ENV"));
}

#[test]
fn examples_attach_a_context_to_the_publish_job_and_a_filter_to_both() {
    for example in own().iter().filter(|file| file.path.starts_with("orb/src/examples/")) {
        let tree = yaml::parse(&Source::new(&example.path, &example.text));
        let usage = tree.root().unwrap().get("usage").unwrap();
        assert_eq!(schema::validate(Official::CircleCi, usage), []);
        let jobs = usage.get_path(&["workflows", "release", "jobs"]).unwrap();
        for job in jobs.items() {
            let (name, settings) = job.entries().next().unwrap();
            assert!(settings.get("filters").is_some(), "{}", example.path);
            let publishes = name.as_str() == Some("npm-publish/publish");
            assert_eq!(settings.get("context").is_some(), publishes, "{}", example.path);
        }
    }
}
