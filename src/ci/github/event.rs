//! What a condition can know of the event that started a run.

use super::expression::Atom;
use crate::ci::{Reference, Start};

/// What `path` (`github.event_name`, `github.ref` …) stands for in a run that starts so; none where that says nothing of it.
pub(super) fn told(start: &Start, path: &str) -> Option<Atom> {
    let event = start.event.as_str();
    // A called workflow sees its caller's event.
    if event == "workflow_call" {
        return None;
    }
    let path = path.to_ascii_lowercase();
    let of_pull_request = event.starts_with("pull_request");
    match (path.as_str(), start.reference) {
        ("github.event_name", _) => Some(Atom::Text(event.to_owned())),
        ("github.ref", Reference::Unknown) if !of_pull_request => None,
        ("github.ref", reference) => Some(Atom::Ref(reference)),
        ("github.ref_type", Reference::Branch) => Some(Atom::Text("branch".to_owned())),
        ("github.ref_type", Reference::Tag) => Some(Atom::Text("tag".to_owned())),
        (path, _) => {
            let payload = path.strip_prefix("github.event.")?;
            let there = match payload.split('.').next()? {
                "pull_request" => of_pull_request,
                "release" => event == "release",
                "workflow_run" => event == "workflow_run",
                "inputs" => event == "workflow_dispatch",
                _ => return None,
            };
            (!there).then_some(Atom::Falsy)
        }
    }
}

/// How the full name of such a reference begins; one that is neither branch nor tag is a pull request's.
const fn prefix(reference: Reference) -> &'static str {
    match reference {
        Reference::Branch => "refs/heads/",
        Reference::Tag => "refs/tags/",
        Reference::Unknown => "refs/pull/",
    }
}

/// Whether the two surely differ.
pub(super) fn differ(a: &Atom, b: &Atom) -> bool {
    match (a, b) {
        (Atom::Ref(reference), other) | (other, Atom::Ref(reference)) => {
            let text = other.clone().into_text();
            text.is_some_and(|text| !text.to_ascii_lowercase().starts_with(prefix(*reference)))
        }
        _ => false,
    }
}

/// What `startsWith`, `endsWith` or `contains` answers; GitHub takes no regard to case.
pub(super) fn compared(function: &str, text: &Atom, part: &Atom) -> Atom {
    let Some(part) = part.clone().into_text().map(|part| part.to_ascii_lowercase()) else {
        return Atom::Unknown;
    };
    if let Atom::Ref(reference) = text {
        let prefix = prefix(*reference);
        return match function {
            "startswith" | "contains" if prefix.starts_with(&part) => Atom::Bool(true),
            "startswith" if !part.starts_with(prefix) => Atom::Bool(false),
            "contains" if part.starts_with("refs/") && !part.starts_with(prefix) => Atom::Bool(false),
            _ => Atom::Unknown,
        };
    }
    let Some(text) = text.clone().into_text().map(|text| text.to_ascii_lowercase()) else {
        return Atom::Unknown;
    };
    Atom::Bool(match function {
        "startswith" => text.starts_with(&part),
        "endswith" => text.ends_with(&part),
        _ => text.contains(&part),
    })
}

#[cfg(test)]
mod tests {
    use super::super::expression::Scope;
    use super::*;

    #[test]
    fn the_event_decides_what_it_can() {
        let inputs = [("publish".to_owned(), vec![Atom::Input("publish".to_owned())])].into();
        let scope = Scope { inputs, ..Scope::default() };
        let start = |event: &str, reference| Start { event: event.to_owned(), reference };
        let push = [start("push", Reference::Branch), start("push", Reference::Tag)];
        let others = [
            start("workflow_dispatch", Reference::Branch),
            start("pull_request", Reference::Unknown),
            start("release", Reference::Tag),
            start("workflow_call", Reference::Unknown),
        ];
        for (condition, answers) in [
            ("github.event_name == 'push'", "++---?"),
            ("github.event_name != 'pull_request'", "+++-+?"),
            ("startsWith(github.ref, 'refs/tags/')", "-+--+?"),
            ("startsWith(github.ref, 'refs/tags/v')", "-?--??"),
            ("github.ref == 'refs/heads/main'", "?-?--?"),
            ("github.ref_type == 'tag' && secrets.X", "-?-???"),
            ("github.event.pull_request.merged == true", "---?-?"),
            ("contains(github.ref, 'refs/tags')", "-+--+?"),
            ("success() && github.event_name == 'release'", "----??"),
            ("github.event.inputs.publish == 'true' || github.event_name == 'push'", "++?--?"),
            ("inputs.publish", "??????"),
            ("startsWith(github.event.head_commit.message, 'release')", "??????"),
        ] {
            let answer = |start: &Start| match scope.holds(condition, start) {
                Some(true) => '+',
                Some(false) => '-',
                None => '?',
            };
            let found: String = push.iter().chain(&others).map(answer).collect();
            assert_eq!(found, answers, "{condition}");
        }
    }
}
