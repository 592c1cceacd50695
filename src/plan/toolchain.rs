//! The publish job's exact Node and npm, from the facts alone.
//!
//! The publish job runs none of the project's code, so its Node is free to choose: the newest whose
//! bundled npm is known and does what the job asks for. Only where no such Node exists is an npm
//! installed, by exact version. A pin in the spec is solved the same way, or refused with the reason.

use nodejs_semver::Version;

use super::Refusal;
use crate::facts::npm::{self, Feature};
use crate::facts::{Evidence, Provider, images, node};

/// What the publish job runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// Exact Node.
    pub node: Version,
    /// Exact npm that publishes.
    pub npm: Version,
    /// The npm versions to install one after the other; empty where the bundled one serves.
    pub install: Vec<Version>,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

/// What is asked of the publish job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Want<'a> {
    /// What the job must be able to do.
    pub features: Vec<Feature>,
    /// The image that brings Node, where the job runs in one; its tags limit the choice.
    pub image: Option<&'a str>,
    /// Exact Node of the spec.
    pub node: Option<&'a str>,
    /// Exact npm of the spec.
    pub npm: Option<&'a str>,
}

const KEY_NODE: &str = "publish.node";
const KEY_NPM: &str = "publish.npm";

/// Chooses Node and npm for a publish job of `provider`.
pub fn solve(provider: Provider, want: &Want<'_>) -> Result<Toolchain, Refusal> {
    let npm_pin = want.npm.map(|text| pinned_npm(provider, want, text)).transpose()?;
    let node_pin = want.node.map(pinned_node).transpose()?;
    match (node_pin, npm_pin) {
        (Some(node), npm) => with_node(provider, want, node, npm),
        (None, Some(npm)) => with_npm(want, npm),
        (None, None) => free(provider, want),
    }
    .map_err(|refusal| if refusal.provider.is_none() { refusal.of(provider) } else { refusal })
}

/// Whether npm `version` does all that is asked for.
fn serves(provider: Provider, want: &Want<'_>, version: &Version) -> bool {
    npm::never(version).is_none()
        && version.pre_release().is_empty()
        && want.features.iter().all(|&feature| npm::supports(feature, provider, version))
}

/// Nodes whose bundled npm is known and that the job's image has, newest first, with that npm.
/// The newest line of which a bundled npm was seen at work comes first; lines that are known from
/// release posts alone come last.
fn candidates(want: &Want<'_>) -> Vec<(Version, Version)> {
    let mut known: Vec<node::Choice> =
        node::choices().filter(|choice| !choice.origin.is_open() && available(want, choice.node)).collect();
    let run = |choice: &&node::Choice| choice.origin.evidence == Evidence::Run;
    let lines: Vec<u64> = known.iter().filter(run).map(|choice| choice.node.major()).collect();
    let rank = |choice: &node::Choice| (lines.contains(&choice.node.major()), choice.node);
    known.sort_by(|a, b| rank(b).cmp(&rank(a)));
    known.into_iter().map(|choice| (choice.node.clone(), choice.npm.clone())).collect()
}

/// Whether the job's image is known to have a tag for `node`.
fn available(want: &Want<'_>, node: &Version) -> bool {
    want.image.and_then(images::image).is_none_or(|image| image.has(node))
}

fn free(provider: Provider, want: &Want<'_>) -> Result<Toolchain, Refusal> {
    let candidates = candidates(want);
    if let Some((node, npm)) = candidates.iter().find(|(_, npm)| serves(provider, want, npm)) {
        let reasons =
            vec![format!("Node {node} bundles npm {npm}, which {}: nothing to install", does(want))];
        return Ok(Toolchain { node: node.clone(), npm: npm.clone(), install: Vec::new(), reasons });
    }
    let (node, bundled) = candidates.first().ok_or_else(|| {
        let message = "no Node with a known npm has a tag of that image";
        Refusal::new(KEY_NODE, message, "pin `publish.node` and `publish.npm`, or leave out `image`")
    })?;
    let target = newest_serving(provider, want, node).ok_or_else(|| unserved(provider, want))?;
    let reasons = vec![format!(
        "no known Node bundles an npm that {}: npm {target} is installed over {bundled}, by exact version",
        does(want)
    )];
    let install = hops(bundled, &target);
    Ok(Toolchain { node: node.clone(), npm: target, install, reasons })
}

