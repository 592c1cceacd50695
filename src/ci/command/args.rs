//! Command-line arguments: flags anywhere, with or without a value.

use crate::shell::Field;

/// Switches of npm, pnpm, yarn and the release tools: they take no value of their own. Any other flag
/// takes the next word, as npm's own parser does with flags that it does not know.
const SWITCHES: &[&str] = &[
    "all",
    "audit",
    "bail",
    "ci",
    "color",
    "conventional-commits",
    "conventional-prerelease",
    "create-release",
    "debug",
    "dry-run",
    "exact",
    "force",
    "force-publish",
    "foreground-scripts",
    "frozen-lockfile",
    "fund",
    "git-checks",
    "git-tag-version",
    "global",
    "ignore-scripts",
    "if-present",
    "immutable",
    "include-workspace-root",
    "json",
    "legacy-peer-deps",
    "long",
    "no-git-checks",
    "offline",
    "optional",
    "parallel",
    "prefer-offline",
    "private",
    "production",
    "progress",
    "provenance",
    "push",
    "quiet",
    "recursive",
    "report-summary",
    "save",
    "save-dev",
    "save-exact",
    "serial",
    "silent",
    "since",
    "skip-nx-cache",
    "skip-publish",
    "stream",
    "sync",
    "tolerate-republish",
    "topological",
    "topological-dev",
    "verbose",
    "version",
    "workspace-root",
    "workspaces",
    "yes",
];

/// Short flags that take a value: npm's `-w`, `-C`; pnpm's `-F`; npx's `-p`, `-c`; make's `-f`.
const SHORT_WITH_VALUE: &[&str] = &["w", "C", "F", "p", "c", "f", "t", "j", "n", "e", "L"];

/// Whether a value that is only known at run time is about a dry run: `--dry-run "$DRY_RUN"`.
fn says_dry(text: &str) -> bool {
    text.to_ascii_lowercase().contains("dry")
}

/// One flag.
#[derive(Debug, Clone)]
struct Flag<'w> {
    /// Without dashes; a leading `no-` is kept.
    name: &'w str,
    value: Option<&'w str>,
    dynamic: bool,
}

/// Arguments, told apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Args<'w> {
    /// Words that are no flags, in order.
    pub(super) positionals: Vec<&'w Field>,
    flags: Vec<Flag<'w>>,
}

impl<'w> Args<'w> {
    /// Reads `words`, which follow the command's name; `short` lists the short flags that take a value.
    pub(super) fn with_short(words: &'w [Field], short: &[&str]) -> Self {
        let mut args = Self::default();
        let mut index = 0;
        while let Some(word) = words.get(index) {
            index += 1;
            let text = word.text.as_str();
            if text == "--" {
                args.positionals.extend(&words[index..]);
                break;
            }
            let (name, long) = match (text.strip_prefix("--"), text.strip_prefix('-')) {
                (Some(name), _) => (name, true),
                (None, Some(name)) if !name.is_empty() => (name, false),
                _ => {
                    args.positionals.push(word);
                    continue;
                }
            };
            if let Some((name, value)) = name.split_once('=') {
                args.flags.push(Flag { name, value: Some(value), dynamic: word.dynamic });
                continue;
            }
            let takes = if long {
                !name.starts_with("no-") && !SWITCHES.contains(&name)
            } else {
                short.contains(&name)
            };
            let next = words.get(index).filter(|next| !next.text.starts_with('-') || next.text == "-");
            let decides = |next: &Field| name == "dry-run" && next.dynamic && says_dry(&next.text);
            let boolean =
                next.is_some_and(|next| matches!(next.text.as_str(), "true" | "false") || decides(next));
            match next {
                Some(next) if takes || (long && boolean) => {
                    index += 1;
                    args.flags.push(Flag { name, value: Some(&next.text), dynamic: next.dynamic });
                }
                _ => args.flags.push(Flag { name, value: None, dynamic: false }),
            }
        }
        args
    }

    /// Reads `words` with the short flags of package managers.
    pub(super) fn of(words: &'w [Field]) -> Self {
        Self::with_short(words, SHORT_WITH_VALUE)
    }

    /// Whether the switch `name` is on or off; none where it is not given or decided at run time.
    pub(super) fn switch(&self, name: &str) -> Option<bool> {
        let flag = self
            .flags
            .iter()
            .rfind(|flag| flag.name == name || flag.name.strip_prefix("no-") == Some(name))?;
        let on = match flag.value {
            None | Some("true" | "") => true,
            Some("false") => false,
            Some(_) if flag.dynamic => return None,
            Some(_) => true,
        };
        Some(on == (flag.name == name))
    }

    /// Whether the flag `name` is given at all, in its short or long form.
    pub(super) fn has(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag.name == name)
    }

    /// The last value of the flag `name`.
    pub(super) fn value(&self, name: &str) -> Option<&'w str> {
        self.flags.iter().rfind(|flag| flag.name == name)?.value
    }

    /// The last value of the flag `name`, where it is static.
    pub(super) fn fixed(&self, name: &str) -> Option<&'w str> {
        self.flags.iter().rfind(|flag| flag.name == name).filter(|flag| !flag.dynamic)?.value
    }

    /// Every value of the flags `names`.
    pub(super) fn values<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'w str> + 'a {
        self.flags.iter().filter(|flag| names.contains(&flag.name)).filter_map(|flag| flag.value)
    }

    /// The names of all flags.
    pub(super) fn names(&self) -> impl Iterator<Item = &'w str> + '_ {
        self.flags.iter().map(|flag| flag.name)
    }

    /// The text of the positional at `index`.
    pub(super) fn positional(&self, index: usize) -> Option<&'w str> {
        self.positionals.get(index).map(|field| field.text.as_str())
    }
}

/// Splits `words` after the flags that stand before the first word that is none. Both parts are
/// given, so that flags of a wrapper are not taken for flags of what it runs.
pub(super) fn split_leading<'w>(words: &'w [Field], with_value: &[&str]) -> (&'w [Field], &'w [Field]) {
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let text = word.text.as_str();
        if text == "--" {
            return (&words[..index], &words[index + 1..]);
        }
        if !text.starts_with('-') || text == "-" {
            break;
        }
        let name = text.trim_start_matches('-');
        index += if with_value.contains(&name) { 2 } else { 1 };
    }
    let index = index.min(words.len());
    (&words[..index], &words[index..])
}
