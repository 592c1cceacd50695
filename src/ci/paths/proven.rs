//! What the provider's settings prove of the guards and credentials that the YAML only names.

use super::credential;
use crate::ci::{
    Auth, Credential, CredentialKind, Guard, GuardKind, Job, Level, Model, PublishPath, Reach, Scalar, Value,
};
use crate::facts::Provider;
use crate::settings::{Settings, Verdict};

impl Model {
    /// Takes what the settings prove into the publish paths: an environment that holds becomes a protected
    /// one, and a token that a context is known to hold becomes a credential.
    pub fn prove(&mut self, settings: Settings) {
        self.settings = Some(settings);
        let mut paths = std::mem::take(&mut self.paths);
        for path in &mut paths {
            let provider = path.provider;
            for guard in &mut path.guards {
                if guard.kind == GuardKind::Environment
                    && matches!(self.verdict(provider, guard), Some(Verdict::Holds(_)))
                {
                    guard.kind = GuardKind::ProtectedEnvironment;
                }
            }
            path.guards.sort_by_key(|guard| guard.kind);
            path.proven = self.proven(path);
            let tokens = self.context_tokens(path);
            if !tokens.is_empty() {
                path.auth = match path.auth {
                    Auth::Oidc | Auth::Both => Auth::Both,
                    Auth::Token | Auth::None | Auth::Unknown => Auth::Token,
                };
                path.credentials.extend(tokens);
            }
        }
        self.paths = paths;
    }

    /// What the settings say of an environment or context; none where there are no settings, they do not
    /// speak of it, or its name is decided at run time.
    pub fn verdict(&self, provider: Provider, guard: &Guard) -> Option<Verdict> {
        let settings = self.settings.as_ref()?;
        if ["${{", "$", "<<"].iter().any(|open| guard.name.contains(open)) {
            return None;
        }
        match guard.kind {
            GuardKind::Environment | GuardKind::ProtectedEnvironment => {
                settings.environment(provider, &guard.name)
            }
            GuardKind::Context => settings.context(&guard.name),
            GuardKind::BranchFilter | GuardKind::None => None,
        }
    }

    /// Whether something outside of the file holds `path` back; none where there is no such guard or it is not known.
    fn proven(&self, path: &PublishPath) -> Option<bool> {
        let outer = path.guards.iter().filter(|guard| guard.kind <= GuardKind::Context);
        let verdicts: Vec<Option<Verdict>> = outer.map(|guard| self.verdict(path.provider, guard)).collect();
        if verdicts.iter().any(|verdict| matches!(verdict, Some(Verdict::Holds(_)))) {
            return Some(true);
        }
        let open = |verdict: &Option<Verdict>| matches!(verdict, Some(Verdict::Open(_)));
        (!verdicts.is_empty() && verdicts.iter().all(open)).then_some(false)
    }

    /// The npm tokens among the variables of the contexts of a path's job.
    fn context_tokens(&self, path: &PublishPath) -> Vec<Credential> {
        let Some(settings) = &self.settings else { return Vec::new() };
        let Some(job) = self.job(path) else { return Vec::new() };
        let tokens_of = |context: &Scalar| -> Vec<Credential> {
            let names = settings.context_variables(context.shown()).unwrap_or_default();
            let tokens =
                names.into_iter().filter(|name| credential::is_npm_token(name) && !is_unset(job, name));
            let token = |name: &str| Credential {
                kind: CredentialKind::Token,
                name: name.to_owned(),
                value: Value::Secret(name.to_owned()),
                reach: Reach::Env(Level::Inherited),
                at: context.at.clone(),
                entry: None,
            };
            tokens.map(token).collect()
        };
        job.contexts.iter().flat_map(tokens_of).collect()
    }
}

/// Whether a script of the job takes the variable `name` out of its environment.
fn is_unset(job: &Job, name: &str) -> bool {
    let takes = |line: &str| {
        let mut words = line.split(|c: char| c.is_whitespace() || c == ';');
        words.any(|word| word == "unset") && words.any(|word| word == name)
    };
    job.leaves().iter().filter_map(|step| step.script()).any(|script| script.text().lines().any(takes))
}

#[cfg(test)]
mod tests {
    use crate::ci::{Auth, GuardKind, Model, read};
    use crate::files::Memory;
    use crate::project::Project;
    use crate::settings::load;
    use crate::text::Source;

    fn circleci(script: &str, settings: &str) -> Model {
        let config = format!(
            "version: 2.1\njobs:\n  publish:\n    docker: [{{image: 'cimg/node:24.19.0'}}]\n    steps:\n      - run: |\n          \
             export NPM_ID_TOKEN=$(circleci run oidc get --claims '{{}}')\n          {script}\n          npm publish\n\
             workflows:\n  release:\n    jobs:\n      - publish: {{context: [npm, slack]}}\n"
        );
        let tree = Memory::new([(".circleci/config.yml", config.as_str())]);
        let mut model = read(&tree, &Project::read(&tree));
        model.prove(load(&Source::new("settings.json", settings)).expect("right"));
        model
    }

    const TOKEN: &str = r#"{"schema": 1, "circleci": {"contexts": {
        "npm": {"restrictions": {"items": [{"restriction_type": "expression", "restriction_value": "pipeline.git.branch == \"main\""}]},
                "environment-variables": {"items": [{"variable": "NPM_TOKEN"}]}},
        "slack": {"environment-variables": {"items": [{"variable": "SLACK_TOKEN"}]}}}}}"#;

    #[test]
    fn a_token_that_a_context_holds_reaches_the_command_unless_it_is_unset() {
        let model = circleci("true", TOKEN);
        let [path] = model.paths.as_slice() else { panic!("one path") };
        let tokens: Vec<&str> = path.tokens().map(|token| token.name.as_str()).collect();
        assert_eq!((path.auth, tokens), (Auth::Both, vec!["NPM_TOKEN"]));
        assert_eq!((path.guard(), path.proven), (GuardKind::Context, Some(true)));
        let unset = circleci("unset NODE_AUTH_TOKEN NPM_TOKEN;", TOKEN);
        assert_eq!(unset.paths[0].auth, Auth::Oidc);
    }

    #[test]
    fn a_guard_is_refuted_only_where_every_one_is() {
        let open = |slack: &str| {
            let text = format!(
                r#"{{"schema": 1, "circleci": {{"contexts": {{"npm": {{"restrictions": {{"items": []}}}}{slack}}}}}}}"#
            );
            circleci("true", &text).paths[0].proven
        };
        assert_eq!(open(""), None, "the other context may hold");
        assert_eq!(open(r#", "slack": {"restrictions": {"items": []}}"#), Some(false));
    }
}
