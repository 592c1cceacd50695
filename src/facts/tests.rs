//! Every entry is dated and read; the floors and tables of the facts hold with their traps.

use std::collections::BTreeSet;

use super::node::{Bundled, NodeSpec, bundled_npm};
use super::npm::Feature;
use super::runners::Runner;
use super::tools::{Exchange, TokenRank};
use super::{
    Date, Evidence, Provider, Version, actions, all, contexts, errors, images, limits, node, npm, providers,
    registry, runners, tools, urls,
};

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn raw() -> Vec<(&'static str, serde_json::Value)> {
    [
        npm::raw(),
        node::raw(),
        runners::raw(),
        actions::raw(),
        images::raw(),
        contexts::raw(),
        providers::raw(),
        tools::raw(),
        limits::raw(),
        errors::raw(),
        urls::raw(),
    ]
    .concat()
}

#[test]
fn every_entry_names_its_source_and_day() {
    let facts = all();
    assert!(facts.len() > 200);
    for fact in &facts {
        assert!(!fact.source.trim().is_empty() && !fact.says.trim().is_empty(), "{fact:?}");
        assert!(fact.seen.to_string().starts_with("2026-"), "{fact:?}");
    }
    let names: BTreeSet<_> = facts.iter().map(|fact| (fact.topic, &fact.id)).collect();
    assert_eq!(names.len(), facts.len(), "ids are unique within a topic");
}

/// A key that no type reads is a typing mistake: what was read, written back, has every key of the file.
#[test]
fn every_key_is_read() {
    fn compare(path: &str, written: &serde_json::Value, read: &serde_json::Value) {
        match (written, read) {
            (serde_json::Value::Object(written), serde_json::Value::Object(read)) => {
                for (key, value) in written {
                    let at = format!("{path}.{key}");
                    compare(&at, value, read.get(key).unwrap_or_else(|| panic!("{at} is not read")));
                }
            }
            (serde_json::Value::Array(written), serde_json::Value::Array(read)) => {
                assert_eq!(written.len(), read.len(), "{path}");
                for (index, (written, read)) in written.iter().zip(read).enumerate() {
                    compare(&format!("{path}[{index}]"), written, read);
                }
            }
            _ => {}
        }
    }
    for (text, read) in raw() {
        let written: serde_json::Value = toml::from_str(text).unwrap();
        compare("", &written, &read);
    }
}

#[test]
fn no_file_names_the_registry() {
    for (text, _) in raw() {
        assert!(!text.contains(registry::HOST));
        assert!(!text.contains(registry::HOST.trim_start_matches("registry.")));
    }
}

