use serde::{Deserialize, Serialize};

/// A CI system that trustpub knows by name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// GitHub Actions.
    Github,
    /// GitLab CI/CD.
    Gitlab,
    /// CircleCI.
    Circleci,
    /// Azure Pipelines.
    Azure,
    /// Jenkins.
    Jenkins,
    /// Bitbucket Pipelines.
    Bitbucket,
    /// Buildkite.
    Buildkite,
}

impl Provider {
    /// Every provider, in the order in which lists show them.
    pub const ALL: [Self; 7] = [
        Self::Github,
        Self::Gitlab,
        Self::Circleci,
        Self::Azure,
        Self::Jenkins,
        Self::Bitbucket,
        Self::Buildkite,
    ];

    /// The lower-case id that the spec, JSON output and facts use.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Circleci => "circleci",
            Self::Azure => "azure",
            Self::Jenkins => "jenkins",
            Self::Bitbucket => "bitbucket",
            Self::Buildkite => "buildkite",
        }
    }

    /// The product's own name, for prose.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Github => "GitHub Actions",
            Self::Gitlab => "GitLab CI/CD",
            Self::Circleci => "CircleCI",
            Self::Azure => "Azure Pipelines",
            Self::Jenkins => "Jenkins",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Buildkite => "Buildkite",
        }
    }
}

impl std::fmt::Display for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}
