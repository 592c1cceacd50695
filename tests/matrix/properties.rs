//! What holds for every spec, not only for those of the matrix.

use proptest::prelude::*;
use trustpub::facts::Provider;
use trustpub::files::Memory;
use trustpub::plan::plan;
use trustpub::project::Project;
use trustpub::render::{read_back, render};
use trustpub::spec::{Access, Details, InstallToken, Manager, Mode, Resolved, ResolvedTrigger};
use trustpub::text::Source;
use trustpub::yaml::{self, Kind, Node};

use crate::cases::{PROVIDERS, package, single};

/// Keys and kinds of a document, without any scalar's text.
fn shape(node: Node<'_>, out: &mut String) {
    match node.kind() {
        Kind::Mapping => {
            out.push('{');
            for (key, value) in node.entries() {
                out.push_str(key.as_str().unwrap_or("?"));
                out.push(':');
                shape(value, out);
            }
            out.push('}');
        }
        Kind::Sequence => {
            out.push('[');
            node.items().for_each(|item| shape(item, out));
            out.push(']');
        }
        _ => out.push('.'),
    }
}

/// Every scalar with the key that it stands under, in order.
fn scalars(node: Node<'_>, key: &str, out: &mut Vec<(String, String)>) {
    match node.kind() {
        Kind::Mapping => {
            for (key, value) in node.entries() {
                scalars(value, key.as_str().unwrap_or_default(), out);
            }
        }
        Kind::Sequence => node.items().for_each(|item| scalars(item, key, out)),
        _ => out.push((key.to_owned(), node.as_str().unwrap_or_default().to_owned())),
    }
}

struct Read {
    shape: String,
    scalars: Vec<(String, String)>,
}

fn read(text: &str) -> Read {
    let tree = yaml::parse(&Source::new("x.yml", text));
    let mut read = Read { shape: String::new(), scalars: Vec::new() };
    let root = tree.root().expect("a document");
    shape(root, &mut read.shape);
    scalars(root, "", &mut read.scalars);
    read
}

const SHELL: [&str; 3] = ["run", "script", "command"];

/// What the provider would evaluate: GitHub's and CircleCI's expressions, and GitLab's variables in
/// every place that is no shell text and no rule of ours.
fn evaluated(provider: Provider, read: &Read) -> Vec<String> {
    let all = read.scalars.iter();
    match provider {
        Provider::Github => all
            .flat_map(|(_, text)| {
                text.match_indices("${{").map(|(at, _)| text[at..].chars().take(60).collect())
            })
            .collect(),
        Provider::Circleci => all
            .flat_map(|(_, text)| {
                text.match_indices("<<")
                    .filter(|(at, _)| !text[..*at].ends_with('\\'))
                    .map(|(at, _)| text[at..].to_owned())
            })
            .collect(),
        _ => all
            .filter(|(key, text)| {
                let shell = SHELL.contains(&key.as_str()) || key == "if";
                text.contains("$[[") || (!shell && text.contains('$'))
            })
            .map(|(_, text)| text.clone())
            .collect(),
    }
}

