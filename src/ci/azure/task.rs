//! Tasks: those that run scripts become scripts, npm's own become what they run, the rest stays by name.

use super::scope::Scope;
use super::step::{directory, fixed};
use crate::ci::repository::{entry_place, place};
use crate::ci::{EnvVar, Input, Level, Scalar, Script, StepKind, Value};
use crate::yaml::Node;

/// What `task: NAME@VERSION` with `inputs` does.
pub(super) fn read<'t>(
    reference: Node<'t>,
    inputs: Option<Node<'t>>,
    scope: &Scope<'t>,
    windows: bool,
) -> StepKind {
    let reference = scope.scalar(reference);
    let name = reference.shown().to_ascii_lowercase();
    // A task of an extension may be written with its publisher: `ms.vss.Npm@1`.
    let short = name.rsplit('.').next().unwrap_or(&name);
    let short = short.split('@').next().unwrap_or(short).to_owned();
    let task = Task { inputs, scope };
    let run = match short.as_str() {
        "bash" | "shellscript" => task.script("bash"),
        "powershell" => {
            let core = task.text("pwsh").is_some_and(|text| text.eq_ignore_ascii_case("true"));
            task.script(if core { "pwsh" } else { "powershell" })
        }
        "cmdline" | "batchscript" => task.script(if windows { "cmd" } else { "bash" }),
        "yarn" => {
            task.arguments("yarn", &["arguments", "Arguments"], &["projectDirectory", "ProjectDirectory"])
        }
        "npm" if task.text("command").as_deref() == Some("custom") => {
            task.arguments("npm", &["customCommand"], &["workingDir"])
        }
        _ => None,
    };
    if let Some(run) = run {
        return run;
    }
    let version = reference.shown().rsplit_once('@').map(|(_, version)| version.to_owned());
    let mut given = task.inputs();
    match short.as_str() {
        // `command` is what npm itself is told.
        "npm" => task.npm(&reference, &mut given),
        // Microsoft's release service, for packages of any kind.
        "esrprelease" => {
            let npm = task.text("contenttype").is_some_and(|kind| kind.eq_ignore_ascii_case("npm"));
            given.retain(|input| npm || !input.name.eq_ignore_ascii_case("contenttype"));
            for input in given.iter_mut().filter(|input| input.name.eq_ignore_ascii_case("contenttype")) {
                "contenttype".clone_into(&mut input.name);
            }
            return StepKind::Uses {
                reference,
                action: "esrprelease".to_owned(),
                version,
                comment: None,
                inputs: given,
                steps: None,
            };
        }
        "nodetool" | "usenode" => {
            for input in &mut given {
                input.name = match input.name.to_ascii_lowercase().as_str() {
                    "versionspec" | "version" => "node-version".to_owned(),
                    "versionfilepath" => "node-version-file".to_owned(),
                    _ => continue,
                };
            }
            let from_file = task.text("versionSource").as_deref() == Some("fromFile");
            given.retain(|input| {
                from_file == (input.name == "node-version-file") || !input.name.starts_with("node-version")
            });
        }
        _ => {}
    }
    StepKind::Uses { reference, action: name, version, comment: None, inputs: given, steps: None }
}

/// The token that `Npm@1` with a command of one's own takes from a service connection.
pub(super) fn connection<'t>(
    reference: Node<'t>,
    inputs: Option<Node<'t>>,
    scope: &Scope<'t>,
) -> Option<EnvVar> {
    let task = Task { inputs, scope };
    let npm = reference.as_str()?.to_ascii_lowercase().starts_with("npm@");
    let (key, node) =
        task.get("customEndpoint").filter(|_| npm && task.text("command").as_deref() == Some("custom"))?;
    let text = scope.scalar(node);
    let value = Value::Secret(format!("npm token of service connection {}", text.shown()));
    let entry = entry_place(key, node);
    Some(EnvVar { name: "customEndpoint".to_owned(), text, value, level: Level::Step, entry })
}

struct Task<'s, 't> {
    inputs: Option<Node<'t>>,
    scope: &'s Scope<'t>,
}

