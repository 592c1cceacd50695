//! The GitHub Action.

use super::data::{self, Bundle};
use super::{File, scripts};
use crate::facts::Provider;
use crate::render::engine;
use crate::render::runtime::Program;

/// Every file of the Action, relative to its own repository.
pub(super) fn files(bundle: &Bundle) -> Vec<File> {
    let data = data::shared(bundle, Provider::Github);
    let mut templates = vec![
        ("README.md", "bundle/action/README"),
        ("action.yml", "bundle/action/all"),
        ("pack/action.yml", "bundle/action/pack"),
        ("publish/action.yml", "bundle/action/publish"),
    ];
    if bundle.in_tree {
        templates.push(("check/action.yml", "bundle/action/check"));
    }
    let mut files: Vec<File> = templates
        .into_iter()
        .map(|(path, template)| File::new(path, engine::render_known(template, &data)))
        .collect();
    files.push(File::new("scripts/install.sh", scripts::marked("#", &scripts::install())));
    files.push(File::new("scripts/build.sh", scripts::marked("#", scripts::BUILD)));
    files.push(File::new(
        "scripts/pack.mjs",
        scripts::marked("//", &scripts::program(Program::Pack, Provider::Github)),
    ));
    files.push(File::new(
        "scripts/publish.mjs",
        scripts::marked("//", &scripts::program(Program::Publish, Provider::Github)),
    ));
    if bundle.in_tree {
        files.push(File::new("scripts/check.sh", scripts::marked("#", scripts::CHECK)));
        files.push(File::new("scripts/sarif.mjs", scripts::marked("//", scripts::SARIF)));
    }
    files
}