/// A field of a spec with the way to fill it.
type Field = (&'static str, fn(&mut Resolved, String));

fn details(spec: &mut Resolved, set: impl Fn(&mut Details)) {
    set(&mut spec.targets[0].details);
}

/// Text fields that reach a rendered file. Commands are the user's own shell text and come separately.
const FIELDS: &[Field] = &[
    ("file", |spec, text| spec.targets[0].file = text),
    ("tag trigger", |spec, text| spec.targets[0].trigger = ResolvedTrigger::Tag(text)),
    ("branch trigger", |spec, text| spec.targets[0].trigger = ResolvedTrigger::Branch(text)),
    ("manual trigger", |spec, text| spec.targets[0].trigger = ResolvedTrigger::Manual(text)),
    ("release trigger", |spec, text| spec.targets[0].trigger = ResolvedTrigger::Release(text)),
    ("package name", |spec, text| spec.targets[0].packages[0].name = text),
    ("package path", |spec, text| spec.targets[0].packages[0].path = text),
    ("package tag", |spec, text| spec.targets[0].packages[0].tag = text),
    ("prerelease tag", |spec, text| spec.prerelease_tag = text),
    ("extra tag", |spec, text| spec.extra_tags = vec![text]),
    ("install token", |spec, text| {
        spec.build.install_token = Some(InstallToken { name: text, in_npmrc: false });
    }),
    ("build node", |spec, text| spec.build.node = Some(text)),
    ("build node file", |spec, text| spec.build.node_file = Some(text)),
    ("manager version", |spec, text| {
        spec.build.manager = Manager::Bun;
        spec.build.manager_version = Some(text);
    }),
    ("publish node", |spec, text| spec.pinned_node = Some(text)),
    ("publish npm", |spec, text| spec.pinned_npm = Some(text)),
    ("environment or context", |spec, text| {
        details(spec, |details| match details {
            Details::Github { environment, .. } | Details::Gitlab { environment, .. } => {
                environment.clone_from(&text);
            }
            Details::Circleci { context, .. } => context.clone_from(&text),
            Details::Token { .. } => {}
        });
    }),
    ("repository, project or origin", |spec, text| {
        details(spec, |details| match details {
            Details::Github { repository: name, .. }
            | Details::Gitlab { project: name, .. }
            | Details::Circleci { vcs_origin: name, .. } => *name = Some(text.clone()),
            Details::Token { .. } => {}
        });
    }),
    ("runner, runner tag or class", |spec, text| {
        details(spec, |details| match details {
            Details::Github { runner, build_runner, .. } => {
                runner.clone_from(&text);
                build_runner.clone_from(&text);
            }
            Details::Gitlab { tags, .. } => *tags = vec![text.clone()],
            Details::Circleci { resource_class, .. } => resource_class.clone_from(&text),
            Details::Token { .. } => {}
        });
    }),
    ("image", |spec, text| {
        details(spec, |details| {
            if let Details::Gitlab { image, .. } | Details::Circleci { image, .. } = details {
                image.clone_from(&text);
            }
        });
    }),
    ("build image", |spec, text| {
        details(spec, |details| {
            if let Details::Gitlab { build_image: image, .. } | Details::Circleci { build_image: image, .. } =
                details
            {
                *image = Some(text.clone());
            }
        });
    }),
    ("digest", |spec, text| {
        details(spec, |details| {
            if let Details::Gitlab { image_digest: digest, .. }
            | Details::Circleci { image_digest: digest, .. } = details
            {
                *digest = Some(text.clone());
            }
        });
    }),
    ("id", |spec, text| {
        details(spec, |details| {
            if let Details::Circleci { org_id, context_id, .. } = details {
                *org_id = Some(text.clone());
                *context_id = Some(text.clone());
            }
        });
    }),
];

/// A value that each field takes, so that there is something to compare with.
fn tame(field: &str) -> &'static str {
    match field {
        "file" => "ci/publish.yml",
        "tag trigger" | "release trigger" => "v*",
        "extra tag" | "package tag" | "prerelease tag" => "stable",
        "install token" => "READ_TOKEN",
        "build node" | "publish node" => "24.19.0",
        "build node file" => ".nvmrc",
        "manager version" => "1.2.3",
        "publish npm" => "11.17.0",
        "package path" => "packages/a",
        "build image" => "node:24.19.0",
        "digest" => "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        _ => "acme",
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "a\nevil: true",
        "a: b",
        "'",
        "\"",
        "a'\"b",
        "${{ secrets.NPM_TOKEN }}",
        "x${{github.token}}",
        "$[[ inputs.x ]]",
        "<< pipeline.id >>",
        "\\<< x >>",
        "$CI_JOB_TOKEN",
        "${CI_JOB_TOKEN}",
        "$(id)",
        "`id`",
        "; id",
        "&& id",
        "| id #",
        "!!python/object:os.system",
        "&a",
        "*a",
        "? a",
        "- a",
        "{a: b}",
        "[a]",
        "%YAML 1.2",
        "---",
        "...",
        "\u{FEFF}x",
        "\0",
        "\u{2028}",
        "\r\n",
        "\t",
        " ",
        "",
        "🦀",
        "null",
        "on",
        "1e3",
        "0x10",
        "~",
        "=",
        "TRUSTPUB_PACK",
        "\nTRUSTPUB_PUBLISH\nid\n",
        "../../etc/passwd",
        "/etc/passwd",
        "a\\b",
        "v*', 'x",
        "v\" || \"1\" == \"1",
        "/^.*$/",
        "a b",
        "-rf",
        "--force",
        "a@sha256:1",
    ])
    .prop_map(str::to_owned);
    prop_oneof![
        4 => known.clone(),
        2 => (known.clone(), known).prop_map(|(a, b)| format!("{a}{b}")),
        1 => "[ -~\n\t\u{80}-\u{2FFF}]{0,40}",
        1 => "[a-z0-9./@*_-]{1,20}",
        1 => Just("x".repeat(10_000)),
        1 => Just("'\"\n${{ ".repeat(1_700)),
    ]
}

