//! Walks a script command by command: folders, variables, functions and heredocs are followed, and what
//! each command runs is handed to the part that knows the program.

use std::collections::HashMap;

use super::folders::{Folders, enter};
use super::model::{Act, Deed};
use super::origin::Origin;
use super::own::{self, Own};
use super::registry::Chosen;
use super::wrapper::{Inner, inner, is_assignment, program};
use super::{Finder, config, manager, program_text, release, runtime, task};
use crate::ci::{Hop, HopKind, bundle};
use crate::shell::{self, Dialect, Field, Kind, Link, Variables};
use crate::text::{Source, Span};

/// How many wrappers and indirections are followed one inside the other.
const MAX_DEPTH: usize = 12;
/// How many texts one script may lead to.
const MAX_TEXTS: usize = 200;
/// Longest text of a command for people, in characters.
const MAX_SHOWN: usize = 160;

/// The walk over one script and all that it leads to.
pub(super) struct Walk<'f, 'a> {
    pub(super) finder: &'f Finder<'a>,
    pub(super) acts: Vec<Act>,
    pub(super) variables: Variables,
    /// Registries that commands have chosen so far.
    pub(super) chosen: Chosen,
    via: Vec<Hop>,
    /// What is being read: file and the script or target in it, so that no cycle is followed.
    active: Vec<(String, String)>,
    texts: usize,
    depth: usize,
    /// Files that the script itself has written by a heredoc, with their text.
    written: HashMap<String, String>,
}

/// One command, with where and how it runs.
#[derive(Clone, Copy)]
pub(super) struct Call<'c> {
    pub(super) origin: &'c Origin<'c>,
    pub(super) span: Span,
    /// None where the folder cannot be known.
    pub(super) directory: Option<&'c str>,
    pub(super) conditional: bool,
    /// Variables that are set for this command alone.
    pub(super) assigned: &'c [(String, String)],
    /// The command as the shell reads it; none for what stands in a program's text.
    pub(super) command: Option<&'c shell::Command<'c>>,
    /// The command whose substitution it stands in.
    pub(super) outer: Option<&'c shell::Command<'c>>,
    /// The text that the spans of `command` refer to.
    pub(super) text: &'c str,
}

impl<'f, 'a> Walk<'f, 'a> {
    pub(super) fn new(finder: &'f Finder<'a>, variables: Variables) -> Self {
        Self {
            finder,
            acts: Vec::new(),
            variables,
            chosen: Chosen::default(),
            via: Vec::new(),
            active: Vec::new(),
            texts: 0,
            depth: 0,
            written: HashMap::new(),
        }
    }

    /// Reads `text` as shell, in `directory`.
    pub(super) fn shell(
        &mut self,
        text: &str,
        origin: &Origin<'_>,
        dialect: Dialect,
        directory: Option<&str>,
        conditional: bool,
    ) {
        if self.depth >= MAX_DEPTH || self.texts >= MAX_TEXTS {
            self.finder.too_deep(origin.locate(Span::default()));
            return;
        }
        self.texts += 1;
        self.depth += 1;
        let script = shell::read(text, dialect);
        let mut folders: Vec<Option<Folders>> = vec![None; script.scopes.len()];
        folders[0] = Some(Folders::at(directory));
        let mut last: Vec<Option<&shell::Command<'_>>> = vec![None; script.scopes.len()];
        for command in &script.commands {
            let folder = enter(&mut folders, &script.scopes, command.scope);
            let here = folder.now.clone();
            let conditional = conditional || command.conditional || command.link == Link::Or;
            if command.kind == Kind::Simple && !command.words.is_empty() {
                let call = Call {
                    origin,
                    span: command.span,
                    directory: here.as_deref(),
                    conditional,
                    assigned: &self.assigned(command),
                    command: Some(command),
                    outer: command.parent.map(|outer| &script.commands[outer]),
                    text,
                };
                let fed = last[command.scope].filter(|_| command.link == Link::Pipe);
                self.command(command, fed, &call);
                if let Some(folder) = folders[command.scope].as_mut() {
                    folder.follow(command, &self.variables);
                }
            } else if command.words.is_empty() {
                config::assignment(self, command);
            }
            self.variables.observe(command);
            last[command.scope] = Some(command);
        }
        self.depth -= 1;
    }

    fn assigned(&self, command: &shell::Command<'_>) -> Vec<(String, String)> {
        let mut assigned = Vec::new();
        for assignment in &command.assignments {
            if let shell::Assigned::Scalar(word) = &assignment.value {
                let value = self.variables.expand(std::slice::from_ref(word)).swap_remove(0);
                let value: Vec<String> = value.into_iter().map(|field| field.text).collect();
                assigned.push((assignment.name.to_owned(), value.join(" ")));
            }
        }
        assigned
    }

