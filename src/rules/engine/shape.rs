//! Shapes of providers' files that rules about the files themselves need and the model does not carry.

use crate::ci::{Job, Pipeline};
use crate::facts::Provider;
use crate::yaml::Node;

/// How deep `extends` is followed (GitLab allows eleven).
const DEPTH: usize = 11;

/// What a GitLab file says of a keyword of one of its jobs.
#[derive(Clone, Copy)]
pub(in crate::rules) enum Keyword<'t> {
    /// Its value, of the job itself or of what it extends.
    Set(Node<'t>),
    /// Nothing sets it.
    Unset,
    /// It may be set in a file that is not looked at.
    Unseen,
}

/// The content of a GitLab file, after a `spec` header.
pub(in crate::rules) fn gitlab_content(pipeline: &Pipeline) -> Option<Node<'_>> {
    if pipeline.provider != Provider::Gitlab {
        return None;
    }
    let tree = pipeline.tree.as_deref()?;
    let mut documents = tree.documents();
    let first = documents.next()?;
    let header = first.get("spec").is_some().then(|| documents.next()).flatten();
    Some(header.unwrap_or(first)).filter(|content| content.is_mapping())
}

/// The header of a GitLab component: the value of `spec`.
pub(in crate::rules) fn gitlab_spec(pipeline: &Pipeline) -> Option<Node<'_>> {
    let tree = pipeline.tree.as_deref().filter(|_| pipeline.provider == Provider::Gitlab)?;
    tree.root()?.get("spec")
}

/// The items of a GitLab file's `include`.
pub(in crate::rules) fn gitlab_includes(content: Node<'_>) -> Vec<Node<'_>> {
    let Some(include) = content.get("include") else { return Vec::new() };
    if include.is_sequence() { include.items().collect() } else { vec![include] }
}

/// What the file with `content` sets `keyword` to in its job `name`, by itself or by what it extends.
pub(in crate::rules) fn gitlab_keyword<'t>(content: Node<'t>, name: &str, keyword: &str) -> Keyword<'t> {
    lookup(content, name, keyword, DEPTH)
}

fn lookup<'t>(content: Node<'t>, name: &str, keyword: &str, depth: usize) -> Keyword<'t> {
    let Some(job) = content.get(name).filter(|_| depth > 0) else { return Keyword::Unseen };
    if let Some(value) = job.get(keyword) {
        return Keyword::Set(value);
    }
    // The last parent is the strongest.
    let parents: Vec<Node<'t>> = job.get("extends").into_iter().flat_map(Node::scalars_or_one).collect();
    for parent in parents.iter().rev().filter_map(|parent| parent.as_str()) {
        match lookup(content, parent, keyword, depth - 1) {
            Keyword::Unset => {}
            found => return found,
        }
    }
    Keyword::Unset
}

/// One entry of a CircleCI workflow's `jobs`.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Invocation<'t> {
    /// The job's name as written.
    pub(in crate::rules) key: Node<'t>,
    /// What is handed over with it.
    pub(in crate::rules) given: Option<Node<'t>>,
}

impl<'t> Invocation<'t> {
    /// The name that `requires` of other jobs says: `name`, else the job's own.
    pub(in crate::rules) fn name(self) -> Option<&'t str> {
        self.field("name").map_or(self.key, |(_, name)| name).as_str()
    }

    /// One of its fields, with the key.
    pub(in crate::rules) fn field(self, field: &str) -> Option<(Node<'t>, Node<'t>)> {
        self.given?.entry(field)
    }

    /// Whether it is where `job` is started.
    pub(in crate::rules) fn starts(self, job: &Job) -> bool {
        self.key.span() == job.key.span && self.key.source().path() == job.key.source.path()
    }
}

/// The workflows of a CircleCI file, each with its jobs.
pub(in crate::rules) fn circleci_workflows(pipeline: &Pipeline) -> Vec<(Node<'_>, Vec<Invocation<'_>>)> {
    if pipeline.provider != Provider::Circleci {
        return Vec::new();
    }
    let root = pipeline.tree.as_deref().and_then(crate::yaml::Tree::root);
    let workflows = root.and_then(|root| root.get("workflows")).into_iter().flat_map(Node::entries);
    workflows
        .map(|(_, workflow)| {
            let jobs = workflow.get("jobs").into_iter().flat_map(Node::items);
            let invocations = jobs.map(|item| match item.entries().next() {
                Some((key, given)) => {
                    Invocation { key, given: Some(given).filter(|given| given.is_mapping()) }
                }
                None => Invocation { key: item, given: None },
            });
            (workflow, invocations.collect())
        })
        .collect()
}
