//! GitHub environments: reviewers, and the branches and tags that may deploy.

use super::model::{Environment, Github, RefPattern};
use super::{Refs, Verdict, listed};

impl Github {
    /// What stands before the environment `name` (without regard to case, as GitHub compares).
    pub(super) fn environment(&self, name: &str) -> Option<Verdict> {
        let pages = self.environments.as_ref()?;
        let all: Vec<&Environment> = pages.iter().flat_map(|page| &page.environments).collect();
        let Some(found) = all.iter().find(|environment| environment.name.eq_ignore_ascii_case(name)) else {
            let total = pages.iter().filter_map(|page| page.total_count).max().unwrap_or_default();
            return Some(if all.len() < total {
                Verdict::Unproven(format!("the export has {} of {total} environments", all.len()))
            } else {
                Verdict::Open(
                    "does not exist: GitHub makes it without protection when a job first names it".to_owned(),
                )
            });
        };
        let reviewers = reviewers(found);
        let refs = self.refs(found);
        Some(match (reviewers, refs) {
            (Some(reviewers), Verdict::Holds(refs)) => Verdict::Holds(format!("{reviewers}; {refs}")),
            (Some(reviewers), _) => Verdict::Holds(reviewers),
            (None, Verdict::Open(why)) => match app_rule(found) {
                Some(rule) => {
                    Verdict::Unproven(format!("what the rule `{rule}` of an app lets through is not known"))
                }
                None => Verdict::Open(why),
            },
            (None, refs) => refs,
        })
    }

    /// Which kind of ref alone may deploy to the environment `name`; none where both may or it is not known.
    pub(super) fn deploying_refs(&self, name: &str) -> Option<Refs> {
        let mut all = self.environments.as_ref()?.iter().flat_map(|page| &page.environments);
        let policy = all.find(|found| found.name.eq_ignore_ascii_case(name))?.deployment_branch_policy?;
        if !policy.custom_branch_policies {
            // While no branch is protected the rule lets everything through.
            let any = self.protected_branches.as_ref().is_some_and(|branches| !branches.is_empty());
            return any.then_some(Refs::Branches);
        }
        let mut policies = self.deployment_branch_policies.iter();
        let (_, pages) = policies.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        let mut patterns = pages.iter().flat_map(|page| &page.branch_policies).map(is_tag);
        let first = patterns.next()?;
        let one_kind = patterns.all(|tag| tag == first);
        one_kind.then_some(if first { Refs::Tags } else { Refs::Branches })
    }

    /// The refs that may deploy.
    fn refs(&self, environment: &Environment) -> Verdict {
        let Some(policy) = environment.deployment_branch_policy else {
            return Verdict::Open("lets every branch deploy and asks nobody".to_owned());
        };
        if policy.custom_branch_policies {
            let policies = self.deployment_branch_policies.iter();
            let own = policies.clone().find(|(name, _)| name.eq_ignore_ascii_case(&environment.name));
            let Some((_, pages)) = own else {
                return Verdict::Unproven("the export lacks its `deployment-branch-policies`".to_owned());
            };
            return self.patterns(&pages.iter().flat_map(|page| &page.branch_policies).collect::<Vec<_>>());
        }
        match &self.protected_branches {
            None => Verdict::Unproven(
                "it is limited to protected branches, and the export lacks `protected-branches`".to_owned(),
            ),
            Some(none) if none.is_empty() => {
                Verdict::Open("is limited to protected branches, and no branch is protected".to_owned())
            }
            Some(_) => Verdict::Holds("protected branches".to_owned()),
        }
    }

    fn patterns(&self, patterns: &[&RefPattern]) -> Verdict {
        for pattern in patterns {
            let (name, kind) = (&pattern.name, if is_tag(pattern) { "tag" } else { "branch" });
            if name.bytes().all(|byte| matches!(byte, b'*' | b'/')) {
                return Verdict::Open(format!("lets every {kind} deploy (`{name}`) and asks nobody"));
            }
            let exact = !name.contains(['*', '?', '[', '{']);
            let unprotected = self
                .protected_branches
                .as_ref()
                .is_some_and(|branches| branches.iter().all(|branch| branch.name != *name));
            if kind == "branch" && exact && unprotected {
                return Verdict::Open(format!("lets the branch `{name}` deploy, which is not protected"));
            }
        }
        let of = |tags: bool| -> Vec<String> {
            let own = patterns.iter().filter(|pattern| is_tag(pattern) == tags);
            own.map(|pattern| format!("`{}`", pattern.name)).collect()
        };
        let kinds = [("branch", "branches", of(false)), ("tag", "tags", of(true))];
        let words: Vec<String> = kinds
            .into_iter()
            .filter(|(.., names)| !names.is_empty())
            .map(|(one, many, names)| {
                format!("{} {}", if names.len() == 1 { one } else { many }, listed(&names))
            })
            .collect();
        Verdict::Holds(if words.is_empty() { "no branch or tag".to_owned() } else { words.join(", ") })
    }
}

fn is_tag(pattern: &RefPattern) -> bool {
    pattern.kind.as_deref() == Some("tag")
}

/// `reviewed by a, b or c`; none where nobody has to.
fn reviewers(environment: &Environment) -> Option<String> {
    let rules = environment.protection_rules.iter().filter(|rule| rule.kind == "required_reviewers");
    let names: Vec<&str> = rules
        .flat_map(|rule| &rule.reviewers)
        .map(|reviewer| {
            let account = &reviewer.reviewer;
            account.login.as_deref().or(account.slug.as_deref()).unwrap_or("somebody")
        })
        .collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("reviewed by {one}")),
        [first @ .., last] => Some(format!("reviewed by {} or {last}", first.join(", "))),
    }
}

/// A rule that is none of GitHub's own.
fn app_rule(environment: &Environment) -> Option<&str> {
    let own = ["required_reviewers", "wait_timer", "branch_policy"];
    environment.protection_rules.iter().map(|rule| rule.kind.as_str()).find(|kind| !own.contains(kind))
}
