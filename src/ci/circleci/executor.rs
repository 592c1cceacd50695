//! Where a job runs: its image and the class of its machine.

use super::scope::{Parameter, Scope};
use super::{Found, Library, Walk};
use crate::ci::repository::{entry_place, place};
use crate::ci::{Container, EnvVar, Level, Runner, Scalar, Unknown};
use crate::facts::{Provider, runners};
use crate::yaml::Node;

/// What an executor gives to the jobs that use it.
pub(super) struct Executor {
    pub(super) runner: Runner,
    pub(super) container: Option<Container>,
    pub(super) env: Vec<EnvVar>,
    /// None where nothing sets it.
    pub(super) shell: Option<Scalar>,
    /// The folder that the repository is checked out into, as written.
    pub(super) directory: Option<String>,
    pub(super) unknown: Option<Unknown>,
}

/// The executor of `job`: named, a parameter, or written in the job.
pub(super) fn read<'t>(
    walk: &Walk<'_, '_, 't>,
    library: Library<'t>,
    job: Node<'t>,
    scope: &Scope<'t>,
) -> Executor {
    let Some(named) = job.get("executor") else { return described(job, scope, Level::Job) };
    let (name, given, named) = reference(named, scope);
    let unknown = |what: String| Executor {
        runner: Runner { class: runners::Runner::Unknown, labels: Vec::new(), at: Some(place(named)) },
        container: None,
        env: Vec::new(),
        shell: None,
        directory: None,
        unknown: Some(Unknown { what, at: place(named) }),
    };
    let Some(name) = name else { return unknown("the executor that the caller chooses".to_owned()) };
    match walk.find(library, "executors", &name) {
        Found::Here(node, _) => {
            let inner = scope.inner(node.get("parameters"), given);
            let mut executor = described(node, &inner, Level::Inherited);
            // What the job says itself comes on top.
            let own = described(job, scope, Level::Job);
            if job.get("resource_class").is_some() {
                executor.runner = own.runner;
            }
            executor.shell = own.shell.or(executor.shell);
            executor.directory = own.directory.or(executor.directory);
            executor
        }
        Found::Orb(orb) => unknown(format!("executor {name} of orb {}", orb.as_str().unwrap_or_default())),
        Found::Missing => unknown(format!("executor {name}, which is not defined")),
    }
}

/// `executor: NAME` or `executor: {name: NAME, …}`, either by a parameter.
fn reference<'t>(node: Node<'t>, scope: &Scope<'t>) -> (Option<String>, Option<Node<'t>>, Node<'t>) {
    let node = match node.as_str().and_then(|text| scope.whole(text)) {
        Some(Parameter::Node(node)) => node,
        Some(Parameter::Text(name)) => return (Some(name), None, node),
        None => node,
    };
    if node.is_mapping() {
        let name = node.get("name").and_then(Node::as_str).and_then(|name| scope.text(name));
        return (name, Some(node), node);
    }
    (node.as_str().and_then(|name| scope.text(name)), None, node)
}

/// `docker`, `machine`, `macos` and `resource_class` of a job or executor.
fn described<'t>(node: Node<'t>, scope: &Scope<'t>, level: Level) -> Executor {
    let image = node.entry("docker").and_then(|(key, docker)| {
        let image = docker.items().next()?.get("image")?;
        Some(Container { image: scope.scalar(image), entry: entry_place(key, docker) })
    });
    let machine = node.get("machine");
    let class = node.get("resource_class").map(|class| scope.scalar(class));
    let labels: Vec<String> = class.iter().map(|class| class.shown().to_owned()).collect();
    let runner = Runner {
        class: runners::classify(Provider::Circleci, &labels),
        labels,
        at: class.map(|class| class.at),
    };
    let container = image.or_else(|| {
        let image = machine?.get("image")?;
        Some(Container { image: scope.scalar(image), entry: place(image) })
    });
    Executor {
        runner,
        container,
        env: scope.environment(node.get("environment"), level),
        shell: node.get("shell").map(|shell| scope.scalar(shell)),
        directory: node.get("working_directory").and_then(|path| scope.text(path.as_str()?)),
        unknown: None,
    }
}
