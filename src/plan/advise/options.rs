//! The five strategies, judged for one provider.

use super::provider::Candidate;
use super::{Judged, PackageSeen, ProviderAdvice, SeenAccess, Situation, Strategy, Verdict, recipe};
use crate::facts::npm::{self, Feature};
use crate::facts::providers::{self, Guard, capability};
use crate::facts::runners::Runner;
use crate::facts::{Date, Provider, limits};
use crate::project::Forge;
use crate::spec::Mode;

/// What the verdicts depend on.
struct Case<'a> {
    provider: Provider,
    /// Whether npm takes the CI's identity here.
    identity: bool,
    provenance: Provenance,
    /// Whether today's publish job runs on a machine of one's own.
    self_hosted: bool,
    /// Whether the spec asks for staging.
    staged: bool,
    /// What could give an identity: another CI system that the host brings.
    elsewhere: Option<&'a str>,
    today: Date,
}

/// Whether provenance is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provenance {
    /// npm signs it by itself where repository and package are public.
    Automatic,
    /// npm signs none for this provider.
    NotHere,
    /// Every package is restricted: those get none.
    NotForRestricted,
}

pub(super) fn judge(
    situation: &Situation<'_>,
    packages: &[PackageSeen],
    candidate: Candidate,
) -> ProviderAdvice {
    let Candidate { provider, because, public_instance } = candidate;
    let capability = capability(provider);
    let to_npm: Vec<&PackageSeen> = packages.iter().filter(|package| package.to_npm).collect();
    let self_hosted = situation
        .model
        .paths
        .iter()
        .any(|path| path.provider == provider && path.runner == Runner::SelfHosted);
    let forge = situation.project.origin().map(|origin| origin.address.forge());
    let elsewhere = match forge {
        Some(Forge::Github) if provider != Provider::Github => Some("GitHub Actions"),
        Some(Forge::Gitlab) if provider != Provider::Gitlab => Some("GitLab CI/CD"),
        _ => None,
    };
    let restricted = |package: &&PackageSeen| package.access == SeenAccess::Restricted;
    let provenance = if !capability.provenance {
        Provenance::NotHere
    } else if to_npm.iter().all(restricted) {
        Provenance::NotForRestricted
    } else {
        Provenance::Automatic
    };
    let mode = situation.spec.and_then(|spec| spec.publish.as_ref()?.mode);
    let case = Case {
        provider,
        identity: capability.oidc && public_instance,
        provenance,
        self_hosted,
        staged: mode == Some(Mode::Stage),
        elsewhere,
        today: situation.today,
    };
    let best = case.best();
    let mut strategies: Vec<Judged> = Strategy::ALL.map(|strategy| case.judge(strategy, best)).into();
    strategies.sort_by_key(|judged| judged.verdict != Verdict::Best);
    // Without an identity the pipeline is generated only where the provider has one at all: the
    // shape is the same, a stage-only token stands in for the id token.
    let generated = capability.oidc;
    let by_hand = if generated { Vec::new() } else { recipe::steps(provider) };
    let unproven = providers::unproven(provider).map(|unproven| unproven.says.clone()).collect();
    ProviderAdvice { provider, because, generated, strategies, by_hand, unproven }
}

