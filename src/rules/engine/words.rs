//! Phrases that several rules say in the same way.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::ci::{LearntFrom, PublishPath};
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::facts::node::Bundled;
use crate::facts::npm::{self, Feature};
use crate::plan::{self, Want};

/// "npm 10.9.2, bundled with Node 22.14.0".
pub(in crate::rules) fn npm(path: &PublishPath) -> String {
    let npm = &path.toolchain.npm;
    let version = npm.value.as_ref().map_or_else(|| "of an unknown version".to_owned(), bounds);
    match npm.from {
        LearntFrom::Bundled => format!("npm {version}, bundled with {}", node(path)),
        LearntFrom::Image => format!("npm {version} of its image"),
        LearntFrom::Runner => format!("npm {version} of the runner's own image"),
        LearntFrom::Upgrade => format!("npm {version}, installed before it"),
        _ => format!("npm {version}"),
    }
}

/// "Node 20.17.0", "the Node of `node:20`".
pub(in crate::rules) fn node(path: &PublishPath) -> String {
    let shown = path.toolchain.node_shown().unwrap_or_default();
    if path.toolchain.node.from == LearntFrom::Image && shown.contains(':') {
        format!("the Node of `{shown}`")
    } else {
        format!("Node {shown}")
    }
}

/// "10.9.2", "10.9.2 to 11.5.0", "11.0.0 or later", "at most 10.9.8", "of an unknown version".
pub(in crate::rules) fn bounds(bounds: &Bundled) -> String {
    match (&bounds.min, &bounds.max) {
        (Some(low), Some(high)) if low == high => low.to_string(),
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("{low} or later"),
        (None, Some(high)) => format!("at most {high}"),
        (None, None) => "of an unknown version".to_owned(),
    }
}

/// Where the npm version is decided: the upgrade, the Node pin, the image; else the command itself.
pub(in crate::rules) fn toolchain_place(path: &PublishPath) -> &Location {
    let toolchain = &path.toolchain;
    toolchain.npm.at.as_ref().or(toolchain.node.at.as_ref()).unwrap_or(&path.command.at)
}

/// Whether a GitHub permission is `id-token`, or meant to be.
pub(in crate::rules) fn is_id_token(permission: &str) -> bool {
    permission.to_ascii_lowercase().replace(['_', '-'], "") == "idtoken"
}

/// Whether npm accepts identities of this provider.
pub(in crate::rules) fn has_oidc(provider: Provider) -> bool {
    npm::floor(Feature::OidcPublish, provider).is_some()
}

/// What to write to get an npm that can exchange and stage, in the provider's own terms; only stage where
/// there is no identity.
pub(in crate::rules) fn newer_npm(path: &PublishPath) -> &'static str {
    static KNOWN: LazyLock<HashMap<Provider, String>> =
        LazyLock::new(|| Provider::ALL.into_iter().map(|provider| (provider, advice(provider))).collect());
    &KNOWN[&path.provider]
}

fn advice(provider: Provider) -> String {
    let npm = npm::resolve("11").map_or_else(String::new, |version| version.to_string());
    let image = match provider {
        Provider::Gitlab | Provider::Jenkins | Provider::Bitbucket | Provider::Buildkite => Some("node"),
        Provider::Circleci => Some("cimg/node"),
        _ => None,
    };
    let mut features = vec![Feature::StagePublish];
    features.extend(has_oidc(provider).then_some(Feature::OidcPublish));
    let want = Want { features, image, ..Want::default() };
    let Ok(toolchain) = plan::solve(provider, &want) else {
        return format!("Add `npm install -g npm@{npm}` before the publish.");
    };
    let node = toolchain.node;
    let (pin, sudo) = match provider {
        Provider::Github => (format!("`node-version: {node}` in the publish job"), ""),
        Provider::Azure => (format!("`NodeTool@0` with `versionSpec: {node}` in the publish job"), ""),
        Provider::Circleci => (format!("the image `cimg/node:{node}` for the publish job"), "sudo "),
        _ => (format!("the image `node:{node}` for the publish job"), ""),
    };
    format!("Use {pin}, or `{sudo}npm install -g npm@{npm}` before the publish.")
}
