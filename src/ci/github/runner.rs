//! `runs-on`.

use super::expression::Scope;
use crate::ci::Runner;
use crate::ci::repository::place;
use crate::facts::Provider;
use crate::facts::runners::{Runner as Class, classify};
use crate::yaml::{Kind, Node};

/// Who owns the machine that `runs-on` names.
pub(super) fn read(runs_on: Option<Node<'_>>, scope: &Scope) -> Runner {
    let Some(node) = runs_on else {
        return Runner { class: Class::Unknown, labels: Vec::new(), at: None };
    };
    let at = Some(place(node));
    let (group, labels) = match node.kind() {
        Kind::Mapping => (node.get("group"), node.get("labels")),
        _ => (None, Some(node)),
    };
    let mut shown = Vec::new();
    let mut classes = Vec::new();
    for label in labels.into_iter().flat_map(Node::scalars_or_one) {
        let written = label.as_str().unwrap_or_default();
        shown.extend(scope.texts(written).unwrap_or_else(|| vec![written.to_owned()]));
    }
    if labels.is_some_and(Node::is_sequence) {
        // A list is one machine with all of these labels …
        classes.push(classify(Provider::Github, &shown));
    } else {
        // … and a scalar with several values is several machines.
        classes.extend(shown.iter().map(|label| classify(Provider::Github, &[label])));
    }
    let class = if classes.contains(&Class::SelfHosted) {
        Class::SelfHosted
    } else if group.is_some() || classes.is_empty() || classes.contains(&Class::Unknown) {
        // A group holds larger runners of GitHub or anybody's own.
        Class::Unknown
    } else {
        Class::Hosted
    };
    Runner { class, labels: shown, at }
}
