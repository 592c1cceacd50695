use std::fmt::Write as _;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Format, render};
use crate::ci::{self, Model};
use crate::files::Memory;
use crate::project::Project;
use crate::settings;
use crate::text::Source;

fn model(files: &[(&str, &str)]) -> Model {
    let tree = Memory::new(files.iter().copied());
    ci::read(&tree, &Project::read(&tree))
}

const GITHUB: &str = "\
on: { push: { branches: [main] }, workflow_dispatch: {} }
jobs:
  release:
    runs-on: ubuntu-latest
    permissions: { id-token: write }
    steps:
      - uses: actions/setup-node@v6
        with: { node-version: 24.19.0 }
      - run: npm publish -w packages/core
      - run: npm publish -w packages/ui
  nightly:
    runs-on: [self-hosted]
    steps:
      - run: npm publish --tag nightly
        env: { NODE_AUTH_TOKEN: '${{ secrets.NPM_TOKEN }}' }
";
const CALLER: &str = "\
on: { release: { types: [published] } }
jobs:
  go:
    permissions: { id-token: write }
    uses: ./.github/workflows/publish.yml
";
const CALLED: &str = "\
on: workflow_call
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: npm
    permissions: { id-token: write }
    steps:
      - run: npx npm@11.21.2 publish
";
const GITLAB: &str = "\
publish:
  image: node:24.19.0
  id_tokens: { NPM_ID_TOKEN: { aud: 'npm:registry.example.com' } }
  rules: [{ if: $CI_COMMIT_TAG }]
  script: [npm publish]
";
const CIRCLECI: &str = "\
version: 2.1
jobs:
  publish:
    docker: [{ image: 'cimg/node:24.19.0' }]
    steps:
      - run: npm publish
workflows:
  release:
    jobs:
      - publish: { context: npm-publish }
";
const SETTINGS: &str = r#"{"schema": 1, "github": {"environments": {"environments": [
  {"name": "npm", "protection_rules": [{"type": "required_reviewers", "reviewers": [{"reviewer": {"login": "ada"}}]}]}
]}, "protected-branches": []}, "circleci": {"contexts": {"npm-publish": {"restrictions": {"items": []}}}}}"#;

fn mixed() -> Model {
    let mut model = model(&[
        ("package.json", r#"{"name": "@acme/root", "version": "1.0.0", "workspaces": ["packages/*"]}"#),
        ("packages/core/package.json", r#"{"name": "@acme/core", "version": "1.0.0"}"#),
        ("packages/ui/package.json", r#"{"name": "@acme/ui", "version": "1.0.0"}"#),
        (".github/workflows/release.yml", GITHUB),
        (".github/workflows/tag.yml", CALLER),
        (".github/workflows/publish.yml", CALLED),
        (".gitlab-ci.yml", GITLAB),
        (".circleci/config.yml", CIRCLECI),
    ]);
    let settings = settings::load(&Source::new("settings.json", SETTINGS));
    model.prove(settings.expect("the settings are right"));
    model
}

/// Names that would break out of every format, if they could.
const EVIL: &str = "\\\"><script>alert(1)</script>]]> end &amp; `x` {{ }} ${{ x }} #quot; 1. - %%{init: {}}%% \\u202e \\u0007 \\n 😀";
const TOKEN: &str = "npm_0123456789abcdefABCDEF0123456789abcd";

fn hostile() -> Model {
    let long = "w".repeat(10_000);
    let workflow = format!(
        "on: pull_request_target\njobs:\n  \"{EVIL}\":\n    runs-on: ubuntu-latest\n    environment: \"{EVIL}\"\n    steps:\n      \
         - run: npm publish --otp {TOKEN} {long}\n        env: {{ NODE_AUTH_TOKEN: '${{{{ secrets.X }}}}' }}\n  open:\n    \
         runs-on: ubuntu-latest\n    steps:\n      - run: npm publish '<b>' {long}\n"
    );
    let manifest = format!("{{\"name\": \"{EVIL}\"}}");
    model(&[("package.json", &manifest), (".github/workflows/a.yml", &workflow)])
}

/// So many jobs that publish, in one file.
fn many(jobs: usize) -> Model {
    let mut workflow = String::from("on: push\njobs:\n");
    for job in 0..jobs {
        let _ = writeln!(
            workflow,
            "  publish-{job}:\n    runs-on: ubuntu-latest\n    permissions: {{ id-token: write }}\n    steps: [{{ run: npm publish ./{job}.tgz }}]"
        );
    }
    model(&[(".github/workflows/release.yml", &workflow)])
}

fn plain(model: &Model) -> String {
    anstream::adapter::strip_str(&render(model, Format::Text)).to_string()
}

#[test]
fn a_mixed_repository() {
    let mixed = mixed();
    insta::assert_snapshot!("mixed-text", plain(&mixed));
    insta::assert_snapshot!("mixed-mermaid", render(&mixed, Format::Mermaid));
    insta::assert_snapshot!("mixed-svg", render(&mixed, Format::Svg));
}

#[test]
fn hostile_names() {
    let hostile = hostile();
    insta::assert_snapshot!("hostile-text", plain(&hostile));
    insta::assert_snapshot!("hostile-mermaid", render(&hostile, Format::Mermaid));
}

#[test]
fn nothing_published() {
    let none = model(&[("package.json", "{}")]);
    insta::assert_snapshot!("none-text", plain(&none));
    insta::assert_snapshot!("none-mermaid", render(&none, Format::Mermaid));
    svg(&none);
}

#[test]
fn a_called_file_is_told_once() {
    let paths = mixed().paths;
    assert!(paths.iter().any(|path| !path.entry), "the contract lists it by itself too");
    let text = plain(&mixed());
    assert!(text.contains("through ./.github/workflows/publish.yml"), "{text}");
    assert!(!text.contains("runs only when called"), "{text}");
    let alone = model(&[(".github/workflows/publish.yml", CALLED)]);
    assert!(plain(&alone).contains("runs only when called"), "{}", plain(&alone));
}

/// The elements of a well-formed SVG: name and attributes.
fn svg(model: &Model) -> Vec<(String, Vec<(String, String)>)> {
    let text = render(model, Format::Svg);
    let mut reader = Reader::from_str(&text);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}\n{text}")) {
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name().as_ref().to_owned();
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.expect("well-formed");
                    (attribute.key.as_ref().to_owned(), attribute.value.clone().into_owned())
                });
                let attributes = attributes.collect();
                elements.push((name, attributes));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    elements
}

