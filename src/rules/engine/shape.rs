//! Shapes of providers' files that rules about the files themselves need and the model does not carry.

use std::collections::HashMap;

use super::{Context, PublishingJob};
use crate::ci::Pipeline;
use crate::facts::Provider;
use crate::yaml::Node;

/// How many definitions of what a job extends are looked at.
const MAX_LAYERS: usize = 64;

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

/// The top-level entries of a GitLab file by name, looked up many times.
pub(in crate::rules) struct GitlabJobs<'t> {
    names: HashMap<&'t str, Node<'t>>,
}

impl<'t> GitlabJobs<'t> {
    pub(in crate::rules) fn new(content: Node<'t>) -> Self {
        let named = content.entries().filter_map(|(key, value)| Some((key.as_str()?, value)));
        Self { names: named.collect() }
    }

    /// What the file sets `keyword` to in its job `name`, by itself or by what it extends.
    pub(in crate::rules) fn keyword(&self, name: &str, keyword: &str) -> Keyword<'t> {
        // The last parent is the strongest: it is looked at first, with all that it extends.
        let mut stack = vec![name.to_owned()];
        for _ in 0..MAX_LAYERS {
            let Some(name) = stack.pop() else { return Keyword::Unset };
            let Some(job) = self.names.get(name.as_str()) else { return Keyword::Unseen };
            if let Some(value) = job.get(keyword) {
                return Keyword::Set(value);
            }
            let parents =
                job.get("extends").into_iter().flat_map(Node::scalars_or_one).filter_map(Node::as_str);
            stack.extend(parents.take(MAX_LAYERS).map(str::to_owned));
        }
        Keyword::Unseen
    }
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
    /// `NAME` or `NAME: {…}`.
    fn of(item: Node<'t>) -> Self {
        match item.entries().next() {
            Some((key, given)) => Self { key, given: Some(given).filter(|given| given.is_mapping()) },
            None => Self { key: item, given: None },
        }
    }

    /// The name that `requires` of other jobs says: `name`, else the job's own.
    pub(in crate::rules) fn name(self) -> Option<&'t str> {
        self.field("name").map_or(self.key, |(_, name)| name).as_str()
    }

    /// One of its fields, with the key.
    pub(in crate::rules) fn field(self, field: &str) -> Option<(Node<'t>, Node<'t>)> {
        self.given?.entry(field)
    }
}

/// A workflow of a CircleCI file with the jobs in it that publish to npm.
pub(in crate::rules) struct Workflow<'a> {
    /// The workflow.
    pub(in crate::rules) node: Node<'a>,
    /// All of its jobs.
    pub(in crate::rules) jobs: Vec<Invocation<'a>>,
    /// Those that publish.
    pub(in crate::rules) publishing: Vec<(Invocation<'a>, PublishingJob<'a>)>,
    /// The file.
    pub(in crate::rules) pipeline: &'a Pipeline,
}

/// The CircleCI workflows that publish to npm.
pub(in crate::rules) fn circleci_workflows<'a>(context: &Context<'a>) -> Vec<Workflow<'a>> {
    let mut by_key: HashMap<(&str, usize), PublishingJob<'a>> = HashMap::new();
    for publishing in context.publishing_jobs() {
        if publishing.provider() == Provider::Circleci {
            let key = &publishing.job.key;
            by_key.insert((key.source.path(), key.span.start), publishing);
        }
    }
    let mut found = Vec::new();
    if by_key.is_empty() {
        return found;
    }
    for pipeline in context.model.pipelines.iter().filter(|pipeline| pipeline.provider == Provider::Circleci)
    {
        let root = pipeline.tree.as_deref().and_then(crate::yaml::Tree::root);
        let workflows = root.and_then(|root| root.get("workflows")).into_iter().flat_map(Node::entries);
        for (_, node) in workflows {
            let items = node.get("jobs").into_iter().flat_map(Node::items);
            let jobs: Vec<Invocation<'a>> = items.map(Invocation::of).collect();
            let publishing = jobs.iter().filter_map(|job| {
                let place = (job.key.source().path(), job.key.span().start);
                Some((*job, by_key.remove(&place)?))
            });
            let publishing: Vec<_> = publishing.collect();
            if !publishing.is_empty() {
                found.push(Workflow { node, jobs, publishing, pipeline });
            }
        }
    }
    found
}
