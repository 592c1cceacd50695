//! What scripts do to the configuration: credentials and registries that they write, Node and managers
//! that they switch to, identities that they fetch, secrets that they print.

use super::model::{Deed, IdentityRequest};
use super::walk::{Call, Walk};
use crate::shell::{self, Assigned, Field};

/// Ends of keys that hold a credential of a registry.
const CREDENTIALS: [&str; 5] = [":_authToken", ":_auth", ":_password", "_authToken", "_auth"];

/// One setting, of `npm config set` or of a line written to `file`.
pub(super) fn setting(
    walk: &mut Walk<'_, '_>,
    key: &str,
    value: &str,
    file: Option<&str>,
    words: &[Field],
    call: &Call<'_>,
) {
    let key = key.trim().trim_matches(['"', '\'']);
    let value = value.trim();
    let registry_of =
        |suffix: &str| key.strip_suffix(suffix).map(str::to_owned).filter(|url| !url.is_empty());
    if let Some(suffix) = CREDENTIALS.iter().find(|suffix| key.ends_with(**suffix)) {
        let registry = registry_of(suffix);
        let deed = Deed::WriteToken { value: value.to_owned(), registry, file: file.map(str::to_owned) };
        note(walk, deed, key, words, call);
    } else if matches!(key, "npmAuthToken" | "npmAuthIdent") || key.ends_with(".npmAuthToken") {
        let deed =
            Deed::WriteToken { value: value.to_owned(), registry: None, file: file.map(str::to_owned) };
        note(walk, deed, key, words, call);
    } else if matches!(key, "registry" | "npmRegistryServer" | "npmPublishRegistry") {
        walk.chosen.set(None, value);
        note(walk, Deed::SetRegistry { scope: None, url: value.to_owned() }, key, words, call);
    } else if let Some(scope) = key.strip_suffix(":registry") {
        walk.chosen.set(Some(scope), value);
        note(
            walk,
            Deed::SetRegistry { scope: Some(scope.to_owned()), url: value.to_owned() },
            key,
            words,
            call,
        );
    }
}

fn note(walk: &mut Walk<'_, '_>, deed: Deed, key: &str, words: &[Field], call: &Call<'_>) {
    if words.is_empty() {
        walk.act_shown(deed, key, call);
    } else {
        walk.act(deed, words, call);
    }
}

/// Lines that a command writes to an npm or yarn configuration file: `echo … >> .npmrc`, a heredoc,
/// `echo … | tee -a .npmrc`.
pub(super) fn written(
    walk: &mut Walk<'_, '_>,
    command: &shell::Command<'_>,
    fed: Option<&shell::Command<'_>>,
    call: &Call<'_>,
) {
    let is_config = |name: &str| {
        name.ends_with("npmrc") || name.ends_with(".yarnrc.yml") || name.ends_with("NPM_CONFIG_USERCONFIG")
    };
    carried(walk, command, call);
    let to = |name: &str| is_config(name.trim_end_matches(['"', '}']));
    let redirected = command
        .redirects
        .iter()
        .find(|redirect| redirect.operator.starts_with('>') && to(&redirect.target.value))
        .map(|redirect| redirect.target.value.clone().into_owned());
    let tee = command
        .words
        .iter()
        .skip(1)
        .find(|word| command.name() == Some("tee") && to(&word.value))
        .map(|word| word.value.clone().into_owned());
    let Some(file) = redirected.or(tee) else { return };
    let mut text = String::new();
    if let Some(body) = command.redirects.iter().find_map(|redirect| redirect.heredoc) {
        text.push_str(call.text.get(body.body.start..body.body.end).unwrap_or_default());
    }
    let source = if command.name() == Some("tee") { fed } else { Some(command) };
    let printed = source.filter(|command| matches!(command.name(), Some("echo" | "printf")));
    for word in printed.iter().flat_map(|command| command.words.iter().skip(1)) {
        text.push_str(&word.value.replace("\\n", "\n"));
        text.push('\n');
    }
    let yaml = file.ends_with(".yarnrc.yml");
    // Yarn's `npmRegistries`: the key above a credential is the registry that it is for.
    let mut above = String::new();
    for line in text.lines() {
        if yaml && line.trim_end().ends_with(':') && line.contains("//") | line.contains('$') {
            line.trim().trim_end_matches(':').trim_matches(['"', '\'']).clone_into(&mut above);
            continue;
        }
        let pair = if yaml { line.split_once(':') } else { line.split_once('=') };
        let Some((key, value)) = pair.filter(|(key, _)| !key.trim_start().starts_with('#')) else { continue };
        if yaml && !above.is_empty() && line.starts_with([' ', '\t']) && key.trim() == "npmAuthToken" {
            let registry = Some(filled(walk, &above));
            let deed =
                Deed::WriteToken { value: value.trim().to_owned(), registry, file: Some(file.clone()) };
            note(walk, deed, key.trim(), &[], call);
        } else {
            setting(walk, key, value, Some(&file), &[], call);
        }
    }
}

