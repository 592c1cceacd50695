//! Thin pipelines: the data of the templates that refer to the bundle's Action, component or orb by an exact pin.
//! Every input is one of the bundle's own table.

use minijinja::{Value, context};

use super::data;
use crate::facts::{Provider, actions, runners};
use crate::plan::{BundlePin, CIRCLECI_PARAMETER, PackNode, TargetPlan};
use crate::spec::{Access, Details, Manager, Mode};

/// An input: its name in the Action and the component, and its value.
pub(super) type Input = (&'static str, serde_json::Value);

/// What the member gets: for the pack half, and for the publish half. The component takes both at once.
pub(super) struct Inputs {
    pub(super) pack: Vec<Input>,
    pub(super) publish: Vec<Input>,
}

/// The packages, one a line.
fn packages(plan: &TargetPlan) -> String {
    let line = |package: &crate::spec::ResolvedPackage| {
        let mut line = package.name.clone();
        if package.path != "." {
            line.extend([" ", &package.path]);
        }
        if let Some(access) = package.access {
            line.push_str(if access == Access::Public { " access=public" } else { " access=restricted" });
        }
        if package.tag != "latest" {
            line.extend([" tag=", &package.tag]);
        }
        line
    };
    plan.packages.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The inputs of both halves, in the table's order; what the table's default says already is left out.
pub(super) fn inputs(plan: &TargetPlan) -> Inputs {
    let mut pack: Vec<Input> = vec![("packages", packages(plan).into())];
    let manager = match plan.pack.manager {
        Manager::Npm => None,
        Manager::Pnpm => Some("pnpm"),
        Manager::Yarn => Some("yarn"),
        Manager::Bun => Some("bun"),
    };
    pack.extend(manager.map(|manager| ("package-manager", manager.into())));
    pack.push(match &plan.pack.node {
        PackNode::Exact(version) | PackNode::Image(version) => ("node-version", version.as_str().into()),
        PackNode::File(file) => ("node-version-file", file.as_str().into()),
    });
    let install = plan.pack.install.as_ref();
    pack.push(("install-command", install.map_or("none", |install| install.command.as_str()).into()));
    if install.is_some_and(|install| !install.scripts) {
        pack.push(("ignore-scripts", true.into()));
    }
    if let Some(token) = install.and_then(|install| install.token.as_ref()) {
        match plan.provider {
            Provider::Github => pack.push(("read-token", format!("${{{{ secrets.{token} }}}}").into())),
            Provider::Circleci => pack.push(("read-token", token.as_str().into())),
            _ => {}
        }
    }
    if !plan.pack.run.is_empty() {
        pack.push(("build-command", plan.pack.run.join("\n").into()));
    }
    // Said, so that no `publishConfig.tag` says otherwise: the spec has taken that into account.
    pack.push(("tag", "latest".into()));
    pack.push(("prerelease-tag", plan.prerelease_tag.as_str().into()));
    let names: Vec<&str> = plan.packages.iter().map(|package| package.name.as_str()).collect();
    let mut publish: Vec<Input> = vec![("packages", names.join("\n").into())];
    if plan.mode == Mode::Stage {
        publish.push(("mode", "stage".into()));
    }
    if let Some(provenance) = plan.publish.provenance.filter(|_| plan.provider != Provider::Circleci) {
        publish.push(("provenance", provenance.to_string().into()));
    }
    of_provider(plan, &mut pack, &mut publish);
    Inputs { pack, publish }
}

fn of_provider(plan: &TargetPlan, pack: &mut Vec<Input>, publish: &mut Vec<Input>) {
    match &plan.details {
        Details::Github { environment, .. } => {
            publish.push(("environment", environment.as_str().into()));
            publish.push(("workflow", plan.file_name().into()));
            publish.push(("ref", plan.trigger.reference().into()));
            let digest = format!("${{{{ needs.{}.outputs.manifest-sha256 }}}}", plan.pack_job());
            publish.push(("manifest-sha256", digest.into()));
        }
        Details::Gitlab { environment, image, .. } => {
            publish.retain(|(name, _)| *name != "packages");
            publish.push(("environment", environment.as_str().into()));
            let (pack_stage, publish_stage) = data::stages(plan);
            publish.push(("pack-stage", pack_stage.into()));
            publish.push(("publish-stage", publish_stage.into()));
            let regex = plan.trigger.pattern().map(crate::plan::Pattern::regex).unwrap_or_default();
            publish.push(("tag-regex", regex.into()));
            if image != "node" {
                publish.push(("image", image.as_str().into()));
            }
        }
        Details::Circleci { vcs_origin, context_id, image, resource_class, .. } => {
            publish.push(("ref", plan.trigger.reference().into()));
            publish.extend(vcs_origin.as_ref().map(|origin| ("vcs-origin", origin.as_str().into())));
            publish.extend(context_id.as_ref().map(|id| ("context-id", id.as_str().into())));
            for half in [pack, publish] {
                if image != "cimg/node" {
                    half.push(("image", image.as_str().into()));
                }
                half.push(("resource-class", resource_class.as_str().into()));
            }
        }
        Details::Token { .. } => {}
    }
}

/// An input's name as the provider's member has it.
pub(super) fn name(provider: Provider, input: &str) -> String {
    if provider == Provider::Circleci { input.replace('-', "_") } else { input.to_owned() }
}

/// An input's value as the file has it: CircleCI would read an expression even in a command.
pub(super) fn text(provider: Provider, value: &serde_json::Value) -> serde_json::Value {
    match value.as_str() {
        Some(text) if provider == Provider::Circleci => data::unexpanded(text).into(),
        // The Action's inputs are text.
        None if provider == Provider::Github => value.to_string().into(),
        _ => value.clone(),
    }
}

/// The reference to the member; of the Action, to its repository.
pub(super) fn reference(pin: &BundlePin) -> String {
    match pin {
        BundlePin::Action(pin) => pin.action.clone(),
        BundlePin::Component(pin) => format!("{}@{}", pin.component, pin.version),
        BundlePin::Orb(pin) => pin.orb.clone(),
    }
}

/// The data of the target's thin template.
pub(super) fn of(plan: &TargetPlan, pin: &BundlePin) -> Value {
    let Inputs { pack, publish } = inputs(plan);
    let shown = |inputs: &[Input]| -> Value {
        let one = |(input, value): &Input| {
            let value = text(plan.provider, value);
            let given =
                value.as_bool().map_or_else(|| value.as_str().map(Value::from), |flag| Some(flag.into()));
            let secret = value.as_str().is_some_and(|text| text.starts_with("${{ secrets."));
            context! { name => name(plan.provider, input), text => given, secret }
        };
        inputs.iter().map(one).collect()
    };
    let (commit, version) = match pin {
        BundlePin::Action(pin) => (pin.commit.clone(), pin.version.clone()),
        BundlePin::Component(_) | BundlePin::Orb(_) => (String::new(), None),
    };
    let checkout = actions::pin("actions/checkout").expect("a test checks that every action used has a pin");
    let (environment, runner, build_runner, restricted) = match &plan.details {
        Details::Github { environment, runner, build_runner, .. } => {
            (environment.as_str(), runner.as_str(), build_runner.as_str(), "")
        }
        Details::Gitlab { environment, .. } => (environment.as_str(), "", "", ""),
        Details::Circleci { context, .. } => ("", "", "", context.as_str()),
        Details::Token { .. } => ("", "", "", ""),
    };
    let (pack_stage, publish_stage) = data::stages(plan);
    context! {
        entry => plan.entry,
        file_name => plan.file_name(),
        reference => reference(pin),
        commit, version,
        trigger => data::github_trigger(plan),
        filters => data::circleci_filters(plan),
        when => plan.trigger.circleci_when(),
        parameter => CIRCLECI_PARAMETER,
        checkout => context! { uses => format!("{}@{}", checkout.action, checkout.commit), version => checkout.version.clone() },
        environment, context => restricted,
        pack => context! {
            job => plan.pack_job(),
            stage => pack_stage,
            runner => build_runner,
            self_hosted => runners::classify(Provider::Github, &[build_runner]) == runners::Runner::SelfHosted,
            timeout => plan.pack.timeout_minutes,
            inputs => shown(&pack),
        },
        publish => context! {
            job => plan.publish_job(),
            stage => publish_stage,
            runner,
            timeout => plan.publish.timeout_minutes,
            inputs => shown(&publish),
        },
    }
}
