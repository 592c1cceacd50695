use std::sync::LazyLock;

use super::{Dialect, SchemaError, Validator};
use crate::yaml::{Node, Tree};

/// The vendored official schemas (`schemas/vendor/vendor.toml` has their sources and dates).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Official {
    /// `.github/workflows/*.yml`
    GithubWorkflow,
    /// `action.yml`
    GithubAction,
    /// `.gitlab-ci.yml` and component templates
    GitlabCi,
    /// `.circleci/config.yml`
    CircleCi,
}

impl Official {
    /// Every official schema.
    pub const ALL: [Self; 4] = [Self::GithubWorkflow, Self::GithubAction, Self::GitlabCi, Self::CircleCi];

    /// Without the texts that validate nothing, which the build takes out.
    fn text(self) -> &'static str {
        match self {
            Self::GithubWorkflow => include_str!(concat!(env!("OUT_DIR"), "/github-workflows.json")),
            Self::GithubAction => include_str!(concat!(env!("OUT_DIR"), "/github-actions.json")),
            Self::GitlabCi => include_str!(concat!(env!("OUT_DIR"), "/gitlab-ci.json")),
            Self::CircleCi => include_str!(concat!(env!("OUT_DIR"), "/circle-ci.json")),
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::GitlabCi => Dialect::Yaml11,
            Self::GithubWorkflow | Self::GithubAction | Self::CircleCi => Dialect::Yaml12,
        }
    }

    /// The compiled schema; compiled once, when it is first asked for.
    pub fn validator(self) -> &'static Validator {
        static COMPILED: [LazyLock<Validator>; 4] = [
            LazyLock::new(|| compile(Official::GithubWorkflow)),
            LazyLock::new(|| compile(Official::GithubAction)),
            LazyLock::new(|| compile(Official::GitlabCi)),
            LazyLock::new(|| compile(Official::CircleCi)),
        ];
        &COMPILED[self as usize]
    }
}

fn compile(official: Official) -> Validator {
    let schema = serde_json::from_str(official.text()).expect("a test compiles every vendored schema");
    Validator::new(schema, official.dialect()).expect("a test compiles every vendored schema")
}

/// All errors of one document against an official schema, in the order of the text.
pub fn validate(official: Official, node: Node<'_>) -> Vec<SchemaError> {
    official.validator().validate(node)
}

/// All errors of a whole file: every document by itself, so that a GitLab component's `spec:`
/// header and its pipeline each meet the schema.
pub fn validate_tree(official: Official, tree: &Tree) -> Vec<SchemaError> {
    tree.documents().flat_map(|document| validate(official, document)).collect()
}
