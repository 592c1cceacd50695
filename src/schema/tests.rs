use super::*;
use crate::text::Source;
use crate::yaml::{Tree, parse};

fn tree(text: &str) -> Tree {
    parse(&Source::new("a.yml", text))
}

fn messages(official: Official, text: &str) -> Vec<String> {
    let tree = tree(text);
    assert!(tree.errors().is_empty());
    let errors = validate_tree(official, &tree);
    errors.iter().map(|error| format!("{:?}: {}", tree.source().slice(error.span), error.message)).collect()
}

const WORKFLOW: &str = "on:\n  push:\n    tags: ['v*']\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm ci\n";

#[test]
fn vendored_files_are_those_that_vendor_toml_names() {
    use sha2::{Digest, Sha256};
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/vendor");
    let table: toml::Table =
        toml::from_str(&std::fs::read_to_string(folder.join("vendor.toml")).unwrap()).unwrap();
    // SARIF's schema and SchemaStore's of CircleCI serve tests alone.
    assert_eq!(table.len(), Official::ALL.len() + 2);
    for entry in table.values() {
        let bytes = std::fs::read(folder.join(entry["file"].as_str().unwrap())).unwrap();
        let digest = Sha256::digest(&bytes);
        let hex: String = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(Some(hex.as_str()), entry["sha256"].as_str());
        assert!(folder.join(entry["licence_file"].as_str().unwrap()).is_file());
    }
}

#[test]
fn every_official_schema_compiles_and_takes_a_right_file() {
    assert!(messages(Official::GithubWorkflow, WORKFLOW).is_empty());
    let action =
        "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: x\n      shell: sh\n";
    assert!(messages(Official::GithubAction, action).is_empty());
    let gitlab = "spec:\n  inputs:\n    x:\n      default: a\n---\nstages: [a]\n.t: &t\n  before_script: [x]\njob:\n  <<: *t\n  script:\n    - !reference [.t, before_script]\n  interruptible: yes\n";
    assert_eq!(messages(Official::GitlabCi, gitlab), Vec::<String>::new());
    let circle = "version: 2.1\njobs:\n  a:\n    docker:\n      - image: cimg/node:24.1\n    steps: [checkout]\nworkflows:\n  w:\n    jobs: [a]\n";
    assert!(messages(Official::CircleCi, circle).is_empty());
}

#[test]
fn errors_say_what_is_wrong_where() {
    let workflow = WORKFLOW.replace("runs-on", "run-on").replace("tags", "tagz");
    insta::assert_snapshot!(messages(Official::GithubWorkflow, &workflow).join("\n"));
    let workflow = WORKFLOW
        .replace("- run: npm ci", "- run: [a]\n        with: 1")
        .replace("jobs:", "permissions:\n  id-token: admin\nconcurrency: 1\njobs:");
    insta::assert_snapshot!(messages(Official::GithubWorkflow, &workflow).join("\n"));
    let gitlab = "job:\n  script: 1\n  id_tokens:\n    NPM_ID_TOKEN:\n      audience: x\nother:\n  scrip: x\n  when: sometimes\n";
    insta::assert_snapshot!(messages(Official::GitlabCi, gitlab).join("\n"));
    let circle = "version: 2\njobs:\n  a:\n    docker: x\n    steps: checkout\nworkflows:\n  w:\n    jobs:\n      - a:\n          contex: npm\n";
    insta::assert_snapshot!(messages(Official::CircleCi, circle).join("\n"));
    let action = "name: a\nruns:\n  using: composite\n  steps:\n    - run: x\n";
    insta::assert_snapshot!(messages(Official::GithubAction, action).join("\n"));
}

#[test]
fn unknown_keys_carry_the_keys_that_are_known() {
    let tree = tree(&WORKFLOW.replace("jobs:", "concurency: x\njobs:"));
    let errors = validate_tree(Official::GithubWorkflow, &tree);
    let SchemaErrorKind::UnknownKey { key, allowed } = &errors[0].kind else { panic!("{errors:?}") };
    assert_eq!(key, "concurency");
    assert!(allowed.iter().any(|key| key == "concurrency"));
}

#[test]
fn values_follow_the_dialect() {
    let tree = tree(
        "[on, yes, true, 1.10, 017, 0o17, 0x1F, 1_000, 1e3, -3, +4, '5', !!str 6, ~, 22:14, 1.2.3, .5, .inf, 99999999999999999999]",
    );
    let root = tree.root().unwrap();
    let new = to_json(root, Dialect::Yaml12).to_string();
    assert_eq!(
        new,
        r#"["on","yes",true,1.1,17,15,31,"1_000",1000.0,-3,4,"5","6",null,"22:14","1.2.3",0.5,".inf",1e+20]"#
    );
    let old = to_json(root, Dialect::Yaml11).to_string();
    assert!(old.starts_with(r#"[true,true,true,1.1,15,"0o17",31,1000,"#), "{old}");
}

#[test]
fn our_own_schemas_can_be_used_too() {
    let schema = serde_json::json!({"type": "object", "properties": {"a": {"anyOf": [{"enum": ["x", "y"]}, {"type": "null"}]}}});
    let validator = Validator::new(schema, Dialect::Yaml12).unwrap();
    let tree = tree("a: z\n");
    let errors = validator.validate(tree.root().unwrap());
    assert_eq!(errors[0].message, "`a` must be one of `x`, `y`, not `z`");
    assert_eq!(errors[0].pointer, "/a");
    assert!(Validator::new(serde_json::json!({"type": "nonsense"}), Dialect::Yaml12).is_err());
}