impl<'t> Task<'_, 't> {
    /// The input `name`; Azure compares names without regard to case.
    fn get(&self, name: &str) -> Option<(Node<'t>, Node<'t>)> {
        let entries = self.scope.entries(self.inputs?);
        entries.into_iter().rfind(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.scope.scalar(self.get(name)?.1).value
    }

    fn inputs(&self) -> Vec<Input> {
        let entries = self.inputs.map(|inputs| self.scope.entries(inputs)).unwrap_or_default();
        let input = |(key, node): (Node<'t>, Node<'t>)| {
            let text = self.scope.scalar(node);
            let value = self.scope.held(&text);
            Some(Input { name: key.as_str()?.to_owned(), text, value, entry: entry_place(key, node) })
        };
        entries.into_iter().filter_map(input).collect()
    }

    /// A task that runs an inline script, or a file.
    fn script(&self, shell: &str) -> Option<StepKind> {
        let folder = ["workingDirectory", "cwd"].iter().find_map(|key| self.get(key));
        let directory = directory(folder.map(|(_, node)| node), self.scope);
        let file = ["filePath", "scriptPath", "filename"].iter().find_map(|key| self.get(key));
        let inline = self.get("script").or_else(|| self.get("inlineScript"));
        let (key, script) = match (inline, file) {
            (Some((key, node)), _) => (key, self.scope.script(node)),
            (None, Some((key, node))) => {
                let arguments = self.get("arguments").map(|(_, node)| self.scope.script(node));
                let arguments = arguments.as_ref().map_or("", Script::text);
                let call = if shell == "bash" { "bash " } else { "" };
                let text = format!("{call}{} {arguments}", self.scope.script(node).text().trim());
                (key, Script::of_place(&place(node), text.trim()))
            }
            (None, None) => return None,
        };
        Some(StepKind::Run { script, shell: Some(fixed(shell, key)), directory })
    }

    /// A task that hands `arguments` to a program.
    fn arguments(&self, program: &str, names: &[&str], folders: &[&str]) -> Option<StepKind> {
        let (_, node) = names.iter().find_map(|name| self.get(name))?;
        let arguments = self.scope.script(node);
        let script = Script::of_place(&place(node), &format!("{program} {}", arguments.text()));
        let folder = folders.iter().find_map(|name| self.get(name)).map(|(_, node)| node);
        Some(StepKind::Run { script, shell: None, directory: directory(folder, self.scope) })
    }

    /// `Npm@1`: a publish goes to a feed of the organisation, or to where a service connection leads, which
    /// only Azure knows.
    fn npm(&self, reference: &Scalar, given: &mut Vec<Input>) {
        let publishes = self.text("command").as_deref() == Some("publish");
        given.retain(|input| !input.name.eq_ignore_ascii_case("command"));
        if !publishes {
            return;
        }
        let at = self.get("command").map_or_else(|| reference.at.clone(), |(_, node)| place(node));
        let input = |name: &str, written: &str, value: Option<String>, held: Value| Input {
            name: name.to_owned(),
            text: Scalar { written: written.to_owned(), value, at: at.clone() },
            value: held,
            entry: at.clone(),
        };
        let command = "npm publish".to_owned();
        given.push(input("command", "publish", Some(command.clone()), Value::Static(command)));
        let feed = self.text("publishRegistry").as_deref() == Some("useFeed");
        let registry = if feed { "feed" } else { "$(publishEndpoint)" };
        given.push(input("registry", registry, None, Value::Unknown));
        if let Some((_, node)) = self.get("workingDir") {
            let folder = directory(Some(node), self.scope).or_else(|| node.as_str().map(str::to_owned));
            given.push(input(
                "folder",
                folder.as_deref().unwrap_or_default(),
                folder.clone(),
                Value::Unknown,
            ));
        }
        for connection in given.iter_mut().filter(|input| input.name.eq_ignore_ascii_case("publishEndpoint"))
        {
            connection.value = Value::Secret(format!("service connection {}", connection.text.shown()));
        }
    }
}
