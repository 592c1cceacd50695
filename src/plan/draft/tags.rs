//! The pattern that the tags of the repository follow.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Pattern;
use crate::project::Project;

pub(super) const TAG: &str = "v*";
const USUAL: &str = "a tag says which commit is released";

/// The pattern and why: what stands before the version in most of the tags, with a star for the name
/// where the tags of several packages carry theirs.
pub(super) fn pattern(project: &Project) -> (String, String) {
    let mut patterns: BTreeMap<String, Found<'_>> = BTreeMap::new();
    let mut all = 0;
    for name in &project.git.tags {
        if let Some(prefix) = before_version(name) {
            let found = patterns.entry(of_prefix(project, prefix)).or_default();
            found.prefixes.insert(prefix);
            found.tags += 1;
            all += 1;
        }
    }
    let usual = || (TAG.to_owned(), USUAL.to_owned());
    let most = patterns.into_iter().max_by_key(|(pattern, found)| (found.tags, pattern == TAG));
    let Some((pattern, found)) = most else { return usual() };
    if Pattern::new(&pattern).is_err() {
        return usual();
    }
    // The only package that has a tag may not stay so, but the others' names are a guess.
    let several = found.prefixes.len() > 1;
    let called = match found.tags {
        _ if pattern == TAG && found.tags * 2 > all => return usual(),
        tags if several && tags == all => "this covers the tags of every package".to_owned(),
        1 if all == 1 => "a tag of this repository is called so".to_owned(),
        tags if tags == all => "the tags of this repository are called so".to_owned(),
        tags if tags * 2 > all => {
            "most tags of this repository are called so; others start nothing".to_owned()
        }
        tags => format!("{tags} of the {all} tags of this repository are called so; others start nothing"),
    };
    (pattern, format!("{USUAL}, and {called}"))
}

#[derive(Default)]
struct Found<'t> {
    prefixes: BTreeSet<&'t str>,
    tags: usize,
}

/// The pattern of the tags that begin so; with a star for the name of a package where there are several.
fn of_prefix(project: &Project, prefix: &str) -> String {
    if prefix.is_empty() {
        // Three stars and two dots: nothing shorter tells a bare version from any other tag.
        return "*.*.*".to_owned();
    }
    let names: Vec<&str> = project.publishable().filter_map(|package| package.name()).collect();
    let mut words: Vec<&str> = names
        .iter()
        .flat_map(|name| [Some(*name), name.split_once('/').map(|(_, word)| word)])
        .flatten()
        .collect();
    // The longest name first: one may begin as another does.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let separator = |word: &&str| {
        prefix.strip_prefix(*word).filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let known = words.iter().find_map(|word| Some((*word, separator(word)?)));
    // A package that is gone by now has left its tags.
    let gone = || prefix.strip_suffix('@').filter(|word| word.starts_with('@')).map(|word| (word, "@"));
    match known.or_else(gone).filter(|(_, separator)| names.len() > 1 && !separator.is_empty()) {
        Some((word, separator)) => match word.split_once('/') {
            Some((scope, _)) => format!("{scope}/*{separator}*"),
            None => format!("*{separator}*"),
        },
        None => format!("{prefix}*"),
    }
}

/// What stands before the version in a tag's name; none where it ends in no version.
fn before_version(name: &str) -> Option<&str> {
    let starts = name.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at);
    let whole = |at: &usize| !name[..*at].ends_with(|c: char| c.is_ascii_digit() || c == '.');
    let version = |at: &usize| crate::facts::Version::parse(&name[*at..]).is_ok();
    let at = starts.filter(whole).find(version)?;
    Some(&name[..at])
}