#[test]
fn floors_hold_per_provider_and_major() {
    use Feature::{
        AutoProvenance, DistTagOidc, NpmTrust, OidcPublish, ProjectNpmrcEmptyTokenOk, ProvenanceFile,
        StageOnlyToken, StagePublish, TrustPermissionFlags, WorkspaceTokenClearing,
    };
    use Provider::{Circleci, Github, Gitlab, Jenkins};
    let table: &[(Feature, Provider, &str, bool)] = &[
        (OidcPublish, Github, "10.9.9", false),
        (OidcPublish, Github, "11.5.0", false),
        (OidcPublish, Github, "11.5.1", true),
        (OidcPublish, Gitlab, "11.5.1", true),
        (OidcPublish, Circleci, "11.5.1", false),
        (OidcPublish, Circleci, "11.10.1", false),
        (OidcPublish, Circleci, "11.11.0", true),
        (OidcPublish, Circleci, "12.1.0", true),
        (OidcPublish, Jenkins, "12.2.0", false),
        (AutoProvenance, Circleci, "12.2.0", false),
        (AutoProvenance, Gitlab, "11.5.1", true),
        (StagePublish, Github, "11.14.1", false),
        (StagePublish, Github, "11.15.0", true),
        (StagePublish, Jenkins, "11.15.0", true),
        (StagePublish, Circleci, "12.0.1", true),
        (DistTagOidc, Github, "11.20.0", false),
        (DistTagOidc, Github, "11.21.0", true),
        (DistTagOidc, Github, "12.0.1", false),
        (DistTagOidc, Github, "12.1.0", false),
        (DistTagOidc, Github, "12.2.0", true),
        (DistTagOidc, Github, "13.0.0", true),
        (ProjectNpmrcEmptyTokenOk, Circleci, "12.0.2", false),
        (ProjectNpmrcEmptyTokenOk, Circleci, "11.21.2", true),
        (WorkspaceTokenClearing, Gitlab, "12.1.0", false),
        (ProvenanceFile, Github, "12.0.2", false),
        (ProvenanceFile, Github, "12.1.0", true),
        (ProvenanceFile, Circleci, "12.1.0", false),
        (NpmTrust, Github, "11.10.0", true),
        (NpmTrust, Circleci, "11.10.1", false),
        (NpmTrust, Circleci, "11.11.0", true),
        (NpmTrust, Jenkins, "12.2.0", false),
        (TrustPermissionFlags, Github, "11.14.1", false),
        (TrustPermissionFlags, Github, "11.15.0", true),
        (StageOnlyToken, Jenkins, "11.20.0", true),
        (StageOnlyToken, Jenkins, "12.0.2", false),
    ];
    for &(feature, provider, npm, expected) in table {
        assert_eq!(npm::supports(feature, provider, &version(npm)), expected, "{feature:?} {provider} {npm}");
    }
    let shown = |feature, provider| npm::floor(feature, provider).map(ToString::to_string);
    assert_eq!(shown(DistTagOidc, Github).as_deref(), Some("11.21.0 (12.x: 12.2.0)"));
    assert_eq!(shown(OidcPublish, Circleci).as_deref(), Some("11.11.0"));
    assert_eq!(shown(OidcPublish, Jenkins), None);
}

#[test]
fn versions_never_to_pick() {
    for (npm, never) in [("11.5.0", true), ("12.0.0", true), ("11.5.1", false), ("12.0.1", false)] {
        assert_eq!(npm::never(&version(npm)).is_some(), never, "{npm}");
    }
}

#[test]
fn engines_and_self_upgrades() {
    let runs = |npm: &str, node: &str| npm::runs_on(&version(npm), &version(node));
    for (npm, node, expected) in [
        ("12.2.0", "22.14.0", false),
        ("12.2.0", "22.22.1", false),
        ("12.2.0", "22.22.2", true),
        ("12.2.0", "24.14.1", false),
        ("12.2.0", "24.15.0", true),
        ("12.2.0", "25.9.0", false),
        ("12.2.0", "26.0.0", true),
        ("11.21.2", "20.17.0", true),
        ("11.21.2", "20.16.0", false),
        ("11.21.2", "22.8.0", false),
        ("11.21.2", "22.14.0", true),
        ("10.9.9", "18.20.8", true),
    ] {
        assert_eq!(runs(npm, node), Some(expected), "npm {npm} on Node {node}");
    }
    assert_eq!(runs("13.0.0", "26.0.0"), None);
    let fault = |from: &str, to: &str| npm::self_upgrade_fault(&version(from), &version(to));
    assert!(fault("10.9.7", "11.11.0").is_none() && fault("10.9.7", "11.11.1").is_none());
    assert_eq!(fault("10.9.7", "11.12.0").map(|fault| fault.via.to_string()).as_deref(), Some("10.9.8"));
    assert!(fault("10.9.7", "11.21.2").is_some() && fault("10.9.7", "12.2.0").is_some());
    assert!(fault("10.9.8", "11.21.2").is_none() && fault("10.9.7", "10.9.8").is_none());
}

#[test]
fn npm_specs_resolve_to_the_newest() {
    for (spec, npm) in [
        ("latest", "12.2.0"),
        ("", "12.2.0"),
        ("11", "11.21.2"),
        ("^11.5.1", "11.21.2"),
        ("~11.10.0", "11.10.1"),
        ("11.11.0", "11.11.0"),
        (">=11.5.1", "12.2.0"),
    ] {
        assert_eq!(npm::resolve(spec), Some(version(npm)), "{spec}");
    }
    assert_eq!(npm::resolve("next-11"), None);
    assert_eq!(npm::resolve("^99"), None);
}