    /// One command with every set of values that its variables may have. The reading that publishes counts.
    fn command(&mut self, command: &shell::Command<'_>, fed: Option<&shell::Command<'_>>, call: &Call<'_>) {
        config::written(self, command, fed, call);
        self.note_written_file(command, call);
        let alternatives = self.variables.expand(&command.words);
        let before = self.acts.len();
        let mut best: Option<Vec<Act>> = None;
        for words in &alternatives {
            self.dispatch(words, call);
            let acts = self.acts.split_off(before);
            if best.as_deref().is_none_or(|best| !publishes(best) && publishes(&acts)) {
                best = Some(acts);
            }
        }
        self.acts.extend(best.unwrap_or_default());
        self.feed_heredoc(command, &alternatives, call);
    }

    /// Hands `words` to whoever knows their program, through any wrappers.
    pub(super) fn dispatch(&mut self, words: &[Field], call: &Call<'_>) {
        let mut words = words;
        let mut assigned = call.assigned.to_vec();
        for _ in 0..MAX_DEPTH {
            let set = words.iter().take_while(|word| is_assignment(&word.text)).count();
            assigned.extend(words[..set].iter().filter_map(|word| {
                word.text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
            }));
            words = &words[set..];
            let Some(first) = words.first() else { return };
            let inner_call = Call { assigned: &assigned, ..*call };
            if first.dynamic && first.text.starts_with("${{") {
                self.expression_literals(&first.text, &inner_call);
                return;
            }
            let name = program(&first.text);
            match inner(name, &words[1..]) {
                Some(Inner::Words(inner)) => {
                    // `env` puts its assignments before the command that it runs.
                    let skipped = &words[1..words.len() - inner.len()];
                    assigned.extend(skipped.iter().filter(|word| is_assignment(&word.text)).filter_map(
                        |word| {
                            word.text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
                        },
                    ));
                    words = inner;
                }
                Some(Inner::Text(text)) => {
                    if let Some(at) = call.origin.locate(text.span) {
                        self.shell(
                            &text.text,
                            &Origin::Fixed(at),
                            Dialect::Posix,
                            call.directory,
                            call.conditional,
                        );
                    }
                    return;
                }
                None => {
                    self.program(name, words, &inner_call);
                    return;
                }
            }
        }
    }

    fn program(&mut self, name: &str, words: &[Field], call: &Call<'_>) {
        let arguments = &words[1..];
        match name {
            "npm" | "pnpm" | "pn" | "yarn" | "yarnpkg" | "bun" | "npx" | "pnpx" | "bunx" | "nr" | "vp" => {
                manager::run(self, name, words, call);
            }
            "corepack" | "nvm" | "fnm" | "n" | "volta" | "mise" | "asdf" => {
                config::version_manager(self, name, words, call);
            }
            "make" | "gmake" => task::make(self, arguments, call),
            "eval" => {
                let text: Vec<&str> = arguments.iter().map(|word| word.text.as_str()).collect();
                if let Some(at) = call.origin.locate(call.span) {
                    self.shell(
                        &text.join(" "),
                        &Origin::Fixed(at),
                        Dialect::Posix,
                        call.directory,
                        call.conditional,
                    );
                }
            }
            "circleci" | "printenv" | "echo" | "printf" | "Write-Host" | "Write-Output" | "set" => {
                config::prints(self, name, words, call);
            }
            _ if release::run(self, name, words, None, call) => {}
            _ => task::file_or_task(self, name, words, call),
        }
    }

    /// Commands in the string literals of a provider's expression: `${{ x && 'npm publish' || '' }}`.
    fn expression_literals(&mut self, expression: &str, call: &Call<'_>) {
        let Some(at) = call.origin.locate(call.span) else { return };
        // `${{ env.NAME }}` of a variable that an earlier step has set.
        let inner = expression.trim_start_matches("${{").trim_end_matches("}}").trim();
        if let Some(name) = inner.strip_prefix("env.") {
            let values: Vec<String> = self.variables.values(name).map(str::to_owned).collect();
            for value in values {
                self.shell(&value, &Origin::Fixed(at.clone()), Dialect::Posix, call.directory, true);
            }
            return;
        }
        for literal in expression.split('\'').skip(1).step_by(2) {
            self.shell(literal, &Origin::Fixed(at.clone()), Dialect::Posix, call.directory, true);
        }
    }