/// Variables that `echo … >> $GITHUB_ENV` (or an export in `$BASH_ENV`) hands to the steps after it.
fn carried(walk: &mut Walk<'_, '_>, command: &shell::Command<'_>, call: &Call<'_>) {
    let to = |name: &str| {
        let name = name.trim_matches(['"', '$', '{', '}']);
        matches!(name, "GITHUB_ENV" | "BASH_ENV")
    };
    let kept = command
        .redirects
        .iter()
        .any(|redirect| redirect.operator.starts_with('>') && to(&redirect.target.value));
    if !kept || !matches!(command.name(), Some("echo" | "printf")) {
        return;
    }
    let printed = walk.variables.expand(&command.words).swap_remove(0);
    let words: Vec<&str> = printed.iter().skip(1).map(|field| field.text.as_str()).collect();
    let text = words.join(" ").replace("\\n", "\n");
    for line in text.lines() {
        let line = line.trim();
        let (line, quoted) =
            line.strip_prefix("export ").map_or((line, false), |line| (line.trim_start(), true));
        let Some((name, value)) = line.split_once('=') else { continue };
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name {
            let value = if quoted { value.trim_matches(['"', '\'']) } else { value };
            let deed = Deed::SetVariable { name: name.to_owned(), value: value.to_owned() };
            note(walk, deed, name, &[], call);
        }
    }
}

/// `text` with the variables whose value is known filled in.
fn filled(walk: &Walk<'_, '_>, text: &str) -> String {
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let inner = part.strip_prefix('{').unwrap_or(part);
        let len = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if let Some(value) = walk.variables.get(&inner[..len]) {
            out.push_str(value);
            out.push_str(inner[len..].strip_prefix('}').unwrap_or(&inner[len..]));
        } else {
            out.push('$');
            out.push_str(part);
        }
    }
    out
}

/// Node version managers and corepack.
pub(super) fn version_manager(walk: &mut Walk<'_, '_>, name: &str, words: &[Field], call: &Call<'_>) {
    let arguments: Vec<&str> =
        words[1..].iter().map(|word| word.text.as_str()).filter(|word| !word.starts_with('-')).collect();
    let wanted = |index: usize| arguments.get(index).map(|word| (*word).to_owned());
    match (name, arguments.first().copied()) {
        ("nvm" | "fnm", Some("use" | "install")) => {
            walk.act(Deed::UseNode { wanted: wanted(1) }, words, call);
        }
        ("n", Some(version)) if version != "rm" => walk.act(Deed::UseNode { wanted: wanted(0) }, words, call),
        ("volta" | "mise" | "asdf", Some("install" | "pin" | "use" | "global" | "local" | "set")) => {
            for (index, argument) in arguments.iter().enumerate().skip(1) {
                let (tool, version) = match super::manager::split_version(argument) {
                    (tool, Some(version)) => (tool, Some(version.to_owned())),
                    (tool, None) => (tool, wanted(index + 1)),
                };
                tool_version(walk, tool, version, words, call);
            }
        }
        ("corepack", Some("prepare" | "use" | "install")) => {
            for argument in &arguments[1..] {
                let (tool, version) = super::manager::split_version(argument);
                tool_version(walk, tool, version.map(str::to_owned), words, call);
            }
        }
        _ => {}
    }
}

fn tool_version(
    walk: &mut Walk<'_, '_>,
    tool: &str,
    wanted: Option<String>,
    words: &[Field],
    call: &Call<'_>,
) {
    match tool {
        "node" | "nodejs" => walk.act(Deed::UseNode { wanted }, words, call),
        "npm" => walk.act(Deed::UpgradeNpm { wanted }, words, call),
        "pnpm" | "yarn" | "bun" => walk.act(Deed::UseManager { name: tool.to_owned(), wanted }, words, call),
        _ => {}
    }
}