#[test]
fn node_brings_its_npm() {
    for (spec, npm) in [
        ("22.14.0", "10.9.2"),
        ("v22.17.1", "10.9.2"),
        ("22.20.0", "10.9.3"),
        ("22.22.2", "10.9.7"),
        ("22.23.1", "10.9.8"),
        ("24.11.0", "11.6.1"),
        ("24.11.1", "11.6.2"),
        ("24.14.0", "11.9.0"),
        ("24.14.1", "11.11.0"),
        ("24.14", "11.11.0"),
        ("~24.14.0", "11.11.0"),
        ("24.17.0", "11.13.0"),
        ("24.18", "11.16.0"),
        ("24.19.0", "11.17.0"),
        ("25.6.0", "11.8.0"),
        ("25.6.1", "11.9.0"),
        ("25", "11.12.1"),
        ("26.7.0", "11.19.0"),
    ] {
        let bundled = bundled_npm(&NodeSpec::parse(spec).unwrap()).unwrap();
        assert_eq!(bundled.exact(), Some(&version(npm)), "{spec}");
    }
}

#[test]
fn an_unseen_npm_is_bounded_by_its_neighbours() {
    let bounds = |spec: &str| {
        let Bundled { min, max } = bundled_npm(&NodeSpec::parse(spec).unwrap()).unwrap();
        (min.map(|npm| npm.to_string()), max.map(|npm| npm.to_string()))
    };
    let pair = |min: &str, max: &str| {
        let one = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        (one(min), one(max))
    };
    assert_eq!(bounds("22.23.3"), pair("10.9.8", "10.9.9"));
    assert_eq!(bounds("22"), pair("10.9.8", "10.9.9"));
    assert_eq!(bounds("^22.14"), pair("10.9.8", "10.9.9"));
    assert_eq!(bounds("24"), pair("11.17.0", ""));
    assert_eq!(bounds("24.x"), pair("11.17.0", ""));
    assert_eq!(bounds("24.99.0"), pair("11.17.0", ""));
    assert_eq!(bounds("26.0.0"), pair("", "11.13.0"));
    assert_eq!(bounds("latest"), pair("11.19.0", ""));
    assert_eq!(bounds("lts/*"), pair("11.17.0", ""));
    assert_eq!(bounds("lts/jod"), pair("10.9.8", "10.9.9"));
    assert_eq!(bounds("lts/Krypton"), pair("11.17.0", ""));
    assert_eq!(bounds("18"), pair("", "10.8.2"));
    assert_eq!(bounds("20"), pair("", "10.8.2"));
    assert_eq!(bounds(">=20"), pair("11.19.0", ""));
    assert_eq!(bundled_npm(&NodeSpec::parse("27").unwrap()), None);
}

#[test]
fn bounds_answer_features_where_they_can() {
    let supports = |spec: &str, feature, provider| {
        bundled_npm(&NodeSpec::parse(spec).unwrap()).and_then(|bundled| bundled.supports(feature, provider))
    };
    assert_eq!(supports("22", Feature::OidcPublish, Provider::Github), Some(false));
    assert_eq!(supports("20", Feature::OidcPublish, Provider::Gitlab), Some(false));
    assert_eq!(supports("24", Feature::OidcPublish, Provider::Circleci), Some(true));
    assert_eq!(supports("24", Feature::StagePublish, Provider::Github), Some(true));
    assert_eq!(supports("24", Feature::DistTagOidc, Provider::Github), None);
    assert_eq!(supports("24.14.0", Feature::OidcPublish, Provider::Circleci), Some(false));
    assert_eq!(supports("24.14.0", Feature::OidcPublish, Provider::Jenkins), Some(false));
    assert_eq!(supports("lts/*", Feature::OidcPublish, Provider::Circleci), Some(true));
}

#[test]
fn specs_that_name_no_node() {
    for spec in ["${{ matrix.node }}", "system", "lts/-1", "iojs", "$NODE"] {
        assert_eq!(NodeSpec::parse(spec), None, "{spec}");
    }
}

