//! Variables that a Jenkinsfile sets: `environment`, `withCredentials`, `withEnv`.

use super::agent;
use super::call::is_end;
use super::lexer::Kind;
use super::text::Reader;
use crate::ci::{EnvVar, Level, Scalar, Value, skeleton};

/// `environment { A = 'x'; B = credentials('id') }`
pub(super) fn environment(reader: Reader<'_, '_>, from: usize, to: usize, level: Level) -> Vec<EnvVar> {
    let tokens = reader.tokens;
    let mut found = Vec::new();
    for index in from..to {
        let name = tokens.word(index);
        if name.is_empty() || !tokens.is_sign(index + 1, b'=') {
            continue;
        }
        let end = (index + 2..to).find(|&at| is_end(tokens, at)).unwrap_or(to);
        let entry = reader.place(index, end);
        let (text, value) = assigned(reader, index + 2, end);
        found.push(EnvVar { name: name.to_owned(), text, value, level, entry });
    }
    found
}

/// What the right side `from..to` of an assignment holds.
fn assigned(reader: Reader<'_, '_>, from: usize, to: usize) -> (Scalar, Value) {
    if let Some(id) = agent::value_of(reader, "credentials", from, to) {
        let value = Value::Secret(id.shown().to_owned());
        return (Scalar { value: None, ..id }, value);
    }
    if let Some(text) = reader.scalar(from).filter(|_| to == from + 1) {
        let value = skeleton::held(&text.written);
        return (text, value);
    }
    let at = reader.place(from, to);
    let written = reader.source.slice(at.span).to_owned();
    (Scalar { written, value: None, at }, Value::Unknown)
}

/// Variables that `withCredentials` binds: of each group of named arguments those whose name ends with
/// `Variable`, and Vault's `envVar`.
pub(super) fn bindings(reader: Reader<'_, '_>, from: usize, to: usize) -> Vec<EnvVar> {
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
pub(super) fn assignments(reader: Reader<'_, '_>, from: usize, to: usize) -> Vec<EnvVar> {
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
