//! What YAML cannot carry: the settings at the provider and at the registry that make a generated
//! pipeline safe, and work at all, filled in and in the order in which they are to be made.

use std::fmt::Write as _;

use super::home::Home;
use super::{circleci, github, gitlab, npm};
use crate::facts::{Provider, urls};
use crate::plan::Plan;
use crate::project::Origin;

/// The settings to make by hand, in order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Checklist {
    /// The settings.
    pub items: Vec<Item>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Item {
    /// What it is, the same for every repository: `environment`, `trusted-publisher` …
    pub id: &'static str,
    /// Whose setting; null is the registry's.
    pub provider: Option<Provider>,
    /// What to do, in the imperative.
    pub title: String,
    /// Why, and what happens without it.
    pub why: String,
    /// Commands that do it, or part of it.
    pub actions: Vec<Action>,
    /// Its documentation.
    pub url: Option<&'static str>,
    /// What is not known here and stands as `<…>` in the commands, with the place to find it.
    pub missing: Vec<String>,
}

/// A command. None of them is run by trustpub, and none of those that call a provider was tried against it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Action {
    /// The command, every value quoted for a POSIX shell.
    pub command: String,
    /// What it needs or does, where that is not plain.
    pub note: Option<String>,
}

impl Item {
    pub(super) fn new(
        id: &'static str,
        provider: Option<Provider>,
        title: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        let (title, why) = (title.into(), why.into());
        Self { id, provider, title, why, actions: Vec::new(), url: None, missing: Vec::new() }
    }

    pub(super) fn run(mut self, command: impl Into<String>) -> Self {
        self.actions.push(Action { command: command.into(), note: None });
        self
    }

    pub(super) fn run_noted(mut self, command: impl Into<String>, note: impl Into<String>) -> Self {
        self.actions.push(Action { command: command.into(), note: Some(note.into()) });
        self
    }

    pub(super) fn page(mut self, id: &str) -> Self {
        self.url = urls::url(id);
        self
    }

    /// Says what to fill in for `placeholder`, where a command has it, and the spec's key that fills it in.
    pub(super) fn missing(mut self, placeholder: &str, place: &str, key: &str) -> Self {
        if self.actions.iter().any(|action| action.command.contains(placeholder)) {
            self.missing.push(format!("{placeholder}: {place}; trustpub.yml takes it as `{key}`"));
        }
        self
    }
}

/// The settings that `plan` needs, in order: the package, the guard, the trusted publisher, then
/// what may be closed once the first release went through. `origin` is where the repository comes from.
pub fn checklist(plan: &Plan, origin: Option<&Origin>) -> Checklist {
    let mut items = npm::bootstrap(plan);
    items.extend(npm::stage_token(plan));
    let mut later = Vec::new();
    for target in &plan.targets {
        let home = Home::of(target, origin);
        items.extend(match target.provider {
            Provider::Github => github::items(target, &home),
            Provider::Gitlab => gitlab::items(target, &home),
            Provider::Circleci => circleci::items(target),
            _ => Vec::new(),
        });
        if target.provider == Provider::Gitlab {
            later.push(gitlab::afterwards(&home));
        }
        items.extend(npm::publishers(target));
    }
    items.extend(later);
    items.extend(npm::afterwards(plan));
    Checklist { items }
}

impl Checklist {
    /// The list for people.
    pub fn to_text(&self) -> String {
        let mut out = String::from("What YAML cannot carry, in this order (nothing of it was run here):\n");
        let mut told: Vec<&str> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let place = item.provider.map_or("npm", Provider::name);
            let _ = write!(out, "\n{}. {} [{place}]\n   {}\n", at + 1, item.title, item.why);
            for action in &item.actions {
                if let Some(note) = &action.note {
                    let _ = writeln!(out, "     # {note}");
                }
                for line in action.command.lines() {
                    let _ = writeln!(out, "     {line}");
                }
            }
            // One sentence for each, at the first command that lacks it.
            for missing in &item.missing {
                if !told.contains(&missing.as_str()) {
                    told.push(missing);
                    let _ = writeln!(out, "   Fill in {missing}.");
                }
            }
            if let Some(url) = item.url {
                let _ = writeln!(out, "   {url}");
            }
        }
        out
    }
}