    /// Heredocs given to a program: shell text for a shell, program text for node and its like.
    fn feed_heredoc(&mut self, command: &shell::Command<'_>, words: &[Vec<Field>], call: &Call<'_>) {
        let redirect = command.redirects.iter().find_map(|redirect| Some((redirect, redirect.heredoc?)));
        let Some((redirect, body)) = redirect else { return };
        let Some(text) = call.text.get(body.body.start..body.body.end) else { return };
        let origin = call.origin.inside(body.body.start);
        let word = redirect.target.value.as_ref();
        let own = if in_bundle(call) { own::named(word) } else { own::program(text) };
        match own {
            Some(Own::Pack) => return,
            Some(Own::Publish) => return runtime::note(self, call),
            // Of another version, or changed, or something else: it is read like any program.
            None if word == own::PUBLISH_WORD => runtime::note_unread(self, call),
            None => {}
        }
        for word in words.iter().flatten() {
            match program(&word.text) {
                "bash" | "sh" | "zsh" | "dash" => {
                    self.shell(text, &origin, Dialect::Posix, call.directory, call.conditional);
                    return;
                }
                "node" | "bun" | "deno" | "tsx" | "python" | "python3" | "zx" => {
                    program_text::read(self, text, &origin, call);
                    return;
                }
                _ => {}
            }
        }
    }

    /// Remembers `cat > file <<EOF`, so that a later `sh file` can be followed.
    fn note_written_file(&mut self, command: &shell::Command<'_>, call: &Call<'_>) {
        let Some(body) = command.redirects.iter().find_map(|redirect| redirect.heredoc) else { return };
        let file = command.redirects.iter().find(|redirect| matches!(redirect.operator, ">" | ">>" | ">|"));
        let target = match (file, command.name()) {
            (Some(redirect), _) => Some(redirect.target.value.as_ref()),
            (None, Some("tee")) => command.words.last().map(|word| word.value.as_ref()),
            _ => None,
        };
        if let (Some(target), Some(text)) = (target, call.text.get(body.body.start..body.body.end)) {
            self.written.insert(target.trim_start_matches("./").to_owned(), text.to_owned());
        }
    }

    /// The text of a file that this script wrote before.
    pub(super) fn written_text(&self, path: &str) -> Option<String> {
        self.written.get(path.trim_start_matches("./")).cloned()
    }

    /// The file that is being read, where the script has led to one.
    pub(super) fn current_file(&self) -> Option<&str> {
        self.active.last().map(|(file, _)| file.as_str())
    }

    /// Whether any link that has led here has such a name.
    pub(super) fn called_for(&self, is_such: impl Fn(&str) -> bool) -> bool {
        self.via.iter().any(|hop| is_such(&hop.name))
    }

    /// Whether any script of a manifest that has led here has such a name.
    pub(super) fn scripted_for(&self, is_such: impl Fn(&str) -> bool) -> bool {
        self.via.iter().any(|hop| hop.kind == HopKind::PackageScript && is_such(&hop.name))
    }

    /// Follows `read` into `key` of `file`, unless that is being read already.
    pub(super) fn follow(
        &mut self,
        kind: HopKind,
        name: &str,
        target: &Source,
        key: &str,
        call: &Call<'_>,
        read: impl FnOnce(&mut Self),
    ) {
        let entry = (target.path().to_owned(), key.to_owned());
        let Some(at) = call.origin.locate(call.span) else { return };
        if self.active.contains(&entry) {
            return;
        }
        if self.via.len() >= MAX_DEPTH {
            self.finder.too_deep(Some(at));
            return;
        }
        self.active.push(entry);
        self.via.push(Hop { kind, name: name.to_owned(), at, target: Some(target.path().to_owned()) });
        read(self);
        self.via.pop();
        self.active.pop();
    }

    /// Notes what `words` do.
    pub(super) fn act(&mut self, deed: Deed, words: &[Field], call: &Call<'_>) {
        self.note(deed, words.iter().flat_map(|word| word.text.split_whitespace()), call);
    }

    /// Notes a deed with its own words for people.
    pub(super) fn act_shown(&mut self, deed: Deed, shown: &str, call: &Call<'_>) {
        self.note(deed, shown.split_whitespace(), call);
    }

    fn note<'w>(&mut self, deed: Deed, words: impl Iterator<Item = &'w str>, call: &Call<'_>) {
        let Some(at) = call.origin.locate(call.span) else { return };
        self.acts.push(Act {
            deed,
            text: shown(words),
            at,
            via: self.via.clone(),
            directory: call.directory.map(str::to_owned),
            conditional: call.conditional,
        });
    }

    /// Whether anything was found to publish since there were `before` acts.
    pub(super) fn published_since(&self, before: usize) -> bool {
        self.acts.get(before..).is_some_and(publishes)
    }
}

/// What is shown of a command. Behind the cut nothing is put together: it can have thousands of words, and a deed for each.
fn shown<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        if let Some((cut, _)) = text.char_indices().nth(MAX_SHOWN) {
            text.truncate(cut);
            text.push('…');
            break;
        }
    }
    text
}

/// Whether the text is that of a bundle member, whose programs are left out when it is embedded.
fn in_bundle(call: &Call<'_>) -> bool {
    call.origin.locate(call.span).is_some_and(|at| bundle::is_member(at.source.path()))
}

fn publishes(acts: &[Act]) -> bool {
    acts.iter().any(|act| matches!(&act.deed, Deed::Publish(publish) if !publish.dry_run))
}
