//! Machines whose name does not tell whose they are.

use super::Resolver;
use crate::facts::runners::{Runner, classify};
use crate::spec::fault::{Fault, IMPOSSIBLE};
use crate::spec::model::Auth;
use crate::spec::resolved::{Details, Target};

impl Resolver<'_> {
    /// npm takes the identity of the provider's own machines; a custom name may be one of them or not.
    pub(super) fn runners(&mut self, targets: &[Target]) {
        for target in targets.iter().filter(|target| target.auth == Auth::Oidc) {
            let (key, labels, larger) = match &target.details {
                Details::Github { runner, .. } => {
                    ("runner", vec![runner.clone()], "a larger or newer machine that GitHub hosts")
                }
                Details::Gitlab { tags, .. } if !tags.is_empty() => {
                    ("tags", tags.clone(), "a newer machine of GitLab.com's")
                }
                Details::Circleci { resource_class, .. } => {
                    ("resource-class", vec![resource_class.clone()], "a newer class of CircleCI's")
                }
                _ => continue,
            };
            if classify(target.provider, &labels) != Runner::Unknown {
                continue;
            }
            let message = format!(
                "trustpub knows no machine of {} itself with the label `{}`, and npm takes no identity from others",
                target.provider.name(),
                labels.join(", ")
            );
            let help =
                format!("leave it if this is {larger}; on a machine of your own the publish is refused");
            let key = format!("providers.{}.{key}", target.provider);
            self.warnings.push(Fault::new(IMPOSSIBLE, key, message, help).of(target.provider));
        }
    }
}