#[test]
fn images_name_their_node() {
    let newest =
        |image: &str| NodeSpec::from_image(image).and_then(|spec| spec.newest()).map(|node| node.to_string());
    for (image, node) in [
        ("node:22-alpine", "22.23.3"),
        ("node:22.14.0-bookworm-slim", "22.14.0"),
        ("node:24.19.0-bookworm-slim@sha256:abc", "24.19.0"),
        ("node", "26.10.0"),
        ("node:alpine3.20", "26.10.0"),
        ("node:slim", "26.10.0"),
        ("node:latest", "26.10.0"),
        ("node:lts", "24.21.0"),
        ("node:lts-alpine", "24.21.0"),
        ("node:jod-slim", "22.23.3"),
        ("docker.io/library/node:24", "24.21.0"),
        ("localhost:5000/library/node:20", "20.20.2"),
        ("$CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX/node:24.14", "24.14.1"),
        ("cimg/node:24.14", "24.14.1"),
        ("cimg/node:24.14.0-browsers", "24.14.0"),
        ("cimg/node:lts", "24.21.0"),
        ("cimg/node:current", "26.10.0"),
    ] {
        assert_eq!(newest(image).as_deref(), Some(node), "{image}");
    }
    for other in ["ruby:3.1", "node@sha256:abc", "acme/node:22", "node:$VERSION", "node:foo", "mynode:22", ""]
    {
        assert_eq!(NodeSpec::from_image(other), None, "{other}");
    }
}

#[test]
fn nothing_open_is_chosen() {
    for choice in node::choices() {
        assert_ne!(choice.origin.evidence, Evidence::Open, "{choice:?}");
    }
    let chosen = |node: &str| node::choices().any(|choice| *choice.node == version(node));
    for open in ["22.23.3", "24.20.0", "24.21.0", "26.0.0", "26.8.0", "26.8.2", "26.10.0"] {
        assert!(!chosen(open), "{open}");
    }
    assert!(chosen("24.19.0") && chosen("24.14.1"));
    assert_eq!(runners::classify(Provider::Github, &["cirun-x"]), Runner::Unknown);
}

/// The solver's ground: 24.19.0 covers all three providers and staging, and no known Node covers dist-tag.
#[test]
fn what_the_solver_relies_on() {
    let npm = node::choices().find(|choice| *choice.node == version("24.19.0")).unwrap().npm;
    for provider in [Provider::Github, Provider::Gitlab, Provider::Circleci] {
        assert!(npm::supports(Feature::OidcPublish, provider, npm));
        assert!(npm::supports(Feature::StagePublish, provider, npm));
    }
    assert!(!node::choices().any(|choice| npm::supports(Feature::DistTagOidc, Provider::Github, choice.npm)));
}

#[test]
fn npm_never_goes_back_within_a_line() {
    for pair in node::choices().collect::<Vec<_>>().windows(2) {
        if pair[0].node.major() == pair[1].node.major() {
            assert!(pair[0].npm <= pair[1].npm && pair[0].node < pair[1].node, "{pair:?}");
        }
    }
}

#[test]
fn every_release_from_22_10_on_stands_in_one_row() {
    for (release, rows) in node::rows_per_release() {
        let covered = release >= version("22.10.0") && release.major() != 23;
        assert_eq!(rows, usize::from(covered), "{release}");
    }
}

