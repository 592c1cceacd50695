//! Staging with a token where no pipeline is generated: what to do by hand.

use crate::facts::npm::{Feature, floor};
use crate::facts::registry::HOST;
use crate::facts::{Provider, limits};

/// The steps, in order.
pub(super) fn steps(provider: Provider) -> Vec<String> {
    let least = |feature| {
        floor(feature, provider)
            .map_or_else(|| "npm".to_owned(), |floor| format!("npm {} or later", floor.lowest()))
    };
    let days = limits::write_token_days().value.unwrap_or_default();
    vec![
        "One job without any secret: check out, install with `--ignore-scripts` where the build allows it, test, build, pack. It hands over tarballs, nothing else.".to_owned(),
        format!(
            "A maintainer makes a token that can only stage: `npm token create --packages <names> --packages-and-scopes-permission read-write-stage-only --expires {days}` ({}), or the same on the website. The end of its life goes into its name.",
            least(Feature::StageOnlyToken)
        ),
        format!("The token is kept as {}.", secret(provider)),
        format!(
            "A second job without checkout and install writes a user configuration outside the workspace (`umask 077`) with the line `//{HOST}/:_authToken=${{NPM_STAGE_TOKEN}}`, and the variable itself, not its value, must reach the file: {}.",
            unexpanded(provider)
        ),
        format!(
            "It runs `npm stage publish <tarball> --ignore-scripts` for each tarball in dependency order ({}), never `--provenance`.",
            least(Feature::StagePublish)
        ),
        "A maintainer looks at `npm stage list` and runs `npm stage approve <id>`.".to_owned(),
    ]
}

fn secret(provider: Provider) -> &'static str {
    match provider {
        Provider::Jenkins => {
            "a folder-scoped credential, bound with `withCredentials` around that one `sh` step: whoever can edit the Jenkinsfile reaches what the job reaches"
        }
        Provider::Azure => {
            "a secret in a variable group with branch control and approval, mapped into that one step with `env:`"
        }
        Provider::Bitbucket => {
            "a secured variable of a deployment, whose branches an administrator restricts"
        }
        Provider::Buildkite => {
            "a secret with an access policy on pipeline and branch, named in that one step's `secrets:`"
        }
        Provider::Github | Provider::Gitlab | Provider::Circleci => {
            "a secret that the publish job alone can read"
        }
    }
}

fn unexpanded(provider: Provider) -> &'static str {
    match provider {
        Provider::Jenkins => "three single quotes around the script, as Groovy fills in double-quoted ones",
        Provider::Buildkite => "a script file or `$$`, as Buildkite fills in `$X` at upload",
        _ => "single quotes around the line",
    }
}
