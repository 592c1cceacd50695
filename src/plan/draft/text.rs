//! The draft as a file.

use std::fmt::Write as _;

use super::Draft;
use crate::facts::Provider;
use crate::spec::{Auth, Choice};
use crate::text::{sentence, wrap};
use crate::yaml::emit;

/// Columns that a comment line has at most.
const WIDTH: usize = 100;

pub(super) fn write(draft: &Draft) -> String {
    let mut out = String::from(
        "# What publishes to npm, and from where. `trustpub generate` writes the pipelines from it.\nversion: 1\nproviders:\n",
    );
    for provider in draft.spec.providers.named() {
        let key = format!("providers.{provider}");
        comment(&mut out, 2, &reason(draft, &key));
        match draft.spec.providers.auth(provider) {
            auth if auth == Some(Auth::Token) || draft.spec.providers.file(provider).is_some() => {
                let _ = writeln!(out, "  {provider}:");
                if let Some(file) = draft.spec.providers.file(provider) {
                    comment(&mut out, 4, &reason(draft, &format!("{key}.file")));
                    let _ = writeln!(out, "    file: {}", emit::block_value(file));
                }
                if auth.is_some() {
                    comment(&mut out, 4, &reason(draft, &format!("{key}.auth")));
                    out.push_str("    auth: token\n");
                }
            }
            _ => {
                let _ = writeln!(out, "  {provider}: {{}}");
            }
        }
        if provider == Provider::Circleci {
            comment(
                &mut out,
                2,
                "Known to CircleCI alone, for the trusted publisher: org-id, project-id, pipeline-definition-id, context-id.",
            );
        }
    }
    for choice in draft.choices.iter().filter(|choice| choice.key.starts_with("trigger.")) {
        comment(&mut out, 0, &sentence(&choice.reason));
        let key = choice.key.trim_start_matches("trigger.");
        let _ = write!(out, "trigger:\n  {key}: {}\n", emit::block_value(&choice.value));
    }
    if let Some(publish) = &draft.spec.publish {
        if publish.mode.is_some() {
            comment(&mut out, 0, &reason(draft, "publish.mode"));
            out.push_str("publish:\n  mode: stage\n");
        } else {
            out.push_str("publish:\n");
        }
        for (key, value) in [("tag", &publish.tag), ("prerelease-tag", &publish.prerelease_tag)] {
            if let Some(value) = value {
                comment(&mut out, 2, &reason(draft, &format!("publish.{key}")));
                let _ = writeln!(out, "  {key}: {}", emit::block_value(value));
            }
        }
    }
    if let Some(build) = &draft.spec.build {
        out.push_str("build:\n");
        if let Some(version) = &build.manager_version {
            comment(&mut out, 2, &reason(draft, "build.manager-version"));
            let _ = writeln!(out, "  manager-version: {}", emit::block_value(version));
        }
        if let Some(node) = &build.node {
            comment(&mut out, 2, &reason(draft, "build.node"));
            let _ = writeln!(out, "  node: {}", emit::block_value(node));
        }
        if let Some(token) = &build.install_token {
            comment(&mut out, 2, &reason(draft, "build.install-token"));
            let _ = writeln!(out, "  install-token: {}", emit::block_value(token));
        }
        if let Some(run) = &build.run {
            comment(&mut out, 2, &reason(draft, "build.run"));
            out.push_str("  run:\n");
            for command in run {
                let text =
                    if command.contains('\n') { emit::block(command, 4) } else { emit::block_value(command) };
                let _ = writeln!(out, "    - {}", text.trim_end());
            }
        }
    }
    if let Some(packages) = &draft.spec.packages {
        comment(&mut out, 0, &reason(draft, "packages"));
        out.push_str("packages:\n");
        for (name, package) in packages {
            let providers: Vec<&str> =
                package.providers.iter().flatten().map(|provider| provider.id()).collect();
            let _ = write!(out, "  {}:\n    providers: [{}]\n", emit::scalar(name), providers.join(", "));
        }
    }
    out
}

fn reason(draft: &Draft, key: &str) -> String {
    let found = draft.choices.iter().find(|choice| choice.key == key);
    found.map(|Choice { reason, .. }| sentence(reason)).unwrap_or_default()
}

/// `text` as comment lines.
fn comment(out: &mut String, indent: usize, text: &str) {
    let pad = " ".repeat(indent);
    for line in wrap(text, WIDTH - indent - 2) {
        let _ = writeln!(out, "{pad}# {line}");
    }
}
