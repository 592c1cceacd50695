//! `.yarnrc.yml`: registries, credentials and switches of yarn 2 and later.

use super::npmrc::Credential;
use crate::text::{Source, Span};
use crate::yaml::{self, Node};

/// A setting with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its text, `${VAR}` not expanded.
    pub value: String,
    /// The value's bytes.
    pub span: Span,
}

/// A credential: `npmAuthToken` or `npmAuthIdent`. Yarn prefers any of them to the identity, so one that is
/// set turns trusted publishing off (yarn, `plugin-npm`, `npmHttpUtils`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YarnAuth {
    /// `npmAuthToken` or `npmAuthIdent`.
    pub name: &'static str,
    /// The scope (without `@`) or registry (as in `npmRegistries`) that it belongs to; none for the default.
    pub belongs_to: Option<String>,
    /// What it holds.
    pub credential: Credential,
    /// The value.
    pub setting: Setting,
}

/// A `.yarnrc.yml`, read.
#[derive(Debug, Clone)]
pub struct Yarnrc {
    /// The file.
    pub source: Source,
    /// `npmRegistryServer`.
    pub registry: Option<Setting>,
    /// `npmPublishRegistry`.
    pub publish_registry: Option<Setting>,
    /// `npmPublishAccess`.
    pub publish_access: Option<Setting>,
    /// `npmPublishProvenance`.
    pub provenance: Option<(bool, Span)>,
    /// `npmScopes`: the scope with its `@`, and its `npmRegistryServer`.
    pub scopes: Vec<(String, Setting)>,
    /// Every credential.
    pub auth: Vec<YarnAuth>,
    /// `yarnPath`.
    pub yarn_path: Option<Setting>,
}

impl Yarnrc {
    /// Reads `source`; what is no mapping has no settings.
    pub fn parse(source: &Source) -> Self {
        let tree = yaml::parse(source);
        let root = tree.root();
        let get = |key: &str| root.and_then(|root| setting(root.get(key)?));
        let mut auth: Vec<YarnAuth> = root.map(|root| credentials(root, None)).unwrap_or_default();
        let mut scopes = Vec::new();
        for (name, settings) in section(root, "npmScopes") {
            auth.extend(credentials(settings, Some(name)));
            let server = settings.get("npmRegistryServer").and_then(setting);
            scopes.extend(server.map(|server| (format!("@{}", name.trim_start_matches('@')), server)));
        }
        for (registry, settings) in section(root, "npmRegistries") {
            auth.extend(credentials(settings, Some(registry)));
        }
        let provenance = root.and_then(|root| root.get("npmPublishProvenance"));
        Self {
            source: source.clone(),
            registry: get("npmRegistryServer"),
            publish_registry: get("npmPublishRegistry"),
            publish_access: get("npmPublishAccess"),
            provenance: provenance.and_then(|flag| Some((flag.as_bool()?, flag.span()))),
            scopes,
            auth,
            yarn_path: get("yarnPath"),
        }
    }

    /// The version in `yarnPath`, as in `.yarn/releases/yarn-4.9.1.cjs`.
    pub fn yarn_version(&self) -> Option<&str> {
        let file = self.yarn_path.as_ref()?.value.rsplit('/').next()?;
        file.strip_prefix("yarn-")?.trim_end_matches(".cjs").trim_end_matches(".js").into()
    }
}

fn setting(node: Node<'_>) -> Option<Setting> {
    Some(Setting { value: node.as_str()?.to_owned(), span: node.span() })
}

fn section<'t>(root: Option<Node<'t>>, key: &str) -> Vec<(&'t str, Node<'t>)> {
    let Some(section) = root.and_then(|root| root.get(key)) else { return Vec::new() };
    section.entries().filter_map(|(name, settings)| Some((name.as_str()?, settings))).collect()
}

fn credentials(settings: Node<'_>, belongs_to: Option<&str>) -> Vec<YarnAuth> {
    let one = |name: &'static str| {
        let setting = setting(settings.get(name)?)?;
        let credential = match setting.value.trim() {
            "" => Credential::Empty,
            value if value.contains("${") => Credential::Variable,
            _ => Credential::Literal,
        };
        Some(YarnAuth { name, belongs_to: belongs_to.map(str::to_owned), credential, setting })
    };
    ["npmAuthToken", "npmAuthIdent"].into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_scopes_and_credentials() {
        let text = "npmAuthToken: \"${NPM_TOKEN:-}\"\nnpmPublishProvenance: true\nnpmPublishAccess: public\n\
            yarnPath: .yarn/releases/yarn-4.9.1.cjs\nnpmScopes:\n  acme:\n    npmRegistryServer: \"https://n.acme.dev\"\n    \
            npmAuthToken: abc\nnpmRegistries:\n  //n.acme.dev:\n    npmAuthIdent: \"\"\n";
        let yarnrc = Yarnrc::parse(&Source::new(".yarnrc.yml", text));
        let auth: Vec<_> =
            yarnrc.auth.iter().map(|auth| (auth.name, auth.belongs_to.as_deref(), auth.credential)).collect();
        assert_eq!(
            auth,
            [
                ("npmAuthToken", None, Credential::Variable),
                ("npmAuthToken", Some("acme"), Credential::Literal),
                ("npmAuthIdent", Some("//n.acme.dev"), Credential::Empty),
            ]
        );
        assert_eq!(yarnrc.scopes[0].0, "@acme");
        assert_eq!(yarnrc.provenance.map(|(on, _)| on), Some(true));
        assert_eq!(yarnrc.yarn_version(), Some("4.9.1"));
        assert_eq!(yarnrc.source.slice(yarnrc.publish_access.expect("there").span), "public");
    }

    #[test]
    fn broken_files_have_no_settings() {
        for text in ["", "- a", "npmScopes: 1", "a: [", "npmAuthToken: {}"] {
            assert!(Yarnrc::parse(&Source::new(".yarnrc.yml", text)).auth.is_empty());
        }
    }
}
