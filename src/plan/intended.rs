use super::{Plan, TargetPlan, TriggerPlan};
use crate::facts::{Provider, Version};
use crate::spec::{Auth, Details, Mode};

/// One publish path that the plan means to open: what reading the rendered file back must yield,
/// no more and no less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// Whose pipeline.
    pub provider: Provider,
    /// The file.
    pub file: String,
    /// Whether the provider reads the file by itself.
    pub entry: bool,
    /// What starts it, in the words of `publish_paths[].trigger`.
    pub trigger: Vec<String>,
    /// The publish job's key.
    pub job: &'static str,
    /// Whether it stages.
    pub staged: bool,
    /// With what it authenticates.
    pub auth: Auth,
    /// Exact Node.
    pub node: Version,
    /// Exact npm.
    pub npm: Version,
    /// The environment's or context's name.
    pub guard: String,
    /// The packages, sorted.
    pub packages: Vec<String>,
}

impl Plan {
    /// The publish paths that the rendered files must have.
    pub fn intended_paths(&self) -> Vec<Intended> {
        self.targets.iter().map(TargetPlan::intended).collect()
    }
}

impl TargetPlan {
    /// The publish path that the rendered file must have.
    pub fn intended(&self) -> Intended {
        let guard = match &self.details {
            Details::Github { environment, .. } | Details::Gitlab { environment, .. } => environment.clone(),
            Details::Circleci { context, .. } => context.clone(),
            Details::Token { .. } => String::new(),
        };
        let mut packages: Vec<String> = self.packages.iter().map(|package| package.name.clone()).collect();
        packages.sort();
        Intended {
            provider: self.provider,
            file: self.file.clone(),
            entry: self.entry,
            trigger: self.trigger_labels(),
            job: self.publish_job(),
            staged: self.mode == Mode::Stage,
            auth: self.auth,
            node: self.publish.toolchain.node.clone(),
            npm: self.publish.toolchain.npm.clone(),
            guard,
            packages,
        }
    }

    fn trigger_labels(&self) -> Vec<String> {
        let push = match &self.trigger {
            TriggerPlan::Tag(_) => Some("push:tags"),
            TriggerPlan::Branch(_) => Some("push:branches"),
            TriggerPlan::Release(_) => Some("release"),
            TriggerPlan::Manual(_) => None,
        };
        let by_hand = match (self.provider, push) {
            // CircleCI's API starts a pipeline for any tag or branch, as a push of it does.
            (Provider::Circleci, _) => Some("api"),
            (Provider::Github, None) => Some("workflow_dispatch"),
            (_, None) => Some("web"),
            (_, Some(_)) => None,
        };
        push.into_iter().chain(by_hand).map(str::to_owned).collect()
    }

    /// The pack job's key in the file.
    pub fn pack_job(&self) -> &'static str {
        if self.provider == Provider::Github { "pack" } else { "npm-pack" }
    }

    /// The publish job's key in the file.
    pub fn publish_job(&self) -> &'static str {
        if self.provider == Provider::Github { "publish" } else { "npm-publish" }
    }
}
