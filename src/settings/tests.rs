use super::{Settings, Verdict, generate_schema, load};
use crate::diagnostic::Finding;
use crate::facts::Provider;
use crate::text::Source;

/// `UPDATE_SCHEMAS=1 cargo test --lib settings::` writes it anew.
#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/settings.schema.json");
    let current = serde_json::to_string_pretty(&generate_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == current, "out of date: UPDATE_SCHEMAS=1 cargo test --lib settings::");
}

fn read(text: &str) -> Settings {
    load(&Source::new("settings.json", text)).unwrap_or_else(|findings| panic!("{text}\n{}", told(&findings)))
}

fn told(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let at = finding.location.start();
        let help = finding.help.as_deref().unwrap_or_default();
        format!("{}:{} {} {} [{help}]\n", at.line, at.column, finding.rule, finding.message)
    };
    findings.iter().map(one).collect()
}

fn github(environment: &str, rest: &str) -> Verdict {
    let text = format!(
        r#"{{"schema": 1, "github": {{"environments": {{"total_count": 1, "environments": [{environment}]}}{rest}}}}}"#
    );
    read(&text).environment(Provider::Github, "NPM").unwrap()
}

#[test]
fn github_environments() {
    let custom = r#"{"name": "npm", "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}}"#;
    let protected = r#"{"name": "npm", "deployment_branch_policy": {"protected_branches": true, "custom_branch_policies": false}}"#;
    let reviewed = r#"{"name": "npm", "id": 3, "protection_rules": [{"id": 1, "type": "wait_timer", "wait_timer": 30},
        {"type": "required_reviewers", "prevent_self_review": true, "reviewers": [{"type": "User", "reviewer": {"login": "ada"}},
         {"type": "Team", "reviewer": {"name": "Release", "slug": "release"}}]}], "deployment_branch_policy": null}"#;
    let policies = |list: &str| {
        format!(
            r#", "deployment-branch-policies": {{"npm": {{"total_count": 1, "branch_policies": [{list}]}}}}"#
        )
    };
    let main = r#", "protected-branches": [{"name": "main", "protected": true}]"#;
    let holds = |words: &str| Verdict::Holds(words.to_owned());
    let open = |words: &str| Verdict::Open(words.to_owned());
    let tag = r#"{"id": 1, "name": "v*", "type": "tag"}"#;
    for (environment, rest, verdict) in [
        (reviewed, String::new(), holds("reviewed by ada or release")),
        (r#"{"name": "npm"}"#, String::new(), open("lets every branch deploy and asks nobody")),
        (
            r#"{"name": "else"}"#,
            String::new(),
            open("does not exist: GitHub makes it without protection when a job first names it"),
        ),
        (protected, main.to_owned(), holds("protected branches")),
        (
            protected,
            r#", "protected-branches": []"#.to_owned(),
            open("is limited to protected branches, and no branch is protected"),
        ),
        (custom, policies(tag), holds("tag `v*`")),
        (custom, policies(r#"{"name": "main"}"#) + main, holds("branch `main`")),
        (
            custom,
            policies(r#"{"name": "next"}"#) + main,
            open("lets the branch `next` deploy, which is not protected"),
        ),
        (
            custom,
            policies(&format!(r#"{tag}, {{"name": "**", "type": "branch"}}"#)),
            open("lets every branch deploy (`**`) and asks nobody"),
        ),
        (custom, policies(""), holds("no branch or tag")),
    ] {
        assert_eq!(github(environment, &rest), verdict, "{environment}{rest}");
    }
    assert!(matches!(github(custom, ""), Verdict::Unproven(_)));
    assert!(matches!(github(protected, ""), Verdict::Unproven(_)));
    let app = r#"{"name": "npm", "protection_rules": [{"type": "gate-app"}]}"#;
    assert!(matches!(github(app, ""), Verdict::Unproven(_)));
    let pages = read(
        r#"{"schema": 1, "github": {"environments": [{"total_count": 3, "environments": [{"name": "a"}]},
            {"total_count": 3, "environments": [{"name": "b"}]}]}}"#,
    );
    let verdict = pages.environment(Provider::Github, "npm").unwrap();
    assert_eq!(verdict, Verdict::Unproven("the export has 2 of 3 environments".to_owned()));
    assert_eq!(pages.environment(Provider::Gitlab, "npm"), None);
}

#[test]
fn gitlab_environments() {
    let protected = |levels: &str, rest: &str| {
        let text = format!(
            r#"{{"schema": 1, "gitlab": {{"protected-environments": [{{"name": "npm", "deploy_access_levels": [{levels}]{rest}}}]}}}}"#
        );
        read(&text).environment(Provider::Gitlab, "npm").unwrap()
    };
    let maintainers = r#"{"id": 12, "access_level": 40, "access_level_description": "Maintainers", "user_id": null, "group_id": null}"#;
    let developers = r#"{"access_level": 30, "access_level_description": "Developers + Maintainers"}"#;
    assert_eq!(protected(maintainers, ""), Verdict::Holds("deployed by Maintainers".to_owned()));
    let asked = r#", "approval_rules": [{"required_approvals": 2}], "required_approval_count": 0"#;
    assert_eq!(
        protected(developers, asked),
        Verdict::Holds("deployed by Developers + Maintainers; 2 approvals".to_owned())
    );
    assert!(matches!(protected(developers, ""), Verdict::Open(_)));
    assert!(matches!(protected(r#"{"access_level": 30, "user_id": 7}"#, ""), Verdict::Holds(_)));
    let none = |groups: &str| {
        let text = format!(r#"{{"schema": 1, "gitlab": {{"protected-environments": []{groups}}}}}"#);
        read(&text).environment(Provider::Gitlab, "npm").unwrap()
    };
    assert!(matches!(none(""), Verdict::Unproven(_)));
    assert_eq!(none(r#", "group-protected-environments": []"#), Verdict::Open("is not protected".to_owned()));
    assert!(matches!(
        none(r#", "group-protected-environments": [{"name": "production"}]"#),
        Verdict::Unproven(_)
    ));
}

#[test]
fn circleci_contexts() {
    let restricted = |items: &str| {
        let text = format!(
            r#"{{"schema": 1, "circleci": {{"contexts": {{"npm": {{"restrictions": {{"items": [{items}], "next_page_token": null}}}}}}}}}}"#
        );
        read(&text).context("npm").unwrap()
    };
    let item = |kind: &str, value: &str, name: &str| {
        format!(
            r#"{{"id": "x", "restriction_type": "{kind}", "restriction_value": "{value}", "name": "{name}"}}"#
        )
    };
    let main = item("expression", r#"pipeline.git.branch == \"main\""#, "");
    assert_eq!(restricted(&main), Verdict::Holds(r#"pipeline.git.branch == "main""#.to_owned()));
    assert!(matches!(restricted(&item("expression", "not job.ssh.enabled", "")), Verdict::Open(_)));
    assert!(matches!(restricted(&item("project", "0b5e", "demo")), Verdict::Open(_)));
    assert!(matches!(restricted(&item("group", "0b5e", "All members")), Verdict::Open(_)));
    assert_eq!(
        restricted(&item("group", "0b5e", "release")),
        Verdict::Holds("members of the group release".to_owned())
    );
    assert!(matches!(restricted(""), Verdict::Open(_)));
    let variables = read(
        r#"{"schema": 1, "circleci": {"contexts": {"npm": {"environment-variables":
            {"items": [{"variable": "NPM_TOKEN", "truncated_value": "xxxx1234"}], "next_page_token": null}}}}}"#,
    );
    assert_eq!(variables.context_variables("npm"), Some(vec!["NPM_TOKEN"]));
    assert_eq!((variables.context("npm"), variables.context("other")), (None, None));
}

#[test]
fn mistakes_are_told_at_their_places() {
    let told = |text: &str| told(&load(&Source::new("settings.json", text)).unwrap_err());
    insta::assert_snapshot!([
        "",
        "[]",
        "{\"schema\": 2}",
        "{\"github\": {}}",
        "{\"schema\": 1, \"githb\": {}}",
        "{\n  \"schema\": 1,\n  \"github\": {\"enviroments\": {\"environments\": []}}\n}",
        "{\"schema\": 1, \"github\": {\"environments\": {\"total_count\": 1}}}",
        "{\"schema\": 1, \"github\": {\"environments\": {\"message\": \"Not Found\", \"status\": \"404\"}}}",
        "{\"schema\": 1, \"gitlab\": {\"protected-environments\": {\"name\": \"npm\"}}}",
        "{\"schema\": 1, \"circleci\": {\"contexts\": {\"npm\": {\"restrictions\": {\"items\": [{}]}}}}}",
        "{\"schema\": 1, \"schema\": 1}",
        "{\"schema\": 1,",
    ]
    .map(|text| format!("{text}\n{}", told(text)))
    .join("\n"));
}

#[test]
fn json_of_every_shape_is_read() {
    for text in [
        "{\n\t\"schema\": 1,\n\t\"github\": {\n\t\t\"protected-branches\": [\n\t\t\t{\"name\": \"a\\/b\"}\n\t\t]\n\t}\n}",
        "{\"schema\":1,\"github\":{\"protected-branches\":[{\"name\":\"\\ud83d\\ude80\"},{\"name\":\"a:b\"},{\"name\":\"{x}\"}]}}",
        "\u{feff}{\"schema\": 1, \"$schema\": \"x\"}\r\n",
        "{\"schema\": 1, \"github\": {\"environments\": {\"environments\": [{\"name\": \"a\", \"id\": 123456789012345678, \"x\": 1.5e3}]}}}",
    ] {
        read(text);
    }
    let surrogates =
        read("{\"schema\":1,\"github\":{\"protected-branches\":[{\"name\":\"\\ud83d\\ude80\"}]}}");
    assert_eq!(surrogates.github.unwrap().protected_branches.unwrap()[0].name, "\u{1f680}");
}
