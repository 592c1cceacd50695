//! Which ways of starting a pipeline lead to a job: `workflow: rules`, `rules`, `only` and `except`, decided as far
//! as the pipeline's source and kind of reference decide them.

use super::job::filled;
use super::layers::{Config, Layer, Stack};
use crate::ci::logic::{self, Known, both, either};
use crate::ci::{Reference, Start};
use crate::yaml::Node;

/// How deep lists of rules may be nested, `!reference` among them.
const DEPTH: usize = 10;

/// Every way of starting that a job is asked about. Those after the first six are told of only where a rule names them.
const STARTS: [(&str, Reference); 11] = [
    ("push", Reference::Branch),
    ("push", Reference::Tag),
    ("merge_request_event", Reference::Unknown),
    ("web", Reference::Branch),
    ("web", Reference::Tag),
    ("schedule", Reference::Branch),
    ("api", Reference::Branch),
    ("api", Reference::Tag),
    ("trigger", Reference::Branch),
    ("trigger", Reference::Tag),
    ("pipeline", Reference::Unknown),
];

/// The ways of starting that surely do not lead to the job. `depth` is above 0 in a child pipeline.
pub(super) fn refused<'t>(config: &Config<'t>, stack: &Stack<'t>, depth: usize) -> Vec<Start> {
    let workflow = workflow(config);
    let starts = Start::each(&STARTS);
    let way = |start: &Start| Way { config, start: start.clone(), child: depth > 0 };
    starts.filter(|start| !way(start).reaches(workflow, stack)).collect()
}

/// The ways of starting that `workflow: rules` surely refuses.
pub(super) fn refused_by_workflow(config: &Config<'_>) -> Vec<Start> {
    let Some(rules) = workflow(config) else { return Vec::new() };
    let starts = Start::each(&STARTS);
    starts.filter(|start| !Way { config, start: start.clone(), child: false }.may_pass(rules)).collect()
}

/// `workflow: rules`.
fn workflow<'t>(config: &Config<'t>) -> Option<Layer<'t>> {
    let layers = config.global("workflow").into_iter();
    let mut rules = layers.filter_map(|layer| Some(Layer { node: layer.node.get("rules")?, ..layer }));
    rules.next()
}

/// One way of starting.
struct Way<'c, 't> {
    config: &'c Config<'t>,
    start: Start,
    child: bool,
}

/// How a list of rules goes on.
#[derive(Default)]
struct Passed {
    /// Whether a rule may let the job in.
    open: bool,
    /// Whether a rule surely applies, so that no later one is asked.
    decided: bool,
}

