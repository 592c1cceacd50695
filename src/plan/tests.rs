//! The solver's table and the refusals, as sentences of the plan.

use super::toolchain::{Want, solve};
use crate::facts::Provider::{self, Circleci, Github, Gitlab};
use crate::facts::npm::Feature::{self, DistTagOidc, OidcPublish, StagePublish};

fn want(features: &[Feature]) -> Want<'static> {
    Want { features: features.to_vec(), ..Want::default() }
}

fn solved(provider: Provider, want: &Want<'_>) -> String {
    match solve(provider, want) {
        Ok(toolchain) => {
            let hops: Vec<String> = toolchain.install.iter().map(ToString::to_string).collect();
            let hops = if hops.is_empty() { "bundled".to_owned() } else { hops.join(" then ") };
            format!("Node {}, npm {} ({hops})", toolchain.node, toolchain.npm)
        }
        Err(refusal) => format!("{refusal}; {}", refusal.help),
    }
}

#[test]
fn today_one_node_serves_all_three_providers_and_staging_without_an_install() {
    for provider in [Github, Gitlab, Circleci] {
        for features in [&[OidcPublish][..], &[OidcPublish, StagePublish]] {
            assert_eq!(solved(provider, &want(features)), "Node 24.19.0, npm 11.17.0 (bundled)");
        }
    }
}

#[test]
fn an_image_limits_the_choice_to_tags_that_exist() {
    let cimg = Want { image: Some("cimg/node"), ..want(&[OidcPublish, StagePublish]) };
    assert_eq!(solved(Circleci, &cimg), "Node 24.18.0, npm 11.16.0 (bundled)");
    let mirror = Want { image: Some("mirror.example.com/cimg/node"), ..want(&[OidcPublish]) };
    assert_eq!(solved(Circleci, &mirror), "Node 24.18.0, npm 11.16.0 (bundled)");
}

#[test]
fn dist_tags_by_identity_need_an_exact_install() {
    assert_eq!(solved(Github, &want(&[OidcPublish, DistTagOidc])), "Node 24.19.0, npm 11.21.2 (11.21.2)");
}

#[test]
fn pins_are_solved_or_refused_with_the_reason() {
    let node = |node| Want { node: Some(node), ..want(&[OidcPublish]) };
    let npm = |npm| Want { npm: Some(npm), ..want(&[OidcPublish]) };
    let rows = [
        (Github, node("24.14.1"), "Node 24.14.1, npm 11.11.0 (bundled)"),
        (Github, node("22.14.0"), "Node 22.14.0, npm 11.21.2 (11.21.2)"),
        (Github, node("22.22.2"), "Node 22.22.2, npm 11.21.2 (10.9.8 then 11.21.2)"),
        (Github, npm("11.16.0"), "Node 24.18.1, npm 11.16.0 (bundled)"),
        (Github, npm("11.5.1"), "Node 24.7.0, npm 11.5.1 (bundled)"),
        (
            Circleci,
            npm("11.5.1"),
            "publish.npm: npm 11.5.1 cannot publish with the identity on CircleCI; it needs npm 11.11.0 or later, or leave out `publish.npm`",
        ),
        (
            Github,
            npm("12.0.0"),
            "publish.npm: npm 12.0.0 is broken: its publishing library cannot load `sigstore`; 12.0.1 can (npm/cli#9722); choose another version, or leave it out",
        ),
        (
            Github,
            npm("latest"),
            "publish.npm: `latest` is no exact npm version; write all three numbers: what a tag or range means changes under a release",
        ),
        (Github, npm("11.99.0"), "publish.npm: no npm 11.99.0 is known; the newest one known is 12.2.0"),
        (
            Github,
            node("24.20.0"),
            "publish.node: the npm that Node 24.20.0 bundles is not known; pin `publish.npm` too, or leave out `publish.node`: the job runs none of your code",
        ),
        (
            Github,
            Want { node: Some("20.20.2"), npm: Some("12.2.0"), ..want(&[OidcPublish]) },
            "publish.npm: npm 12.2.0 does not run on Node 20.20.2; npm 12.x accepts Node ^22.22.2 || ^24.15.0 || >=26.0.0",
        ),
        (
            Github,
            Want { node: Some("24.20.0"), npm: Some("11.21.2"), ..want(&[OidcPublish]) },
            "Node 24.20.0, npm 11.21.2 (11.21.2)",
        ),
    ];
    for (provider, want, expected) in rows {
        assert_eq!(solved(provider, &want), expected, "{want:?}");
    }
}

#[test]
fn the_solver_never_picks_what_the_facts_warn_of() {
    use crate::facts::{node, npm};
    let all = [OidcPublish, StagePublish, DistTagOidc];
    for provider in [Github, Gitlab, Circleci] {
        for bits in 0..8_usize {
            let features: Vec<Feature> = all
                .iter()
                .enumerate()
                .filter(|(at, _)| bits >> at & 1 == 1)
                .map(|(_, &feature)| feature)
                .collect();
            for pin in node::choices().map(|choice| choice.node.to_string()) {
                let want = Want { features: features.clone(), node: Some(&pin), ..Want::default() };
                let Ok(toolchain) = solve(provider, &want) else { continue };
                assert!(npm::never(&toolchain.npm).is_none());
                assert_ne!(npm::runs_on(&toolchain.npm, &toolchain.node), Some(false), "{toolchain:?}");
                assert!(features.iter().all(|&feature| npm::supports(feature, provider, &toolchain.npm)));
            }
        }
    }
}
