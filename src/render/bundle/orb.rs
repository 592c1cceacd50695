//! The CircleCI orb: unpacked sources, and the one file that is published.

use super::data::{self, Bundle};
use super::{File, orb_pack, scripts};
use crate::facts::Provider;
use crate::render::engine;

/// The templates of the sources.
const SOURCES: [(&str, &str); 9] = [
    ("@orb.yml", "bundle/orb/orb"),
    ("executors/node.yml", "bundle/orb/executor"),
    ("commands/pack.yml", "bundle/orb/pack-command"),
    ("commands/publish.yml", "bundle/orb/publish-command"),
    ("jobs/pack.yml", "bundle/orb/pack-job"),
    ("jobs/publish.yml", "bundle/orb/publish-job"),
    ("examples/publish_on_tag.yml", "bundle/orb/publish-on-tag"),
    ("examples/stage_from_main.yml", "bundle/orb/stage-from-main"),
    ("README.md", "bundle/orb/README"),
];

/// Every file of the orb, relative to its own repository.
pub(super) fn files(bundle: &Bundle) -> Vec<File> {
    let data = data::shared(bundle, Provider::Circleci);
    let mut sources: Vec<File> = SOURCES
        .iter()
        .map(|(path, template)| File::new(path, engine::render_known(template, &data)))
        .collect();
    let readme = sources.pop();
    for (path, text) in scripts::orb() {
        sources.push(File::new(path, scripts::marked("#", &text)));
    }
    let packed = orb_pack::pack(&sources).expect("our own sources are an orb; a test packs them");
    let mut files: Vec<File> =
        sources.into_iter().map(|file| File::new(&format!("src/{}", file.path), file.text)).collect();
    files.extend(readme);
    files.push(File::new("orb.yml", packed));
    files
}
