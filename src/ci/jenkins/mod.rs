//! Jenkins: declarative and scripted Jenkinsfiles, read as far as stages, machines, credentials and
//! scripts go. A Jenkinsfile is a program: what it computes, and shared libraries, are unknown.

mod agent;
mod call;
mod condition;
mod lexer;
mod names;
#[cfg(test)]
mod tests;
mod text;
mod variables;
mod walk;
mod wrapper;

use super::repository::Repository;
use super::{Pipeline, Problem, Trigger, TriggerKind, Unknown, skeleton};
use crate::diagnostic::Location;
use crate::facts::Provider;
use crate::text::{Source, Span};
use lexer::Tokens;

/// The pipeline in the Jenkinsfile at `path`; none where there is none or it cannot be read.
pub(super) fn read(repository: &Repository<'_>, path: &str) -> Option<Pipeline> {
    let source = match repository.files.read(path) {
        Ok(source) => source?,
        Err(error) => {
            repository.problem(Problem {
                file: path.to_owned(),
                message: error.to_string(),
                at: None,
                provider: Provider::Jenkins,
            });
            return None;
        }
    };
    let tokens = Tokens::of(source.text());
    let mut pipeline = skeleton::pipeline(Provider::Jenkins, &source);
    pipeline.triggers = triggers(&tokens, &source);
    pipeline.unknowns = libraries(&tokens, &source);
    pipeline.jobs = walk::read(&tokens, &source);
    Some(pipeline)
}

/// What starts a build: people, what the file says, and what the job's own settings say, which are not seen.
fn triggers(tokens: &Tokens<'_>, source: &Source) -> Vec<Trigger> {
    let start = Location::new(source, Span::new(0, 0));
    let mut triggers = vec![skeleton::trigger(TriggerKind::Other, "job-settings", start.clone())];
    for index in 0..tokens.list.len() {
        let kind = match tokens.word(index) {
            "cron" => TriggerKind::Schedule,
            // Which branches these mean stands in the job's settings.
            "pollSCM" | "githubPush" | "bitbucketPush" => TriggerKind::Other,
            "upstream" => TriggerKind::AfterPipeline,
            _ => continue,
        };
        let inside = tokens.is_sign(index + 1, b'(') || tokens.quote(index + 1).is_some();
        if inside && !triggers.iter().any(|trigger| trigger.event == tokens.word(index)) {
            let at = Location::new(source, tokens.span(index, tokens.over(index + 1)));
            triggers.push(skeleton::trigger(kind, tokens.word(index), at));
        }
    }
    triggers.push(skeleton::trigger(TriggerKind::Manual, "manual", start));
    triggers
}

/// Code from elsewhere: `@Library('x')`, `library 'x'`, `load 'x.groovy'`.
fn libraries(tokens: &Tokens<'_>, source: &Source) -> Vec<Unknown> {
    let named = |index: usize| {
        let at = if tokens.is_sign(index + 1, b'(') { index + 2 } else { index + 1 };
        let at = if tokens.is_sign(at, b'[') { at + 1 } else { at };
        tokens.quote(at).map(|_| tokens.text_of(at).trim_matches(['\'', '"']).to_owned())
    };
    let unknown = |index: usize| {
        let what = match tokens.word(index) {
            "Library" if index > 0 && tokens.is_sign(index - 1, b'@') => "shared library",
            "library" => "shared library",
            "load" => "script",
            _ => return None,
        };
        let name = named(index)?;
        let at = Location::new(source, tokens.span(index, index + 2));
        Some(Unknown { what: format!("{what} {name}"), at })
    };
    (0..tokens.list.len()).filter_map(unknown).collect()
}
