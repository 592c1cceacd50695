//! Which Node and npm a job has, step by step: image or runner, set-up actions, upgrades.

use crate::ci::{Job, Learnt, LearntFrom, Repository, Step, StepKind, Toolchain, Upgrade};
use crate::diagnostic::Location;
use crate::facts::node::{self, Bundled, NodeSpec};
use crate::facts::{Version, npm, runners};
use crate::project::{Pin, PinKind, Tool};

/// What a job finds before its first step.
pub(super) fn at_start(job: &Job) -> Toolchain {
    if let Some(container) = &job.container {
        let spec = container.image.value.as_deref().and_then(NodeSpec::from_image);
        return with_node(Learnt {
            value: spec,
            written: container.image.value.clone(),
            from: LearntFrom::Image,
            at: Some(container.image.at.clone()),
        });
    }
    let images: Option<Vec<_>> = job.runner.labels.iter().map(|label| runners::image(label)).collect();
    let Some(images) = images.filter(|images| !images.is_empty()) else { return Toolchain::default() };
    let npm = images.iter().map(|image| exactly(&image.npm)).reduce(widen);
    let node = images[0].node.as_ref();
    let node = node.filter(|node| images.iter().all(|image| image.node.as_ref() == Some(*node)));
    let (from, at) = (LearntFrom::Runner, &job.runner.at);
    Toolchain {
        node: Learnt {
            value: node.cloned().map(NodeSpec::Exact),
            written: node.map(ToString::to_string),
            from,
            at: at.clone(),
        },
        npm: Learnt { value: npm, written: None, from, at: at.clone() },
        upgrades: Vec::new(),
    }
}

/// A toolchain whose npm is the one that comes with this Node.
pub(super) fn with_node(node: Learnt<NodeSpec>) -> Toolchain {
    let npm = Learnt {
        value: node.value.as_ref().and_then(node::bundled_npm),
        written: None,
        from: LearntFrom::Bundled,
        at: node.at.clone(),
    };
    Toolchain { node, npm, upgrades: Vec::new() }
}

/// What a set-up action makes of the toolchain; none where the step is no such action or changes nothing.
pub(super) fn by_action(step: &Step, repository: &Repository<'_>) -> Option<Toolchain> {
    let StepKind::Uses { action, reference, .. } = &step.kind else { return None };
    let project = repository.project;
    let pinned = |pin: Option<&Pin>| pin.map(from_pin).map(with_node);
    match action.as_str() {
        // What the version manager's own file says, with or without a pin of npm.
        "volta-cli/action" => {
            let input = step.input("node-version").and_then(from_input).map(with_node);
            let manifest = |pin: &&Pin| pin.tool == Tool::Node && pin.kind == PinKind::Manifest;
            let mut toolchain = input.or_else(|| pinned(project.pins.iter().find(manifest)))?;
            if let Some(npm) = project.root().and_then(|root| {
                root.manifest.volta.iter().find(|(name, _)| name == "npm").map(|(_, version)| (root, version))
            }) {
                let at = Location::new(&npm.0.manifest.source, npm.1.span);
                upgrade(&mut toolchain, Some(&npm.1.value), at, false);
            }
            Some(toolchain)
        }
        "jdx/mise-action" | "asdf-vm/actions/install" | "asdf-vm/actions" => {
            pinned(project.pins.iter().find(|pin| pin.tool == Tool::Node && pin.kind == PinKind::File))
        }
        _ => {
            // Any other action with such an input sets Node up: `actions/setup-node`, and actions around it.
            let version = ["node-version", "node_version"].iter().find_map(|name| step.input(name));
            if let Some(learnt) = version.and_then(from_input) {
                return Some(with_node(learnt));
            }
            if let Some(file) = step.input("node-version-file").and_then(|input| input.text.value.as_deref())
            {
                let learnt = from_file(repository, file).unwrap_or(Learnt {
                    value: None,
                    written: Some(file.to_owned()),
                    from: LearntFrom::Setup,
                    at: Some(reference.at.clone()),
                });
                return Some(with_node(learnt));
            }
            // One that is not seen and says that it sets Node up leaves any Node behind.
            sets_node_up_unseen(step).then(Toolchain::default)
        }
    }
}

