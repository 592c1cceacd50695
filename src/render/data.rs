//! From a target's plan to the data that its template names.

use minijinja::{Value, context};

use super::runtime::Program;
use super::script::{self, Setup, Step};
use crate::facts::{Provider, actions, images, registry, runners};
use crate::plan::{CIRCLECI_PARAMETER, GithubEvent, Install, PackNode, READ_TOKEN, TargetPlan};
use crate::spec::{Auth, Details, Manager};

type Env = Vec<(&'static str, String)>;

/// The data of the target's template.
pub(super) fn of(plan: &TargetPlan) -> Value {
    match &plan.details {
        Details::Github { environment, runner, build_runner, .. } => {
            github(plan, environment, runner, build_runner)
        }
        Details::Gitlab { environment, image, image_digest, tags, .. } => {
            gitlab(plan, environment, image, image_digest.as_deref(), tags)
        }
        Details::Circleci { context, image, image_digest, resource_class, .. } => {
            circleci(plan, context, image, image_digest.as_deref(), resource_class)
        }
        Details::Token { .. } => Value::UNDEFINED,
    }
}

fn github(plan: &TargetPlan, environment: &str, runner: &str, build_runner: &str) -> Value {
    let (node, node_file) = match &plan.pack.node {
        PackNode::Exact(version) => (Some(version.clone()), None),
        PackNode::File(file) => (None, Some(file.clone())),
        PackNode::Image(_) => (None, None),
    };
    let install = plan.pack.install.as_ref().map(|install| {
        context! {
            env => pairs(install_variables(plan)),
            token => install.token.clone(),
            variable => install.variable(),
            script => script::install(install, plan.pack.manager),
        }
    });
    context! {
        file_name => plan.file_name(),
        trigger => github_trigger(plan),
        actions => context! {
            checkout => action("actions/checkout"),
            node => action("actions/setup-node"),
            upload => action("actions/upload-artifact"),
            download => action("actions/download-artifact"),
        },
        pack => context! {
            job => plan.pack_job(),
            runner => build_runner,
            self_hosted => runners::classify(Provider::Github, &[build_runner]) == runners::Runner::SelfHosted,
            timeout => plan.pack.timeout_minutes,
            node, node_file,
            setup => script::setup(&plan.pack, "").map(setup_value),
            install,
            run => steps(plan.pack.run.iter().map(|command| Step::of(command)).collect()),
            env => pairs(pack_env(plan)),
            script => Program::Pack.script(plan.into()),
        },
        publish => context! {
            job => plan.publish_job(),
            runner, environment,
            timeout => plan.publish.timeout_minutes,
            oidc => plan.auth == Auth::Oidc,
            node => plan.publish.toolchain.node.to_string(),
            why => why(plan),
            install => installs(plan),
            env => pairs(publish_env(plan)),
            script => Program::Publish.script(plan.into()),
        },
    }
}

fn gitlab(plan: &TargetPlan, environment: &str, image: &str, digest: Option<&str>, tags: &[String]) -> Value {
    let (pack_stage, publish_stage) = stages(plan);
    let oidc = plan.auth == Auth::Oidc;
    context! {
        entry => plan.entry,
        file_name => plan.file_name(),
        rule => plan.trigger.gitlab_rule(),
        tags => tags.to_vec(),
        pack => context! {
            job => plan.pack_job(),
            stage => pack_stage,
            image => pack_image(plan, image),
            timeout => format!("{} minutes", plan.pack.timeout_minutes),
            env => pairs(pack_env(plan)),
            forced => script::setup(&plan.pack, "").and_then(|setup| setup.forced),
            scripts => gitlab_scripts(plan),
        },
        publish => context! {
            job => plan.publish_job(),
            stage => publish_stage,
            image => publish_image(plan, image, digest),
            environment,
            timeout => format!("{} minutes", plan.publish.timeout_minutes),
            oidc,
            audience => registry::AUDIENCE,
            why => why(plan),
            install => installs(plan),
            env => pairs(publish_env(plan)),
            script => Program::Publish.script(plan.into()),
        },
    }
}

/// The stages of both jobs on GitLab: an included file adds none of its own.
pub(super) fn stages(plan: &TargetPlan) -> (&'static str, &'static str) {
    if plan.entry { ("pack", "publish") } else { ("deploy", "deploy") }
}

pub(super) fn gitlab_scripts(plan: &TargetPlan) -> Vec<String> {
    let mut scripts: Vec<String> =
        script::setup(&plan.pack, "").into_iter().map(|setup| setup.command).collect();
    if let Some(install) = &plan.pack.install {
        let mut lines = String::new();
        for (name, text) in script::install_env(install, plan.pack.manager) {
            lines.extend(["export ", name, "=", text, "\n"]);
        }
        if let Some(token) = renamed(install) {
            lines.push_str(&read_token(token));
        }
        lines.push_str(&script::install(install, plan.pack.manager));
        // All lines run in one shell: what the install sets stays in a shell of its own.
        let shared = lines.contains('\n');
        scripts.push(if shared { format!("(\n{}\n)\n", lines.trim_end_matches('\n')) } else { lines });
        if let Some(token) = &install.token {
            let also = if renamed(install).is_some() { " NPM_READ_TOKEN" } else { "" };
            scripts.push(format!("unset {token}{also}"));
        }
    }
    scripts.extend(plan.pack.run.iter().cloned());
    scripts.push(Program::Pack.script(plan.into()));
    scripts
}

fn circleci(plan: &TargetPlan, context: &str, image: &str, digest: Option<&str>, class: &str) -> Value {
    let pack_image = pack_image(plan, image);
    let publish_image = publish_image(plan, image, digest);
    let drop = drop_token(plan);
    let install = plan.pack.install.as_ref().map(|install| {
        context! { env => pairs(install_variables(plan)), script => unexpanded(&circleci_install(plan, install)) }
    });
    let run = plan.pack.run.iter().map(|command| {
        let Step { name, script } = Step::of(command);
        Step { name: unexpanded(&name), script: unexpanded(&format!("{drop}{script}")) }
    });
    context! {
        entry => plan.entry,
        parameter => CIRCLECI_PARAMETER,
        when => plan.trigger.circleci_when(),
        filters => circleci_filters(plan),
        resource_class => class,
        context,
        pack => context! {
            job => plan.pack_job(),
            setup => script::setup(&plan.pack, sudo(&pack_image)).map(setup_value),
            install,
            run => steps(run.collect()),
            env => pairs(pack_env(plan)),
            script => unexpanded(&format!("{drop}{}", Program::Pack.script(plan.into()))),
            image => pack_image,
        },
        publish => context! {
            job => plan.publish_job(),
            timeout => format!("{}m", plan.publish.timeout_minutes),
            sudo => sudo(&publish_image),
            why => why(plan),
            install => installs(plan),
            env => pairs(publish_env(plan)),
            script => unexpanded(&Program::Publish.script(plan.into())),
            image => publish_image,
        },
    }
}

/// What stands before a command that needs more rights than the user of `image` has.
pub(super) fn sudo(image: &str) -> &'static str {
    let repository =
        image.split('@').next().and_then(|name| name.rsplit_once(':')).map_or(image, |(name, _)| name);
    if images::image(repository).is_some_and(|known| known.sudo) { "sudo " } else { "" }
}

