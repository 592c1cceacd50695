//! The walk through a Jenkinsfile's blocks: what is around a script when it runs.

use std::collections::HashMap;

use super::lexer::{Kind, Tokens};
use super::names::Names;
use super::text::Reader;
use super::{agent, condition};
use crate::ci::{Condition, Container, EnvVar, Input, Job, Level, Runner, Scalar, StepKind, Value, skeleton};
use crate::facts::Provider;
use crate::facts::runners::classify;
use crate::files;
use crate::text::Source;

/// How deep blocks and methods may stand in each other.
const DEPTH: usize = 48;
/// How many tokens one file may lead to, methods counted each time they are called.
const MAX_TOKENS: usize = 2_000_000;

/// What holds at one point of the walk.
#[derive(Clone, Default)]
struct Around {
    /// The job that scripts belong to; none outside of every stage.
    job: Option<usize>,
    env: Vec<EnvVar>,
    runner: Option<Runner>,
    container: Option<Container>,
    /// Conditions of the stages around.
    conditions: Vec<Condition>,
    /// The conditions around the script alone.
    own: Option<Condition>,
    directory: Option<String>,
    /// The Node that `tools` names.
    tool: Option<Scalar>,
    depth: usize,
}

struct Walk<'w, 's> {
    reader: Reader<'w, 's>,
    names: &'w Names<'s>,
    pods: HashMap<String, Scalar>,
    jobs: Vec<Job>,
    /// The job of scripts that stand in no stage.
    outside: Option<usize>,
    steps: usize,
    left: usize,
    /// Methods that are being followed.
    active: Vec<&'s str>,
}

/// The jobs of a Jenkinsfile: its stages with scripts, in order.
pub(super) fn read(tokens: &Tokens<'_>, source: &Source) -> Vec<Job> {
    let names = Names::of(tokens);
    let reader = Reader { tokens, source, values: &names.values };
    let mut walk = Walk {
        reader,
        names: &names,
        pods: agent::pods(reader),
        jobs: Vec::new(),
        outside: None,
        steps: 0,
        left: MAX_TOKENS,
        active: Vec::new(),
    };
    let mut around = Around { directory: Some(String::new()), ..Around::default() };
    walk.block(0, tokens.list.len(), &mut around);
    walk.jobs.retain(|job| !job.steps.is_empty());
    walk.jobs
}