#[test]
fn runners_are_classified_in_order() {
    use Provider::{Azure, Bitbucket, Buildkite, Circleci, Github, Gitlab, Jenkins};
    use Runner::{Hosted, SelfHosted, Unknown};
    let table: &[(Provider, &[&str], Runner)] = &[
        (Github, &["ubuntu-latest"], Hosted),
        (Github, &["Ubuntu-Latest"], Hosted),
        (Github, &["macos-14-xlarge"], Hosted),
        (Github, &["ubuntu-latest-8-cores"], Hosted),
        (Github, &["ubuntu-slim-arm"], Unknown),
        (Github, &["macos-14-intel"], Unknown),
        (Github, &["ubuntu-24.04-4"], Unknown),
        (Github, &["linux", "self-hosted"], SelfHosted),
        (Github, &["Self-Hosted"], SelfHosted),
        (Github, &["blacksmith-4vcpu-ubuntu-2404"], SelfHosted),
        (Github, &["warp-ubuntu-latest-x64-4x"], SelfHosted),
        (Github, &["buildjet-2vcpu-ubuntu-2204"], SelfHosted),
        (Github, &["ubicloud"], SelfHosted),
        (Github, &["codebuild-x-${{ github.run_id }}"], Unknown),
        (Github, &["${{ matrix.os }}"], Unknown),
        (Github, &["ubuntu-latest", "gpu"], Unknown),
        (Github, &[], Unknown),
        (Gitlab, &[], Hosted),
        (Gitlab, &["saas-linux-small-amd64"], Hosted),
        (Gitlab, &["saas-macos-large-m9"], Unknown),
        (Gitlab, &["my-runner"], SelfHosted),
        (Gitlab, &["$RUNNER"], Unknown),
        (Circleci, &[], Hosted),
        (Circleci, &["medium+"], Hosted),
        (Circleci, &["acme/runner"], SelfHosted),
        (Circleci, &["<< parameters.class >>"], Unknown),
        (Circleci, &["enormous"], Unknown),
        (Jenkins, &["linux"], SelfHosted),
        (Jenkins, &["${label}"], SelfHosted),
        (Bitbucket, &[], Hosted),
        (Bitbucket, &["self.hosted", "linux"], SelfHosted),
        (Bitbucket, &["linux"], Unknown),
        (Buildkite, &["queue=default"], Unknown),
        (Azure, &["default"], Unknown),
    ];
    for (provider, labels, expected) in table {
        assert_eq!(runners::classify(*provider, labels), *expected, "{provider} {labels:?}");
    }
    assert_eq!(runners::image("ubuntu-latest").map(|image| image.npm.to_string()).as_deref(), Some("10.9.8"));
    assert!(runners::image("ubuntu-22.04-4-cores").is_none());
}