/// The variable of the spec that the runtime reads under another name.
fn renamed(install: &Install) -> Option<&str> {
    install.handed_over().filter(|token| *token != READ_TOKEN)
}

/// The line that hands the spec's own variable to the runtime, under the name that it reads.
fn read_token(variable: &str) -> String {
    format!("export NPM_READ_TOKEN=\"${variable}\"\n")
}

/// Every step starts with the job's variables: those after the install drop the token again.
fn drop_token(plan: &TargetPlan) -> String {
    let token = plan.pack.install.as_ref().and_then(|install| install.token.as_ref());
    token.map_or(String::new(), |token| format!("unset {token}\n"))
}

/// The variables of the install step, where it is a step of its own.
pub(super) fn install_variables(plan: &TargetPlan) -> Env {
    let Some(install) = plan.pack.install.as_ref().filter(|_| plan.provider != Provider::Gitlab) else {
        return Vec::new();
    };
    let mut env = owned(script::install_env(install, plan.pack.manager));
    if install.handed_over().is_some() {
        env.push(("TRUSTPUB_REGISTRY", registry::URL.to_owned()));
    }
    env
}

fn circleci_install(plan: &TargetPlan, install: &Install) -> String {
    let read = renamed(install).map(read_token).unwrap_or_default();
    read + &script::install(install, plan.pack.manager)
}

/// The scripts of CircleCI's pack job, before what would open an expression is escaped.
pub(super) fn circleci_scripts(plan: &TargetPlan) -> Vec<String> {
    let drop = drop_token(plan);
    let mut scripts: Vec<String> = script::setup(&plan.pack, sudo(&images_of(plan).0))
        .map(|setup| setup.command)
        .into_iter()
        .chain(plan.pack.install.as_ref().map(|install| circleci_install(plan, install)))
        .collect();
    scripts.extend(plan.pack.run.iter().map(|command| format!("{drop}{command}")));
    scripts.push(format!("{drop}{}", Program::Pack.script(plan.into())));
    scripts
}

/// The images of the pack job and of the publish job; empty where a provider has none.
pub(super) fn images_of(plan: &TargetPlan) -> (String, String) {
    match &plan.details {
        Details::Gitlab { image, image_digest, .. } | Details::Circleci { image, image_digest, .. } => {
            (pack_image(plan, image), publish_image(plan, image, image_digest.as_deref()))
        }
        Details::Github { .. } | Details::Token { .. } => (String::new(), String::new()),
    }
}

pub(super) fn github_trigger(plan: &TargetPlan) -> Value {
    let GithubEvent { event, tags, branches, types } = plan.trigger.github_event();
    context! { event, tags, branches, types, condition => plan.trigger.github_condition() }
}

