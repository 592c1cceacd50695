//! From a target's plan to the data that its template names.

use minijinja::{Value, context};

use super::runtime::Program;
use super::script::{self, Setup, Step};
use crate::facts::{Provider, actions, images, registry, runners};
use crate::plan::{PackNode, TargetPlan, TriggerPlan};
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
    let condition = match &plan.trigger {
        TriggerPlan::Release(pattern) => pattern.github_condition("github.event.release.tag_name"),
        TriggerPlan::Manual(branch) => {
            Some(format!("github.ref == 'refs/heads/{}'", branch.as_str().replace('\'', "''")))
        }
        TriggerPlan::Tag(_) | TriggerPlan::Branch(_) => None,
    };
    let (kind, filter) = match &plan.trigger {
        TriggerPlan::Tag(pattern) => ("tag", pattern.github_filter()),
        TriggerPlan::Branch(branch) => ("branch", branch.github_filter()),
        TriggerPlan::Release(_) => ("release", String::new()),
        TriggerPlan::Manual(_) => ("manual", String::new()),
    };
    let (node, node_file) = match &plan.pack.node {
        PackNode::Exact(version) => (Some(version.clone()), None),
        PackNode::File(file) => (None, Some(file.clone())),
        PackNode::Image(_) => (None, None),
    };
    let install = plan.pack.install.as_ref().map(|install| {
        let mut env: Env = owned(script::install_env(install, plan.pack.manager));
        if install.token.is_some() {
            env.push(("TRUSTPUB_REGISTRY", registry::URL.to_owned()));
        }
        context! {
            env => pairs(env),
            token => install.token.clone(),
            script => script::install(install, plan.pack.manager),
        }
    });
    context! {
        file_name => plan.file_name(),
        trigger => context! { kind, filter, condition },
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
    let (pack_stage, publish_stage) = if plan.entry { ("pack", "publish") } else { ("deploy", "deploy") };
    let oidc = plan.auth == Auth::Oidc;
    context! {
        entry => plan.entry,
        file_name => plan.file_name(),
        rule => gitlab_rule(&plan.trigger),
        tags => tags.to_vec(),
        pack => context! {
            job => plan.pack_job(),
            stage => pack_stage,
            image => pack_image(plan, image),
            timeout => format!("{} minutes", plan.pack.timeout_minutes),
            env => pairs(pack_env(plan)),
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

/// GitLab reads `rules` alone: protected references, pushed, never a merge request's.
fn gitlab_rule(trigger: &TriggerPlan) -> String {
    let term = match trigger {
        TriggerPlan::Tag(pattern) | TriggerPlan::Release(pattern) => {
            format!("$CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_TAG =~ {}", pattern.regex())
        }
        TriggerPlan::Branch(branch) => {
            format!("$CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_BRANCH == \"{}\"", branch.as_str())
        }
        TriggerPlan::Manual(branch) => {
            format!("$CI_PIPELINE_SOURCE == \"web\" && $CI_COMMIT_BRANCH == \"{}\"", branch.as_str())
        }
    };
    format!("{term} && $CI_COMMIT_REF_PROTECTED == \"true\"")
}

fn gitlab_scripts(plan: &TargetPlan) -> Vec<String> {
    let mut scripts: Vec<String> =
        script::setup(&plan.pack, "").into_iter().map(|setup| setup.command).collect();
    if let Some(install) = &plan.pack.install {
        let mut lines = String::new();
        for (name, text) in script::install_env(install, plan.pack.manager) {
            lines.extend(["export ", name, "=", text, "\n"]);
        }
        if let Some(token) = install.token.as_ref().filter(|token| *token != "NPM_READ_TOKEN") {
            lines.push_str(&read_token(token));
        }
        lines.push_str(&script::install(install, plan.pack.manager));
        // All lines run in one shell: what the install sets stays in a shell of its own.
        let shared = lines.contains('\n');
        scripts.push(if shared { format!("(\n{}\n)\n", lines.trim_end_matches('\n')) } else { lines });
        if let Some(token) = &install.token {
            let also = if token == "NPM_READ_TOKEN" { "" } else { " NPM_READ_TOKEN" };
            scripts.push(format!("unset {token}{also}"));
        }
    }
    scripts.extend(plan.pack.run.iter().cloned());
    scripts.push(Program::Pack.script(plan.into()));
    scripts
}

fn circleci(plan: &TargetPlan, context: &str, image: &str, digest: Option<&str>, class: &str) -> Value {
    let sudo = |image: &str| {
        let repository =
            image.split('@').next().and_then(|name| name.rsplit_once(':')).map_or(image, |(name, _)| name);
        if images::image(repository).is_some_and(|known| known.sudo) { "sudo " } else { "" }
    };
    let pack_image = pack_image(plan, image);
    let publish_image = publish_image(plan, image, digest);
    let token = plan.pack.install.as_ref().and_then(|install| install.token.clone());
    // Every step starts with the job's variables: those after the install drop the token again.
    let drop = token.as_ref().map_or(String::new(), |token| format!("unset {token}\n"));
    let install = plan.pack.install.as_ref().map(|install| {
        let mut env: Env = owned(script::install_env(install, plan.pack.manager));
        let mut text = String::new();
        if let Some(token) = &install.token {
            env.push(("TRUSTPUB_REGISTRY", registry::URL.to_owned()));
            if token != "NPM_READ_TOKEN" {
                text.push_str(&read_token(token));
            }
        }
        text.push_str(&script::install(install, plan.pack.manager));
        context! { env => pairs(env), script => unexpanded(&text) }
    });
    let run = plan.pack.run.iter().map(|command| {
        let Step { name, script } = Step::of(command);
        Step { name: unexpanded(&name), script: unexpanded(&format!("{drop}{script}")) }
    });
    context! {
        entry => plan.entry,
        manual => matches!(plan.trigger, TriggerPlan::Manual(_)),
        filter => circleci_filter(&plan.trigger),
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

/// The line that hands the spec's own variable to the runtime, under the name that it reads.
fn read_token(variable: &str) -> String {
    format!("export NPM_READ_TOKEN=\"${variable}\"\n")
}

/// The condition of both jobs: a branch or tag, and for a run by hand the parameter.
fn circleci_filter(trigger: &TriggerPlan) -> String {
    match trigger {
        TriggerPlan::Tag(pattern) | TriggerPlan::Release(pattern) => {
            pattern.circleci_term("pipeline.git.tag")
        }
        TriggerPlan::Branch(branch) => format!("pipeline.git.branch == \"{}\"", branch.as_str()),
        TriggerPlan::Manual(branch) => {
            format!("pipeline.parameters.publish-to-npm and pipeline.git.branch == \"{}\"", branch.as_str())
        }
    }
}

/// `text` with CircleCI's expression opener escaped: it would be read even inside a heredoc.
fn unexpanded(text: &str) -> String {
    text.replace("<<", "\\<<")
}

fn pack_env(plan: &TargetPlan) -> Env {
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

fn publish_env(plan: &TargetPlan) -> Env {
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
    context! { name => setup.name, command => setup.command, exact => setup.exact }
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