#[test]
fn only_pins_read_from_a_tag_are_offered() {
    for action in
        ["actions/checkout", "actions/setup-node", "actions/upload-artifact", "actions/download-artifact"]
    {
        let pin = actions::pin(action).unwrap();
        assert!(pin.is_from_tag() && pin.commit.len() == 40, "{pin:?}");
        assert!(pin.commit.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
    }
    assert_eq!(actions::pin("actions/upload-artifact").unwrap().version, "v7.0.0");
    assert_eq!(actions::pin("Actions/Setup-Node").unwrap().version, "v7.0.0");
    assert!(actions::pin("pnpm/action-setup").is_none() && actions::pins("pnpm/action-setup").count() == 1);
    assert_eq!(actions::by_commit("249970729CB0EF3589644E2896645E5DC5BA9C38").unwrap().version, "v6.5.0");
}

#[test]
fn publishing_actions_are_known() {
    use actions::Publishes;
    let publishes = |action| actions::publisher(action).map(|publisher| publisher.publishes);
    assert_eq!(publishes("changesets/action"), Some(Publishes::Input));
    assert_eq!(publishes("changesets/action/publish"), Some(Publishes::Always));
    assert_eq!(publishes("js-devtools/npm-publish"), Some(Publishes::Always));
    assert_eq!(publishes("googleapis/release-please-action"), Some(Publishes::Never));
    assert_eq!(publishes("actions/checkout"), None);
}

#[test]
fn providers_have_their_capabilities() {
    for provider in Provider::ALL {
        let capability = providers::capability(provider);
        let three = matches!(provider, Provider::Github | Provider::Gitlab | Provider::Circleci);
        assert_eq!(capability.oidc, three, "{provider}");
        assert_eq!(capability.provenance, three && provider != Provider::Circleci, "{provider}");
        assert_eq!(capability.audience.as_deref(), three.then_some(registry::AUDIENCE), "{provider}");
        assert!(!capability.cannot_match.iter().any(|claim| capability.matches.contains(claim)));
        assert!(providers::unproven(provider).all(|unproven| unproven.origin.is_open()));
    }
    let gitlab = providers::capability(Provider::Gitlab);
    assert_eq!(gitlab.id_token_variable.as_deref(), Some("NPM_ID_TOKEN"));
    assert_eq!(gitlab.provenance_token_variable.as_deref(), Some("SIGSTORE_ID_TOKEN"));
    let command = providers::capability(Provider::Circleci).id_token_command.as_deref().unwrap();
    let claims = command.split('\'').nth(1).unwrap();
    let claims: serde_json::Value = serde_json::from_str(claims).unwrap();
    assert_eq!(claims["aud"], registry::AUDIENCE);
}

/// The features and the capabilities tell the same story.
#[test]
fn features_agree_with_capabilities() {
    for provider in Provider::ALL {
        let capability = providers::capability(provider);
        assert_eq!(npm::floor(Feature::OidcPublish, provider).is_some(), capability.oidc, "{provider}");
        assert_eq!(
            npm::floor(Feature::AutoProvenance, provider).is_some(),
            capability.provenance,
            "{provider}"
        );
    }
}

#[test]
fn tools_exchange_from_their_floors() {
    use Exchange::{Manager, None as Nobody, Npm, Own};
    use Provider::{Circleci, Github, Gitlab, Jenkins};
    let table: &[(&str, Provider, &str, Exchange)] = &[
        ("pnpm", Github, "10.34.9", Npm),
        ("pnpm", Github, "11.0.0", Own),
        ("pnpm", Circleci, "11.0.6", Npm),
        ("pnpm", Circleci, "11.0.7", Own),
        ("pnpm", Jenkins, "12.21.0", Npm),
        ("yarn", Github, "4.9.9", Nobody),
        ("yarn", Github, "4.10.0", Own),
        ("yarn", Gitlab, "4.10.3", Nobody),
        ("yarn", Gitlab, "4.11.0", Own),
        ("yarn", Circleci, "4.13.0", Nobody),
        ("yarn", Circleci, "4.14.0", Own),
        ("yarn", Github, "1.22.22", Nobody),
        ("@semantic-release/npm", Github, "13.0.0", Nobody),
        ("@semantic-release/npm", Gitlab, "13.1.0", Own),
        ("semantic-release", Circleci, "13.1.5", Nobody),
        ("semantic-release", Circleci, "13.2.0", Own),
        ("lerna", Github, "9.0.0", Own),
        ("lerna", Circleci, "9.0.7", Nobody),
        ("lerna", Circleci, "10.0.0", Own),
        ("bun", Github, "1.4.5", Nobody),
        ("changesets", Github, "3.0.3", Manager),
        ("npm", Github, "10.0.0", Npm),
    ];
    for &(tool, provider, at, expected) in table {
        let exchange = tools::get(tool).unwrap().exchange(provider, Some(&version(at)));
        assert_eq!(exchange, Some(expected), "{tool} {at} on {provider}");
    }
    assert_eq!(tools::get("lerna").unwrap().exchange(Github, None), None);
    assert!(tools::get("semantic-release").unwrap().needs_npm && !tools::get("lerna").unwrap().needs_npm);
    assert_eq!(tools::get("yarn").unwrap().token, TokenRank::Wins);
    assert_eq!(tools::milestone("pnpm-placeholder").unwrap().version, version("11.1.3"));
}

#[test]
fn limits_have_their_numbers_and_days() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let number = |limit: &limits::Limit| limit.value;
    assert_eq!(number(limits::publishers_per_package()), Some(10));
    assert_eq!(number(limits::write_token_days()), Some(90));
    assert_eq!(number(limits::trust_bulk_packages()), Some(80));
    assert_eq!(number(limits::github_sarif_results()), Some(25_000));
    assert_eq!(number(limits::trust_bulk_pause_seconds()), Some(2));
    let january = limits::bypass_tokens_no_publish();
    assert!(january.planned && !january.holds_on(day("2026-12-31")) && january.holds_on(day("2027-01-01")));
    for (limit, from) in [
        (limits::publishers_per_package(), "2026-09-03"),
        (limits::staging_always_allowed(), "2026-09-03"),
        (limits::allowed_actions_mandatory(), "2026-05-20"),
        (limits::bypass_tokens_no_management(), "2026-08-01"),
        (limits::stage_only_tokens(), "2026-09-18"),
        (limits::github_immutable_subject(), "2026-07-15"),
    ] {
        assert_eq!(limit.from, Some(day(from)), "{}", limit.id);
    }
}

