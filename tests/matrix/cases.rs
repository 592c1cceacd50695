//! The matrix of specs: provider × shape of repository.
#![allow(
    clippy::too_many_lines,
    clippy::assigning_clones,
    reason = "a table of cases, read from top to bottom"
)]

use trustpub::facts::Provider;
use trustpub::spec::{
    Access, ActionPin, Auth, Bundle, CircleciIntegration, ComponentPin, Details, InstallToken, Manager, Mode,
    OrbPin, Resolved, ResolvedBuild, ResolvedPackage, ResolvedTrigger, Runtime, Target,
};

/// A named spec.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) spec: Resolved,
}

pub(crate) const PROVIDERS: [Provider; 3] = [Provider::Github, Provider::Gitlab, Provider::Circleci];

pub(crate) fn package(name: &str, path: &str) -> ResolvedPackage {
    ResolvedPackage {
        name: name.to_owned(),
        path: path.to_owned(),
        access: None,
        tag: "latest".to_owned(),
        version: None,
    }
}

/// What `providers: {github: {}}` resolves to in a repository `acme/tools`.
pub(crate) fn target(provider: Provider) -> Target {
    let (file, details) = match provider {
        Provider::Github => (
            ".github/workflows/publish.yml",
            Details::Github {
                repository: Some("acme/tools".to_owned()),
                environment: "npm".to_owned(),
                runner: "ubuntu-24.04".to_owned(),
                build_runner: "ubuntu-24.04".to_owned(),
            },
        ),
        Provider::Gitlab => (
            ".gitlab-ci.yml",
            Details::Gitlab {
                project: Some("acme/tools".to_owned()),
                environment: "npm".to_owned(),
                image: "node".to_owned(),
                image_digest: None,
                build_image: None,
                tags: Vec::new(),
            },
        ),
        _ => (
            ".circleci/config.yml",
            Details::Circleci {
                context: "npm-publish".to_owned(),
                integration: CircleciIntegration::GithubApp,
                vcs_origin: Some("github.com/acme/tools".to_owned()),
                org_id: None,
                project_id: None,
                pipeline_definition_id: None,
                context_id: None,
                image: "cimg/node".to_owned(),
                image_digest: None,
                build_image: None,
                resource_class: "medium".to_owned(),
            },
        ),
    };
    Target {
        provider,
        file: file.to_owned(),
        entry: true,
        auth: Auth::Oidc,
        mode: Mode::Direct,
        trigger: ResolvedTrigger::Tag("v*".to_owned()),
        packages: vec![package("tools", ".")],
        details,
    }
}

/// A single npm package with every default.
pub(crate) fn single(provider: Provider) -> Resolved {
    Resolved {
        targets: vec![target(provider)],
        build: ResolvedBuild {
            manager: Manager::Npm,
            classic: false,
            manager_version: None,
            corepack_reads: true,
            node: None,
            node_pin: None,
            node_file: None,
            install: Some("npm ci".to_owned()),
            install_scripts: true,
            install_token: None,
            install_scopes: Vec::new(),
            run: vec!["npm run build".to_owned(), "npm test".to_owned()],
        },
        tag: "latest".to_owned(),
        prerelease_tag: "next".to_owned(),
        extra_tags: Vec::new(),
        provenance: None,
        pinned_node: None,
        pinned_npm: None,
        runtime: Runtime::Inline,
        bundle: Bundle::default(),
        private_repository: None,
    }
}

fn workspace(spec: &mut Resolved, manager: Manager, version: &str, install: &str, run: &[&str]) {
    spec.build.manager = manager;
    spec.build.manager_version = Some(version.to_owned());
    spec.build.install = Some(install.to_owned());
    spec.build.run = run.iter().map(|&command| command.to_owned()).collect();
    for target in &mut spec.targets {
        target.packages = ["core", "cli"]
            .map(|name| package(&format!("@acme/{name}"), &format!("packages/{name}")))
            .to_vec();
    }
}

fn thin(spec: &mut Resolved) {
    spec.runtime = Runtime::Bundle;
    spec.bundle = Bundle {
        github: Some(ActionPin {
            action: "acme/npm-publish".to_owned(),
            commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            version: Some("v1.2.3".to_owned()),
        }),
        gitlab: Some(ComponentPin {
            component: "gitlab.com/acme/npm-publish/npm-publish".to_owned(),
            version: "1.2.3".to_owned(),
        }),
        circleci: Some(OrbPin { orb: "acme/npm-publish@1.2.3".to_owned() }),
    };
}

