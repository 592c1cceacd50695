//! The orb packer: unpacked sources → the one file that is published, byte for byte as CircleCI's own tool
//! writes it (`circleci orb pack`, internal/pack and internal/cmd/orb of CircleCI-Public/circleci-cli; its YAML is
//! gopkg.in/yaml.v3's: keys sorted, four columns a level).
//!
//! Only what our own sources use is here: a base file, sections of flat files, block style, no anchors.

use std::collections::BTreeMap;

use super::File;
use crate::text::Source;
use crate::yaml::{self, Kind, Node, ScalarStyle};

/// Sections that are folders of the sources.
const SECTIONS: [&str; 4] = ["commands", "jobs", "executors", "examples"];
/// Sections in which an include is followed.
const INCLUDING: [&str; 3] = ["commands", "jobs", "executors"];
/// Columns a level.
const INDENT: usize = 4;

/// Why sources are no orb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PackError {
    /// There is no `@orb.yml`.
    #[error("there is no @orb.yml")]
    MissingBase,
    /// A file is no YAML mapping.
    #[error("{0} is no YAML mapping")]
    NotAMapping(String),
    /// An include names no file of the sources.
    #[error("there is no {0} to include")]
    MissingInclude(String),
}

/// What Go's reader makes of a YAML value.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Map(BTreeMap<Key, Tree>),
    List(Vec<Tree>),
    Text(String),
    /// A number, boolean or null, as it is written back.
    Plain(String),
}

/// A key, in yaml.v3's order: letters after everything else, digits by value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key(String);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (mut a, mut b) = (self.0.chars(), other.0.chars());
        loop {
            match (a.next(), b.next()) {
                (Some(x), Some(y)) if x == y => {}
                (Some(x), Some(y)) if x.is_alphabetic() != y.is_alphabetic() => {
                    return x.is_alphabetic().cmp(&y.is_alphabetic());
                }
                (x, y) => return x.cmp(&y),
            }
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Packs `sources`, whose paths are relative to the folder of `@orb.yml`.
pub(super) fn pack(sources: &[File]) -> Result<String, PackError> {
    let mut orb = match sources.iter().find(|file| file.path == "@orb.yml") {
        Some(base) => read(base)?,
        None => return Err(PackError::MissingBase),
    };
    for section in SECTIONS {
        let mut entries = BTreeMap::new();
        for file in sources {
            let name = file.path.strip_prefix(section).and_then(|rest| rest.strip_prefix('/'));
            if let Some(name) = name.and_then(|name| name.strip_suffix(".yml")) {
                let mut entry = Tree::Map(read(file)?);
                if INCLUDING.contains(&section) {
                    include(&mut entry, sources)?;
                }
                entries.insert(Key(name.to_owned()), entry);
            }
        }
        if !entries.is_empty() {
            orb.insert(Key(section.to_owned()), Tree::Map(entries));
        }
    }
    let mut out = String::new();
    write_map(&orb, 0, &mut out);
    Ok(out)
}

fn read(file: &File) -> Result<BTreeMap<Key, Tree>, PackError> {
    let tree = yaml::parse(&Source::new(&file.path, &file.text));
    match tree.root().map(tree_of) {
        Some(Tree::Map(map)) if tree.errors().is_empty() => Ok(map),
        _ => Err(PackError::NotAMapping(file.path.clone())),
    }
}

fn tree_of(node: Node<'_>) -> Tree {
    match node.kind() {
        Kind::Mapping => {
            let entry = |(key, value): (Node<'_>, Node<'_>)| {
                (Key(key.as_str().unwrap_or_default().to_owned()), tree_of(value))
            };
            Tree::Map(node.entries().map(entry).collect())
        }
        Kind::Sequence => Tree::List(node.items().map(tree_of).collect()),
        _ => {
            let text = node.as_str().unwrap_or_default();
            if node.style() == ScalarStyle::Plain && !reads_as_text(text) {
                Tree::Plain(text.to_owned())
            } else {
                Tree::Text(text.to_owned())
            }
        }
    }
}

/// Replaces every scalar that is one include by the file, in which `<<` opens no expression any more.
fn include(tree: &mut Tree, sources: &[File]) -> Result<(), PackError> {
    match tree {
        Tree::Map(map) => map.values_mut().try_for_each(|value| include(value, sources)),
        Tree::List(list) => list.iter_mut().try_for_each(|value| include(value, sources)),
        Tree::Plain(_) => Ok(()),
        Tree::Text(text) => {
            let Some(path) = included(text) else { return Ok(()) };
            let file = sources.iter().find(|file| file.path == path);
            let file = file.ok_or_else(|| PackError::MissingInclude(path.to_owned()))?;
            *text = file.text.replace("<<", "\\<<");
            Ok(())
        }
    }
}

/// The path of `<< include(path) >>`.
pub(super) fn included(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("<<")?.strip_suffix(">>")?.trim();
    inner.strip_prefix("include(")?.strip_suffix(')')
}

fn write_map(map: &BTreeMap<Key, Tree>, column: usize, out: &mut String) {
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 || column == 0 {
            out.push_str(&" ".repeat(column));
        }
        out.push_str(&scalar(&key.0));
        out.push(':');
        write_value(value, column, out);
    }
}

