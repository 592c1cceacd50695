//! How the repository publishes today, as far as a spec can take it over: which of its ways to publish is the one to
//! follow, and what its job does before it publishes.

use std::collections::BTreeSet;

use crate::ci::command::Deed;
use crate::ci::{Command, Model, PublishPath, Registry, Step, StepKind, TriggerKind};
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::facts::node::NodeSpec;
use crate::text::Span;

/// The way to publish that a spec for `providers` follows: releases before previews, the most definite trigger first.
pub(super) fn path<'m>(model: &'m Model, providers: &[Provider]) -> Option<&'m PublishPath> {
    const PREVIEWS: [&str; 9] =
        ["dev", "nightly", "canary", "alpha", "beta", "snapshot", "preview", "next", "experimental"];
    let rank = |path: &&PublishPath| {
        let named = |text: &str| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| PREVIEWS.iter().any(|preview| word.eq_ignore_ascii_case(preview)))
        };
        let file = path.file.rsplit('/').next().unwrap_or_default();
        let preview = named(file) || named(&path.job) || path.command.dist_tag.as_deref().is_some_and(named);
        let pipeline = model.pipeline(path);
        let trigger = if pipeline.starts_on(TriggerKind::Release) || !Filters::of(model, path).tags.is_empty()
        {
            0
        } else if pipeline.starts_on(TriggerKind::Push) {
            1
        } else if pipeline.starts_on(TriggerKind::Manual) {
            2
        } else {
            3
        };
        (preview, trigger)
    };
    model.paths.iter().filter(|path| path.entry && providers.contains(&path.provider)).min_by_key(rank)
}

/// The branches and tags whose pushes start a pipeline, as it names them.
#[derive(Debug, Default)]
pub(super) struct Filters<'m> {
    pub(super) branches: Vec<&'m str>,
    pub(super) tags: Vec<&'m str>,
    /// Those that it leaves out.
    pub(super) excluded: Vec<&'m str>,
}

impl<'m> Filters<'m> {
    pub(super) fn of(model: &'m Model, path: &PublishPath) -> Self {
        let mut filters = Self::default();
        let pushes = model.pipeline(path).triggers.iter().filter(|trigger| trigger.kind == TriggerKind::Push);
        for trigger in pushes {
            for (found, into) in
                [(&trigger.branches, &mut filters.branches), (&trigger.tags, &mut filters.tags)]
            {
                for filter in found {
                    let list = if filter.excludes { &mut filters.excluded } else { &mut *into };
                    let text = filter.pattern.shown();
                    if !list.contains(&text) {
                        list.push(text);
                    }
                }
            }
        }
        filters
    }
}

/// The dist-tag that today's publish sets, where it sets one; what to say where that is no single word.
pub(super) fn dist_tag(model: &Model, path: &PublishPath) -> Option<Result<String, String>> {
    let lawful = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let literal = |tag: &str| {
        tag.starts_with(|c: char| c.is_ascii_alphabetic())
            && tag.len() <= 100
            && tag.chars().all(lawful)
            && NodeSpec::parse(tag).is_none_or(|spec| matches!(spec, NodeSpec::Floating(_)))
    };
    let own = model
        .paths
        .iter()
        .filter(|other| other.pipeline == path.pipeline && other.registry != Registry::Other);
    let tags: BTreeSet<&str> = own.map(|other| written_tag(&other.command)).collect();
    let only = tags.first().copied().filter(|tag| tags.len() == 1 && literal(tag));
    if let Some(tag) = only {
        return (tag != "latest").then(|| Ok(tag.to_owned()));
    }
    let said: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
    (!tags.is_empty()).then(|| {
        Err(format!(
            "{} sets the dist-tags of {}, which were not taken over: releases go to `latest`, prereleases to `next`, unless \
             `publish.tag`, `publish.prerelease-tag` or a package's `tag` say otherwise.",
            path.file,
            said.join(" and ")
        ))
    })
}

/// The dist-tag of a command; the whole command where it is decided at run time.
fn written_tag(command: &Command) -> &str {
    let flag = command.text.contains("--tag").then_some(command.text.as_str());
    command.dist_tag.as_deref().or(flag).filter(|tag| !tag.is_empty()).unwrap_or("latest")
}

/// What a job does before it publishes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// Commands that a pack job can run as they stand.
    pub(super) commands: Vec<String>,
    /// What cannot be taken over, in the job's own words.
    pub(super) left: Vec<String>,
}

/// Set-up that generated pipelines bring themselves.
const SETUP: [&str; 8] = [
    "actions/checkout",
    "actions/setup-node",
    "actions/cache",
    "pnpm/action-setup",
    "oven-sh/setup-bun",
    "threeal/setup-yarn-action",
    "step-security/harden-runner",
    "volta-cli/action",
];
/// Steps that bring what another job has built.
const BUILT_ELSEWHERE: [&str; 3] =
    ["actions/download-artifact", "attach_workspace", "dawidd6/action-download-artifact"];
/// Programs whose calls can stand in a pack job as they are.
const PROGRAMS: [&str; 14] =
    ["npm", "npx", "pnpm", "pnpx", "yarn", "bun", "bunx", "node", "make", "turbo", "nx", "tsc", "sh", "bash"];
/// What makes or needs more than a pack job has: versions, tokens, tarballs.
const NOT_HERE: [&str; 11] =
    ["publish", "pack", "version", "install", "ci", "add", "config", "login", "whoami", "dist-tag", "view"];
