//! trustpub's own runtime, in a generated pipeline or behind the bundle's Action, component or orb: what it
//! does is told by the variables that it gets (`templates/runtime/README.md`), once its text is known to be it.

use super::model::{Deed, IdentityRequest, Publish, PublishKind};
use super::registry::classify;
use super::walk::{Call, Walk};
use crate::ci::{Registry, Tool};
use crate::facts::registry;
use crate::shell::Field;

/// The variable that holds a stored token where no identity is used.
const STORED_TOKEN: &str = "NPM_STAGE_TOKEN";

/// What the runtime publishes with the variables that `get` knows.
pub(in crate::ci) fn publish(get: &dyn Fn(&str) -> Option<String>) -> Publish {
    let is = |name: &str, value: &str| get(name).as_deref() == Some(value);
    let mut publish = Publish::new(Tool::Npm, "npm");
    if is("TRUSTPUB_MODE", "stage") {
        publish.kind = PublishKind::Stage;
    }
    publish.dry_run = is("TRUSTPUB_DRY_RUN", "true");
    publish.provenance = get("TRUSTPUB_PROVENANCE").and_then(|text| text.parse().ok());
    publish.ignore_scripts = true;
    publish.workspaces = get("TRUSTPUB_PACKAGES").map(|text| package_names(&text)).unwrap_or_default();
    // Tarballs that the pack job made: no folder of the repository.
    publish.target = Some("./${tarball}".to_owned());
    // Each tarball has its own, which the manifest holds.
    publish.tag = Some("${tag}".to_owned());
    publish.registry = Registry::Npm;
    if let Some(url) = get("TRUSTPUB_REGISTRY") {
        publish.registry = classify(&url);
        publish.registry_evidence = Some((url, None));
    }
    publish.token_variable = is("TRUSTPUB_PROVIDER", "token").then(|| STORED_TOKEN.to_owned());
    publish
}

/// The command for people.
pub(in crate::ci) fn shown(publish: &Publish) -> &'static str {
    match publish.kind {
        PublishKind::Publish => "npm publish ./${tarball} --ignore-scripts --tag ${tag}",
        PublishKind::Stage => "npm stage publish ./${tarball} --ignore-scripts --tag ${tag}",
    }
}

/// The names in `TRUSTPUB_PACKAGES`: a JSON list of names or of objects with a `name`, or the first word of each line.
pub fn package_names(text: &str) -> Vec<String> {
    let text = text.trim();
    if !text.starts_with('[') {
        return text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    }
    let list: Vec<serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    let name =
        |one: &serde_json::Value| one.as_str().or_else(|| one.get("name")?.as_str()).map(str::to_owned);
    list.iter().filter_map(name).collect()
}

/// Notes what the publish program does in a generated step.
pub(super) fn note(walk: &mut Walk<'_, '_>, call: &Call<'_>) {
    let publish = publish(&|name| walk.variables.get(name).map(str::to_owned));
    let provider = walk.variables.get("TRUSTPUB_PROVIDER");
    // On the others the identity stands in the file; here the program asks for it, and hands it to npm alone.
    if provider == Some("circleci") {
        let audience = walk.variables.get("TRUSTPUB_AUDIENCE").unwrap_or(registry::AUDIENCE);
        let claims = serde_json::json!({ "aud": audience }).to_string();
        let request = IdentityRequest {
            claims: Some(claims),
            variable: Some("NPM_ID_TOKEN".to_owned()),
            hides_failure: false,
            checked: true,
        };
        walk.act(Deed::FetchIdentity(request), &words("circleci run oidc get", call), call);
    }
    let shown = words(shown(&publish), call);
    walk.act(Deed::Publish(publish), &shown, call);
}

/// Notes what a program does that goes by the name of the publish program and is another one: what its variables say, as
/// far as they can be believed.
pub(super) fn note_unread(walk: &mut Walk<'_, '_>, call: &Call<'_>) {
    let what = "a program that goes by the name of trustpub's and is not that of this version; \
                `trustpub generate` writes it anew";
    walk.act(Deed::Unread { what: what.to_owned() }, &[], call);
    note(walk, call);
}

fn words(command: &str, call: &Call<'_>) -> Vec<Field> {
    let field = |word: &str| Field { text: word.to_owned(), dynamic: word.contains('$'), span: call.span };
    command.split(' ').map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_in_every_form() {
        for text in [
            r#"["a","@b/c"]"#,
            r#"[{"name":"a","path":"."},{"name":"@b/c"}]"#,
            "a\n  @b/c packages/c tag=x\n\n",
        ] {
            assert_eq!(package_names(text), ["a", "@b/c"], "{text}");
        }
        assert!(package_names("[").is_empty() && package_names("").is_empty());
    }

    #[test]
    fn the_variables_tell_what_is_published() {
        let publish = publish(&|name| {
            let text = match name {
                "TRUSTPUB_MODE" => "stage",
                "TRUSTPUB_PROVIDER" => "token",
                "TRUSTPUB_PROVENANCE" => "false",
                "TRUSTPUB_REGISTRY" => "https://npm.acme.dev/",
                _ => return None,
            };
            Some(text.to_owned())
        });
        assert_eq!((publish.kind, publish.provenance), (PublishKind::Stage, Some(false)));
        assert_eq!(publish.token_variable.as_deref(), Some("NPM_STAGE_TOKEN"));
        assert_eq!(publish.registry, Registry::Other);
    }
}
