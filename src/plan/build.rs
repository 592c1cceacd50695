//! From a resolved spec to the plan: every field checked for what a provider would evaluate, every
//! default that is a fact looked up, every refusal collected.

use super::bundle;
use super::text::Checks;
use super::toolchain::{self, Want};
use super::{
    Branch, Expect, Install, ManagerSetup, PackJob, PackNode, Pattern, Plan, PublishJob, Refusal, TargetPlan,
    Toolchain, TriggerPlan,
};
use crate::facts::npm::Feature;
use crate::facts::{Provider, Version, images, node, runners};
use crate::plan::model::Contexts;
use crate::spec::{Auth, Details, Manager, Mode, Resolved, ResolvedTrigger, Runtime, Target};

/// Plans every pipeline of `spec`, or says everything that stands in the way.
pub fn plan(spec: &Resolved) -> Result<Plan, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let targets: Vec<TargetPlan> =
        spec.targets.iter().filter_map(|target| plan_target(spec, target, &mut refusals)).collect();
    refusals.dedup();
    if refusals.is_empty() { Ok(Plan { targets }) } else { Err(refusals) }
}

fn plan_target(spec: &Resolved, target: &Target, refusals: &mut Vec<Refusal>) -> Option<TargetPlan> {
    let provider = target.provider;
    let before = refusals.len();
    let mut checks = Checks { provider, refusals };
    let prefix = format!("providers.{}", provider.id());
    check_target(&mut checks, &prefix, target);
    check_build(&mut checks, spec);
    check_publish(&mut checks, spec, target);
    let bundle = bundle::pin(&mut checks, spec, target);
    let trigger = trigger(&mut checks, target);
    let toolchain = match toolchain::solve(provider, &want(spec, target)) {
        Ok(toolchain) => Some(toolchain),
        Err(refusal) => {
            checks.refusals.push(refusal);
            None
        }
    };
    let toolchain = toolchain?;
    let node = pack_node(spec, target, &toolchain);
    let setup = manager_setup(&mut checks, spec, &node);
    if bundle.is_some() {
        bundle::further_limits(&mut checks, trigger.as_ref(), &node, setup.as_ref());
    }
    if refusals.len() > before {
        return None;
    }
    let trigger = trigger?;
    let count = u32::try_from(target.packages.len()).unwrap_or(u32::MAX);
    Some(TargetPlan {
        provider,
        file: target.file.clone(),
        entry: target.entry,
        auth: target.auth,
        mode: target.mode,
        packages: target.packages.clone(),
        prerelease_tag: spec.prerelease_tag.clone(),
        pack: PackJob {
            timeout_minutes: 30,
            node,
            manager: spec.build.manager,
            classic: spec.build.classic,
            setup: setup?,
            install: spec.build.install.clone().map(|command| Install {
                command,
                token: spec.build.install_token.as_ref().map(|token| token.name.clone()),
                token_in_npmrc: spec.build.install_token.as_ref().is_some_and(|token| token.in_npmrc),
                scripts: spec.build.install_scripts,
            }),
            run: spec.build.run.clone(),
        },
        publish: PublishJob {
            // A publish takes seconds, the wait until the registry shows it rather longer.
            timeout_minutes: 10 + count.saturating_sub(10).div_ceil(5).min(50),
            toolchain,
            provenance: spec.provenance,
            extra_tags: spec.extra_tags.clone(),
            expect: (target.auth == Auth::Oidc).then(|| expect(target, &trigger)).flatten(),
        },
        trigger,
        bundle,
        details: target.details.clone(),
    })
}

fn check_target(checks: &mut Checks<'_>, prefix: &str, target: &Target) {
    let key = |name: &str| format!("{prefix}.{name}");
    checks.path(&key("file"), &target.file);
    // GitHub reads both spellings, npm compares them letter by letter.
    let extension = target.file.rsplit_once('.').map(|(_, extension)| extension);
    if !matches!(extension, Some("yml" | "yaml")) && !matches!(target.details, Details::Token { .. }) {
        checks.refuse(&key("file"), "the file must end in `.yml` or `.yaml`", "rename it");
    }
    match &target.details {
        Details::Github { repository, environment, runner, build_runner } => {
            if let Some(repository) = repository {
                checks.name(&key("repository"), repository, "./-", 200);
            }
            checks.name(&key("environment"), environment, " ./-", 255);
            for (name, label) in [("runner", runner), ("build-runner", build_runner)] {
                checks.name(&key(name), label, ".=/-", 200);
            }
            if target.auth == Auth::Oidc
                && runners::classify(Provider::Github, &[runner.as_str()]) == runners::Runner::SelfHosted
            {
                let message = format!("`{runner}` is no GitHub-hosted runner: npm takes no identity from it");
                let help = "name a GitHub-hosted label, as in `ubuntu-24.04`; `build-runner` may be any";
                checks.refuse(&key("runner"), message, help);
            }
        }
        Details::Gitlab { project, environment, image, image_digest, build_image, tags } => {
            if let Some(project) = project {
                checks.name(&key("project"), project, "./-", 500);
            }
            checks.name(&key("environment"), environment, " ./-", 255);
            check_images(checks, &key, image, image_digest.as_deref(), build_image.as_deref());
            for tag in tags {
                checks.name(&key("tags"), tag, ".:-", 200);
            }
        }
        Details::Circleci {
            context, vcs_origin, image, image_digest, build_image, resource_class, ..
        } => {
            checks.name(&key("context"), context, " ./-", 200);
            if let Some(origin) = vcs_origin {
                checks.name(&key("vcs-origin"), origin, "./-", 500);
            }
            for (name, id) in circleci_ids(&target.details) {
                if let Some(id) = id {
                    checks.name(&key(name), id, "-", 36);
                }
            }
            checks.name(&key("resource-class"), resource_class, "./-", 100);
            check_images(checks, &key, image, image_digest.as_deref(), build_image.as_deref());
        }
        Details::Token { .. } => {
            let message = format!("no pipeline is generated for {}", checks.provider.name());
            let help =
                "npm takes no identity from it: `trustpub advise` shows how to stage with a token there";
            checks.refuse(prefix, message, help);
        }
    }
}