fn with_node(
    provider: Provider,
    want: &Want<'_>,
    node: Version,
    npm: Option<Version>,
) -> Result<Toolchain, Refusal> {
    let bundled =
        node::bundled_npm(&node::NodeSpec::Exact(node.clone())).and_then(|npm| npm.exact().cloned());
    let Some(npm) = npm.or_else(|| bundled.clone().filter(|npm| serves(provider, want, npm))) else {
        let Some(bundled) = bundled else {
            let message = format!("the npm that Node {node} bundles is not known");
            let help = "pin `publish.npm` too, or leave out `publish.node`: the job runs none of your code";
            return Err(Refusal::new(KEY_NODE, message, help));
        };
        let target = newest_serving(provider, want, &node).ok_or_else(|| unserved(provider, want))?;
        let reasons = vec![format!(
            "the spec pins Node {node}, whose bundled npm {bundled} does not do all that is asked: npm {target} is installed"
        )];
        return Ok(Toolchain { install: hops(&bundled, &target), node, npm: target, reasons });
    };
    if npm::runs_on(&npm, &node) == Some(false) {
        let accepts = npm::engines(&npm).map_or(String::new(), |engines| engines.node.clone());
        let message = format!("npm {npm} does not run on Node {node}");
        return Err(Refusal::new(KEY_NPM, message, format!("npm {}.x accepts Node {accepts}", npm.major())));
    }
    let install = match &bundled {
        Some(bundled) if *bundled == npm => Vec::new(),
        Some(bundled) => hops(bundled, &npm),
        None => vec![npm.clone()],
    };
    let reasons = vec![format!("Node {node} and npm {npm} as the spec pins them")];
    Ok(Toolchain { node, npm, install, reasons })
}

fn with_npm(want: &Want<'_>, npm: Version) -> Result<Toolchain, Refusal> {
    let candidates = candidates(want);
    let bundling = candidates.iter().find(|(_, bundled)| *bundled == npm);
    let (node, bundled) = bundling
        .or_else(|| candidates.iter().find(|(node, _)| npm::runs_on(&npm, node) == Some(true)))
        .ok_or_else(|| {
            let message = format!("no known Node runs npm {npm}");
            Refusal::new(KEY_NPM, message, "leave out `publish.npm`")
        })?;
    let install = if *bundled == npm { Vec::new() } else { hops(bundled, &npm) };
    let reasons = vec![if install.is_empty() {
        format!("Node {node} bundles npm {npm}, which the spec pins")
    } else {
        format!("the spec pins npm {npm}: it is installed over {bundled}, by exact version")
    }];
    Ok(Toolchain { node: node.clone(), npm, install, reasons })
}

/// The newest npm release that serves and runs on `node`: of the major that Nodes bundle today
/// where one does, since that is what the rest of the world runs.
fn newest_serving(provider: Provider, want: &Want<'_>, node: &Version) -> Option<Version> {
    let usual = node::choices().map(|choice| choice.npm.major()).max();
    let fits = |npm: &&Version| npm::runs_on(npm, node) == Some(true) && serves(provider, want, npm);
    let releases = npm::releases().versions.iter().filter(fits);
    releases.max_by_key(|npm| (Some(npm.major()) == usual, *npm)).cloned()
}

/// The installs that lead from one npm to another: two where the first cannot do it directly.
fn hops(from: &Version, to: &Version) -> Vec<Version> {
    let via = npm::self_upgrade_fault(from, to).map(|fault| fault.via.clone());
    via.into_iter().filter(|via| via != to).chain([to.clone()]).collect()
}

fn exact(text: &str) -> Option<Version> {
    let version = Version::parse(text).ok()?;
    (version.to_string() == text && version.pre_release().is_empty()).then_some(version)
}

fn pinned_node(text: &str) -> Result<Version, Refusal> {
    exact(text).ok_or_else(|| {
        let message = format!("`{text}` is no exact Node version");
        Refusal::new(KEY_NODE, message, "write all three numbers, or leave it out and trustpub chooses")
    })
}

fn pinned_npm(provider: Provider, want: &Want<'_>, text: &str) -> Result<Version, Refusal> {
    let refuse = |message: String, help: String| Refusal::new(KEY_NPM, message, help).of(provider);
    let Some(version) = exact(text) else {
        let help = "write all three numbers: what a tag or range means changes under a release";
        return Err(refuse(format!("`{text}` is no exact npm version"), help.to_owned()));
    };
    if let Some(never) = npm::never(&version) {
        let help = "choose another version, or leave it out".to_owned();
        return Err(refuse(format!("npm {version} is broken: {}", never.reason), help));
    }
    if !npm::releases().versions.contains(&version) {
        let help = format!("the newest one known is {}", npm::releases().latest);
        return Err(refuse(format!("no npm {version} is known"), help));
    }
    for &feature in &want.features {
        if npm::supports(feature, provider, &version) {
            continue;
        }
        let floor = npm::floor(feature, provider);
        let help = match floor {
            Some(floor) => format!("it needs npm {floor} or later, or leave out `publish.npm`"),
            None => "no npm does that there".to_owned(),
        };
        let message = format!("npm {version} cannot {} on {}", verb(feature), provider.name());
        return Err(refuse(message, help));
    }
    Ok(version)
}

fn unserved(provider: Provider, want: &Want<'_>) -> Refusal {
    let message = format!("no npm that runs here can {} on {}", does(want), provider.name());
    Refusal::new(KEY_NODE, message, "leave out `publish.node`, or ask for less")
}

/// What a feature lets the job do, to complete "npm can …".
fn verb(feature: Feature) -> &'static str {
    match feature {
        Feature::StagePublish => "stage a publish",
        Feature::DistTagOidc => "set dist-tags with the identity",
        _ => "publish with the identity",
    }
}

fn does(want: &Want<'_>) -> String {
    let verbs: Vec<&str> = want.features.iter().map(|&feature| verb(feature)).collect();
    if verbs.is_empty() { "publishes".to_owned() } else { format!("can {}", verbs.join(" and ")) }
}
