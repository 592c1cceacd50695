//! The registry: the package must exist, its trusted publishers, and what to close once they work.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Item, circleci, home};
use crate::facts::npm::{self, Feature};
use crate::facts::{Version, limits, node};
use crate::plan::{Plan, TargetPlan};
use crate::shell::quote;
use crate::spec::{Access, Auth, Details, Manager, Mode, ResolvedPackage};

/// The npm that the commands for people run: the newest of the major that Nodes bundle today that
/// knows the permission flags.
pub fn trust_npm() -> Option<&'static Version> {
    let usual = node::choices().map(|choice| choice.npm.major()).max()?;
    let knows = |version: &&Version| {
        version.major() == usual
            && npm::never(version).is_none()
            && npm::supports(Feature::TrustPermissionFlags, crate::facts::Provider::Github, version)
    };
    npm::releases().versions.iter().filter(knows).max()
}

fn npx() -> String {
    trust_npm().map_or_else(|| "npm".to_owned(), |version| format!("npx --yes npm@{version}"))
}

fn packages(plan: &Plan) -> Vec<&ResolvedPackage> {
    let mut seen = BTreeSet::new();
    let all = plan.targets.iter().flat_map(|target| &target.packages);
    all.filter(|package| seen.insert(package.name.as_str())).collect()
}

pub(super) fn bootstrap(plan: &Plan) -> Vec<Item> {
    let why = "A trusted publisher belongs to a package, so the package must exist: its very first version is published \
               by a person, built as the pipeline builds it. Each line publishes only where the registry answers that there is \
               no such package; otherwise it shows what npm says.";
    let mut item =
        Item::new("first-publish", None, "Publish the first version of each new package by hand", why);
    for package in packages(plan) {
        let access = match package.access {
            Some(Access::Restricted) => " --access restricted",
            _ if package.name.starts_with('@') && package.access == Some(Access::Public) => {
                " --access public"
            }
            _ => "",
        };
        let tag = first_tag(plan, package);
        let publish = first_publish(plan, package);
        // Any other failure (no connection, no login) says nothing of the package.
        let view = format!("npm view {} version", quote(&package.name));
        item = item.run(format!(
            "case $({view} 2>&1) in *'code E404'*) {publish}{access}{tag} ;; *) {view} ;; esac"
        ));
    }
    vec![item.page("npm-trusted-publishers")]
}

/// The dist-tag that the pipeline would set, where npm would not choose it by itself; a prerelease is refused without one.
fn first_tag(plan: &Plan, package: &ResolvedPackage) -> String {
    let version = package.version.as_deref().and_then(|text| Version::parse(text).ok());
    let tag = match plan.targets.first() {
        Some(target) if version.is_some_and(|version| !version.pre_release().is_empty()) => {
            &target.prerelease_tag
        }
        _ => &package.tag,
    };
    if tag == "latest" { String::new() } else { format!(" --tag {}", quote(tag)) }
}

/// The command of the project's own package manager, which alone rewrites `workspace:` and `catalog:` versions.
fn first_publish(plan: &Plan, package: &ResolvedPackage) -> String {
    let (name, folder) = (quote(&package.name), quote(&format!("./{}", package.path)));
    let pack = plan.targets.first().map(|target| &target.pack);
    let manager = pack.map_or(Manager::Npm, |pack| pack.manager);
    let classic = pack.is_some_and(|pack| pack.classic);
    match (manager, package.path == ".") {
        (Manager::Pnpm, true) => "pnpm publish".to_owned(),
        (Manager::Pnpm, false) => format!("pnpm --filter {name} publish"),
        (Manager::Yarn, true) if !classic => "yarn npm publish".to_owned(),
        (Manager::Yarn, false) if !classic => format!("yarn workspace {name} npm publish"),
        (Manager::Bun, true) => "bun publish".to_owned(),
        (Manager::Bun, false) => format!("bun publish --cwd {folder}"),
        (Manager::Npm | Manager::Yarn, true) => "npm publish".to_owned(),
        (Manager::Npm | Manager::Yarn, false) => format!("npm publish {folder}"),
    }
}

/// The token of pipelines that stage with one: they have no identity that npm takes.
pub(super) fn stage_token(plan: &Plan) -> Vec<Item> {
    if plan.targets.iter().all(|target| target.auth != Auth::Token) {
        return Vec::new();
    }
    let days = limits::write_token_days().value.unwrap_or_default();
    let why = format!(
        "It can stage and nothing else; a person approves each release. It lives {days} days at most: note the day, and \
         store its successor before."
    );
    let mut command = format!(
        "{} token create --name ci-stage --packages-and-scopes-permission read-write-stage-only --expires {days}",
        npx()
    );
    let staged = plan.targets.iter().filter(|target| target.auth == Auth::Token);
    let names: BTreeSet<&str> =
        staged.flat_map(|target| &target.packages).map(|package| package.name.as_str()).collect();
    for name in names {
        let _ = write!(command, " --packages {}", quote(name));
    }
    let item = Item::new("stage-token-create", None, "Create a token that can stage and no more", why);
    vec![
        item.run_noted(command, "asks for your password and second factor, and shows the token once")
            .page("stage-only-tokens"),
    ]
}

