//! Which value of the spec makes what was rendered fail its own check: told at its place, it can be mended.

use super::{SelfCheckError, read_back, render_target, verify};
use crate::diagnostic::Location;
use crate::files::Tree;
use crate::plan::{BundlePin, Plan, TargetPlan};
use crate::project::Project;
use crate::spec::{Details, Fault};

/// A value that a spec can set: its key, itself, and how a plan looks without it.
struct Candidate {
    key: String,
    value: String,
    without: Box<dyn Fn(&mut TargetPlan)>,
}

/// The values that make their target fail by themselves. Empty where the fault is trustpub's.
/// `said` is whether the spec has commands of its own; else they are scripts of package.json.
pub(super) fn of(tree: &dyn Tree, project: &Project, plan: &Plan, said: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for target in &plan.targets {
        let check = |target: &TargetPlan| check(tree, project, target);
        let candidates = candidates(target);
        if check(target).is_ok() || check(&without(target, &candidates, None)).is_err() {
            continue;
        }
        for (index, candidate) in candidates.iter().enumerate() {
            if let Err(error) = check(&without(target, &candidates, Some(index))) {
                let mut fault = fault(target, candidate, &error);
                if !said && candidate.key.starts_with("build.run.") {
                    fault.at = script(project, &candidate.value);
                    "write the commands that the packages need under `build: {run: […]}`"
                        .clone_into(&mut fault.help);
                }
                faults.push(fault);
            }
        }
    }
    faults
}

/// The script of the root that a command runs.
fn script(project: &Project, command: &str) -> Option<Location> {
    let manifest = &project.root()?.manifest;
    let found = manifest.script(command.rsplit(' ').next()?)?;
    Some(Location::new(&manifest.source, found.command.span))
}

fn check(tree: &dyn Tree, project: &Project, target: &TargetPlan) -> Result<(), SelfCheckError> {
    let rendered = render_target(target);
    verify::well_formed(target.provider, &rendered)?;
    read_back(tree, project, target, &rendered)
}

/// The target without any of the candidates but the one that is kept.
fn without(target: &TargetPlan, candidates: &[Candidate], keep: Option<usize>) -> TargetPlan {
    let mut target = target.clone();
    // From the end: taking one command away moves those behind it.
    for (index, candidate) in candidates.iter().enumerate().rev() {
        if keep != Some(index) {
            (candidate.without)(&mut target);
        }
    }
    target
}

fn candidates(target: &TargetPlan) -> Vec<Candidate> {
    let mut all = Vec::new();
    let mut add = |key: String, value: &str, without: Box<dyn Fn(&mut TargetPlan)>| {
        all.push(Candidate { key, value: value.to_owned(), without });
    };
    for (index, command) in target.pack.run.iter().enumerate() {
        let without = move |target: &mut TargetPlan| drop(target.pack.run.remove(index));
        add(format!("build.run.{index}"), command, Box::new(without));
    }
    if let Some(install) = &target.pack.install {
        add("build.install".to_owned(), &install.command, Box::new(|target| target.pack.install = None));
    }
    let prefix = format!("providers.{}", target.provider);
    let (key, guard) = match &target.details {
        Details::Github { environment, .. } | Details::Gitlab { environment, .. } => {
            ("environment", environment)
        }
        Details::Circleci { context, .. } => ("context", context),
        Details::Token { .. } => return all,
    };
    let plain = |target: &mut TargetPlan| match &mut target.details {
        Details::Github { environment: guard, .. }
        | Details::Gitlab { environment: guard, .. }
        | Details::Circleci { context: guard, .. } => "npm".clone_into(guard),
        Details::Token { .. } => {}
    };
    add(format!("{prefix}.{key}"), guard, Box::new(plain));
    let reference = match &target.bundle {
        Some(BundlePin::Action(pin)) => Some(("action", pin.action.as_str())),
        Some(BundlePin::Component(pin)) => Some(("component", pin.component.as_str())),
        Some(BundlePin::Orb(pin)) => Some(("orb", pin.orb.as_str())),
        None => None,
    };
    if let Some((key, value)) = reference {
        let plain = |target: &mut TargetPlan| match &mut target.bundle {
            Some(BundlePin::Action(pin)) => "acme/npm-publish".clone_into(&mut pin.action),
            Some(BundlePin::Component(pin)) => {
                "gitlab.com/acme/npm-publish/npm-publish".clone_into(&mut pin.component);
            }
            Some(BundlePin::Orb(pin)) => "acme/npm-publish@1.0.0".clone_into(&mut pin.orb),
            None => {}
        };
        add(format!("bundle.{}.{key}", target.provider), value, Box::new(plain));
    }
    all
}

fn fault(target: &TargetPlan, candidate: &Candidate, error: &SelfCheckError) -> Fault {
    let shown: String = candidate.value.lines().next().unwrap_or_default().chars().take(60).collect();
    let command = candidate.key.starts_with("build.");
    let publishes = error.faults.iter().any(|fault| fault.contains("ways to publish are read back"));
    // What a rule finds is said in words for people; what differs from the plan is not.
    let found = error.faults.iter().find_map(|fault| fault.strip_prefix("line ")?.split_once(": "));
    let message = match found {
        _ if command && publishes => {
            format!("`{shown}` publishes, or reads so, and the pack job has no identity to publish with")
        }
        Some((_, found)) => format!("`{shown}` cannot stand here: {found}"),
        None => format!("`{shown}` does not read back as it is written here"),
    };
    let help = match publishes {
        true if command => "leave it out: the publish job publishes what this job packs",
        _ if command => "write it in another way, or put it into a script of the repository and call that",
        _ => "write a plainer value",
    };
    Fault {
        rule: "spec-impossible",
        key: candidate.key.clone(),
        provider: Some(target.provider),
        message,
        help: help.to_owned(),
        at: None,
    }
}
