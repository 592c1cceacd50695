//! CircleCI contexts: restrictions and the names of variables.

use super::model::{Context, Restriction};
use super::{Verdict, expression};

/// The security group that every member of the organization is in.
const EVERYBODY: &str = "all members";

impl Context {
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let page = self.restrictions.as_ref()?;
        let of = |kind: &'static str| {
            page.items.iter().filter(move |restriction| restriction.restriction_type == kind)
        };
        if let Some(limit) = of("expression").find(|limit| expression::limits_ref(&limit.restriction_value)) {
            return Some(Verdict::Holds(limit.restriction_value.clone()));
        }
        let narrow = |group: &&Restriction| {
            !group.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(EVERYBODY))
        };
        let groups: Vec<&Restriction> = of("group").collect();
        if let [first, ..] = groups.as_slice()
            && groups.iter().all(narrow)
        {
            let name = first.name.as_deref().unwrap_or(&first.restriction_value);
            return Some(Verdict::Holds(format!("members of the group {name}")));
        }
        if page.next_page_token.is_some() {
            return Some(Verdict::Unproven(
                "the export has one page of several of its restrictions".to_owned(),
            ));
        }
        let why = if of("expression").next().is_some() {
            "has an expression that names no branch or tag that must match"
        } else if of("project").next().is_some() {
            "is limited to projects, and every branch of these may use it"
        } else {
            "has no restriction, and every branch of every project of the organization may use it"
        };
        Some(Verdict::Open(why.to_owned()))
    }

    pub(super) fn variables(&self) -> Option<Vec<&str>> {
        let page = self.environment_variables.as_ref().filter(|page| page.next_page_token.is_none())?;
        Some(page.items.iter().map(|item| item.variable.as_str()).collect())
    }
}