fn provider() -> impl Strategy<Value = Provider> {
    prop::sample::select(PROVIDERS.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_text_in_any_field_changes_the_structure_or_is_evaluated(
        provider in provider(), field in prop::sample::select(FIELDS.to_vec()), text in hostile(),
    ) {
        let (name, set) = field;
        let with = |text: &str| {
            let mut spec = single(provider);
            set(&mut spec, text.to_owned());
            spec
        };
        let Ok(planned) = plan(&with(&text)) else { return Ok(()) };
        let rendered = render(&planned).map_err(|error| TestCaseError::fail(error.to_string()))?;
        // Some tame values are no choice for some provider; a plain spec is as good to compare with then.
        let calm = plan(&with(tame(name))).or_else(|_| plan(&single(provider))).unwrap();
        let calm = render(&calm).unwrap();
        let (got, calm) = (read(&rendered[0].text), read(&calm[0].text));
        if name != "publish node" && name != "publish npm" {
            prop_assert_eq!(&got.shape, &calm.shape, "{} = {:?}", name, &text);
        }
        let allowed = evaluated(provider, &calm);
        if name != "install token" {
            prop_assert_eq!(evaluated(provider, &got), allowed, "{} = {:?}", name, &text);
        }
        // No field but a version, a variable's name or a command reaches a shell.
        if !["install token", "manager version", "publish node", "publish npm"].contains(&name) {
            let shell = |read: &Read| -> Vec<String> {
                let ours = read.scalars.iter().filter(|(key, _)| SHELL.contains(&key.as_str()));
                ours.map(|(_, text)| text.clone()).collect()
            };
            prop_assert_eq!(shell(&got), shell(&calm), "{} = {:?}", name, &text);
        }
    }

    #[test]
    fn commands_arrive_as_they_were_written(provider in provider(), text in hostile(), install in any::<bool>()) {
        let with = |text: &str| {
            let mut spec = single(provider);
            if install { spec.build.install = Some(text.to_owned()) } else { spec.build.run[0] = text.to_owned() }
            spec
        };
        let Ok(planned) = plan(&with(&text)) else { return Ok(()) };
        let rendered = render(&planned).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let calm = render(&plan(&single(provider)).unwrap()).unwrap();
        let (got, calm) = (read(&rendered[0].text), read(&calm[0].text));
        prop_assert_eq!(&got.shape, &calm.shape, "{:?}", &text);
        prop_assert_eq!(evaluated(provider, &got).len(), evaluated(provider, &calm).len(), "{:?}", &text);
        let expected = if provider == Provider::Circleci { text.replace("<<", "\\<<") } else { text };
        let expected = expected.trim_end_matches('\n');
        let arrived = |(key, value): &(String, String)| SHELL.contains(&key.as_str()) && value.contains(expected);
        prop_assert!(got.scalars.iter().any(arrived), "{:?}", &expected);
    }
}

fn trigger() -> impl Strategy<Value = ResolvedTrigger> {
    let tag =
        prop_oneof![Just("v*".to_owned()), "[a-z@/]{0,6}[a-z]\\*([.+-][a-z0-9*]{1,4})?", "[a-z]{1,5}/v\\*"];
    let branch = "[a-z]{1,8}(/[a-z0-9._-]{0,6}[a-z])?";
    prop_oneof![
        tag.prop_map(ResolvedTrigger::Tag),
        branch.prop_map(ResolvedTrigger::Branch),
        "[a-z]{1,3}\\*".prop_map(ResolvedTrigger::Release),
        branch.prop_map(ResolvedTrigger::Manual),
    ]
}

fn any_spec() -> impl Strategy<Value = Resolved> {
    let packages = prop::collection::vec(
        ("(@[a-z]{1,8}/)?[a-z][a-z0-9._-]{0,12}", "[a-z]{1,6}(/[a-z]{1,6})?", any::<Option<bool>>()),
        1..20,
    );
    let build = (
        prop::sample::select(vec![Manager::Npm, Manager::Pnpm, Manager::Yarn, Manager::Bun]),
        prop::option::of("[A-Z][A-Z_]{2,12}"),
        prop::option::of(prop::sample::select(vec![
            "20.20.2",
            "22.14.0",
            "24",
            "^22.12 || >=24",
            "26.1.0",
            "lts/*",
        ])),
        // No command that publishes by itself: the self-check would rightly refuse it.
        prop::collection::vec("echo( [a-z0-9]{1,9}){0,3}", 0..4),
        any::<bool>(),
    );
    let publish = (
        any::<bool>(),
        prop::option::of(any::<bool>()),
        prop::collection::vec("[a-z]{2,8}", 0..3),
        any::<bool>(),
    );
    (provider(), trigger(), packages, build, publish).prop_map(
        |(
            provider,
            trigger,
            packages,
            (manager, token, node, run, scripts),
            (staged, provenance, extra_tags, entry),
        )| {
            let mut spec = single(provider);
            let target = &mut spec.targets[0];
            target.trigger = trigger;
            target.mode = if staged { Mode::Stage } else { Mode::Direct };
            target.entry = entry || provider == Provider::Github;
            if !target.entry {
                target.file = String::from(".gitlab/publish.gitlab-ci.yml");
            }
            target.packages = packages
                .into_iter()
                .map(|(name, path, access)| {
                    let mut package = package(&name, &path);
                    package.access =
                        access.map(|public| if public { Access::Public } else { Access::Restricted });
                    package
                })
                .collect();
            spec.build.manager = manager;
            spec.build.manager_version = Some("10.34.9".to_owned());
            spec.build.install_token = token.map(|name| InstallToken { name, in_npmrc: false });
            spec.build.node = node.map(str::to_owned);
            spec.build.run = run;
            spec.build.install_scripts = scripts;
            spec.provenance = provenance.filter(|_| provider != Provider::Circleci);
            spec.extra_tags = extra_tags;
            spec
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// `render` answers only what parses and what the provider's official schema takes; read back, it
    /// is exactly what was planned.
    #[test]
    fn what_is_planned_is_rendered_valid_and_read_back(spec in any_spec()) {
        let Ok(planned) = plan(&spec) else { return Ok(()) };
        let rendered = render(&planned).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let tree = Memory::new([("package.json", r#"{"name": "tools", "version": "1.0.0"}"#)]);
        let project = Project::read(&tree);
        let back = read_back(&tree, &project, &planned.targets[0], &rendered[0]);
        prop_assert!(back.is_ok(), "{}", back.unwrap_err());
    }
}

/// The property above would be empty if most specs were refused.
#[test]
fn most_generated_specs_are_planned() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let planned = (0..100).filter(|_| {
        let spec = any_spec().new_tree(&mut runner).unwrap().current();
        plan(&spec).is_ok()
    });
    let planned = planned.count();
    assert!(planned > 60, "only {planned} of 100");
}

/// The self-check is worth nothing unless it notices: each of these breaks a rendering on purpose.
#[test]
fn a_broken_rendering_is_noticed() {
    let tree = Memory::new([("package.json", r#"{"name": "tools", "version": "1.0.0"}"#)]);
    let project = Project::read(&tree);
    let cases: &[(Provider, &str, &str)] = &[
        (Provider::Github, "      id-token: write", "      contents: write"),
        (Provider::Github, "      contents: read #", "      id-token: write #"),
        (Provider::Github, "    environment: npm #", "    environment: other #"),
        (Provider::Github, "    environment: npm #", "    #"),
        (Provider::Github, "node-version: \"24.19.0\" # brings", "node-version: \"22.14.0\" # brings"),
        (
            Provider::Github,
            "runs-on: ubuntu-24.04\n    timeout-minutes: 10",
            "runs-on: self-hosted\n    timeout-minutes: 10",
        ),
        (Provider::Github, "TRUSTPUB_MODE: direct", "TRUSTPUB_MODE: stage"),
        (
            Provider::Github,
            "TRUSTPUB_DIR: npm-tarballs",
            "TRUSTPUB_DIR: npm-tarballs\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}",
        ),
        (Provider::Github, "cancel-in-progress: false", "cancel-in-progress: true"),
        (Provider::Gitlab, "    NPM_ID_TOKEN:", "    NPM_TOKEN:"),
        (Provider::Gitlab, "    name: npm\n", "    name: $NAME\n"),
        (Provider::Gitlab, "node:24.19.0-bookworm-slim", "node:22.14.0-bookworm-slim"),
        (Provider::Circleci, "          context: npm-publish #", "          #"),
        (Provider::Circleci, "cimg/node:24.18.0 # brings", "cimg/node:24.14.0 # brings"),
    ];
    for (provider, from, to) in cases {
        let planned = plan(&single(*provider)).unwrap();
        let mut rendered = render(&planned).unwrap().remove(0);
        assert!(rendered.text.contains(from), "{provider}: {from}");
        rendered.text = rendered.text.replace(from, to);
        let back = read_back(&tree, &project, &planned.targets[0], &rendered);
        assert!(back.is_err(), "{provider}: {from:?} → {to:?} went unnoticed");
    }
}