pub(super) fn publishers(target: &TargetPlan) -> Vec<Item> {
    if target.auth == Auth::Token {
        return Vec::new();
    }
    let claims = claims(target);
    let permission = if target.mode == Mode::Stage { "--allow-stage-publish" } else { "--allow-publish" };
    let title = format!("Name this pipeline as trusted publisher of {}", counted(target.packages.len()));
    let mut why = "npm checks nothing when it is saved, and every letter counts. Log in with `npm login` first: a token \
               cannot do this. A publisher cannot be changed, only revoked and made anew."
        .to_owned();
    if target.packages.len() > 1
        && let Some(pause) = limits::trust_bulk_pause_seconds().value
    {
        let _ = write!(
            why,
            " Choose \"skip for 5 minutes\" at the first prompt; pause {pause} s between packages."
        );
    }
    let mut item = Item::new("trusted-publisher", Some(target.provider), title, why);
    for package in &target.packages {
        let command = format!(
            "{} trust {} {} {claims} {permission} --yes",
            npx(),
            target.provider.id(),
            quote(&package.name)
        );
        item = item.run(command);
    }
    if !target.publish.extra_tags.is_empty() {
        let title = "Allow `npm dist-tag` for that publisher, on the package's settings page";
        let why = "Setting more dist-tags with the identity is a permission of its own; `npm trust` has no flag for it.";
        let extra = Item::new("dist-tag-permission", None, title, why).page("npm-trusted-publishers");
        return vec![fill(item), extra];
    }
    vec![fill(item)]
}

/// Where to find what the claims lack.
fn fill(item: Item) -> Item {
    let item = home::fill(item);
    item.page("npm-trust")
        .missing(
            "<provider>/<owner>/<repository>",
            "as in github.com/acme/tools, without a scheme",
            "providers.circleci.vcs-origin",
        )
        .missing("<org-id>", circleci::ORGANIZATION, "providers.circleci.org-id")
        .missing("<project-id>", circleci::PROJECT, "providers.circleci.project-id")
        .missing(
            "<pipeline-definition-id>",
            "Project settings, Pipelines",
            "providers.circleci.pipeline-definition-id",
        )
        .missing(
            "<context-id>",
            "the address of the context's page, or `circleci context get`",
            "providers.circleci.context-id",
        )
}

/// The flags of `npm trust` that say whose identity it is.
fn claims(target: &TargetPlan) -> String {
    let known = |value: &Option<String>, placeholder: &str| quote(value.as_deref().unwrap_or(placeholder));
    match &target.details {
        Details::Github { repository, environment, .. } => format!(
            "--repo {} --file {} --env {}",
            known(repository, home::REPOSITORY),
            quote(target.file_name()),
            quote(environment)
        ),
        Details::Gitlab { project, environment, .. } => format!(
            "--project {} --file {} --env {}",
            known(project, home::PROJECT),
            quote(if target.entry { target.file_name() } else { ".gitlab-ci.yml" }),
            quote(environment)
        ),
        Details::Circleci { vcs_origin, org_id, project_id, pipeline_definition_id, context_id, .. } => {
            format!(
                "--org-id {} --project-id {} --pipeline-definition-id {} --vcs-origin {} --context-id {}",
                known(org_id, "<org-id>"),
                known(project_id, "<project-id>"),
                known(pipeline_definition_id, "<pipeline-definition-id>"),
                known(vcs_origin, "<provider>/<owner>/<repository>"),
                known(context_id, "<context-id>"),
            )
        }
        Details::Token { .. } => String::new(),
    }
}

pub(super) fn afterwards(plan: &Plan) -> Vec<Item> {
    let mut items = Vec::new();
    if plan.targets.iter().all(|target| target.auth == Auth::Oidc) {
        let why = "Stored tokens can then no longer publish; the identity still can. Do it once a release went through. \
                   It asks for a second factor.";
        let title = "Close the packages to tokens";
        let mut item = Item::new("disallow-tokens", None, title, why);
        for package in packages(plan) {
            item = item.run(format!("npm access set mfa=publish {}", quote(&package.name)));
        }
        items.push(item.page("npm-package-access"));
    }
    let why =
        "A token that is left behind can be stolen, and takes over in silence whenever the exchange fails.";
    items.push(
        Item::new(
            "revoke-tokens",
            None,
            "Revoke the publish tokens that CI used, and delete their secrets there",
            why,
        )
        .run("npm token list")
        .run("npm token revoke '<token-id>'")
        .page("npm-access-tokens"),
    );
    items
}

fn counted(count: usize) -> String {
    if count == 1 { "the package".to_owned() } else { format!("each of the {count} packages") }
}
