//! What one job's steps do, one after another, as far as it matters for a publish.

use super::{by_name, credential, registry, setup};
use std::path::Path;

use crate::ci::command::{Act, Confidence, Deed, Finder, Publish, PublishKind, Setting};
use crate::ci::{
    Command, Credential, CredentialKind, Hop, HopKind, IdToken, IdentityState, Job, Learnt, LearntFrom,
    Level, Reach, Registry, Repository, Scalar, Script, Step, StepAct, StepKind, Tool, Toolchain, Value,
};
use crate::facts::Provider;
use crate::facts::actions::{Publisher, Publishes, publisher};
use crate::facts::node::NodeSpec;
use crate::files;
use crate::project::{Package, PinKind};

/// A publish that a step does.
pub(super) struct Found {
    pub(super) command: Command,
    pub(super) confidence: Confidence,
    pub(super) via: Vec<Hop>,
    /// Credentials that the command itself carries: a flag, inputs of an action.
    pub(super) own: Vec<Credential>,
    /// Variables that the tool reads a token from, where it reads no other; none = by name.
    pub(super) reads: Option<&'static [String]>,
    /// Whether it authenticates with what no file shows.
    pub(super) own_credential: bool,
    /// Where the command's own words and settings send the package; none where they do not say.
    pub(super) registry: Option<Registry>,
    /// The npm that the command names for itself (`npx npm@11 publish`).
    pub(super) npm: Option<String>,
    pub(super) workspaces: Vec<String>,
    pub(super) recursive: bool,
    pub(super) target: Option<String>,
}

impl Found {
    /// A publish by something that is called by reference: an action, a workflow.
    pub(super) fn of_reference(tool: Tool, reference: &Scalar, confidence: Confidence) -> Self {
        Self {
            confidence,
            via: Vec::new(),
            own: Vec::new(),
            reads: None,
            own_credential: false,
            registry: None,
            npm: None,
            workspaces: Vec::new(),
            recursive: false,
            target: None,
            command: Command {
                tool,
                text: reference.written.clone(),
                at: reference.at.clone(),
                version: None,
                staged: false,
                provenance: None,
                dist_tag: None,
                ignore_scripts: false,
                directory: Some(String::new()),
            },
        }
    }
}

/// The state of a job between two steps.
pub(super) struct Session<'s, 'a> {
    repository: &'s Repository<'a>,
    finder: &'s Finder<'a>,
    job: &'s Job,
    provider: Provider,
    toolchain: Toolchain,
    /// Tokens that earlier steps left behind for later ones.
    left: Vec<Credential>,
    /// Everything that scripts did so far, in order.
    done: Vec<StepAct>,
    /// Variables that earlier steps handed on.
    carried: Vec<(String, String)>,
    /// The registry that earlier steps chose: by setup-node, or by a line of npm configuration.
    chosen: Option<(Option<String>, String)>,
}

impl<'s, 'a> Session<'s, 'a> {
    pub(super) fn start(
        repository: &'s Repository<'a>,
        finder: &'s Finder<'a>,
        job: &'s Job,
        provider: Provider,
    ) -> Self {
        Self {
            repository,
            finder,
            job,
            provider,
            toolchain: setup::at_start(job),
            left: Vec::new(),
            done: Vec::new(),
            carried: Vec::new(),
            chosen: None,
        }
    }

    /// Whether the job has an identity for npm by now: GitHub's serves any audience, GitLab's tokens have
    /// a name and an audience each, and on CircleCI a script asks for one.
    pub(super) fn has_identity(&self) -> bool {
        let tokens = &self.job.identity.tokens;
        let for_npm = |token: &IdToken| {
            let audience = |audience: &Scalar| audience.shown().starts_with("npm:");
            token.name == "NPM_ID_TOKEN" || token.audiences.iter().any(audience)
        };
        let asked = |act: &StepAct| matches!(act.act.deed, Deed::FetchIdentity(_));
        match self.provider {
            Provider::Gitlab => tokens.iter().any(for_npm),
            Provider::Circleci => !tokens.is_empty() || self.done.iter().any(asked),
            _ => true,
        }
    }

    /// What the scripts of the job did, in order.
    pub(super) fn done(self) -> Vec<StepAct> {
        self.done
    }

