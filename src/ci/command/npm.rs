//! What the subcommands of npm (and those of pnpm, yarn and bun that are like them) do.

use super::args::Args;
use super::manager::{publish_of, split_version};
use super::model::{Deed, PublishKind};
use super::walk::{Call, Walk};
use super::{registry, task};
use crate::ci::Tool;
use crate::shell::Field;

/// Notes `publish`, which stands at the positional number `index`.
pub(super) fn publish(
    walk: &mut Walk<'_, '_>,
    tool: Tool,
    args: &Args<'_>,
    index: usize,
    version: Option<&str>,
    words: &[Field],
    call: &Call<'_>,
) {
    if args.has("help") || args.has("h") {
        return;
    }
    let mut publish = publish_of(tool);
    let staged = index > 0 && args.positional(index - 1) == Some("stage");
    publish.kind = if staged { PublishKind::Stage } else { PublishKind::Publish };
    publish.dry_run =
        args.switch("dry-run") == Some(true) || environment(walk, call, "dry_run") == Some("true");
    publish.provenance = args.switch("provenance");
    publish.tag = args.fixed("tag").map(str::to_owned);
    publish.access = args.fixed("access").map(str::to_owned);
    publish.ignore_scripts = args.switch("ignore-scripts") == Some(true);
    publish.npm_version = version.map(str::to_owned);
    publish.target = args.positional(index + 1).filter(|target| *target != ".").map(str::to_owned);
    publish.workspaces = args.values(&["w", "workspace", "filter", "F"]).map(str::to_owned).collect();
    publish.recursive = args.has("r")
        || args.has("ws")
        || args.switch("recursive") == Some(true)
        || args.switch("workspaces") == Some(true);
    publish.token_flag = args.names().find(|name| name.contains("_authToken")).map(str::to_owned);
    let found = registry::of_publish(walk, args, &publish, call);
    (publish.registry, publish.registry_evidence) = found;
    let alone = !publish.recursive && publish.workspaces.is_empty() && publish.target.is_none();
    if alone && !publish.dry_run && !publish.ignore_scripts {
        published_before(walk, words, call);
    }
    walk.act(Deed::Publish(publish), words, call);
}

/// What the package's `prepublishOnly` publishes: napi-rs sends the packages of its platforms so.
fn published_before(walk: &mut Walk<'_, '_>, words: &[Field], call: &Call<'_>) {
    let before = walk.acts.len();
    task::package_script_if_any(walk, "prepublishOnly", words, call);
    let done = walk.acts.split_off(before);
    walk.acts.extend(done.into_iter().filter(|act| matches!(act.deed, Deed::Publish(_))));
}

/// The value of an npm setting that the environment gives: `npm_config_dry_run`.
pub(super) fn environment<'w>(walk: &'w Walk<'_, '_>, call: &'w Call<'_>, setting: &str) -> Option<&'w str> {
    let names = [format!("npm_config_{setting}"), format!("NPM_CONFIG_{}", setting.to_ascii_uppercase())];
    let own = call.assigned.iter().rev().find(|(name, _)| names.contains(name));
    own.map(|(_, value)| value.as_str()).or_else(|| names.iter().find_map(|name| walk.variables.get(name)))
}

/// Says of every publish since `before` that it runs over all workspaces.
pub(super) fn mark_recursive(walk: &mut Walk<'_, '_>, before: usize) {
    for act in walk.acts.iter_mut().skip(before) {
        if let Deed::Publish(publish) = &mut act.deed {
            publish.recursive = true;
        }
    }
}

/// Says of every publish since `before` which version of the tool runs it.
pub(super) fn set_tool_version(walk: &mut Walk<'_, '_>, before: usize, version: Option<&str>) {
    for act in walk.acts.iter_mut().skip(before) {
        if let Deed::Publish(publish) = &mut act.deed {
            publish.tool_version = publish.tool_version.take().or(version.map(str::to_owned));
        }
    }
}

/// Notes an installation: of npm itself, of another manager, or of the project's dependencies.
pub(super) fn install(
    walk: &mut Walk<'_, '_>,
    manager: &'static str,
    args: &Args<'_>,
    index: usize,
    words: &[Field],
    call: &Call<'_>,
) {
    let packages: Vec<&str> =
        args.positionals.iter().skip(index.saturating_add(1)).map(|word| word.text.as_str()).collect();
    let location_global =
        args.fixed("location") == Some("global") || args.positional(index) == Some("global");
    let global = args.has("g") || args.switch("global") == Some(true) || location_global;
    // `-gf` and the like.
    let global =
        global || args.names().any(|name| name.len() <= 3 && name.contains('g') && !name.contains('-'));
    // With `npm i -g npm` the word after `-g` may have been taken for its value: it has none.
    for package in &packages {
        let (name, version) = split_version(package);
        let wanted = version.map(str::to_owned);
        match name {
            "npm" if global => walk.act(Deed::UpgradeNpm { wanted }, words, call),
            "pnpm" | "yarn" | "bun" if global => {
                walk.act(Deed::UseManager { name: name.to_owned(), wanted }, words, call);
            }
            _ => {}
        }
    }
    let adds = global || !packages.is_empty() && args.positional(index) == Some("global");
    if !adds {
        let ignore_scripts = args.switch("ignore-scripts") == Some(true)
            || environment(walk, call, "ignore_scripts") == Some("true");
        walk.act(Deed::Install { manager, ignore_scripts }, words, call);
    }
}

/// Notes `npm config set`, `npm set`, `pnpm config set` and `yarn config set`.
pub(super) fn config(
    walk: &mut Walk<'_, '_>,
    args: &Args<'_>,
    index: usize,
    words: &[Field],
    call: &Call<'_>,
) {
    let direct = args.positional(index) == Some("set");
    let from = match (direct, args.positional(index + 1)) {
        (true, _) => index + 1,
        (false, Some("set")) => index + 2,
        _ => return,
    };
    let settings: Vec<&str> = args.positionals.iter().skip(from).map(|word| word.text.as_str()).collect();
    let mut rest = settings.as_slice();
    while let [first, after @ ..] = rest {
        let (key, value) = if let Some((key, value)) = split_setting(first) {
            rest = after;
            (key, value)
        } else {
            let value = after.first().copied().unwrap_or_default();
            rest = after.get(1..).unwrap_or_default();
            (*first, value)
        };
        super::config::setting(walk, key, value, None, words, call);
    }
}

/// `key=value`; the `=` of a key such as `//host/:_authToken` ends it.
fn split_setting(word: &str) -> Option<(&str, &str)> {
    word.split_once('=').filter(|(key, _)| !key.is_empty())
}

/// Subcommands that call the registry with a credential.
pub(super) fn other(
    walk: &mut Walk<'_, '_>,
    args: &Args<'_>,
    index: usize,
    words: &[Field],
    call: &Call<'_>,
) {
    let Some(verb) = args.positional(index) else { return };
    let name = match (verb, args.positional(index + 1)) {
        ("dist-tag" | "dist-tags" | "tag", Some(action)) => format!("dist-tag {action}"),
        ("access" | "team" | "org" | "token" | "trust" | "owner" | "hook" | "stage", Some(action)) => {
            format!("{verb} {action}")
        }
        (
            "whoami" | "deprecate" | "undeprecate" | "unpublish" | "login" | "adduser" | "profile" | "ping",
            _,
        ) => verb.to_owned(),
        _ => return,
    };
    walk.act(Deed::RegistryCall { name }, words, call);
}