impl<'s> Walk<'_, 's> {
    /// Reads the tokens `from..to` of a block.
    fn block(&mut self, from: usize, to: usize, around: &mut Around) {
        if around.depth > DEPTH {
            return;
        }
        self.directives(from, to, around);
        let mut index = from;
        while index < to && self.left > 0 && self.steps < skeleton::BUDGET {
            self.left -= 1;
            index = self.statement(index, to, around).max(index + 1);
        }
    }

    fn inner(&mut self, from: usize, to: usize, around: &Around, change: impl FnOnce(&mut Around)) {
        let mut inner = around.clone();
        inner.depth += 1;
        change(&mut inner);
        self.block(from, to, &mut inner);
    }

    /// What a declarative block says about everything in it, wherever in the block that stands.
    fn directives(&mut self, from: usize, to: usize, around: &mut Around) {
        let tokens = self.reader.tokens;
        let mut index = from;
        while index < to {
            let word = tokens.word(index);
            let block = tokens.is_sign(index + 1, b'{');
            let (open, close) = (index + 2, tokens.close_of(index + 1));
            match word {
                "agent" if block => self.agent(open, close, around),
                "agent" if matches!(tokens.word(index + 1), "any" | "none") => {
                    self.agent(index + 1, index + 2, around);
                }
                "environment" if block => {
                    let level = if around.job.is_some() { Level::Job } else { Level::Pipeline };
                    around.env.extend(self.environment(open, close, level));
                }
                "when" if block => {
                    let found = condition::read(tokens, self.reader.source, tokens.skip_ends(open), close);
                    around.conditions.push(found);
                }
                "input" if block => self.waits(index, around),
                "tools" if block => {
                    around.tool = agent::value_of(self.reader, "nodejs", open, close).or(around.tool.take());
                }
                _ => {}
            }
            index = tokens.over(index);
        }
        if let Some(job) = around.job {
            self.apply(job, around);
        }
    }

    fn agent(&mut self, from: usize, to: usize, around: &mut Around) {
        let (runner, container) =
            agent::read(self.reader, &self.pods, self.reader.tokens.skip_ends(from), to);
        around.runner = runner.or(around.runner.take());
        if let Some(container) = container {
            around.container = container;
        }
    }

    /// A person must answer before what follows.
    fn waits(&mut self, index: usize, around: &mut Around) {
        let at = self.reader.place(index, index + 1);
        around.conditions.push(Condition { text: "input".to_owned(), at, never: false, limits_ref: false });
    }

    /// Gives the job what holds around it.
    fn apply(&mut self, job: usize, around: &Around) {
        let Some(job) = self.jobs.get_mut(job).filter(|job| job.steps.is_empty()) else { return };
        job.runner.class = classify::<&str>(Provider::Jenkins, &[]);
        if let Some(runner) = &around.runner {
            job.runner = runner.clone();
        }
        job.container.clone_from(&around.container);
        job.conditions.clone_from(&around.conditions);
        job.guards = skeleton::guards(None, &job.conditions);
        job.env = around.env.iter().filter(|var| var.level != Level::Step).cloned().collect();
    }

    /// `environment { A = 'x'; B = credentials('id') }`
    fn environment(&self, from: usize, to: usize, level: Level) -> Vec<EnvVar> {
        let tokens = self.reader.tokens;
        let mut found = Vec::new();
        for index in from..to {
            let name = tokens.word(index);
            if name.is_empty() || !tokens.is_sign(index + 1, b'=') {
                continue;
            }
            let end = (index + 2..to).find(|&at| tokens.get(at).is_some_and(|token| token.kind == Kind::End));
            let end = end.unwrap_or(to);
            let entry = self.reader.place(index, end);
            let secret = agent::value_of(self.reader, "credentials", index + 2, end);
            let (text, value) = match secret {
                Some(id) => {
                    let value = Value::Secret(id.shown().to_owned());
                    (Scalar { value: None, ..id }, value)
                }
                None => match self.reader.scalar(index + 2).filter(|_| end == index + 3) {
                    Some(text) => {
                        let value = skeleton::held(&text.written);
                        (text, value)
                    }
                    None => {
                        let at = self.reader.place(index + 2, end);
                        let written = self.reader.source.slice(at.span).to_owned();
                        (Scalar { written, value: None, at }, Value::Unknown)
                    }
                },
            };
            found.push(EnvVar { name: name.to_owned(), text, value, level, entry });
        }
        found
    }

    /// Reads what begins at `index`; answers where to go on.
    fn statement(&mut self, index: usize, to: usize, around: &mut Around) -> usize {
        let tokens = self.reader.tokens;
        // The body of a method runs where the method is called.
        if self.names.definitions.contains(&index) {
            return tokens.over(index);
        }
        let word = tokens.word(index);
        // The name of an argument or of a map's entry, too.
        if word.is_empty() || tokens.is_sign(index + 1, b':') {
            return index + 1;
        }
        match word {
            "sh" | "bat" | "powershell" | "pwsh" => {
                let call = Call::at(tokens, index, to);
                self.run(index, &call, around);
                call.from
            }
            "agent" | "environment" | "when" | "tools" | "triggers" | "options" | "parameters"
            | "libraries"
                if tokens.is_sign(index + 1, b'{') =>
            {
                tokens.over(index + 1)
            }
            "input"
                if tokens.is_sign(index + 1, b'(')
                    || tokens.quote(index + 1).is_some()
                    || tokens.word(index + 1) == "message" =>
            {
                self.waits(index, around);
                index + 1
            }
            // A declarative block whose own words hold for all of it.
            "pipeline" | "matrix" if tokens.is_sign(index + 1, b'{') => {
                self.inner(index + 2, tokens.close_of(index + 1), around, |_| {});
                tokens.over(index + 1)
            }
            "stage" => self.stage(index, &Call::at(tokens, index, to), around),
            "if" => self.conditional(&Call::at(tokens, index, to), to, around),
            "else" if tokens.is_sign(index + 1, b'{') => {
                let at = self.reader.place(index, index + 1);
                let own = Condition { text: "else".to_owned(), at, never: false, limits_ref: false };
                self.inner(index + 2, tokens.close_of(index + 1), around, |inner| {
                    inner.own = Some(inner.own.take().unwrap_or(own));
                });
                tokens.over(index + 1)
            }
            "env" if tokens.is_sign(index + 1, b'.') && tokens.is_sign(index + 3, b'=') => {
                around.env.extend(self.environment(index + 2, (index + 5).min(to), Level::Step));
                index + 4
            }
            "node" | "withCredentials" | "withVault" | "withEnv" | "dir" | "container" | "nodejs"
            | "withNPM" | "configFileProvider" | "docker" => {
                self.wrapper(word, index, &Call::at(tokens, index, to), around)
            }
            _ => {
                self.method(word, index, around);
                index + 1
            }
        }
    }

    /// A call with a block that changes what holds in it.
    fn wrapper(&mut self, word: &str, index: usize, call: &Call, around: &Around) -> usize {
        let Some((open, close)) = call.block else { return index + 1 };
        let (from, to) = (call.from, call.to);
        let reader = self.reader;
        let first =
            || (from..to).find(|&at| reader.tokens.quote(at).is_some()).and_then(|at| reader.scalar(at));
        match word {
            "node" => {
                let label = agent::value_of(reader, "label", from, to).or_else(first);
                let runner = agent::runner(reader, index, to, label);
                self.inner(open, close, around, |inner| inner.runner = Some(runner));
            }
            "withCredentials" | "withVault" => {
                let found = bindings(reader, from, to);
                self.inner(open, close, around, |inner| inner.env.extend(found));
            }
            "withEnv" => {
                let found = assignments(reader, from, to);
                self.inner(open, close, around, |inner| inner.env.extend(found));
            }
            "dir" => {
                let folder = first();
                self.inner(open, close, around, |inner| {
                    let base = inner.directory.take();
                    inner.directory = folder.and_then(|folder| folder_in(base.as_deref(), &folder));
                });
            }
            "container" => {
                let name = agent::value_of(reader, "name", from, to).or_else(first);
                let image = name.and_then(|name| self.pods.get(name.shown()).cloned());
                let image = image.unwrap_or_else(|| agent::unseen("container of a pod", reader, index, to));
                let container = agent::container(reader, image, index, to);
                self.inner(open, close, around, |inner| inner.container = Some(container));
            }
            "docker" if (from..to).any(|at| reader.tokens.word(at) == "inside") => {
                let image = first().unwrap_or_else(|| agent::unseen("docker image", reader, index, to));
                let container = agent::container(reader, image, index, to);
                self.inner(open, close, around, |inner| inner.container = Some(container));
            }
            "nodejs" | "withNPM" | "configFileProvider" => {
                let kind = self.uses(word, index, from, to);
                self.push(kind, index, to, around);
                self.inner(open, close, around, |_| {});
            }
            _ => return index + 1,
        }
        close + 1
    }

    /// A step of a plugin that brings Node or a stored configuration of npm.
    fn uses(&self, word: &str, index: usize, from: usize, to: usize) -> StepKind {
        let reader = self.reader;
        let tokens = reader.tokens;
        let mut inputs = Vec::new();
        for at in from..to {
            let Some(text) = reader.scalar(at) else { continue };
            let named = at > from + 1 && tokens.is_sign(at - 1, b':');
            let name = if named { tokens.word(at - 2) } else { "nodeJSInstallationName" };
            let entry = reader.place(if named { at - 2 } else { at }, at + 1);
            // The name of an installation says nothing certain about its version.
            let node = word == "nodejs" && name == "nodeJSInstallationName";
            let (name, text) =
                if node { ("node-version", Scalar { value: None, ..text }) } else { (name, text) };
            let value = Value::Secret(text.written.clone());
            inputs.push(Input { name: name.to_owned(), text, value, entry });
        }
        let at = reader.place(index, index + 1);
        StepKind::Uses {
            reference: Scalar { written: word.to_owned(), value: Some(word.to_owned()), at },
            action: word.to_ascii_lowercase(),
            version: None,
            comment: None,
            inputs,
            steps: None,
        }
    }

    /// `sh '…'`, `sh(script: '…', returnStdout: true)`
    fn run(&mut self, index: usize, call: &Call, around: &Around) {
        let tokens = self.reader.tokens;
        let named = (call.from..call.to.min(call.from + MAX_WORDS))
            .find(|&at| tokens.word(at) == "script" && tokens.is_sign(at + 1, b':'));
        let from = named.map_or(call.from, |at| at + 2);
        let Some(script) = self.reader.script(tokens.skip_ends(from), call.to) else { return };
        let shell = match tokens.word(index) {
            "bat" => Some("cmd"),
            "sh" => None,
            shell => Some(shell),
        };
        let shell = shell.map(|shell| Scalar {
            written: shell.to_owned(),
            value: Some(shell.to_owned()),
            at: self.reader.place(index, index + 1),
        });
        let kind = StepKind::Run { script, shell, directory: around.directory.clone() };
        self.push(kind, index, call.to, around);
    }

    /// Adds a step to the stage around it; one in another container makes the stage two jobs.
    fn push(&mut self, kind: StepKind, from: usize, to: usize, around: &Around) {
        let job = around.job.or(self.outside).unwrap_or_else(|| {
            let place = self.reader.place(from, from + 1);
            self.jobs.push(skeleton::job("pipeline", place.clone(), place));
            self.outside = Some(self.jobs.len() - 1);
            self.jobs.len() - 1
        });
        let image = |container: &Option<Container>| {
            container.as_ref().map(|container| container.image.written.clone())
        };
        let mut job = job;
        if !self.jobs[job].steps.is_empty() && image(&self.jobs[job].container) != image(&around.container) {
            let known = &self.jobs[job];
            let alike = self.jobs.iter().rposition(|other| {
                other.id == known.id
                    && other.key.span == known.key.span
                    && image(&other.container) == image(&around.container)
            });
            job = alike.unwrap_or_else(|| {
                let known = &self.jobs[job];
                let fresh = skeleton::job(known.id.clone(), known.key.clone(), known.at.clone());
                self.jobs.push(fresh);
                self.jobs.len() - 1
            });
        }
        if self.jobs[job].steps.is_empty() {
            self.apply(job, around);
            if let Some(tool) = around.tool.clone().filter(|_| around.container.is_none()) {
                self.jobs[job].steps.push(tool_step(tool));
            }
        }
        let mut step = skeleton::step(kind, self.reader.place(from, to), &[]);
        step.env = around.env.iter().filter(|var| var.level == Level::Step).cloned().collect();
        step.condition.clone_from(&around.own);
        self.jobs[job].steps.push(step);
        self.steps += 1;
    }

    /// `stage('x') { … }`; without a block it names what follows.
    fn stage(&mut self, index: usize, call: &Call, around: &mut Around) -> usize {
        let reader = self.reader;
        let name = agent::value_of(reader, "name", call.from, call.to)
            .or_else(|| reader.scalar(reader.tokens.skip_ends(call.from)));
        let Some(name) = name else { return index + 1 };
        let end = call.block.map_or(call.to, |(_, close)| close + 1);
        let key = reader.place(index, call.end.min(end));
        self.jobs.push(skeleton::job(name.shown(), key, reader.place(index, end)));
        let job = self.jobs.len() - 1;
        let Some((open, close)) = call.block else {
            around.job = Some(job);
            return call.end;
        };
        self.inner(open, close, around, |inner| inner.job = Some(job));
        close + 1
    }

    /// `if (…) { … }`, or a single statement in place of the block.
    fn conditional(&mut self, call: &Call, to: usize, around: &Around) -> usize {
        let tokens = self.reader.tokens;
        let mut found = condition::read(tokens, self.reader.source, call.from, call.to);
        if let Some(outer) = &around.own {
            found.limits_ref |= outer.limits_ref;
            found.never |= outer.never;
        }
        let (open, close, after) = match call.block {
            Some((open, close)) => (open, close, close + 1),
            None => {
                let end = (call.end..to.min(call.end + MAX_WORDS))
                    .find(|&at| is_end(tokens, at))
                    .unwrap_or(call.end);
                (call.end, end, end)
            }
        };
        self.inner(open, close, around, |inner| inner.own = Some(found));
        after
    }

    /// A call of a method of this file.
    fn method(&mut self, word: &str, index: usize, around: &Around) {
        if !self.reader.tokens.is_sign(index + 1, b'(') {
            return;
        }
        let Some((&name, &(from, to))) = self.names.methods.get_key_value(word) else { return };
        if self.active.contains(&name) {
            return;
        }
        self.active.push(name);
        self.inner(from, to, around, |_| {});
        self.active.pop();
    }
}

