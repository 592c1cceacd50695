//! The steps of the two jobs, as they were meant and as they were read.

use super::super::{data, runtime::Program, script};
use crate::ci::{Input, Job, StepKind};
use crate::facts::{Provider, actions};
use crate::plan::{Install, PackNode, TargetPlan};

/// A step as words: `uses NAME@COMMIT name=value …`, or the text of a script.
pub(super) fn joined(steps: &[String]) -> String {
    let tidy = |text: &String| {
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    };
    steps.iter().map(tidy).collect::<Vec<_>>().join("\n")
}

/// The steps of a job that was read.
pub(super) fn shown(job: &Job, provider: Provider) -> String {
    let steps = job.leaves().into_iter().map(|step| {
        let mut words = match &step.kind {
            // CircleCI's escape for what would open an expression.
            StepKind::Run { script, .. } if provider == Provider::Circleci => {
                script.text().replace("\\<<", "<<")
            }
            StepKind::Run { script, .. } => script.text().to_owned(),
            StepKind::Uses { reference, inputs, .. } => called(&reference.written, inputs),
            StepKind::Builtin { name, inputs } => called(name, inputs),
        };
        words.extend(step.id.iter().flat_map(|id| ["\nknown as ", id]));
        words.extend(step.condition.iter().flat_map(|condition| ["\nif ", &condition.text]));
        if step.continue_on_error {
            words.push_str("\nwhatever comes of it");
        }
        words
    });
    joined(&steps.collect::<Vec<_>>())
}

fn called(name: &str, inputs: &[Input]) -> String {
    let mut words = format!("uses {name}");
    for input in inputs {
        words.extend([" ", &input.name, "=", &input.text.written]);
    }
    words
}

/// The steps of the pack job and of the publish job.
pub(super) fn meant(target: &TargetPlan) -> (Vec<String>, Vec<String>) {
    match target.provider {
        Provider::Github => github(target),
        Provider::Gitlab => (data::gitlab_scripts(target), publish_scripts(target, "")),
        _ => circleci(target),
    }
}

fn uses(action: &str, inputs: &str) -> String {
    let pin = actions::pin(action).map(|pin| format!("{}@{}", pin.action, pin.commit)).unwrap_or_default();
    format!("uses {pin} {inputs}")
}

fn publish_scripts(target: &TargetPlan, sudo: &str) -> Vec<String> {
    let install = |version| format!("{sudo}npm install --global --ignore-scripts npm@{version}");
    let mut scripts: Vec<String> = target.publish.toolchain.install.iter().map(install).collect();
    scripts.push(Program::Publish.script(target.into()));
    scripts
}

fn github(target: &TargetPlan) -> (Vec<String>, Vec<String>) {
    let node = match &target.pack.node {
        PackNode::Exact(version) => format!("node-version={version}"),
        PackNode::File(file) => format!("node-version-file={file}"),
        PackNode::Image(_) => String::new(),
    };
    let mut pack = vec![
        uses("actions/checkout", "persist-credentials=false"),
        uses("actions/setup-node", &format!("{node} package-manager-cache=false")),
    ];
    pack.extend(script::setup(&target.pack, "").map(|setup| setup.command));
    let install = |install: &Install| script::install(install, target.pack.manager);
    pack.extend(target.pack.install.as_ref().map(install));
    pack.extend(target.pack.run.iter().cloned());
    pack.push(format!("{}known as pack", Program::Pack.script(target.into())));
    let hand_over =
        "name=npm-tarballs path=${{ runner.temp }}/npm-tarballs if-no-files-found=error retention-days=1";
    pack.push(uses("actions/upload-artifact", hand_over));
    let node = format!("node-version={} package-manager-cache=false", target.publish.toolchain.node);
    let mut publish = vec![uses("actions/setup-node", &node)];
    let mut scripts = publish_scripts(target, "");
    let program = scripts.pop();
    publish.extend(scripts);
    publish.push(uses("actions/download-artifact", "name=npm-tarballs path=npm-tarballs"));
    publish.extend(program);
    (pack, publish)
}

fn circleci(target: &TargetPlan) -> (Vec<String>, Vec<String>) {
    let mut pack = vec!["uses checkout".to_owned()];
    pack.extend(data::circleci_scripts(target));
    pack.push("uses persist_to_workspace root=/tmp/npm-tarballs paths=".to_owned());
    let sudo = data::sudo(&data::images_of(target).1);
    let mut publish = vec!["uses attach_workspace at=/tmp/npm-tarballs".to_owned()];
    publish.extend(publish_scripts(target, sudo));
    (pack, publish)
}

/// The variables that the pack program gets.
pub(super) fn pack_variables(target: &TargetPlan) -> Vec<(String, String)> {
    let out = match target.provider {
        Provider::Github => "${{ runner.temp }}/npm-tarballs",
        Provider::Gitlab => ".npm-tarballs",
        _ => "/tmp/npm-tarballs",
    };
    let mut all = owned(data::pack_env(target));
    all.extend(owned(data::install_variables(target)));
    all.push(("TRUSTPUB_OUT".to_owned(), out.to_owned()));
    all
}

/// The variables that the publish program gets.
pub(super) fn publish_variables(target: &TargetPlan) -> Vec<(String, String)> {
    let mut all = owned(data::publish_env(target));
    let folder = match target.provider {
        Provider::Github => "npm-tarballs",
        Provider::Gitlab => ".npm-tarballs",
        _ => "/tmp/npm-tarballs",
    };
    all.push(("TRUSTPUB_DIR".to_owned(), folder.to_owned()));
    if target.provider == Provider::Github {
        let digest = format!("${{{{ needs.{}.outputs.manifest-sha256 }}}}", target.pack_job());
        all.push(("TRUSTPUB_MANIFEST_SHA256".to_owned(), digest));
    }
    if target.provider == Provider::Gitlab {
        all.push(("GIT_STRATEGY".to_owned(), "none".to_owned()));
    }
    all
}

fn owned(env: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    env.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}
