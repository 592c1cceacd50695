//! Node of the pack job, where `engines` leaves out the one that the publish job brings.

use crate::facts::node::{self, NodeSpec};
use crate::facts::{Provider, Version, images};
use crate::plan::{Want, solve};
use crate::project::{Project, Tool};

/// The version to write down and why, or what to say where none is known; none where the default fits.
pub(super) fn version(project: &Project, providers: &[Provider]) -> Option<Result<(String, String), String>> {
    if project.pin(Tool::Node).is_some() {
        return None;
    }
    let engines = project.pins.iter().find(|pin| pin.tool == Tool::Node)?;
    let asked = NodeSpec::parse(&engines.version)?;
    let fits = |version: &Version| match &asked {
        NodeSpec::Exact(exact) => exact == version,
        NodeSpec::Range(range) => range.satisfies(version),
        NodeSpec::Floating(_) => true,
    };
    let images: Vec<&str> = providers.iter().filter_map(|provider| image(*provider)).collect();
    let there = |version: &Version| {
        images.iter().filter_map(|name| images::image(name)).all(|image| image.has(version))
    };
    let solved = |provider: &Provider| {
        let want = Want { image: image(*provider), ..Want::default() };
        solve(*provider, &want).ok().map(|toolchain| toolchain.node)
    };
    let default = providers.iter().filter_map(solved).find(|version| !fits(version))?;
    let known =
        node::choices().map(|choice| choice.node.clone()).filter(|version| fits(version) && there(version));
    let newest = asked.newest().filter(there).or_else(|| known.max()).or_else(|| asked.newest());
    let why = format!(
        "`engines` in {} asks for {}, which leaves out Node {default} of the publish job",
        engines.path(),
        engines.version
    );
    Some(match newest {
        Some(version) => {
            let unseen = if there(&version) {
                String::new()
            } else {
                format!("; look whether {} has a tag for it", images.join(" and "))
            };
            Ok((version.to_string(), format!("{why}; this is the newest known one that fits{unseen}")))
        }
        None => Err(format!("{why}, and no Node that fits is known here: name one under `build.node`.")),
    })
}

/// The image whose tags limit the choice.
const fn image(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::Gitlab => Some("node"),
        Provider::Circleci => Some("cimg/node"),
        _ => None,
    }
}
