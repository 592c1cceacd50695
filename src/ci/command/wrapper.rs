//! Commands that run another command: `sudo`, `env`, `cross-env`, `xargs`, `timeout`, `bash -c` …

use super::args::split_leading;
use crate::shell::Field;

/// What a wrapper runs.
pub(super) enum Inner<'w> {
    /// These words.
    Words(&'w [Field]),
    /// This word's text, as a script.
    Text(&'w Field),
}

/// The last part of a path, without the extension that Windows needs.
pub(super) fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let lower = name.strip_suffix(".cmd").or_else(|| name.strip_suffix(".exe"));
    lower.unwrap_or(name)
}

/// What the wrapper `name` with these arguments runs; none where it is no wrapper.
pub(super) fn inner<'w>(name: &str, arguments: &'w [Field]) -> Option<Inner<'w>> {
    let after_flags = |with_value: &[&str]| Some(Inner::Words(split_leading(arguments, with_value).1));
    let after_dashes = || {
        let at = arguments.iter().position(|word| word.text == "--")?;
        Some(Inner::Words(&arguments[at + 1..]))
    };
    match name {
        "command" | "exec" | "builtin" | "nohup" | "time" | "setsid" | "caffeinate" | "winpty"
        | "corepack"
            if !arguments.first().is_some_and(|word| is_corepack_verb(name, &word.text)) =>
        {
            after_flags(&["a", "f", "o"])
        }
        "nice" | "ionice" | "stdbuf" => after_flags(&["n", "c", "i", "o", "e"]),
        "sudo" | "doas" => after_flags(&["u", "g", "C", "h", "p"]),
        "env" | "cross-env" | "cross-env-shell" | "envinfo" | "dotenv" | "env-cmd" | "dotenvx" => {
            let (_, rest) = split_leading(arguments, &["u", "C", "S", "f", "e", "p"]);
            let rest = if rest.first().is_some_and(|word| word.text == "run") { &rest[1..] } else { rest };
            let rest = split_leading(rest, &["f"]).1;
            let set = rest.iter().take_while(|word| is_assignment(&word.text)).count();
            Some(Inner::Words(split_leading(&rest[set..], &["f"]).1))
        }
        "xargs" => after_flags(&["I", "i", "n", "P", "L", "d", "a", "s", "max-args", "max-procs"]),
        "timeout" | "gtimeout" => match split_leading(arguments, &["s", "k", "signal", "kill-after"]).1 {
            [_, rest @ ..] => Some(Inner::Words(rest)),
            [] => None,
        },
        "retry" => {
            let (_, rest) = split_leading(arguments, &["t", "d", "n", "times", "delay", "max", "attempts"]);
            let counts = rest.iter().take_while(|word| word.text.bytes().all(|b| b.is_ascii_digit())).count();
            Some(Inner::Words(split_leading(&rest[counts..], &[]).1))
        }
        "doppler" | "op" | "infisical" | "chamber" | "aws-vault" | "teller" | "vault" | "mise" | "asdf"
        | "rtx" | "devbox" | "direnv" | "volta" | "fnm" | "proto" | "with-retry" | "vault-env" => {
            after_dashes().or_else(|| after_verb(arguments))
        }
        "nix" => {
            let at = arguments.iter().position(|word| matches!(word.text.as_str(), "-c" | "--command"))?;
            Some(Inner::Words(&arguments[at + 1..]))
        }
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "su" | "nix-shell" | "pwsh" | "powershell" | "cmd" => {
            let is_text = |text: &str| {
                matches!(text, "--run" | "-Command" | "-command" | "/c" | "/C")
                    || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
            };
            let at = arguments.iter().position(|word| is_text(&word.text))?;
            arguments.get(at + 1).map(Inner::Text)
        }
        "find" => {
            let at = arguments
                .iter()
                .position(|word| matches!(word.text.as_str(), "-exec" | "-execdir" | "-ok"))?;
            Some(Inner::Words(&arguments[at + 1..]))
        }
        _ => None,
    }
}

fn is_corepack_verb(name: &str, word: &str) -> bool {
    const VERBS: [&str; 8] = ["enable", "disable", "prepare", "install", "use", "up", "pack", "cache"];
    name == "corepack" && VERBS.contains(&word)
}

/// `volta run npm …`, `mise exec node@24 npm …`: the words after `run`, `exec` or `x`, tool versions left out.
fn after_verb(arguments: &[Field]) -> Option<Inner<'_>> {
    let at = arguments.iter().position(|word| matches!(word.text.as_str(), "run" | "exec" | "x"))?;
    let rest = split_leading(&arguments[at + 1..], &["e", "p", "c", "node", "npm", "using"]).1;
    let tools = rest.iter().take_while(|word| word.text.contains('@')).count();
    Some(Inner::Words(&rest[tools..]))
}

/// Whether a word is `NAME=value`.
pub(super) fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    })
}