/// The folder that `dir` changes to; none where that is not known.
fn folder_in(base: Option<&str>, folder: &Scalar) -> Option<String> {
    // Where the repository was checked out to.
    if matches!(folder.written.trim_end_matches('/'), "${BASE_DIR}" | "${WORKSPACE}") {
        return Some(String::new());
    }
    files::join(base?, folder.value.as_deref()?)
}

/// How many words a call without parentheses is looked at for.
const MAX_WORDS: usize = 100;

/// A call: its arguments, and the block that it is handed.
struct Call {
    from: usize,
    to: usize,
    /// After the arguments and their parentheses.
    end: usize,
    /// The inside of the block.
    block: Option<(usize, usize)>,
}

impl Call {
    /// The call of the word at `index`, in a block that ends at `to`.
    fn at(tokens: &Tokens<'_>, index: usize, to: usize) -> Self {
        let block_at = |at: usize| tokens.is_sign(at, b'{').then(|| (at + 1, tokens.close_of(at)));
        if tokens.is_sign(index + 1, b'(') {
            let close = tokens.close_of(index + 1);
            let block = block_at(close + 1).or_else(|| block_at(tokens.skip_ends(close + 1)));
            return Self { from: index + 2, to: close, end: close + 1, block };
        }
        let mut at = index + 1;
        while at < to && at < index + MAX_WORDS {
            // A line that ends with a comma or plus sign goes on.
            let goes_on =
                is_end(tokens, at) && (tokens.is_sign(at - 1, b',') || tokens.is_sign(at - 1, b'+'));
            if is_end(tokens, at) && !goes_on || tokens.is_sign(at, b'{') || tokens.is_sign(at, b'}') {
                break;
            }
            at = tokens.over(at);
        }
        let at = at.min(to);
        Self { from: index + 1, to: at, end: at, block: block_at(at) }
    }
}

