//! Advice for repositories of every kind.

use super::*;
use crate::files::Memory;

/// Git configuration, manifest, CI files, and the providers with their best strategies.
type Row<'a> = (&'a str, (&'a str, &'a str), &'a [&'a str], &'a [(Provider, Strategy)]);

fn today() -> Date {
    "2026-11-22".parse().expect("a day")
}

struct Asked<'a> {
    files: &'a [(&'a str, &'a str)],
    providers: &'a [Provider],
    spec: Option<Spec>,
}

fn ask(asked: &Asked<'_>) -> Advice {
    let project = Project::read(&Memory::new(asked.files.iter().copied()));
    let spec = asked.spec.as_ref();
    let model = Model::default();
    advise(&Situation { project: &project, model: &model, spec, providers: asked.providers, today: today() })
}

fn ask_files(files: &[(&str, &str)]) -> Advice {
    ask(&Asked { files, providers: &[], spec: None })
}

/// Provider and best strategy of each entry.
fn best(advice: &Advice) -> Vec<(Provider, Strategy)> {
    advice.providers.iter().map(|advice| (advice.provider, advice.best().strategy)).collect()
}

const PUBLIC: (&str, &str) = ("package.json", r#"{"name": "a", "version": "1.0.0"}"#);
const RESTRICTED: (&str, &str) =
    ("package.json", r#"{"name": "@s/a", "version": "1.0.0", "publishConfig": {"access": "restricted"}}"#);

fn remote(url: &str) -> String {
    format!("[remote \"origin\"]\n\turl = {url}\n")
}

#[test]
fn the_best_way_by_host_and_ci() {
    use Provider::{Azure, Bitbucket, Circleci, Github, Gitlab, Jenkins};
    use Strategy::{OidcDirect, OidcWithoutProvenance, StagedToken};
    let (github, gitlab) = (remote("git@github.com:o/r.git"), remote("https://gitlab.com/g/s/p.git"));
    let (own_gitlab, enterprise) =
        (remote("git@gitlab.acme.dev:g/p.git"), remote("https://github.acme.dev/o/r"));
    let (bitbucket, unknown) = (remote("git@bitbucket.org:o/r.git"), remote("https://git.acme.dev/o/r.git"));
    let rows: [Row<'_>; 13] = [
        (&github, PUBLIC, &[], &[(Github, OidcDirect)]),
        (&github, RESTRICTED, &[], &[(Github, OidcWithoutProvenance)]),
        (&gitlab, PUBLIC, &[], &[(Gitlab, OidcDirect)]),
        (&own_gitlab, PUBLIC, &[".gitlab-ci.yml"], &[(Gitlab, StagedToken)]),
        (&enterprise, PUBLIC, &[], &[(Github, StagedToken)]),
        (&bitbucket, PUBLIC, &[], &[(Bitbucket, StagedToken)]),
        (
            &github,
            PUBLIC,
            &[".circleci/config.yml"],
            &[(Circleci, OidcWithoutProvenance), (Github, OidcDirect)],
        ),
        (&github, PUBLIC, &["Jenkinsfile"], &[(Github, OidcDirect), (Jenkins, StagedToken)]),
        (
            &github,
            PUBLIC,
            &["azure-pipelines.yml", ".github/workflows/ci.yml"],
            &[(Github, OidcDirect), (Azure, StagedToken)],
        ),
        (&unknown, PUBLIC, &["Jenkinsfile"], &[(Jenkins, StagedToken)]),
        (&unknown, PUBLIC, &[".gitlab-ci.yml"], &[(Gitlab, StagedToken)]),
        (&unknown, PUBLIC, &[], &[]),
        ("", PUBLIC, &[".gitlab-ci.yml"], &[(Gitlab, OidcDirect)]),
    ];
    for (config, manifest, ci, expected) in rows {
        let mut files = vec![(".git/config", config), manifest];
        files.extend(ci.iter().map(|&path| (path, "")));
        assert_eq!(best(&ask_files(&files)), expected, "{config} {ci:?}");
    }
}

#[test]
fn every_strategy_is_judged_once_with_its_reason() {
    let config = remote("git@github.com:o/r.git");
    for provider in Provider::ALL {
        let files = [(".git/config", config.as_str()), PUBLIC];
        let advice = ask(&Asked { files: &files, providers: &[provider], spec: None });
        let [advice] = advice.providers.as_slice() else { panic!("one provider was named") };
        let mut strategies: Vec<Strategy> = advice.strategies.iter().map(|judged| judged.strategy).collect();
        strategies.sort_unstable();
        assert_eq!(strategies, Strategy::ALL);
        let best = advice.strategies.iter().filter(|judged| judged.verdict == Verdict::Best);
        assert_eq!(best.count(), 1, "{provider}");
        assert_eq!(advice.best().verdict, Verdict::Best);
        assert!(advice.strategies.iter().all(|judged| !judged.reasons.is_empty()), "{provider}");
        // Either a pipeline is generated or the steps are told; never neither.
        assert_eq!(advice.generated, advice.by_hand.is_empty(), "{provider}");
    }
}

#[test]
fn a_spec_that_asks_for_staging_gets_it() {
    let publish = crate::spec::Publish { mode: Some(crate::spec::Mode::Stage), ..Default::default() };
    let providers =
        crate::spec::Providers { gitlab: Some(crate::spec::Gitlab::default()), ..Default::default() };
    let spec = Spec { version: 1, providers, publish: Some(publish), ..Spec::default() };
    let config = remote("git@gitlab.com:g/p.git");
    let advice = ask(&Asked { files: &[(".git/config", &config), PUBLIC], providers: &[], spec: Some(spec) });
    assert_eq!(best(&advice), [(Provider::Gitlab, Strategy::OidcStaged)]);
    assert!(advice.providers[0].because.contains("trustpub.yml"));
}

#[test]
fn nothing_for_npm_is_said_and_not_advised() {
    let other = r#"{"name": "@s/a", "version": "1.0.0", "publishConfig": {"registry": "https://npm.pkg.github.com"}}"#;
    for (files, says) in [
        (vec![], "no package.json"),
        (
            vec![("package.json", r#"{"name": "a", "version": "1.0.0", "private": true}"#)],
            "nothing to publish",
        ),
        (vec![("package.json", other), (".github/workflows/ci.yml", "")], "another registry"),
    ] {
        let advice = ask_files(&files);
        assert!(advice.providers.is_empty(), "{files:?}");
        assert!(advice.notes.iter().any(|note| note.contains(says)), "{:?}", advice.notes);
    }
}

#[test]
fn notes_name_what_stands_in_the_way() {
    let manifest = r#"{"name": "@s/a", "version": "1.0.0", "repository": "O/r",
        "devDependencies": {"semantic-release": "^24", "release-please": "1"}}"#;
    let lockfile = "{\n\"node_modules/@semantic-release/npm\": {\n \"version\": \"12.0.2\"\n}}";
    let config = remote("git@github.com:o/r.git");
    let advice = ask_files(&[
        ("package.json", manifest),
        ("package-lock.json", lockfile),
        (".git/config", &config),
        (".npmrc", "a=b\n//r.acme.dev/:_authToken=npm_secret\n"),
        (".yarnrc.yml", "npmAuthToken: \"${T}\"\n"),
        (".travis.yml", ""),
        (".nvmrc", "20\n"),
    ]);
    let notes = advice.notes.join("\n");
    for said in [
        "first publish makes it restricted",
        "names github.com/O/r, the git remote github.com/o/r",
        "The lockfile has 12.0.2, GitHub Actions needs 13.1.0",
        "start no workflow",
        ".npmrc:2 holds a secret",
        ".yarnrc.yml:1 sets npmAuthToken",
        ".travis.yml is Travis CI's",
        "Node 20 (.nvmrc) brings an npm that cannot",
    ] {
        assert!(notes.contains(said), "{said} is not in\n{notes}");
    }
    assert!(!notes.contains("npm_secret"));
}

#[test]
fn changes_come_by_date_and_know_whether_they_hold() {
    let advice = ask_files(&[PUBLIC]);
    assert!(advice.changes.is_sorted_by_key(|change| change.from));
    let (now, then): (Vec<_>, Vec<_>) = advice.changes.iter().partition(|change| change.in_force);
    assert!(!now.is_empty() && then.len() == 1 && then[0].says.contains("direct publish"));
}
