//! Which way of publishing fits a repository, why, at what cost, and what would change the answer.
//!
//! Everything is drawn from the repository's files and the facts. What files cannot show (whether the
//! repository is public, whether a package exists already) is said as a condition, never assumed away.

mod changes;
mod notes;
mod options;
mod provider;
mod recipe;
mod seen;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use changes::Change;
pub use seen::{HostSeen, PackageSeen, SeenAccess};

use crate::ci::Model;
use crate::facts::{Date, Provider};
use crate::project::Project;
use crate::spec::Spec;

/// A way of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The CI's identity publishes at once, with provenance.
    OidcDirect,
    /// The CI's identity stages; a maintainer approves.
    OidcStaged,
    /// The CI's identity publishes at once, without provenance.
    OidcWithoutProvenance,
    /// A stored stage-only token stages; a maintainer approves.
    StagedToken,
    /// A person publishes from their own machine.
    Interactive,
}

impl Strategy {
    /// Every strategy, in the order in which lists show them.
    pub const ALL: [Self; 5] = [
        Self::OidcDirect,
        Self::OidcStaged,
        Self::OidcWithoutProvenance,
        Self::StagedToken,
        Self::Interactive,
    ];

    /// Its name, for prose.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OidcDirect => "OIDC direct",
            Self::OidcStaged => "OIDC staged",
            Self::OidcWithoutProvenance => "OIDC without provenance",
            Self::StagedToken => "staged token",
            Self::Interactive => "interactive",
        }
    }
}

/// Whether a strategy fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The one to take.
    Best,
    /// It works, and something speaks for another.
    Possible,
    /// It cannot work here.
    Impossible,
}

/// One strategy, judged for one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Which.
    pub strategy: Strategy,
    /// Whether it fits.
    pub verdict: Verdict,
    /// Why, in sentences.
    pub reasons: Vec<String>,
    /// What it costs, in sentences.
    pub costs: Vec<String>,
    /// What would change the verdict, in sentences: of the best way, what would make another one best; of
    /// any other, what would make it possible or best.
    pub would_change: Vec<String>,
}

/// The advice for one CI system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderAdvice {
    /// Which.
    pub provider: Provider,
    /// Why it is considered, in one sentence.
    pub because: String,
    /// Whether `trustpub generate` writes a pipeline for it.
    pub generated: bool,
    /// Every strategy, the best first, then in [`Strategy::ALL`] order.
    pub strategies: Vec<Judged>,
    /// What to do by hand where no pipeline is generated, in order.
    pub by_hand: Vec<String>,
    /// What nobody has seen to hold here.
    pub unproven: Vec<String>,
}

impl ProviderAdvice {
    /// The strategy to take.
    pub fn best(&self) -> &Judged {
        &self.strategies[0]
    }
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// Where the repository is hosted; none where nothing tells.
    pub host: Option<HostSeen>,
    /// The packages to publish, dependencies first.
    pub packages: Vec<PackageSeen>,
    /// The CI systems in question, the recommended one first. Empty where there is nothing to publish to npm.
    pub providers: Vec<ProviderAdvice>,
    /// What no file tells and the advice hangs on.
    pub unseen: Vec<String>,
    /// What else to know about this repository.
    pub notes: Vec<String>,
    /// What changed since the widely read guides were written.
    pub changes: Vec<Change>,
}

/// What the advice is drawn from.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The repository.
    pub project: &'a Project,
    /// What its CI files say: how it publishes today.
    pub model: &'a Model,
    /// Its `trustpub.yml`, where it has one.
    pub spec: Option<&'a Spec>,
    /// CI systems that the user names; empty takes those that the repository shows.
    pub providers: &'a [Provider],
    /// The day of asking.
    pub today: Date,
}

/// Answers which way of publishing fits.
pub fn advise(situation: &Situation<'_>) -> Advice {
    let host = seen::host(situation.project);
    let packages = seen::packages(situation.project);
    let to_npm = packages.iter().any(|package| package.to_npm);
    let candidates = if to_npm { provider::candidates(situation) } else { Vec::new() };
    let providers = candidates.into_iter().map(|candidate| options::judge(situation, &packages, candidate));
    let providers: Vec<ProviderAdvice> = providers.collect();
    let notes = notes::notes(situation, &packages, &providers);
    let unseen = notes::unseen(&providers);
    Advice { host, packages, providers, unseen, notes, changes: changes::changes(situation.today) }
}
