# Runs the install command, its arguments, with the read-only token in npm, pnpm, yarn and bun configuration of its
# own: a file outside the checkout that names the variable, not its value, and that is gone when the step ends.
if [ -n "${NPM_READ_TOKEN:-}" ]; then
  trustpub_dir=$(mktemp -d)
  trap 'rm -rf "$trustpub_dir"' EXIT
  trustpub_host=${TRUSTPUB_REGISTRY#*:}
  # shellcheck disable=SC2016  # npm expands the name itself
  printf '%s/:_authToken=${NPM_READ_TOKEN}\n' "${trustpub_host%/}" >"$trustpub_dir/npmrc"
  export NPM_CONFIG_USERCONFIG="$trustpub_dir/npmrc" YARN_NPM_AUTH_TOKEN="$NPM_READ_TOKEN" NPM_CONFIG_TOKEN="$NPM_READ_TOKEN"
fi
"$@"
