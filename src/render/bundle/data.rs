//! From the table of inputs and the facts to what the bundle's templates name.

use std::fmt::Write as _;

use minijinja::{Value, context};

use super::inputs::{self, Default, Input, Kind, Part, Step};
use super::scripts;
use crate::facts::npm::Feature;
use crate::facts::{Provider, actions, images, registry};
use crate::plan::{Toolchain, Want, solve};

/// Who renders, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Owner of the Action's, component's and orb's own projects.
    pub namespace: String,
    /// Whether the members stand in trustpub's own repository, beside its sources.
    pub in_tree: bool,
}

/// Node and npm of a publish job that can publish and stage.
pub(super) fn toolchain(provider: Provider) -> Toolchain {
    let image = match provider {
        Provider::Gitlab => Some("node"),
        Provider::Circleci => Some("cimg/node"),
        _ => None,
    };
    let want = Want { features: vec![Feature::OidcPublish, Feature::StagePublish], image, ..Want::default() };
    solve(provider, &want)
        .expect("a known Node publishes and stages by identity on each; a test solves all three")
}

/// The data that every template of the bundle shares.
pub(super) fn shared(bundle: &Bundle, provider: Provider) -> Value {
    let toolchain = toolchain(provider);
    let image = images::image(if provider == Provider::Circleci { "cimg/node" } else { "node" });
    let variant = |variant: Option<&String>| variant.map(|text| format!("-{text}")).unwrap_or_default();
    context! {
        namespace => bundle.namespace.clone(),
        in_tree => bundle.in_tree,
        action => if bundle.in_tree { format!("{}/trustpub/action", bundle.namespace) } else { format!("{}/npm-publish", bundle.namespace) },
        home => if bundle.in_tree { format!("https://github.com/{0}/trustpub", bundle.namespace) } else { format!("https://github.com/{0}/npm-publish-orb", bundle.namespace) },
        registry => registry::URL,
        audience => registry::AUDIENCE,
        rust => env!("CARGO_PKG_RUST_VERSION"),
        node => toolchain.node.to_string(),
        npm => toolchain.npm.to_string(),
        pack_variant => variant(image.and_then(|image| image.pack_variant.as_ref())),
        publish_variant => variant(image.and_then(|image| image.publish_variant.as_ref())),
        actions => context! {
            checkout => action("actions/checkout"),
            node => action("actions/setup-node"),
            upload => action("actions/upload-artifact"),
            download => action("actions/download-artifact"),
        },
        scripts => context! {
            install => scripts::install(),
            build => scripts::BUILD,
            pack => scripts::pack(provider),
            publish => scripts::publish(provider),
        },
        all => part(Part::ActionAll, &toolchain),
        pack => part(Part::ActionPack, &toolchain),
        publish => part(Part::ActionPublish, &toolchain),
        check => part(Part::ActionCheck, &toolchain),
        component => part(Part::Component, &toolchain),
        orb_pack => part(Part::OrbPack, &toolchain),
        orb_publish => part(Part::OrbPublish, &toolchain),
    }
}

fn action(name: &str) -> Value {
    let pin = actions::pin(name).expect("a test of render holds that each has a pin read from its tag");
    context! { uses => format!("{}@{}", pin.action, pin.commit), version => pin.version.clone() }
}

/// The inputs of `part`: all of them, those that reach each script, and the README's table.
fn part(part: Part, toolchain: &Toolchain) -> Value {
    let all: Vec<Value> = inputs::of(part).map(|input| value(input, toolchain)).collect();
    let reaching = |step: Step| -> Vec<Value> {
        inputs::of(part)
            .filter(|input| input.reaches.is_some_and(|(_, steps)| steps.contains(&step)))
            .map(|input| value(input, toolchain))
            .collect()
    };
    context! {
        inputs => all,
        install => reaching(Step::Install),
        build => reaching(Step::Build),
        pack => reaching(Step::Pack),
        publish => reaching(Step::Publish),
        check => reaching(Step::Check),
        table => table(part, toolchain),
    }
}

fn value(input: &Input, toolchain: &Toolchain) -> Value {
    let (options, regex) = match input.kind {
        Kind::Choice(options) => (options.to_vec(), ""),
        Kind::Text(regex) => (Vec::new(), regex),
        Kind::Flag | Kind::Commands | Kind::Secret => (Vec::new(), ""),
    };
    context! {
        name => input.name,
        parameter => input.parameter(),
        flag => input.kind == Kind::Flag,
        commands => input.kind == Kind::Commands,
        secret => input.kind == Kind::Secret,
        options, regex,
        required => input.default == Default::Required,
        default => default(input, toolchain),
        description => input.description,
        env => input.reaches.map(|(env, _)| env),
    }
}

fn default(input: &Input, toolchain: &Toolchain) -> String {
    match input.default {
        Default::Required => String::new(),
        Default::Text(text) => text.to_owned(),
        Default::Node => toolchain.node.to_string(),
        Default::GithubToken => "${{ github.token }}".to_owned(),
    }
}

/// The table of inputs for a README.
fn table(part: Part, toolchain: &Toolchain) -> String {
    let orb = matches!(part, Part::OrbPack | Part::OrbPublish);
    let cell = |text: &str| text.replace('|', "\\|");
    let mut out = String::from("| input | default | |\n|---|---|---|\n");
    if orb {
        out = out.replacen("input", "parameter", 1);
    }
    for input in inputs::of(part) {
        let name = if orb { input.parameter() } else { input.name.to_owned() };
        let default = match (input.default, default(input, toolchain)) {
            (Default::Required, _) => "**required**".to_owned(),
            (_, text) if text.is_empty() => "empty".to_owned(),
            (_, text) => format!("`{}`", cell(&text)),
        };
        let choices = match input.kind {
            Kind::Choice(options) => format!("One of `{}`. ", options.join("`, `")),
            _ => String::new(),
        };
        let _ = writeln!(out, "| `{name}` | {default} | {choices}{} |", cell(input.description));
    }
    out.truncate(out.trim_end().len());
    out
}