/// The ids that `npm trust circleci` takes, by spec key.
fn circleci_ids(details: &Details) -> Vec<(&'static str, Option<&String>)> {
    match details {
        Details::Circleci { org_id, project_id, pipeline_definition_id, context_id, .. } => vec![
            ("org-id", org_id.as_ref()),
            ("project-id", project_id.as_ref()),
            ("pipeline-definition-id", pipeline_definition_id.as_ref()),
            ("context-id", context_id.as_ref()),
        ],
        _ => Vec::new(),
    }
}

fn check_images(
    checks: &mut Checks<'_>,
    key: &dyn Fn(&str) -> String,
    image: &str,
    digest: Option<&str>,
    build: Option<&str>,
) {
    checks.image(&key("image"), image, false);
    if let Some(digest) = digest {
        checks.digest(&key("image-digest"), digest);
    }
    if let Some(build) = build {
        checks.image(&key("build-image"), build, true);
    }
}

fn check_build(checks: &mut Checks<'_>, spec: &Resolved) {
    let build = &spec.build;
    if let Some(install) = &build.install {
        checks.command("build.install", install);
    }
    for command in &build.run {
        checks.command("build.run", command);
    }
    if let Some(token) = &build.install_token {
        checks.variable("build.install-token", &token.name);
    }
    if let Some(node) = &build.node {
        checks.name("build.node", node, ".-/*^~<>=| ", 100);
    }
    if let Some(file) = &build.node_file {
        checks.path("build.node", file);
    }
    if let Some(version) = &build.manager_version {
        checks.name("build.manager-version", version, ".+-", 300);
    }
}

fn check_publish(checks: &mut Checks<'_>, spec: &Resolved, target: &Target) {
    checks.dist_tag("publish.tag", &spec.tag);
    checks.dist_tag("publish.prerelease-tag", &spec.prerelease_tag);
    for tag in &spec.extra_tags {
        checks.dist_tag("publish.extra-tags", tag);
    }
    if target.packages.is_empty() {
        let help = "name a package of this repository that is not private";
        checks.refuse("packages", "there is no package to publish", help);
    }
    for package in &target.packages {
        let key = format!("packages.{}", package.name);
        checks.package(&key, &package.name);
        checks.path(&format!("{key}.path"), &package.path);
        checks.dist_tag(&format!("{key}.tag"), &package.tag);
    }
    if target.mode == Mode::Direct && target.auth == Auth::Token {
        let help = "use `mode: stage`: a person approves each release";
        checks.refuse("publish.mode", "a stored token that publishes at once is not generated", help);
    }
    if spec.provenance == Some(true) && target.auth == Auth::Token {
        checks.refuse("publish.provenance", "a staged token publish signs no provenance", "leave it out");
    }
}

fn trigger(checks: &mut Checks<'_>, target: &Target) -> Option<TriggerPlan> {
    let (kind, read) = match &target.trigger {
        ResolvedTrigger::Tag(text) => ("tag", Pattern::new(text).map(TriggerPlan::Tag)),
        ResolvedTrigger::Release(text) => ("release", Pattern::new(text).map(TriggerPlan::Release)),
        ResolvedTrigger::Branch(text) => ("branch", Branch::new(text).map(TriggerPlan::Branch)),
        ResolvedTrigger::Manual(text) => ("manual", Branch::new(text).map(TriggerPlan::Manual)),
    };
    let key = format!("trigger.{kind}");
    match read {
        Err(fault) => {
            let message = format!(
                "the {} {fault}",
                if kind.len() < 8 && kind != "branch" { "pattern" } else { "name" }
            );
            checks.refuse(&key, message, "use letters, digits, `._-/@+#%=,!` and, in a tag pattern, `*`");
            None
        }
        Ok(TriggerPlan::Release(_)) if checks.provider != Provider::Github => {
            let message = format!("{} has no release trigger", checks.provider.name());
            checks.refuse(&key, message, "use `tag`: a release makes one");
            None
        }
        Ok(TriggerPlan::Release(pattern)) if pattern.github_condition("tag").is_none() => {
            let help = "use at most one `*`, or the `tag` trigger";
            checks.refuse(&key, "GitHub cannot compare a release's tag with two `*`", help);
            None
        }
        Ok(trigger) => Some(trigger),
    }
}

