//! The programs that run inside a pipeline, as `templates/runtime/README.md` puts them together: only the
//! parts that a target needs, so that a reviewer reads what can run there and nothing else.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::ci::command::own::{PACK_WORD, PARTS, PUBLISH_WORD};
use crate::facts::Provider;
use crate::plan::TargetPlan;
use crate::spec::Auth;

/// A program of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Packs and seals the tarballs, without an identity.
    Pack,
    /// Checks, exchanges, publishes and explains.
    Publish,
}

/// What decides which parts a target gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Where the pipeline runs.
    pub provider: Provider,
    /// By identity or by a stored token.
    pub auth: Auth,
    /// Whether it publishes more than one package.
    pub many: bool,
}

impl From<&TargetPlan> for Target {
    fn from(plan: &TargetPlan) -> Self {
        Self { provider: plan.provider, auth: plan.auth, many: plan.packages.len() > 1 }
    }
}

impl Target {
    /// The words of `programs.json` that hold for this target.
    fn words(self) -> [Cow<'static, str>; 3] {
        let id = self.provider.id();
        let credential = match self.auth {
            Auth::Oidc => format!("{id}-identity").into(),
            Auth::Token => "token".into(),
        };
        [id.into(), credential, if self.many { "many" } else { "one" }.into()]
    }
}

/// A part as `programs.json` lists it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Always(String),
    /// For targets that have one of these words.
    Sometimes {
        part: String,
        #[serde(rename = "for")]
        targets: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Programs {
    pack: Vec<Part>,
    publish: Vec<Part>,
}

const LIST: &str = include_str!("../../templates/runtime/programs.json");

/// The install step's fragment; the install command is its arguments.
pub const INSTALL: &str = include_str!("../../templates/runtime/install.sh");

impl Program {
    /// The word that ends its heredoc.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pack => PACK_WORD,
            Self::Publish => PUBLISH_WORD,
        }
    }

    /// The program's text for `target`.
    pub fn text(self, target: Target) -> String {
        let list: Programs = serde_json::from_str(LIST).expect("a test parses the list");
        let words = target.words();
        let parts = match self {
            Self::Pack => list.pack,
            Self::Publish => list.publish,
        };
        let names = parts.into_iter().filter_map(|part| match part {
            Part::Always(name) => Some(name),
            Part::Sometimes { part, targets } => {
                targets.iter().any(|one| words.iter().any(|word| word == one)).then_some(part)
            }
        });
        let mut text = String::new();
        for name in names {
            let part = PARTS.iter().find(|(known, _)| *known == name);
            text.push_str(part.expect("a test looks up every listed part").1);
        }
        text
    }

    /// A shell script that gives the program to node on standard input: the quoted heredoc word
    /// keeps the shell from reading a single character of it.
    pub fn script(self, target: Target) -> String {
        let word = self.word();
        let mut script = format!("node --input-type=module - <<'{word}'\n");
        writeln!(script, "{}{word}", self.text(target)).expect("a String takes every text");
        script
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (Program, Target)> {
        [Provider::Github, Provider::Gitlab, Provider::Circleci].into_iter().flat_map(|provider| {
            [Auth::Oidc, Auth::Token].into_iter().flat_map(move |auth| {
                [false, true].into_iter().flat_map(move |many| {
                    [Program::Pack, Program::Publish]
                        .map(|program| (program, Target { provider, auth, many }))
                })
            })
        })
    }

    #[test]
    fn every_part_is_listed_and_every_listed_part_is_there() {
        let list: Programs = serde_json::from_str(LIST).unwrap();
        let mut listed: Vec<String> = list
            .pack
            .into_iter()
            .chain(list.publish)
            .map(|part| match part {
                Part::Always(part) | Part::Sometimes { part, .. } => part,
            })
            .collect();
        listed.sort();
        listed.dedup();
        assert_eq!(listed, PARTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn no_program_ends_its_own_heredoc_or_opens_an_expression() {
        for (program, target) in all() {
            let text = program.text(target);
            assert!(text.ends_with('\n'));
            assert!(!text.lines().any(|line| line == program.word()));
            for opener in ["${{", "$[[", "<<"] {
                assert!(!text.contains(opener), "{program:?} has {opener}");
            }
        }
    }

    /// A maintainer reviews these lines before they publish anything.
    #[test]
    fn a_program_stays_short_enough_to_review() {
        for (program, target) in all() {
            let text = program.text(target);
            let (lines, bytes) = match program {
                Program::Pack => (400, 20_500),
                Program::Publish => (910, 50_000),
            };
            let (has, weighs) = (text.lines().count(), text.len());
            assert!(has <= lines && weighs <= bytes, "{program:?} {target:?}: {has} lines, {weighs} bytes");
        }
    }

    #[test]
    fn no_provider_carries_the_parts_of_another() {
        for (program, target) in all() {
            let text = program.text(target);
            for (provider, own) in [
                (Provider::Github, "ACTIONS_ID_TOKEN_REQUEST_URL,"),
                (Provider::Gitlab, "ci_config_ref_uri"),
                (Provider::Circleci, "'circleci'"),
            ] {
                let expected =
                    program == Program::Publish && target.auth == Auth::Oidc && target.provider == provider;
                assert_eq!(text.contains(own), expected, "{program:?} {target:?} {own}");
            }
        }
    }
}
