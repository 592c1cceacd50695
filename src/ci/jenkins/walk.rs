//! The walk through a Jenkinsfile's blocks: what is around a script when it runs.

use std::collections::HashMap;

use super::call::{Call, MAX_WORDS, is_end};
use super::lexer::Tokens;
use super::names::Names;
use super::text::Reader;
use super::{agent, condition, variables, wrapper};
use crate::ci::{Condition, Container, EnvVar, Job, Level, Runner, Scalar, StepKind, skeleton};
use crate::facts::Provider;
use crate::facts::runners::classify;
use crate::text::Source;

/// How deep blocks and methods may stand in each other.
const DEPTH: usize = 48;
/// How many tokens one file may lead to, methods counted each time they are called.
const MAX_TOKENS: usize = 2_000_000;

/// What holds at one point of the walk.
#[derive(Clone, Default)]
pub(super) struct Around {
    /// The job that scripts belong to; none outside of every stage.
    pub(super) job: Option<usize>,
    pub(super) env: Vec<EnvVar>,
    pub(super) runner: Option<Runner>,
    pub(super) container: Option<Container>,
    /// Conditions of the stages around.
    pub(super) conditions: Vec<Condition>,
    /// The conditions around the script alone.
    pub(super) own: Option<Condition>,
    pub(super) directory: Option<String>,
    /// The Node that `tools` names.
    pub(super) tool: Option<Scalar>,
    pub(super) depth: usize,
}

pub(super) struct Walk<'w, 's> {
    pub(super) reader: Reader<'w, 's>,
    pub(super) names: &'w Names<'s>,
    pub(super) pods: HashMap<String, Scalar>,
    pub(super) jobs: Vec<Job>,
    /// The job of scripts that stand in no stage.
    pub(super) outside: Option<usize>,
    pub(super) steps: usize,
    pub(super) left: usize,
    /// Methods that are being followed.
    pub(super) active: Vec<&'s str>,
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

impl Walk<'_, '_> {
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

    pub(super) fn inner(
        &mut self,
        from: usize,
        to: usize,
        around: &Around,
        change: impl FnOnce(&mut Around),
    ) {
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
            let block = tokens.block_after(index);
            let (open, close) = block.unwrap_or_default();
            let block = block.is_some();
            match word {
                "agent" if block => self.agent(open, close, around),
                "agent" if matches!(tokens.word(index + 1), "any" | "none") => {
                    self.agent(index + 1, index + 2, around);
                }
                "environment" if block => {
                    let level = if around.job.is_some() { Level::Job } else { Level::Pipeline };
                    around.env.extend(variables::environment(self.reader, open, close, level));
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
        let found = agent::read(self.reader, &self.pods, self.reader.tokens.skip_ends(from), to);
        around.runner = found.runner.or(around.runner.take());
        if found.bare || found.container.is_some() {
            around.container = found.container;
        }
    }

    /// A person must answer before what follows.
    fn waits(&mut self, index: usize, around: &mut Around) {
        let at = self.reader.place(index, index + 1);
        around.conditions.push(skeleton::condition("input", at, false, false));
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
        let block = tokens.block_after(index);
        match word {
            "sh" | "bat" | "powershell" | "pwsh" => {
                let call = Call::at(tokens, index, to);
                self.run(index, &call, around);
                call.from
            }
            "agent" | "environment" | "when" | "tools" | "triggers" | "options" | "parameters"
            | "libraries"
                if block.is_some() =>
            {
                block.map_or(index, |(_, close)| close) + 1
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
            "pipeline" | "matrix" if block.is_some() => {
                let (open, close) = block.unwrap_or_default();
                self.inner(open, close, around, |_| {});
                close + 1
            }
            "stage" => self.stage(index, &Call::at(tokens, index, to), around),
            "if" => self.conditional(&Call::at(tokens, index, to), to, around),
            "else" if block.is_some() => {
                let (open, close) = block.unwrap_or_default();
                let at = self.reader.place(index, index + 1);
                let own = skeleton::condition("else", at, false, false);
                self.inner(open, close, around, |inner| {
                    inner.own = Some(inner.own.take().unwrap_or(own));
                });
                close + 1
            }
            "env" if tokens.is_sign(index + 1, b'.') && tokens.is_sign(index + 3, b'=') => {
                around.env.extend(variables::environment(
                    self.reader,
                    index + 2,
                    (index + 5).min(to),
                    Level::Step,
                ));
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
    pub(super) fn push(&mut self, kind: StepKind, from: usize, to: usize, around: &Around) {
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
                self.jobs[job].steps.push(wrapper::tool_step(tool));
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
        let statement = || {
            let ends = (call.end..to.min(call.end + MAX_WORDS)).find(|&at| is_end(tokens, at));
            (call.end, ends.unwrap_or(call.end))
        };
        let (open, close) = call.block.unwrap_or_else(statement);
        let after = if call.block.is_some() { close + 1 } else { close };
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