#[test]
fn a_picture_is_self_contained_and_accessible() {
    for model in [mixed(), hostile(), many(30), many(0)] {
        let elements = svg(&model);
        let known = ["svg", "title", "desc", "style", "rect", "text", "tspan", "g", "path"];
        for (name, attributes) in &elements {
            assert!(known.contains(&name.as_str()), "{name}");
            for (key, value) in attributes {
                assert!(key == "xmlns" || !value.contains("//") && !value.contains("url("), "{key}={value}");
                assert!(!key.starts_with("on") && key != "href", "{key}");
            }
        }
        let root = &elements[0].1;
        assert!(root.contains(&("role".to_owned(), "img".to_owned())), "{root:?}");
        assert!(root.contains(&("aria-labelledby".to_owned(), "title desc".to_owned())), "{root:?}");
        assert_eq!((elements[1].0.as_str(), elements[2].0.as_str()), ("title", "desc"));
        let sheet = render(&model, Format::Svg);
        assert!(sheet.contains("@media (prefers-color-scheme: dark)") && !sheet.contains("@import"));
    }
}

#[test]
fn many_paths_stay_within_what_can_be_drawn() {
    let many = many(600);
    assert_eq!(many.paths.len(), 600);
    let chart = render(&many, Format::Mermaid);
    assert!(chart.len() <= 50_000 && chart.matches("-->").count() <= 500, "{}", chart.len());
    assert!(chart.contains("more: trustpub paths --format svg"), "the rest is said");
    assert!(!render(&self::many(40), Format::Mermaid).contains("more: trustpub"));
    let nodes = svg(&many).iter().filter(|(name, _)| name == "rect").count();
    assert!(nodes < 600 * 5 / 2, "equal nodes are drawn as one: {nodes}");
}

#[test]
fn every_format_is_the_same_twice_and_masks_tokens() {
    for make in [mixed as fn() -> Model, hostile] {
        for format in [Format::Text, Format::Json, Format::Mermaid, Format::Svg] {
            let out = render(&make(), format);
            assert_eq!(out, render(&make(), format));
            assert!(!out.contains(&TOKEN[4..20]), "{format:?}: {out}");
            assert!(out.ends_with('\n'));
            assert_eq!(crate::report::redact(&out), out, "what cli masks once more stays what it was");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_names_make_well_formed_pictures(job in "(?s).{0,40}", environment in "(?s).{0,40}", package in "[-<>&\"'`#;%{}\\[\\]()\n\r\t\u{202e}\u{200d}é🚀 a]{0,40}") {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let workflow = format!(
            "on: push\njobs:\n  {}:\n    runs-on: x\n    environment: {}\n    steps: [{{run: npm publish}}]\n",
            quoted(&job), quoted(&environment)
        );
        let model = model(&[("package.json", &format!("{{\"name\": {}}}", quoted(&package))), (".github/workflows/a.yml", &workflow)]);
        svg(&model);
        let chart = render(&model, Format::Mermaid);
        for line in chart.lines().filter(|line| line.contains('"')) {
            // Within the quotes stands no quote, no backtick, no bracket of HTML but a line break.
            let (_, rest) = line.split_once('"').unwrap();
            let (label, _) = rest.rsplit_once('"').unwrap();
            let label = label.replace("<br/>", "");
            prop_assert!(!label.contains(['"', '`', '<', '>', '{', '}', '[', ']', '%', '\n']), "{}", line);
        }
    }
}
