//! The GitLab CI/CD component, as a project of its own.

use super::File;
use super::data::{self, Bundle};
use crate::facts::Provider;
use crate::render::engine;

/// Every file of the component's project.
pub(super) fn files(bundle: &Bundle) -> Vec<File> {
    let data = data::shared(bundle, Provider::Gitlab);
    vec![
        File::new("README.md", engine::render_known("bundle/gitlab/README", &data)),
        File::new(".gitlab-ci.yml", engine::render_known("bundle/gitlab/ci", &data)),
        File::new(
            "templates/npm-publish/template.yml",
            engine::render_known("bundle/gitlab/template", &data),
        ),
    ]
}