    /// Takes the step, whose index among the job's leaves is `leaf`, and answers what it publishes.
    pub(super) fn step(&mut self, step: &Step, leaf: usize) -> Vec<Found> {
        match &step.kind {
            StepKind::Run { script, directory, shell } => {
                let shell = shell.as_ref().and_then(|shell| shell.value.as_deref());
                let acts = self.acts(script, step, directory.as_deref(), shell);
                acts.into_iter()
                    .filter_map(|act| self.act(act, step, leaf, step.condition.is_some()))
                    .collect()
            }
            StepKind::Uses { action, .. } => {
                if let Some(toolchain) = setup::by_action(step, self.repository) {
                    self.toolchain = toolchain;
                } else if setup::may_replace_node(step) && self.toolchain.node.from == LearntFrom::Runner {
                    self.toolchain = Toolchain::default();
                }
                if let Some(url) = step.input("registry-url") {
                    let scope = step.input("scope").and_then(|scope| scope.text.value.clone());
                    self.chosen = Some((scope, url.text.shown().to_owned()));
                }
                self.left.extend(credential::exported_by_setup(step));
                self.left.extend(credential::left_by_configurer(step));
                let known = publisher(action).map(|known| self.action(step, leaf, known));
                known.unwrap_or_else(|| self.other_action(step, leaf)).into_iter().collect()
            }
            StepKind::Builtin { .. } => Vec::new(),
        }
    }

    /// What a script does in this step.
    fn acts(&self, script: &Script, step: &Step, directory: Option<&str>, shell: Option<&str>) -> Vec<Act> {
        let known = |var: &crate::ci::EnvVar| Some((var.name.clone(), var.text.value.clone()?));
        let mut env: Vec<(String, String)> = self.job.env.iter().chain(&step.env).filter_map(known).collect();
        if let Some(folder) = action_folder(step) {
            env.push(("GITHUB_ACTION_PATH".to_owned(), folder.to_owned()));
        }
        let (scope, url) =
            self.chosen.as_ref().map_or((None, None), |(scope, url)| (scope.as_deref(), Some(url.as_str())));
        self.finder.acts(
            script,
            &Setting { directory, shell, env: &env, carried: &self.carried, registry: url, scope },
        )
    }

    /// Takes one act and answers the publish that it is.
    fn act(&mut self, act: Act, step: &Step, leaf: usize, conditional: bool) -> Option<Found> {
        let conditional = conditional || act.conditional;
        match &act.deed {
            Deed::Publish(publish) => {
                // What a script makes of a rehearsal that its caller asks for is not seen: nothing.
                let rehearsal = publish.confidence < Confidence::Certain && by_name::is_rehearsal(step);
                return (!publish.dry_run && !rehearsal).then(|| self.found(publish.clone(), &act));
            }
            Deed::UpgradeNpm { wanted } => {
                let wanted = wanted.as_deref().or(Some("latest"));
                setup::upgrade(&mut self.toolchain, wanted, act.at.clone(), conditional);
            }
            Deed::UseNode { wanted } => {
                self.toolchain = setup::with_node(Learnt {
                    value: wanted.as_deref().and_then(NodeSpec::parse),
                    written: wanted.clone(),
                    from: LearntFrom::Setup,
                    at: Some(act.at.clone()),
                });
            }
            Deed::WriteToken { value, registry, .. }
                if registry.as_deref().is_none_or(registry::may_be_npm) =>
            {
                self.left.extend(credential::written(value, act.at.clone(), self.job, step));
            }
            Deed::SetVariable { name, value } => {
                self.left.extend(credential::carried(name, value, act.at.clone(), self.job, step));
                // What is computed at run time says nothing, but for a command with such an argument.
                if !value.contains('$') || value.contains("publish") {
                    self.carried.push((name.clone(), value.clone()));
                }
            }
            Deed::SetRegistry { scope, url } => self.chosen = Some((scope.clone(), url.clone())),
            _ => {}
        }
        self.done.push(StepAct { step: leaf, act });
        None
    }

    fn found(&self, publish: Publish, act: &Act) -> Found {
        let version = publish.tool_version.clone().or_else(|| tool_version(self.repository, publish.tool));
        let token = |name: &String, value, reach| Credential {
            kind: CredentialKind::Token,
            name: name.clone(),
            value,
            reach,
            at: act.at.clone(),
            entry: None,
        };
        let flag = publish.token_flag.as_ref().map(|flag| token(flag, Value::Unknown, Reach::Flag));
        // Variables of a GitLab or CircleCI project reach every job and stand in no file.
        let variable = publish
            .token_variable
            .as_ref()
            .map(|name| token(name, Value::Secret(name.clone()), Reach::Env(Level::Inherited)));
        Found {
            confidence: publish.confidence,
            via: act.via.clone(),
            own: flag.into_iter().chain(variable).collect(),
            reads: None,
            own_credential: false,
            registry: (publish.registry != Registry::Unknown || publish.registry_evidence.is_some())
                .then_some(publish.registry),
            npm: publish.npm_version,
            workspaces: publish.workspaces,
            recursive: publish.recursive,
            target: publish.target,
            command: Command {
                tool: publish.tool,
                text: act.text.clone(),
                at: act.at.clone(),
                version,
                staged: publish.kind == PublishKind::Stage,
                provenance: publish.provenance,
                dist_tag: publish.tag,
                ignore_scripts: publish.ignore_scripts,
                directory: act.directory.clone(),
            },
        }
    }