/// Whether a version manager without a version that is seen may replace the runner's own Node.
pub(super) fn may_replace_node(step: &Step) -> bool {
    matches!(step.action(), Some("jdx/mise-action" | "asdf-vm/actions/install" | "asdf-vm/actions"))
}

fn sets_node_up_unseen(step: &Step) -> bool {
    let StepKind::Uses { action, steps: None, .. } = &step.kind else { return false };
    // GitHub's own set-up action without a version keeps the runner's Node.
    if action.starts_with("actions/") {
        return false;
    }
    let name = action.split_once('/').map_or(action.as_str(), |(_, name)| name);
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| matches!(word, "node" | "nodejs" | "toolchain"))
}

/// The version that an input names; none for an empty one.
fn from_input(input: &crate::ci::Input) -> Option<Learnt<NodeSpec>> {
    let text = &input.text;
    if text.value.as_deref() == Some("") {
        return None;
    }
    Some(Learnt {
        value: text.value.as_deref().and_then(NodeSpec::parse),
        written: Some(text.shown().to_owned()),
        from: LearntFrom::Setup,
        at: Some(text.at.clone()),
    })
}

fn from_pin(pin: &Pin) -> Learnt<NodeSpec> {
    Learnt {
        value: NodeSpec::parse(&pin.version),
        written: Some(pin.version.clone()),
        from: LearntFrom::File,
        at: Some(pin.location.clone()),
    }
}

/// The version in a file of the repository, as setup-node reads it: of a manifest `volta` before
/// `devEngines` before `engines`.
fn from_file(repository: &Repository<'_>, file: &str) -> Option<Learnt<NodeSpec>> {
    let path = crate::files::join("", file.strip_prefix("${{ github.workspace }}/").unwrap_or(file))?;
    let mut pins = repository.project.pins.iter();
    if let Some(pin) = pins.find(|pin| pin.tool == Tool::Node && pin.path() == path) {
        return Some(from_pin(pin));
    }
    // A version file that is not at the root.
    let source = repository.files.read(&path).ok()??;
    let line = (1..=source.line_count()).find(|&number| !source.line(number).trim().is_empty())?;
    let text = source.line(line).trim();
    let value = NodeSpec::parse(text)?;
    let at = Location::new(&source, source.line_span(line));
    Some(Learnt { value: Some(value), written: Some(text.to_owned()), from: LearntFrom::File, at: Some(at) })
}

/// Notes that npm `wanted` is installed at `at`. Where that happens only under a condition, npm is
/// afterwards either of the two.
pub(super) fn upgrade(toolchain: &mut Toolchain, wanted: Option<&str>, at: Location, conditional: bool) {
    let from = toolchain.npm.value.clone();
    let to = wanted.and_then(npm::resolve).map(|version| exactly(&version));
    let after = match (conditional, &from, &to) {
        (true, Some(from), Some(to)) => Some(widen(from.clone(), to.clone())),
        (true, _, _) => None,
        (false, _, to) => to.clone(),
    };
    toolchain.npm = Learnt {
        value: after,
        written: wanted.map(str::to_owned),
        from: LearntFrom::Upgrade,
        at: Some(at.clone()),
    };
    toolchain.upgrades.push(Upgrade { wanted: wanted.map(str::to_owned), at, from, to });
}

fn exactly(version: &Version) -> Bundled {
    Bundled { min: Some(version.clone()), max: Some(version.clone()) }
}

/// Bounds that hold both.
fn widen(a: Bundled, b: Bundled) -> Bundled {
    Bundled { min: a.min.zip(b.min).map(|(a, b)| a.min(b)), max: a.max.zip(b.max).map(|(a, b)| a.max(b)) }
}