/// Assignments that later commands inherit and that choose their registry.
pub(super) fn assignment(walk: &mut Walk<'_, '_>, command: &shell::Command<'_>) {
    for assignment in &command.assignments {
        if let Assigned::Scalar(word) = &assignment.value
            && matches!(assignment.name, "npm_config_registry" | "NPM_CONFIG_REGISTRY")
            && !word.dynamic
        {
            walk.chosen.set(None, &word.value);
        }
    }
}

/// `circleci run oidc get`, and commands that print.
pub(super) fn prints(walk: &mut Walk<'_, '_>, name: &str, words: &[Field], call: &Call<'_>) {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match (name, texts.as_slice()) {
        ("circleci", ["circleci", "run", "oidc", "get", arguments @ ..]) => {
            let claims =
                arguments.iter().position(|word| *word == "--claims").and_then(|at| arguments.get(at + 1));
            let inline = arguments.iter().find_map(|word| word.strip_prefix("--claims="));
            let claims = claims.copied().or(inline).map(str::to_owned);
            let outer =
                call.outer.and_then(|outer| Some((outer, call.text.get(outer.span.start..call.span.start)?)));
            let request = IdentityRequest {
                claims,
                variable: outer.and_then(|(_, before)| assigned_variable(before)),
                hides_failure: outer.is_some_and(|(outer, _)| {
                    matches!(
                        outer.name(),
                        Some("export" | "local" | "declare" | "readonly" | "echo" | "printf")
                    )
                }),
                checked: false,
            };
            walk.act(Deed::FetchIdentity(request), words, call);
        }
        ("printenv" | "set", [_]) if is_last_of_pipeline(call) => {
            walk.act(Deed::PrintSecret { variable: None }, words, call);
        }
        ("printenv", [_, variable, ..]) if is_secret(variable) && is_last_of_pipeline(call) => {
            walk.act(Deed::PrintSecret { variable: Some((*variable).to_owned()) }, words, call);
        }
        ("echo" | "printf" | "Write-Host" | "Write-Output", [_, arguments @ ..]) if is_shown(call) => {
            let printed = arguments.iter().find_map(|text| printed_secret(text));
            if let Some(variable) = printed {
                walk.act(Deed::PrintSecret { variable: Some(variable) }, words, call);
            }
        }
        _ => {}
    }
}

/// The variable of `NAME=$(`, the end of what stands before a substituted command.
fn assigned_variable(before: &str) -> Option<String> {
    let before = before.trim_end_matches([' ', '"', '(', '$', '`']).strip_suffix('=')?;
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let name = &before[before.trim_end_matches(is_name).len()..];
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether the output goes to the log: neither to a file nor into a substitution.
fn is_shown(call: &Call<'_>) -> bool {
    call.command.is_some_and(|command| {
        let to_file = |operator: &str| operator.contains('>') && operator != ">&";
        command.parent.is_none() && !command.redirects.iter().any(|redirect| to_file(redirect.operator))
    }) && is_last_of_pipeline(call)
}

/// Whether nothing reads the output: what follows the command is no pipe.
fn is_last_of_pipeline(call: &Call<'_>) -> bool {
    !call.text.get(call.span.end..).is_some_and(|rest| {
        let rest = rest.trim_start_matches([' ', '\t']);
        rest.starts_with('|') && !rest.starts_with("||")
    })
}

/// Variable names that carry a credential.
fn is_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "PASSWORD", "_AUTH"].iter().any(|word| upper.contains(word))
        && !upper.contains("TOKEN_URL")
}

/// The secret-looking variable that `text` would show as a whole; a length or a default is none.
fn printed_secret(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let inner = rest.strip_prefix('{').unwrap_or(rest);
        let len = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (name, after) = inner.split_at(len);
        let whole = inner.len() == rest.len() || after.starts_with('}');
        if whole && is_secret(name) {
            return Some(name.to_owned());
        }
        if let Some(secret) =
            rest.strip_prefix("{{").and_then(|rest| rest.trim_start().strip_prefix("secrets."))
        {
            let len = secret.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            return Some(secret[..len].to_owned()).filter(|name| name != "GITHUB_TOKEN");
        }
    }
    None
}