impl<'t> Way<'_, 't> {
    fn reaches(&self, workflow: Option<Layer<'t>>, stack: &Stack<'t>) -> bool {
        if workflow.is_some_and(|rules| !self.may_pass(rules)) {
            return false;
        }
        let entry = |key: &str| self.config.entry(stack, key).map(|(_, layer)| layer);
        if let Some(rules) = entry("rules") {
            return self.may_pass(rules);
        }
        let (only, except) = (entry("only"), entry("except"));
        let allowed = match only {
            Some(only) => self.policy(only, true),
            // A job that says nothing is for branches and tags; `workflow: rules` takes that default away.
            None if except.is_some() || workflow.is_none() => self.on_merge_request().map(|is| !is),
            None => Some(true),
        };
        let kept_out = except.map_or(Some(false), |except| self.policy(except, false));
        allowed != Some(false) && kept_out != Some(true)
    }

    /// Whether the pipeline is a merge request's; of a child pipeline that is not known.
    fn on_merge_request(&self) -> Option<bool> {
        let is = self.start.event == "merge_request_event";
        if is && self.child { None } else { Some(is) }
    }

    /// Whether it runs for this kind of reference; none where that is not known.
    fn runs_for(&self, reference: Reference) -> Option<bool> {
        let known = self.start.reference != Reference::Unknown || self.start.event == "merge_request_event";
        known.then_some(self.start.reference == reference)
    }

    /// Whether a list of rules may let the job in.
    fn may_pass(&self, rules: Layer<'t>) -> bool {
        let mut passed = Passed::default();
        self.rules(rules.node, rules.document, 0, &mut passed);
        passed.open
    }

    fn rules(&self, node: Node<'t>, document: usize, depth: usize, passed: &mut Passed) {
        if depth > DEPTH || passed.decided {
            // What is not looked at may let it in.
            passed.open |= depth > DEPTH;
            return;
        }
        if node.tag().is_some_and(|tag| tag.ends_with("reference")) {
            match self.config.reference(node) {
                Some(layer) => self.rules(layer.node, layer.document, depth + 1, passed),
                None => passed.open = true,
            }
        } else if node.is_sequence() {
            node.items().for_each(|item| self.rules(item, document, depth + 1, passed));
        } else if node.is_mapping() {
            let condition = node.get("if");
            let mut holds = condition.map_or(Some(true), |text| self.condition(text, document));
            if node.get("changes").is_some() || node.get("exists").is_some() {
                holds = both(holds, None);
            }
            let never = node.get("when").and_then(Node::as_str) == Some("never");
            passed.open |= holds != Some(false) && !never;
            passed.decided |= holds == Some(true);
        } else {
            passed.open = true;
        }
    }

    /// `if`, or one of `variables`.
    fn condition(&self, node: Node<'t>, document: usize) -> Option<bool> {
        if node.tag().is_some_and(|tag| tag.ends_with("reference")) {
            let layer = self.config.reference(node)?;
            return self.condition(layer.node, layer.document);
        }
        let text = filled(self.config, node.as_str()?, document)?;
        logic::holds(&text, &|name| self.variable(name))
    }

    /// `only` and `except`: a list of words for references, or a mapping of such lists. All of them must allow, one is
    /// enough to keep out.
    fn policy(&self, layer: Layer<'t>, only: bool) -> Option<bool> {
        let any = |node: Node<'t>, holds: &dyn Fn(Node<'t>) -> Option<bool>| {
            node.scalars_or_one().map(holds).fold(Some(false), either)
        };
        let references = |node: Node<'t>| any(node, &|item| self.word(item));
        if !layer.node.is_mapping() {
            return references(layer.node);
        }
        let parts = layer.node.entries().map(|(key, value)| match key.as_str() {
            Some("refs") => references(value),
            Some("variables") => any(value, &|item| self.condition(item, layer.document)),
            _ => None,
        });
        if only { parts.fold(Some(true), both) } else { parts.fold(Some(false), either) }
    }

    /// One word of `only` or `except`; the name of a reference, or a pattern for it, may be this one's.
    fn word(&self, item: Node<'t>) -> Option<bool> {
        let source = |name: &str| Some(!self.child && self.start.event == name);
        match item.as_str()? {
            "branches" => self.runs_for(Reference::Branch),
            "tags" => self.runs_for(Reference::Tag),
            "pushes" => source("push"),
            "merge_requests" => source("merge_request_event"),
            "schedules" => source("schedule"),
            "triggers" => source("trigger"),
            "pipelines" => source("pipeline"),
            word @ ("web" | "api") => source(word),
            "chat" | "external" | "external_pull_requests" => Some(false),
            _ => None,
        }
    }

    /// A predefined variable; any other one may be set anywhere.
    fn variable(&self, name: &str) -> Known {
        let set = |is_set: Option<bool>| match is_set {
            Some(true) => Known::Filled,
            Some(false) => Known::Null,
            None => Known::Unknown,
        };
        match name.trim_start_matches('$') {
            "CI_PIPELINE_SOURCE" if self.child => Known::text("parent_pipeline"),
            "CI_PIPELINE_SOURCE" => Known::text(self.start.event.as_str()),
            "CI_COMMIT_TAG" => set(self.runs_for(Reference::Tag)),
            "CI_COMMIT_BRANCH" => set(self.runs_for(Reference::Branch)),
            "CI_MERGE_REQUEST_IID" | "CI_MERGE_REQUEST_ID" => set(self.on_merge_request()),
            name if name.starts_with("CI_MERGE_REQUEST_") && self.on_merge_request() == Some(false) => {
                Known::Null
            }
            "CI_COMMIT_REF_NAME" | "CI_COMMIT_SHA" | "CI_DEFAULT_BRANCH" => Known::Filled,
            "CI" | "GITLAB_CI" => Known::text("true"),
            _ => Known::Unknown,
        }
    }
}