/// The filters of both jobs, one kind of reference after the other.
pub(super) fn circleci_filters(plan: &TargetPlan) -> Value {
    let filters = plan.trigger.circleci_filters();
    filters.into_iter().map(|(kind, verb, text)| context! { kind, verb, text }).collect()
}

/// `text` with CircleCI's expression opener escaped: it would be read even inside a heredoc.
pub(super) fn unexpanded(text: &str) -> String {
    text.replace("<<", "\\<<")
}

pub(super) fn pack_env(plan: &TargetPlan) -> Env {
    let manager = match plan.pack.manager {
        Manager::Npm => "npm",
        Manager::Pnpm => "pnpm",
        Manager::Yarn => "yarn",
        Manager::Bun => "bun",
    };
    let mut env = vec![
        ("TRUSTPUB_PACKAGES", plan.packages_json()),
        ("TRUSTPUB_MANAGER", manager.to_owned()),
        ("TRUSTPUB_REGISTRY", registry::URL.to_owned()),
        ("TRUSTPUB_PRERELEASE_TAG", plan.prerelease_tag.clone()),
    ];
    if plan.provider != Provider::Circleci && plan.publish.provenance != Some(false) {
        env.push(("TRUSTPUB_REPOSITORY", "auto".to_owned()));
    }
    env
}

pub(super) fn publish_env(plan: &TargetPlan) -> Env {
    let publish = &plan.publish;
    let mut env = vec![
        ("TRUSTPUB_PROVIDER", plan.runtime_provider().to_owned()),
        ("TRUSTPUB_MODE", plan.runtime_mode().to_owned()),
        ("TRUSTPUB_PACKAGES", plan.packages_json()),
        ("TRUSTPUB_REGISTRY", registry::URL.to_owned()),
        ("TRUSTPUB_NODE", publish.toolchain.node.to_string()),
        ("TRUSTPUB_NPM", publish.toolchain.npm.to_string()),
    ];
    if let Some(expect) = &publish.expect {
        env.push(("TRUSTPUB_AUDIENCE", registry::AUDIENCE.to_owned()));
        let expect = serde_json::to_string(expect).expect("strings and booleans are JSON");
        env.push(("TRUSTPUB_EXPECT", expect));
    }
    if let Some(provenance) = publish.provenance {
        env.push(("TRUSTPUB_PROVENANCE", provenance.to_string()));
    }
    if !publish.extra_tags.is_empty() {
        env.push(("TRUSTPUB_EXTRA_TAGS", publish.extra_tags.join(",")));
    }
    env
}

/// Why the publish job has this Node, for the comment beside it.
fn why(plan: &TargetPlan) -> String {
    let toolchain = &plan.publish.toolchain;
    if toolchain.install.is_empty() {
        format!("brings npm {}", toolchain.npm)
    } else {
        format!("npm {} is installed below", toolchain.npm)
    }
}

fn installs(plan: &TargetPlan) -> Vec<String> {
    plan.publish.toolchain.install.iter().map(ToString::to_string).collect()
}

/// The pack job's image: the spec's, else the project's Node with a full system around it.
fn pack_image(plan: &TargetPlan, repository: &str) -> String {
    match &plan.pack.node {
        PackNode::Image(image) => image.clone(),
        PackNode::Exact(version) => {
            let variant = images::image(repository).and_then(|image| image.pack_variant.as_deref());
            tagged(repository, version, variant)
        }
        PackNode::File(_) => tagged(repository, &plan.publish.toolchain.node.to_string(), None),
    }
}

fn publish_image(plan: &TargetPlan, repository: &str, digest: Option<&str>) -> String {
    let variant = images::image(repository).and_then(|image| image.publish_variant.as_deref());
    let image = tagged(repository, &plan.publish.toolchain.node.to_string(), variant);
    digest.map_or_else(|| image.clone(), |digest| format!("{image}@{digest}"))
}

fn tagged(repository: &str, version: &str, variant: Option<&str>) -> String {
    match variant {
        Some(variant) => format!("{repository}:{version}-{variant}"),
        None => format!("{repository}:{version}"),
    }
}

fn action(name: &str) -> Value {
    let pin = actions::pin(name).expect("a test checks that every action used has a pin read from its tag");
    context! { uses => format!("{}@{}", pin.action, pin.commit), version => pin.version.clone() }
}

fn setup_value(setup: Setup) -> Value {
    context! { name => setup.name, command => setup.command, exact => setup.exact, forced => setup.forced }
}

fn steps(steps: Vec<Step>) -> Value {
    steps.into_iter().map(|step| context! { name => step.name, script => step.script }).collect()
}

fn pairs(env: Env) -> Value {
    env.into_iter().map(|(name, text)| Value::from(vec![Value::from(name), Value::from(text)])).collect()
}

fn owned(env: Vec<(&'static str, &'static str)>) -> Env {
    env.into_iter().map(|(name, text)| (name, text.to_owned())).collect()
}

/// The actions that a rendered workflow uses.
#[cfg(test)]
pub(super) const ACTIONS: [&str; 4] =
    ["actions/checkout", "actions/setup-node", "actions/upload-artifact", "actions/download-artifact"];