impl Case<'_> {
    fn best(&self) -> Strategy {
        match (self.identity, self.staged) {
            (false, _) => Strategy::StagedToken,
            (true, true) => Strategy::OidcStaged,
            (true, false) if self.provenance == Provenance::Automatic => Strategy::OidcDirect,
            (true, false) => Strategy::OidcWithoutProvenance,
        }
    }

    fn judge(&self, strategy: Strategy, best: Strategy) -> Judged {
        let mut judged = match strategy {
            Strategy::OidcDirect => self.oidc_direct(),
            Strategy::OidcStaged => self.oidc_staged(),
            Strategy::OidcWithoutProvenance => self.oidc_without_provenance(),
            Strategy::StagedToken => self.staged_token(),
            Strategy::Interactive => interactive(),
        };
        if strategy == best {
            judged.verdict = Verdict::Best;
        }
        judged
    }

    fn name(&self) -> &'static str {
        self.provider.name()
    }

    /// The least npm for `feature`, as in `npm 11.5.1`.
    fn npm(&self, feature: Feature) -> String {
        npm::floor(feature, self.provider).map_or_else(String::new, |floor| format!("npm {}", floor.lowest()))
    }

    fn no_identity(&self) -> Option<Vec<String>> {
        if self.identity {
            return None;
        }
        let why = if capability(self.provider).oidc {
            format!(
                "npm takes the identity of {}'s public instance alone, and this repository is on another host",
                self.name()
            )
        } else {
            format!("npm takes no identity from {}", self.name())
        };
        Some(vec![why])
    }

    /// What would bring an identity.
    fn to_get_identity(&self) -> Vec<String> {
        match self.elsewhere {
            Some(ci) => vec![format!(
                "a publish job on {ci}, which the host brings along: everything else may stay on {}",
                self.name()
            )],
            None => vec![
                "a mirror of the repository on github.com or gitlab.com whose CI runs the publish job"
                    .to_owned(),
            ],
        }
    }

    fn guard_cost(&self) -> String {
        match capability(self.provider).guard {
            Guard::Environment => {
                "an environment with deployment branch and tag rules, set once by an administrator".to_owned()
            }
            Guard::ProtectedEnvironment => format!(
                "a protected environment ({}); without one any developer can publish, and staging is the better way",
                limits::gitlab_protected_environments().says
            ),
            Guard::Context => "a context with a restriction, set once by an administrator".to_owned(),
            Guard::None => "a guard of your own: the provider has none that npm could check".to_owned(),
        }
    }

    fn oidc_direct(&self) -> Judged {
        let mut judged = Judged::new(Strategy::OidcDirect);
        if let Some(reasons) = self.no_identity() {
            return judged.impossible(reasons, self.to_get_identity());
        }
        if self.provenance == Provenance::NotHere {
            let reasons =
                vec![format!("npm signs no provenance on {}: asking for it fails the publish", self.name())];
            let change = match self.elsewhere {
                Some(ci) => vec![format!("a publish job on {ci} signs provenance")],
                None => Vec::new(),
            };
            return judged.impossible(reasons, change);
        }
        if self.provenance == Provenance::NotForRestricted {
            let reasons = vec!["restricted packages get no provenance".to_owned()];
            return judged.impossible(reasons, vec!["public packages".to_owned()]);
        }
        judged.reasons = vec![
            format!(
                "npm takes the identity of {} ({} or later): no token is stored that could be stolen or expire",
                self.name(),
                self.npm(Feature::OidcPublish)
            ),
            "provenance is signed by itself where repository and package are public".to_owned(),
        ];
        judged.costs = vec![
            "a trusted publisher for each package, set once by a maintainer".to_owned(),
            self.guard_cost(),
        ];
        if self.self_hosted {
            judged.costs.push(
                "the publish job moves to a hosted machine, as provenance is refused from your own; packing stays".to_owned(),
            );
        }
        judged.would_change = if self.staged {
            vec!["nobody should have to approve a release".to_owned()]
        } else {
            vec![
                "a release that one compromised account could push is too much: OIDC staged".to_owned(),
                "the repository is private: the same, without provenance".to_owned(),
            ]
        };
        judged
    }

    fn oidc_staged(&self) -> Judged {
        let mut judged = Judged::new(Strategy::OidcStaged);
        if let Some(reasons) = self.no_identity() {
            return judged.impossible(reasons, self.to_get_identity());
        }
        let asked = self.staged.then(|| "`trustpub.yml` asks for it".to_owned());
        let strongest = "nothing in CI can release alone: a maintainer approves each version with two-factor authentication";
        judged.reasons = asked.into_iter().chain([strongest.to_owned()]).collect();
        judged.costs = vec![
            format!(
                "somebody runs `npm stage approve` for each package of each release ({} or later)",
                self.npm(Feature::StagePublish)
            ),
            "a trusted publisher for each package; staging is the one action that it needs to allow"
                .to_owned(),
            "release tools that publish by themselves cannot stage".to_owned(),
        ];
        let change = if self.staged {
            "nobody should have to approve a release: OIDC direct"
        } else {
            "a release that one compromised account could push is too much"
        };
        judged.would_change = vec![change.to_owned()];
        judged
    }

    fn oidc_without_provenance(&self) -> Judged {
        let mut judged = Judged::new(Strategy::OidcWithoutProvenance);
        if let Some(reasons) = self.no_identity() {
            return judged.impossible(reasons, self.to_get_identity());
        }
        let takes = format!(
            "npm takes the identity of {} ({} or later)",
            self.name(),
            self.npm(Feature::OidcPublish)
        );
        let why = match self.provenance {
            Provenance::NotHere => format!("{takes} and signs no provenance for it"),
            Provenance::NotForRestricted => format!("{takes}; restricted packages get no provenance"),
            Provenance::Automatic => {
                "for a private repository, or a publish job on a machine of your own (undocumented)"
                    .to_owned()
            }
        };
        judged.reasons = vec![why, "no token is stored that could be stolen or expire".to_owned()];
        judged.costs = vec![
            "users cannot see from which commit a version was built".to_owned(),
            "a trusted publisher for each package, set once by a maintainer".to_owned(),
            self.guard_cost(),
        ];
        judged.would_change = match (self.provenance, self.elsewhere) {
            (Provenance::NotHere, Some(ci)) => vec![format!("provenance is wanted: a publish job on {ci}")],
            (Provenance::NotHere, None) => {
                vec!["provenance is wanted: a repository on github.com or gitlab.com".to_owned()]
            }
            (Provenance::NotForRestricted, _) => vec!["the packages become public: OIDC direct".to_owned()],
            (Provenance::Automatic, _) => {
                vec![
                    "the repository is private, or the publish job has to stay on a machine of your own"
                        .to_owned(),
                ]
            }
        };
        judged
    }

    fn staged_token(&self) -> Judged {
        let mut judged = Judged::new(Strategy::StagedToken);
        let stage = self.npm(Feature::StagePublish);
        judged.reasons = match self.no_identity() {
            Some(mut reasons) => {
                reasons.push(format!(
                    "a token that can only stage ({stage} or later) cannot release: a maintainer approves each version"
                ));
                if !limits::bypass_tokens_no_publish().holds_on(self.today) {
                    reasons.push(format!("a token that publishes by itself is no way ahead: {}", limits::bypass_tokens_no_publish().says));
                }
                reasons
            }
            None => vec!["a stored secret where the identity needs none: only where a trusted publisher cannot be set up".to_owned()],
        };
        let days = limits::write_token_days().value.unwrap_or_default();
        judged.costs = vec![
            format!(
                "a stage-only token that is renewed every {days} days at most, treated like any secret that may write: it still moves dist-tags"
            ),
            "somebody runs `npm stage approve` for each package of each release".to_owned(),
            "no provenance".to_owned(),
        ];
        judged.would_change = if self.identity {
            Vec::new()
        } else {
            self.to_get_identity().into_iter().map(|way| format!("{way}: OIDC")).collect()
        };
        judged
    }
}

fn interactive() -> Judged {
    let mut judged = Judged::new(Strategy::Interactive);
    judged.reasons = vec![
        "the first publish of a new package is always a person's: npm takes no identity for a package that does not exist"
            .to_owned(),
    ];
    judged.costs = vec![
        "each release is built and published on somebody's own machine, without provenance".to_owned(),
        "a two-factor code for each publish".to_owned(),
    ];
    judged.would_change = vec!["a handful of releases a year by one person: it may be enough".to_owned()];
    judged
}

impl Judged {
    fn new(strategy: Strategy) -> Self {
        let none = Vec::new;
        Self { strategy, verdict: Verdict::Possible, reasons: none(), costs: none(), would_change: none() }
    }

    fn impossible(mut self, reasons: Vec<String>, would_change: Vec<String>) -> Self {
        self.verdict = Verdict::Impossible;
        self.reasons = reasons;
        self.would_change = would_change;
        self
    }
}