    /// What an action that is known to publish does with these inputs.
    fn action(&mut self, step: &Step, leaf: usize, known: &'static Publisher) -> Option<Found> {
        let StepKind::Uses { reference, .. } = &step.kind else { return None };
        let input = |name: &Option<String>| name.as_deref().and_then(|name| step.input(name));
        let is_true =
            input(&known.dry_run_input).and_then(|input| input.text.value.as_deref()) == Some("true");
        let command = known.command_inputs.iter().find_map(|name| step.input(name));
        let command = command.filter(|input| input.value != Value::Empty);
        if is_true
            || known.publishes == Publishes::Never
            || known.publishes == Publishes::Input && command.is_none()
        {
            return None;
        }
        let tool = Tool::of_id(&known.tool).unwrap_or(Tool::Action);
        let script = command.map(|input| Script::of_place(&input.text.at, input.text.shown()));
        let acts = script.map(|script| self.acts(&script, step, Some(""), None));
        let mut inner = None;
        for act in acts.into_iter().flatten() {
            let found = self.act(act, step, leaf, false);
            inner = inner.or(found);
        }
        let own =
            known.token_inputs.iter().filter_map(|name| credential::of_input(step.input(name)?)).collect();
        let registry = input(&known.registry_input).map(|input| registry::of_url(input.text.shown()));
        let found = inner.unwrap_or_else(|| Found::of_reference(tool, reference, Confidence::Certain));
        let target = input(&known.package_input);
        let directory = match target {
            Some(target) => target.text.value.as_deref().and_then(folder_of),
            None => found.command.directory,
        };
        Some(Found {
            command: Command {
                tool,
                directory,
                version: tool_version(self.repository, tool),
                dist_tag: input(&known.tag_input).map(|input| input.text.shown().to_owned()),
                ..found.command
            },
            confidence: Confidence::Certain,
            own,
            reads: Some(&known.token_env),
            own_credential: known.own_credential,
            registry: registry.or(found.registry).or(known.own_credential.then_some(Registry::Npm)),
            target: target.and_then(|target| target.text.value.clone()).or(found.target),
            ..found
        })
    }

    /// An action that no fact tells of: the repository's own under its public name, or one whose name
    /// says that it publishes.
    fn other_action(&mut self, step: &Step, leaf: usize) -> Option<Found> {
        let Some(known) = by_name::own_action(step, self.repository).and_then(|name| publisher(&name)) else {
            return self
                .command_input(step, leaf)
                .or_else(|| by_name::action(step, self.job, self.repository));
        };
        let found = self.action(step, leaf, known)?;
        // The repository tests its own action, too.
        Some(Found { confidence: Confidence::Possible, ..found })
    }

    /// The publish command that an input hands to an action or orb that is not seen.
    fn command_input(&mut self, step: &Step, leaf: usize) -> Option<Found> {
        const COMMANDS: [&str; 6] =
            ["publish", "publish-command", "publish-script", "command", "run", "script"];
        let input = COMMANDS.iter().find_map(|name| step.input(name))?;
        let script = Script::of_place(&input.text.at, input.text.value.as_deref()?);
        let acts = self.acts(&script, step, Some(""), None);
        let found: Vec<Found> = acts.into_iter().filter_map(|act| self.act(act, step, leaf, false)).collect();
        found.into_iter().next()
    }

    /// Credentials that reach the publish in `step`, or in a called workflow that is not seen.
    pub(super) fn credentials(&self, step: Option<&Step>, found: &Found) -> Vec<Credential> {
        let mut out = found.own.clone();
        if let Some(step) = step {
            let shown = credential::in_environment(self.job, step, found.reads);
            out.retain(|own| shown.iter().all(|shown| shown.name != own.name));
            out.extend(shown);
        }
        out.extend(self.left.iter().cloned());
        out.extend(credential::in_files(self.repository));
        let identity = &self.job.identity;
        if identity.state == IdentityState::Granted && self.has_identity() {
            out.push(Credential {
                kind: CredentialKind::Identity,
                name: identity
                    .tokens
                    .first()
                    .map_or_else(|| "id-token".to_owned(), |token| token.name.clone()),
                value: Value::Unknown,
                reach: Reach::Granted,
                at: identity.at.clone().unwrap_or_else(|| self.job.key.clone()),
                entry: None,
            });
        }
        out
    }

