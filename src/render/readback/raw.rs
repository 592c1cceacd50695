//! What the model of a pipeline does not carry, compared as it stands in the file.

use serde_json::{Value, json};

use super::Differ;
use crate::facts::Provider;
use crate::plan::{CIRCLECI_PARAMETER, TargetPlan};
use crate::schema::{Dialect, to_json};
use crate::spec::Auth;
use crate::text::Source;
use crate::yaml;

pub(super) fn compare(text: &str, target: &TargetPlan, differ: &mut Differ) {
    let tree = yaml::parse(&Source::new(&target.file, text));
    let Some(root) = tree.root() else { return };
    for (path, meant) in meant(target) {
        let found = root.get_path(&path).map_or(Value::Null, |node| to_json(node, Dialect::Yaml12));
        differ.same(&path.join("."), found.to_string(), meant.to_string());
    }
}

/// What must stand where.
fn meant(target: &TargetPlan) -> Vec<(Vec<&'static str>, Value)> {
    let (pack, publish) = (target.pack_job(), target.publish_job());
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
