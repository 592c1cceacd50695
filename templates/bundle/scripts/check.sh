# Builds trustpub from the checkout that this action came with, checks the repository, uploads the SARIF report,
# and ends as the check did: 0 clean, 1 findings, 2 it could not look.
set -euo pipefail
export CARGO_TARGET_DIR="$RUNNER_TEMP/trustpub-target"
if ! command -v rustup >/dev/null; then
  echo '::error title=trustpub: no rustup on this runner::Fix: run this job on a GitHub-hosted runner, or install rustup in an earlier step'
  exit 2
fi
rustup toolchain install "$TRUSTPUB_RUST" --profile minimal --no-self-update
cargo "+$TRUSTPUB_RUST" build --release --locked --manifest-path "$GITHUB_ACTION_PATH/../../Cargo.toml"
trustpub="$CARGO_TARGET_DIR/release/trustpub"

if [ "$TRUSTPUB_SARIF" = true ]; then
  report="$RUNNER_TEMP/trustpub.sarif"
  "$trustpub" check --repo "$GITHUB_WORKSPACE" --format sarif --fail-on never >"$report"
  printf 'sarif=%s\n' "$report" >>"$GITHUB_OUTPUT"
  # Without a token, as from a fork, the annotations below must do.
  TRUSTPUB_SARIF_FILE="$report" node "$GITHUB_ACTION_PATH/../scripts/sarif.mjs"
fi
"$trustpub" check --repo "$GITHUB_WORKSPACE" --format github --fail-on "$TRUSTPUB_FAIL_ON"
