use serde::Serialize;

use super::{Auth, GuardKind, PublishPath, Registry, Tool};
use crate::facts::Provider;
use crate::facts::runners::Runner as RunnerClass;

/// A publish path as `check` and `paths` print it in JSON (`contract.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PathSummary {
    /// Whose pipeline.
    pub provider: Provider,
    /// The file, relative to the repository.
    pub file: String,
    /// Whether the provider starts that file by itself.
    pub entry: bool,
    /// What starts it.
    pub trigger: Vec<String>,
    /// The job in the file.
    pub job: String,
    /// The line in the file, from 1.
    pub line: usize,
    /// What publishes.
    pub tool: Tool,
    /// The command, on one line.
    pub command: String,
    /// With what it authenticates.
    pub auth: Auth,
    /// Who owns the machine.
    pub runner: RunnerClass,
    /// Node: exact, or as written; null where it cannot be known.
    pub node: Option<String>,
    /// npm, where it is known exactly, else null.
    pub npm: Option<String>,
    /// The strongest guard.
    pub guard: GuardKind,
    /// Whether an environment or context holds back whoever may push a branch, where a settings file
    /// (`--settings FILE`) shows it; null where it is not known.
    pub guard_proven: Option<bool>,
    /// The packages that it can publish; empty where that cannot be known.
    pub packages: Vec<String>,
    /// Where it publishes to.
    pub registry: Registry,
}

impl From<&PublishPath> for PathSummary {
    fn from(path: &PublishPath) -> Self {
        Self {
            provider: path.provider,
            file: path.file.clone(),
            entry: path.entry,
            trigger: path.trigger.clone(),
            job: path.job.clone(),
            line: path.line,
            tool: path.command.tool,
            command: path.command.text.split_whitespace().collect::<Vec<_>>().join(" "),
            auth: path.auth,
            runner: path.runner,
            node: path.toolchain.node_shown(),
            npm: path.toolchain.npm_shown(),
            guard: path.guard(),
            guard_proven: path.proven,
            packages: path.packages.clone(),
            registry: path.registry,
        }
    }
}