/// Writes what stands after a key in `column`, line break included.
fn write_value(value: &Tree, column: usize, out: &mut String) {
    // Every level starts at the next multiple of the indent, whatever a dash added before.
    let inner = INDENT * ((column + INDENT) / INDENT);
    match value {
        Tree::Map(map) if map.is_empty() => out.push_str(" {}\n"),
        Tree::List(list) if list.is_empty() => out.push_str(" []\n"),
        Tree::Map(map) => {
            out.push('\n');
            out.push_str(&" ".repeat(inner));
            write_map(map, inner, out);
        }
        Tree::List(list) => {
            out.push('\n');
            write_list(list, inner, out);
        }
        Tree::Text(text) if text.contains('\n') => write_literal(text, inner, out),
        Tree::Text(text) => out.extend([" ", &scalar(text), "\n"]),
        Tree::Plain(text) => out.extend([" ", text, "\n"]),
    }
}

fn write_list(list: &[Tree], column: usize, out: &mut String) {
    for item in list {
        out.push_str(&" ".repeat(column));
        out.push('-');
        match item {
            Tree::Map(map) if !map.is_empty() => {
                out.push(' ');
                write_map(map, column + 2, out);
            }
            Tree::Text(text) if text.contains('\n') => write_literal(text, column + 2, out),
            Tree::List(inner) if !inner.is_empty() => {
                out.push('\n');
                write_list(inner, column + 2, out);
            }
            other => write_value(other, column, out),
        }
    }
}

fn write_literal(text: &str, column: usize, out: &mut String) {
    let body = text.trim_end_matches('\n');
    out.push_str(match text.len() - body.len() {
        0 => " |-\n",
        1 => " |\n",
        _ => " |+\n",
    });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            out.push_str(&" ".repeat(column));
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// A text on one line: plain where yaml.v3 would read it back as a text and may write it so, else in quotes.
fn scalar(text: &str) -> String {
    if !reads_as_text(text) {
        return yaml::emit::quoted(text);
    }
    let starts = text.starts_with(|c: char| ",[]{}#&*!|>'\"%@`".contains(c))
        || (text.starts_with(['-', '?', ':']) && text[1..].chars().next().is_none_or(char::is_whitespace))
        || text.starts_with("---")
        || text.starts_with("...");
    let inside = text.contains(": ") || text.ends_with(':') || text.contains(" #") || text.contains('\t');
    let edges = text != text.trim();
    if starts || inside || edges { format!("'{}'", text.replace('\'', "''")) } else { text.to_owned() }
}

/// Whether yaml.v3 reads plain `text` as a text.
fn reads_as_text(text: &str) -> bool {
    const WORDS: [&str; 14] =
        ["", "~", "null", "true", "false", "y", "n", "yes", "no", "on", "off", "<<", ".nan", ".inf"];
    let lower = text.to_ascii_lowercase();
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.chars().any(|c| c.is_ascii_digit())
        && (text.parse::<f64>().is_ok()
            || text.chars().all(|c| c.is_ascii_hexdigit() || "xo_:.+-TZ ".contains(c))
                && text.matches('.').count() < 2);
    !number && !WORDS.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> File {
        File::new(path, text.to_owned())
    }

    #[test]
    fn an_orb_is_packed_as_circleci_packs_it() {
        let sources = [
            source(
                "@orb.yml",
                "# gone\nversion: 2.1\ndescription: >-\n  Two\n  lines\ndisplay: {home_url: 'https://example.com'}\n",
            ),
            source(
                "commands/do_it.yml",
                "parameters:\n  node_version: {type: string, default: '24.19.0'}\n  nodes: {type: boolean, default: false}\n  empty: {type: string, default: ''}\n  yes: {type: string, default: \"yes\"}\nsteps:\n  - checkout\n  - run:\n      name: 'Do: it'\n      command: << include(scripts/do.sh) >>\n  - when:\n      condition: << parameters.nodes >>\n      steps:\n        - run: << parameters.node_version >>\n",
            ),
            source("scripts/do.sh", "cat <<'E'\n\n  x\nE\n"),
            source("examples/one.yml", "usage:\n  command: << include(scripts/do.sh) >>\n"),
        ];
        let expected = "\
commands:
    do_it:
        parameters:
            empty:
                default: \"\"
                type: string
            node_version:
                default: 24.19.0
                type: string
            nodes:
                default: false
                type: boolean
            \"yes\":
                default: \"yes\"
                type: string
        steps:
            - checkout
            - run:
                command: |
                    cat \\<<'E'

                      x
                    E
                name: 'Do: it'
            - when:
                condition: << parameters.nodes >>
                steps:
                    - run: << parameters.node_version >>
description: Two lines
display:
    home_url: https://example.com
examples:
    one:
        usage:
            command: << include(scripts/do.sh) >>
version: 2.1
";
        assert_eq!(pack(&sources).unwrap(), expected);
    }

    #[test]
    fn what_is_no_orb_is_said() {
        assert_eq!(pack(&[]), Err(PackError::MissingBase));
        let base = || source("@orb.yml", "version: 2.1\n");
        let broken = source("jobs/a.yml", "- a\n");
        assert_eq!(pack(&[base(), broken]), Err(PackError::NotAMapping("jobs/a.yml".to_owned())));
        let lost = source("jobs/a.yml", "a: << include(b.sh) >>\n");
        assert_eq!(pack(&[base(), lost]), Err(PackError::MissingInclude("b.sh".to_owned())));
    }
}