fn want<'a>(spec: &'a Resolved, target: &'a Target) -> Want<'a> {
    let mut features = Vec::new();
    if target.auth == Auth::Oidc {
        features.push(Feature::OidcPublish);
    }
    // The bundle's publish job can do both.
    if target.mode == Mode::Stage || spec.runtime == Runtime::Bundle {
        features.push(Feature::StagePublish);
    }
    if !spec.extra_tags.is_empty() && target.auth == Auth::Oidc {
        features.push(Feature::DistTagOidc);
    }
    Want {
        features,
        image: target.details.image(),
        node: spec.pinned_node.as_deref(),
        npm: spec.pinned_npm.as_deref(),
    }
}

/// The pack job's Node: an image of the spec, a version or version file of the project, else the
/// publish job's. A range or major becomes the newest release that it means today and that the image has.
fn pack_node(spec: &Resolved, target: &Target, toolchain: &Toolchain) -> PackNode {
    if let Details::Gitlab { build_image: Some(image), .. }
    | Details::Circleci { build_image: Some(image), .. } = &target.details
    {
        return PackNode::Image(image.clone());
    }
    if let (Provider::Github, Some(file), None) = (target.provider, &spec.build.node_file, &spec.build.node) {
        return PackNode::File(file.clone());
    }
    let pinned = spec.build.node.as_deref().and_then(node::NodeSpec::parse).and_then(|node| {
        match target.details.image() {
            Some(image) => images::node_for(image, &node),
            None => node.newest(),
        }
    });
    PackNode::Exact(pinned.unwrap_or_else(|| toolchain.node.clone()).to_string())
}

fn manager_setup(checks: &mut Checks<'_>, spec: &Resolved, node: &PackNode) -> Option<ManagerSetup> {
    let build = &spec.build;
    let name = match build.manager {
        Manager::Npm => return Some(ManagerSetup::Bundled),
        Manager::Pnpm => "pnpm",
        Manager::Yarn => "yarn",
        Manager::Bun => "bun",
    };
    let version = match node {
        PackNode::Exact(version) => Version::parse(version).ok(),
        PackNode::Image(image) => node::NodeSpec::from_image(image).and_then(|node| node.newest()),
        PackNode::File(_) => {
            build.node_pin.as_deref().and_then(node::NodeSpec::parse).and_then(|node| node.newest())
        }
    };
    let corepack = build.manager != Manager::Bun && version.as_ref().is_none_or(images::has_corepack);
    if corepack && build.corepack_reads {
        return Some(ManagerSetup::Corepack);
    }
    let Some(pinned) = &build.manager_version else {
        let help = format!("add `\"packageManager\": \"{name}@<version>\"` to package.json");
        checks.refuse("build.manager-version", format!("the version of {name} is not pinned anywhere"), help);
        return None;
    };
    // What follows a `+` is corepack's hash.
    let exact = pinned.split('+').next().unwrap_or(pinned);
    if corepack {
        return Some(ManagerSetup::CorepackExact(format!("{name}@{exact}")));
    }
    // The package `yarn` holds Yarn 1 alone.
    let package = if name == "yarn" && !build.classic { "@yarnpkg/cli-dist" } else { name };
    Some(ManagerSetup::Exact(format!("{package}@{exact}")))
}

fn expect(target: &Target, trigger: &TriggerPlan) -> Option<Expect> {
    let reference = trigger.reference();
    Some(match &target.details {
        Details::Github { repository, environment, .. } => Expect::Github {
            repository: repository.clone(),
            workflow: target.file.rsplit('/').next().unwrap_or(&target.file).to_owned(),
            environment: environment.clone(),
            reference,
            event: match trigger {
                TriggerPlan::Tag(_) | TriggerPlan::Branch(_) => "push",
                TriggerPlan::Release(_) => "release",
                TriggerPlan::Manual(_) => "workflow_dispatch",
            },
            runner: "hosted",
        },
        Details::Gitlab { project, environment, .. } => Expect::Gitlab {
            project: project.clone(),
            config: target.entry.then(|| target.file.clone()),
            environment: environment.clone(),
            reference,
            protected: true,
            runner: "hosted",
        },
        Details::Circleci { vcs_origin, org_id, project_id, pipeline_definition_id, context_id, .. } => {
            Expect::Circleci {
                organization: org_id.clone(),
                project: project_id.clone(),
                pipeline: pipeline_definition_id.clone(),
                origin: vcs_origin.clone(),
                contexts: context_id.clone().map_or(Contexts::Any(true), |id| Contexts::Ids(vec![id])),
                reference,
            }
        }
        Details::Token { .. } => return None,
    })
}