    /// Node and npm as the command finds them.
    pub(super) fn toolchain_for(&self, found: &Found) -> Toolchain {
        let mut toolchain = self.toolchain.clone();
        if let Some(npm) = &found.npm {
            setup::upgrade(&mut toolchain, Some(npm), found.command.at.clone(), false);
        }
        toolchain
    }

    /// The packages that the command can publish.
    fn chosen_packages(&self, found: &Found) -> Vec<&'a Package> {
        let project = self.repository.project;
        let by_folder = matches!(
            found.command.tool,
            Tool::Npm
                | Tool::Pnpm
                | Tool::Yarn
                | Tool::Bun
                | Tool::Np
                | Tool::Action
                | Tool::ReleaseIt
                | Tool::SemanticRelease
        );
        if !found.workspaces.is_empty() {
            let wanted = |package: &&Package| {
                found.workspaces.iter().any(|word| {
                    let word = word.trim_start_matches("./").trim_end_matches('/');
                    package.name() == Some(word) || package.folder == word
                })
            };
            return project.publishable().filter(wanted).collect();
        }
        if found.recursive || !by_folder {
            return project.publishable().collect();
        }
        let base = found.command.directory.as_deref();
        let folder = match (&found.target, base) {
            (Some(target), Some(base)) => crate::files::join(base, target),
            (None, base) => base.map(str::to_owned),
            (Some(_), None) => None,
        };
        folder.and_then(|folder| project.package_in(&folder)).into_iter().collect()
    }

    /// Their names.
    pub(super) fn packages(&self, found: &Found) -> Vec<String> {
        self.chosen_packages(found).into_iter().filter_map(Package::name).map(str::to_owned).collect()
    }

    /// Where the command publishes to.
    pub(super) fn registry(&self, step: Option<&Step>, found: &Found) -> Registry {
        registry::decide(
            self.repository,
            self.job,
            step,
            found,
            &self.chosen_packages(found),
            self.chosen.as_ref(),
        )
    }
}

/// The folder that an action's `package` input names, itself or by its manifest; none for a tarball.
fn folder_of(target: &str) -> Option<String> {
    let folder = target.strip_suffix("package.json").unwrap_or(target);
    let tarball = Path::new(folder).extension().is_some_and(|end| end == "tgz" || end == "gz");
    if tarball { None } else { files::join("", folder) }
}

/// The folder of the action of this repository that a step belongs to.
fn action_folder(step: &Step) -> Option<&str> {
    let action = step.origin.last().filter(|hop| hop.kind == HopKind::Action)?;
    Some(action.target.as_deref()?.rsplit_once('/').map_or(".", |(folder, _)| folder))
}

/// The version of a release tool or package manager as lockfile, manifest and pins have it.
fn tool_version(repository: &Repository<'_>, tool: Tool) -> Option<String> {
    use crate::project::Tool as Pinned;
    let project = repository.project;
    let (package, pinned) = match tool {
        Tool::Pnpm => ("pnpm", Some(Pinned::Pnpm)),
        Tool::Yarn => ("@yarnpkg/cli", Some(Pinned::Yarn)),
        Tool::Bun => ("bun", Some(Pinned::Bun)),
        Tool::Changesets => ("@changesets/cli", None),
        Tool::SemanticRelease => ("@semantic-release/npm", None),
        Tool::Lerna => ("lerna", None),
        Tool::Nx => ("nx", None),
        Tool::ReleaseIt => ("release-it", None),
        Tool::Np => ("np", None),
        Tool::Npm | Tool::ReleasePlease | Tool::Action | Tool::Other => return None,
    };
    let pin = pinned
        .and_then(|tool| project.pins.iter().find(|pin| pin.tool == tool && pin.kind != PinKind::Engines));
    pin.map(|pin| pin.version.clone())
        .or_else(|| project.locked(package).map(|(_, locked)| locked.version.clone()))
        .or_else(|| {
            let root = project.root()?;
            root.manifest
                .dependencies
                .iter()
                .find(|dependency| dependency.name == package)
                .map(|dependency| dependency.range.value.clone())
        })
}