#[test]
fn patterns_match_in_order() {
    assert!(errors::matches(
        "404 Not Found - PUT *",
        "npm error 404 Not Found - PUT https://host/@a%2fb - Not found"
    ));
    assert!(errors::matches("*EBADENGINE*npm@1*", "npm error code EBADENGINE npm@12.2.0"));
    assert!(!errors::matches("*b*a*", "ab"));
    assert!(!errors::matches("*aa*a*", "aa"));
}

/// The causes that match a log, in the order of the file.
fn causes(log: &str) -> Vec<&'static str> {
    let any = |pattern: &String| log.lines().any(|line| errors::matches(pattern, line));
    let hits = errors::fingerprints().iter().filter(|fingerprint| {
        fingerprint.patterns.iter().any(any)
            && fingerprint.also.iter().all(any)
            && !fingerprint.unless.iter().any(any)
    });
    hits.map(|fingerprint| fingerprint.cause.as_str()).collect()
}

#[test]
fn real_log_lines_have_their_cause() {
    for (log, cause) in [
        (
            "npm silly oidc Skipped because incorrect permissions for id-token within GitHub workflow",
            "id-token-permission-missing",
        ),
        ("npm silly oidc Skipped because no id_token available", "id-token-variable-missing"),
        (
            "npm verbose oidc Failed token exchange request with body message: OIDC token exchange error - package not found",
            "exchange-rejected",
        ),
        (
            "npm error code ENEEDAUTH\nnpm error need auth This command requires you to be logged in to http://127.0.0.1:4880/",
            "no-credentials",
        ),
        (
            "npm verbose oidc Successfully retrieved and set token\nnpm error code ENEEDAUTH",
            "empty-token-spoils-exchange",
        ),
        ("npm error 404 Not Found - PUT https://host/@acme%2freal - Not found", "masked-unauthorised"),
        (
            "npm error 403 403 Forbidden - PUT https://host/x - OIDC permission denied for this action",
            "permission-denied-for-action",
        ),
        (
            "Failed to validate repository information: package.json: \"repository.url\" is \"\", expected to match \"https://github.com/acme/demo\" from provenance",
            "provenance-repository-missing",
        ),
        (
            "Failed to validate repository information: package.json: \"repository.url\" is \"git+https://github.com/Acme/demo.git\", expected to match \"https://github.com/acme/demo\"",
            "provenance-repository-mismatch",
        ),
        ("npm error Cannot find module 'promise-retry'", "npm-self-upgrade-broken"),
        (
            "npm error code EUSAGE\nnpm error Automatic provenance generation not supported for provider: CircleCI",
            "provenance-unsupported-provider",
        ),
        ("You cannot publish over the previously published versions: 1.0.1.", "version-already-published"),
        (
            "npm error 409 Conflict - Cannot publish over previously staged version \"1.0.0\"",
            "version-already-staged",
        ),
        (
            "[WARN] Skipped OIDC: ERR_PNPM_AUTH_TOKEN_EXCHANGE: Failed token exchange request (status code 404)",
            "exchange-rejected",
        ),
        ("YN0033: No authentication configured for request", "tool-has-no-oidc"),
        (
            "TLOG_CREATE_ENTRY_ERROR error creating tlog entry - (409) an equivalent entry already exists in the transparency log",
            "transparency-log-conflict",
        ),
        (
            "At least one permission flag is required (--allow-publish, --allow-stage-publish)",
            "trust-permission-flag",
        ),
    ] {
        assert_eq!(causes(log).first(), Some(&cause), "{log}");
    }
    assert_eq!(causes("npm notice Publishing to the registry\nadded 12 packages in 1s"), [] as [&str; 0]);
}

#[test]
fn pages_have_their_address() {
    assert!(urls::url("github-environments").unwrap().starts_with("https://docs.github.com/"));
    assert_eq!(urls::url("nowhere"), None);
}