/// Commands that only prepare the shell or say something.
const IDLE: [&str; 17] = [
    "set -",
    "echo ",
    "ls",
    "pwd",
    "git config",
    "node --version",
    "node -v",
    "npm --version",
    "npm -v",
    "npm ci",
    "npm install",
    "pnpm install",
    "yarn install",
    "bun install",
    "corepack ",
    "export NPM_",
    "unset ",
];

/// What the job of `path` does before its command.
pub(super) fn before(model: &Model, path: &PublishPath) -> Before {
    let mut before = Before::default();
    let Some(job) = model.job(path) else { return before };
    let mut elsewhere = false;
    for (index, step) in job.leaves().into_iter().enumerate().take(path.step + 1) {
        match &step.kind {
            StepKind::Run { .. } => script(model, step, index, path, &mut before),
            StepKind::Uses { action: name, .. } | StepKind::Builtin { name, .. }
                if BUILT_ELSEWHERE.contains(&name.as_str()) =>
            {
                elsewhere = true;
                before.left.push(format!("`{name}`"));
            }
            StepKind::Uses { action, .. } if index < path.step && !SETUP.contains(&action.as_str()) => {
                before.left.push(format!("`{action}`"));
            }
            StepKind::Uses { .. } | StepKind::Builtin { .. } => {}
        }
    }
    if elsewhere {
        // What follows works on files that are not there in a job that builds by itself.
        before.commands.clear();
    }
    before.left.dedup();
    before
}

fn script(model: &Model, step: &Step, index: usize, path: &PublishPath, before: &mut Before) {
    let StepKind::Run { script, directory, .. } = &step.kind else { return };
    let text = script.text();
    let place = |at: &Location| (at.source.path().to_owned(), at.start().line);
    let brought = path.acts.iter().filter(|found| found.step == index && brought_along(&found.act.deed));
    let dropped: BTreeSet<(String, usize)> = brought.map(|found| place(found.act.called_at())).collect();
    let own = |other: &&PublishPath| {
        other.pipeline == path.pipeline && other.job_index == path.job_index && other.step == index
    };
    let publishes: BTreeSet<(String, usize)> =
        model.paths.iter().filter(own).map(|other| place(called_at(other))).collect();
    let whole = step.condition.is_none() && is_plain(text) && directory.is_some();
    let mut offset = 0;
    for line in text.split('\n') {
        let span = Span::new(offset, offset + line.len());
        offset += line.len() + 1;
        let here = script.locate(span).map(|at| place(&at));
        let of = |places: &BTreeSet<(String, usize)>| here.as_ref().is_some_and(|here| places.contains(here));
        // `npm run build && npm publish`: the line is one command, which publishes.
        if of(&publishes) {
            if index == path.step {
                break;
            }
            continue;
        }
        let line = line.trim();
        let idle = line.is_empty() || line.starts_with('#') || IDLE.iter().any(|word| line.starts_with(word));
        if idle || of(&dropped) {
            continue;
        }
        if whole && can_stand(line) {
            let folder = directory.as_deref().filter(|folder| !folder.is_empty());
            let inside = |folder| format!("(cd {} && {line})", crate::shell::quote(folder));
            before.commands.push(folder.map_or_else(|| line.to_owned(), inside));
        } else {
            before.left.push(format!("`{}`", line.chars().take(60).collect::<String>()));
            if !whole {
                break;
            }
        }
    }
}

/// Whether each line is a command of its own.
fn is_plain(text: &str) -> bool {
    const OPENERS: [&str; 8] = ["if ", "for ", "while ", "case ", "until ", "function ", "{", "("];
    let line = |line: &str| {
        let line = line.trim();
        !line.ends_with(['\\', '{', '|']) && !OPENERS.iter().any(|word| line.starts_with(word))
    };
    !text.contains("<<") && text.lines().all(line)
}

/// Whether a command can be taken over as it is: the project's own script or tool, with nothing decided at run time.
fn can_stand(line: &str) -> bool {
    let plain = !line.replace("&&", " ").contains(['$', '`', '>', '<', '|', ';', '&']);
    let known = |part: &str| {
        let mut words = part.split_whitespace();
        let program = words.next().unwrap_or_default();
        let ours = PROGRAMS.contains(&program) || program.starts_with("./");
        let word = words.find(|word| !word.starts_with('-')).unwrap_or_default();
        ours && !NOT_HERE.contains(&word)
    };
    plain && line.split("&&").all(known)
}

/// Where the job's own script leads to the publish.
fn called_at(path: &PublishPath) -> &Location {
    let hops = path.chain.iter().map(|hop| &hop.at);
    hops.chain([&path.command.at]).find(|at| at.source.path() == path.file).unwrap_or(&path.command.at)
}

/// What a generated pipeline does itself, or does without.
fn brought_along(deed: &Deed) -> bool {
    match deed {
        Deed::UpgradeNpm { .. }
        | Deed::UseManager { .. }
        | Deed::UseNode { .. }
        | Deed::Install { .. }
        | Deed::WriteToken { .. }
        | Deed::SetRegistry { .. }
        | Deed::SetVariable { .. }
        | Deed::RegistryCall { .. }
        | Deed::FetchIdentity(_)
        | Deed::PrintSecret { .. }
        | Deed::Unread { .. } => true,
        Deed::Publish(publish) => publish.dry_run,
        Deed::RunScript { .. } => false,
    }
}