fn is_end(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_none_or(|token| token.kind == Kind::End)
}

/// `tools { nodejs 'name' }`: an installation that Jenkins' settings describe.
fn tool_step(name: Scalar) -> crate::ci::Step {
    let at = name.at.clone();
    let text = Scalar { value: None, ..name };
    let input = Input { name: "node-version".to_owned(), text, value: Value::Unknown, entry: at.clone() };
    let reference = Scalar { written: "nodejs".to_owned(), value: Some("nodejs".to_owned()), at: at.clone() };
    let action = "nodejs".to_owned();
    let kind =
        StepKind::Uses { reference, action, version: None, comment: None, inputs: vec![input], steps: None };
    skeleton::step(kind, at, &[])
}

/// Variables that `withCredentials` binds: of each group of named arguments those whose name ends with
/// `Variable`, and Vault's `envVar`.
fn bindings(reader: Reader<'_, '_>, from: usize, to: usize) -> Vec<EnvVar> {
    let tokens = reader.tokens;
    let mut groups: Vec<(Option<String>, Vec<usize>)> = vec![(None, Vec::new())];
    let mut found = Vec::new();
    let mut flush = |(id, variables): (Option<String>, Vec<usize>)| {
        for at in variables {
            let Some(name) = reader.scalar(at) else { continue };
            let id = id.clone().unwrap_or_else(|| name.written.clone());
            let entry = reader.place(at - 2, at + 1);
            let text = Scalar { written: id.clone(), value: None, at: name.at };
            found.push(EnvVar {
                name: name.written,
                text,
                value: Value::Secret(id),
                level: Level::Step,
                entry,
            });
        }
    };
    for at in from..to {
        match tokens.get(at).map(|token| token.kind) {
            Some(Kind::Sign(b'(' | b'[')) => groups.push((None, Vec::new())),
            Some(Kind::Sign(b')' | b']')) => groups.pop().into_iter().for_each(&mut flush),
            Some(Kind::Text(_)) if at > from + 1 && tokens.is_sign(at - 1, b':') => {
                let Some(group) = groups.last_mut() else { continue };
                match tokens.word(at - 2) {
                    "credentialsId" => group.0 = reader.scalar(at).map(|id| id.written),
                    // Who publishes is no secret.
                    "usernameVariable" => {}
                    "envVar" => group.1.push(at),
                    key if key.ends_with("ariable") => group.1.push(at),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    groups.into_iter().for_each(flush);
    found
}

/// `withEnv(['A=b'])`
fn assignments(reader: Reader<'_, '_>, from: usize, to: usize) -> Vec<EnvVar> {
    let variable = |at: usize| {
        let text = reader.scalar(at)?;
        let (name, written) = text.written.split_once('=')?;
        let value = skeleton::held(written);
        let known = (!written.contains('$')).then(|| written.to_owned());
        let entry = text.at.clone();
        let text = Scalar { written: written.to_owned(), value: known, at: text.at.clone() };
        Some(EnvVar { name: name.to_owned(), text, value, level: Level::Step, entry })
    };
    (from..to).filter_map(variable).collect()
}