/// Every shape for one provider.
pub(crate) fn cases(provider: Provider) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name, change: &dyn Fn(&mut Resolved)| {
        let mut spec = single(provider);
        change(&mut spec);
        cases.push(Case { name, spec });
    };
    add("single-npm", &|_| {});
    add("pnpm-monorepo", &|spec| {
        workspace(
            spec,
            Manager::Pnpm,
            "10.34.9",
            "pnpm install --frozen-lockfile",
            &["pnpm -r build", "pnpm -r test"],
        );
    });
    add("yarn-berry-workspaces", &|spec| {
        workspace(
            spec,
            Manager::Yarn,
            "4.18.1",
            "yarn install --immutable",
            &["yarn workspaces foreach -At run build"],
        );
    });
    add("bun", &|spec| {
        workspace(spec, Manager::Bun, "1.2.20", "bun install --frozen-lockfile", &["bun test"]);
        spec.build.install_scripts = false;
    });
    add("old-node-and-pnpm", &|spec| {
        workspace(spec, Manager::Pnpm, "9.15.9+sha512.abc", "pnpm install --frozen-lockfile", &[]);
        spec.build.node = Some("20".to_owned());
    });
    add("scoped-public", &|spec| {
        let package = &mut spec.targets[0].packages[0];
        package.name = "@acme/tools".to_owned();
        package.access = Some(Access::Public);
    });
    add("private-package", &|spec| {
        let package = &mut spec.targets[0].packages[0];
        package.name = "@acme/secret".to_owned();
        package.access = Some(Access::Restricted);
        spec.private_repository = Some(true);
        spec.provenance = Some(false);
    });
    add("private-dependencies", &|spec| {
        spec.build.install_token = Some(InstallToken { name: "NPM_READ_TOKEN".to_owned(), in_npmrc: false });
    });
    add("private-dependencies-npmrc", &|spec| {
        spec.build.install_token = Some(InstallToken { name: "ACME_NPM".to_owned(), in_npmrc: true });
    });
    add("private-dependencies-own-command", &|spec| {
        spec.build.install_token = Some(InstallToken { name: "ACME_NPM".to_owned(), in_npmrc: false });
        spec.build.install = Some("npm ci && npx --no-install 'playwright' install".to_owned());
        spec.build.install_scripts = false;
    });
    add("staged", &|spec| spec.targets[0].mode = Mode::Stage);
    add("branch", &|spec| spec.targets[0].trigger = ResolvedTrigger::Branch("main".to_owned()));
    add("manual", &|spec| spec.targets[0].trigger = ResolvedTrigger::Manual("release/2.x".to_owned()));
    add("package-tags", &|spec| {
        spec.targets[0].trigger = ResolvedTrigger::Tag("@acme/tools@*.*".to_owned());
    });
    add("extra-dist-tags", &|spec| {
        spec.extra_tags = vec!["stable".to_owned(), "lts-1".to_owned()];
        spec.prerelease_tag = "beta".to_owned();
    });
    add("node-version", &|spec| spec.build.node = Some("22.14.0".to_owned()));
    add("node-range", &|spec| spec.build.node = Some("^22.12".to_owned()));
    add("node-file", &|spec| {
        spec.build.node_file = Some(".nvmrc".to_owned());
    });
    add("publish-pins", &|spec| {
        spec.pinned_node = Some("22.22.2".to_owned());
        spec.pinned_npm = Some("11.20.0".to_owned());
    });
    add("commands", &|spec| {
        spec.build.run = vec![
            "set -e\ncat <<EOF > notes.txt\nfirst: $HOME\nEOF\nnpm run \"build:all\" # really".to_owned(),
            "node -e 'console.log(`a: ${1 + 1}`)'".to_owned(),
        ];
    });
    add("thin", &|spec| thin(spec));
    add("thin-workspace", &|spec| {
        workspace(spec, Manager::Pnpm, "10.34.9", "pnpm install --frozen-lockfile", &["pnpm -r build"]);
        thin(spec);
        spec.targets[0].mode = Mode::Stage;
        spec.targets[0].packages[0].tag = "stable".to_owned();
        spec.targets[0].packages[1].access = Some(Access::Public);
        spec.build.install_token = Some(InstallToken { name: "NPM_READ_TOKEN".to_owned(), in_npmrc: false });
        spec.build.install_scripts = false;
    });
    if provider != Provider::Gitlab {
        add("thin-manual", &|spec| {
            thin(spec);
            spec.targets[0].trigger = ResolvedTrigger::Manual("main".to_owned());
        });
    }
    match provider {
        Provider::Github => {
            add("release", &|spec| spec.targets[0].trigger = ResolvedTrigger::Release("v*".to_owned()));
            add("own-build-runner", &|spec| {
                if let Details::Github { build_runner, environment, .. } = &mut spec.targets[0].details {
                    *build_runner = "self-hosted".to_owned();
                    *environment = "npm release".to_owned();
                }
            });
            add("token", &|spec| {
                spec.targets[0].auth = Auth::Token;
                spec.targets[0].mode = Mode::Stage;
            });
        }
        Provider::Gitlab => {
            add("subgroup", &|spec| {
                if let Details::Gitlab { project, .. } = &mut spec.targets[0].details {
                    *project = Some("acme/platform/web/tools".to_owned());
                }
            });
            add("included", &|spec| {
                spec.targets[0].file = ".gitlab/publish.gitlab-ci.yml".to_owned();
                spec.targets[0].entry = false;
            });
            add("mirror-and-digest", &|spec| {
                if let Details::Gitlab { image, image_digest, build_image, tags, .. } =
                    &mut spec.targets[0].details
                {
                    *image = "registry.example.com:5000/hub/node".to_owned();
                    *image_digest = Some(format!("sha256:{}", "0123456789abcdef".repeat(4)));
                    *build_image = Some("registry.example.com:5000/acme/build:7".to_owned());
                    *tags = vec!["saas-linux-medium-amd64".to_owned()];
                }
            });
            add("token", &|spec| {
                spec.targets[0].auth = Auth::Token;
                spec.targets[0].mode = Mode::Stage;
            });
        }
        _ => {
            add("own-definition", &|spec| {
                spec.targets[0].file = ".circleci/publish.yml".to_owned();
                spec.targets[0].entry = false;
                let id = |end: &str| Some(format!("00000000-0000-4000-8000-0000000000{end}"));
                if let Details::Circleci {
                    org_id,
                    project_id,
                    pipeline_definition_id,
                    context_id,
                    resource_class,
                    ..
                } = &mut spec.targets[0].details
                {
                    (*org_id, *project_id) = (id("01"), id("02"));
                    (*pipeline_definition_id, *context_id) = (id("03"), id("04"));
                    *resource_class = "large".to_owned();
                }
            });
            add("token", &|spec| {
                spec.targets[0].auth = Auth::Token;
                spec.targets[0].mode = Mode::Stage;
            });
        }
    }
    cases
}
