//! GitLab's protected environments.

use super::model::{Access, Gitlab, ProtectedEnvironment};
use super::{Verdict, listed};

/// The role that may push branches that are not protected.
const DEVELOPER: u32 = 30;

impl Gitlab {
    /// What stands before the environment `name`.
    pub(super) fn environment(&self, name: &str) -> Option<Verdict> {
        let own = self.protected_environments.as_ref()?;
        if let Some(found) = own.iter().find(|environment| environment.name == name) {
            return Some(verdict(found));
        }
        Some(match self.group_protected_environments.as_deref() {
            Some([]) => Verdict::Open("is not protected".to_owned()),
            Some(_) => Verdict::Unproven("only its tier may be protected, by a group".to_owned()),
            None => Verdict::Unproven(
                "the project does not protect it, and the export lacks `group-protected-environments`"
                    .to_owned(),
            ),
        })
    }
}

fn verdict(environment: &ProtectedEnvironment) -> Verdict {
    let rules = environment.approval_rules.iter().map(|rule| rule.required_approvals);
    let approvals = rules.sum::<u32>().max(environment.required_approval_count.unwrap_or_default());
    let by_role = |access: &&Access| access.user_id.is_none() && access.group_id.is_none();
    let developers = environment
        .deploy_access_levels
        .iter()
        .filter(by_role)
        .any(|access| access.access_level.is_some_and(|level| level <= DEVELOPER));
    if developers && approvals == 0 {
        return Verdict::Open("lets every Developer deploy and asks nobody".to_owned());
    }
    let mut who: Vec<String> = environment.deploy_access_levels.iter().map(words).collect();
    who.dedup();
    let who = if who.is_empty() { "nobody".to_owned() } else { listed(&who) };
    Verdict::Holds(match approvals {
        0 => format!("deployed by {who}"),
        1 => format!("deployed by {who}; 1 approval"),
        many => format!("deployed by {who}; {many} approvals"),
    })
}

fn words(access: &Access) -> String {
    match (&access.access_level_description, access.user_id, access.group_id) {
        (Some(words), ..) => words.clone(),
        (None, Some(id), _) => format!("user {id}"),
        (None, None, Some(id)) => format!("group {id}"),
        (None, None, None) => {
            access.access_level.map_or_else(|| "somebody".to_owned(), |level| format!("role {level}"))
        }
    }
}
