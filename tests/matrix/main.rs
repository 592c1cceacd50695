//! What is rendered, over the matrix of issue shapes: one snapshot a file. `TRUSTPUB_MATRIX_OUT=DIR`
//! also writes every file below DIR, for the linters of `tests/lint/run`.

mod cases;
mod mutations;
mod properties;

use std::fmt::Write as _;

use cases::{PROVIDERS, cases};
use trustpub::facts::registry;
use trustpub::render::{Rendered, read_back, render, runtime};

/// The text without the registry's host and with the runtime's programs folded: those have tests of their own.
fn shown(rendered: &Rendered) -> String {
    let mut out = String::new();
    let mut end: Option<&str> = None;
    for line in rendered.text.replace(registry::HOST, "<npm-registry>").lines() {
        if end.is_some_and(|word| line.trim() == word) {
            end = None;
        }
        if end.is_none() {
            out.push_str(line);
            out.push('\n');
        }
        for program in [runtime::Program::Pack, runtime::Program::Publish] {
            if line.ends_with(&format!("<<'{}'", program.word())) {
                end = Some(program.word());
                out.push_str("  … the program …\n");
            }
        }
    }
    out
}

#[test]
fn the_matrix_is_rendered() {
    let out = std::env::var_os("TRUSTPUB_MATRIX_OUT").map(std::path::PathBuf::from);
    for provider in PROVIDERS {
        for case in cases(provider) {
            let plan = trustpub::plan::plan(&case.spec)
                .unwrap_or_else(|refusals| panic!("{provider} {}: {refusals:?}", case.name));
            let rendered = render(&plan).unwrap_or_else(|error| panic!("{provider} {}: {error}", case.name));
            let tree =
                trustpub::files::Memory::new([("package.json", r#"{"name": "tools", "version": "1.0.0"}"#)]);
            let project = trustpub::project::Project::read(&tree);
            for (target, rendered) in plan.targets.iter().zip(rendered) {
                if let Err(error) = read_back(&tree, &project, target, &rendered) {
                    panic!("{provider} {}: {error}", case.name);
                }
                if let Some(out) = &out {
                    let path = out.join(provider.id()).join(case.name).join(&rendered.path);
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(path, &rendered.text).unwrap();
                }
                insta::assert_snapshot!(format!("{provider}-{}", case.name), shown(&rendered));
            }
        }
    }
}

/// `SchemaStore`'s schema of `CircleCI` is the one that many editors use, older and in places stricter than the provider's own.
#[test]
fn circleci_files_are_valid_against_both_schemas() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/vendor/circleciconfig.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = trustpub::schema::Validator::new(schema, trustpub::schema::Dialect::Yaml12).unwrap();
    for case in cases(trustpub::facts::Provider::Circleci) {
        let rendered = render(&trustpub::plan::plan(&case.spec).unwrap()).unwrap().remove(0);
        let source = trustpub::text::Source::new(&rendered.path, &rendered.text);
        let tree = trustpub::yaml::parse(&source);
        let errors = validator.validate(tree.root().unwrap());
        assert!(
            errors.is_empty(),
            "{}: {:?}",
            case.name,
            errors.iter().map(|one| &one.message).collect::<Vec<_>>()
        );
    }
}

#[test]
fn the_checklists_are_filled_in() {
    for provider in PROVIDERS {
        for case in cases(provider) {
            let plan = trustpub::plan::plan(&case.spec).unwrap();
            let list = trustpub::trust::checklist(&plan, None);
            assert!(list.items.iter().all(|item| !item.title.is_empty() && !item.why.is_empty()));
            let ids: Vec<&str> = list.items.iter().map(|item| item.id).collect();
            assert_eq!(ids.first(), Some(&"first-publish"), "{provider} {}", case.name);
            assert_eq!(ids.last(), Some(&"revoke-tokens"), "{provider} {}", case.name);
            if [
                "single-npm",
                "branch",
                "pnpm-monorepo",
                "private-dependencies",
                "token",
                "own-definition",
                "included",
            ]
            .contains(&case.name)
            {
                insta::assert_snapshot!(format!("checklist-{provider}-{}", case.name), list.to_text());
            }
        }
    }
}

#[test]
fn a_restriction_follows_the_integration() {
    use trustpub::spec::{CircleciIntegration as By, Details, ResolvedTrigger};
    let mut shown = String::new();
    for integration in [By::GithubApp, By::GithubOauth, By::Bitbucket, By::Gitlab] {
        for trigger in [ResolvedTrigger::Branch("main".to_owned()), ResolvedTrigger::Tag("v*".to_owned())] {
            let mut spec = cases::single(trustpub::facts::Provider::Circleci);
            spec.targets[0].trigger = trigger;
            if let Details::Circleci { integration: by, .. } = &mut spec.targets[0].details {
                *by = integration;
            }
            let list = trustpub::trust::checklist(&trustpub::plan::plan(&spec).unwrap(), None);
            let commands = list.items.iter().flat_map(|item| &item.actions);
            for action in commands.filter(|action| action.command.contains("--type expression")) {
                let _ = writeln!(shown, "{integration:?}: {}", action.command);
            }
        }
    }
    insta::assert_snapshot!("restrictions", shown);
}
