//! What the model of a pipeline does not carry, compared as it stands in the file.

use serde_json::{Value, json};

use super::super::thin;
use super::Differ;
use crate::facts::{Provider, actions};
use crate::plan::{BundlePin, CIRCLECI_GROUP, CIRCLECI_PARAMETER, TargetPlan};
use crate::schema::{Dialect, to_json};
use crate::spec::{Auth, Details};
use crate::text::Source;
use crate::yaml;

pub(super) fn compare(text: &str, target: &TargetPlan, differ: &mut Differ) {
    let tree = yaml::parse(&Source::new(&target.file, text));
    let Some(root) = tree.root() else { return };
    for (path, meant) in meant(target) {
        let found = root.get_path(&path).map_or(Value::Null, |node| to_json(node, Dialect::Yaml12));
        if found != meant {
            differ.same(&path.join("."), found.to_string(), meant.to_string());
        }
    }
}

/// What must stand where.
fn meant(target: &TargetPlan) -> Vec<(Vec<&'static str>, Value)> {
    let (pack, publish) = (target.pack_job(), target.publish_job());
    if let Some(pin) = &target.bundle {
        return thin(target, pin);
    }
    match target.provider {
        Provider::Github => {
            let digest = json!({"manifest-sha256": "${{ steps.pack.outputs.manifest-sha256 }}"});
            let granted = if target.auth == Auth::Oidc { json!({"id-token": "write"}) } else { json!({}) };
            vec![
                (vec!["permissions"], json!({})),
                (vec!["defaults"], json!({"run": {"shell": "bash"}})),
                (vec!["jobs", pack, "outputs"], digest),
                (vec!["jobs", publish, "permissions"], granted),
            ]
        }
        Provider::Gitlab => {
            let (first, second) = if target.entry { ("pack", "publish") } else { ("deploy", "deploy") };
            let stages = if target.entry { json!([first, second]) } else { Value::Null };
            let inherit = json!({"default": false, "variables": false});
            vec![
                (vec!["stages"], stages),
                (vec!["default"], Value::Null),
                (vec![pack, "stage"], json!(first)),
                (vec![publish, "stage"], json!(second)),
                (vec![pack, "inherit"], inherit.clone()),
                (vec![publish, "inherit"], inherit),
                (vec![pack, "cache"], json!([])),
                (vec![publish, "cache"], json!([])),
                (vec![pack, "interruptible"], json!(false)),
                (vec![pack, "artifacts", "paths"], json!([".npm-tarballs/"])),
                (vec![publish, "needs"], json!([{"job": pack, "artifacts": true}])),
            ]
        }
        Provider::Circleci => {
            let parameter = json!({CIRCLECI_PARAMETER: {"type": "boolean", "default": false}});
            let by_hand = target.trigger.circleci_when().is_some();
            vec![(vec!["parameters"], if by_hand { parameter } else { Value::Null })]
        }
        _ => Vec::new(),
    }
}

/// A thin pipeline's references to the bundle, with everything that it gets.
fn thin(target: &TargetPlan, pin: &BundlePin) -> Vec<(Vec<&'static str>, Value)> {
    let (pack, publish) = (target.pack_job(), target.publish_job());
    let given = |inputs: &[thin::Input]| -> serde_json::Map<String, Value> {
        let one = |(input, value): &thin::Input| {
            (thin::name(target.provider, input), thin::text(target.provider, value))
        };
        inputs.iter().map(one).collect()
    };
    let inputs = thin::inputs(target);
    let (mut packing, mut publishing) = (given(&inputs.pack), given(&inputs.publish));
    let reference = thin::reference(pin);
    match target.provider {
        Provider::Github => {
            let BundlePin::Action(pin) = pin else { return Vec::new() };
            let uses = |half: &str| format!("{reference}/{half}@{}", pin.commit);
            let checkout =
                actions::pin("actions/checkout").map(|pin| format!("{}@{}", pin.action, pin.commit));
            let digest = json!({"manifest-sha256": "${{ steps.pack.outputs.manifest-sha256 }}"});
            let checked_out = json!({
                "name": "Check out the source", "uses": checkout, "with": {"persist-credentials": false},
            });
            let packed =
                json!({"name": "Test and pack", "id": "pack", "uses": uses("pack"), "with": packing});
            vec![
                (vec!["permissions"], json!({})),
                (vec!["jobs", pack, "outputs"], digest),
                (vec!["jobs", pack, "steps"], json!([checked_out, packed])),
                (vec!["jobs", pack, "timeout-minutes"], json!(target.pack.timeout_minutes)),
                (vec!["jobs", publish, "permissions"], json!({"id-token": "write"})),
                (
                    vec!["jobs", publish, "steps"],
                    json!([{"name": "Publish", "uses": uses("publish"), "with": publishing}]),
                ),
                (vec!["jobs", publish, "timeout-minutes"], json!(target.publish.timeout_minutes)),
            ]
        }
        Provider::Gitlab => {
            packing.append(&mut publishing);
            let stages = if target.entry { json!(["pack", "publish"]) } else { Value::Null };
            vec![
                (vec!["stages"], stages),
                (vec!["include"], json!([{"component": reference, "inputs": packing}])),
            ]
        }
        _ => {
            let filters = circleci_filters(target);
            let Details::Circleci { context, .. } = &target.details else { return Vec::new() };
            packing.insert("name".to_owned(), json!(pack));
            packing.insert("filters".to_owned(), filters.clone());
            for (key, value) in [
                ("name", json!(publish)),
                ("requires", json!([pack])),
                ("context", json!(context)),
                ("filters", filters),
                ("serial-group", json!(CIRCLECI_GROUP)),
            ] {
                publishing.insert(key.to_owned(), value);
            }
            let jobs = json!([{"npm-publish/pack": packing}, {"npm-publish/publish": publishing}]);
            let parameter = json!({CIRCLECI_PARAMETER: {"type": "boolean", "default": false}});
            let by_hand = target.trigger.circleci_when().is_some();
            vec![
                (vec!["orbs"], json!({"npm-publish": reference})),
                (vec!["parameters"], if by_hand { parameter } else { Value::Null }),
                (vec!["jobs"], Value::Null),
                (vec!["workflows", publish, "jobs"], jobs),
            ]
        }
    }
}

fn circleci_filters(target: &TargetPlan) -> Value {
    let filters = target.trigger.circleci_filters();
    filters.into_iter().map(|(kind, verb, text)| (kind.to_owned(), json!({verb: text}))).collect()
}
