# Runs the install command that "$@" holds, with the read-only token where the package manager looks for it
# and nowhere else: a config file of this step alone, removed afterwards, that names the variable and not its
# value. The token is never written into the project, and no later step sees it.
set -eu
if [ -n "${NPM_READ_TOKEN:-}" ]; then
  trustpub_rc=$(mktemp)
  trap 'rm -f "$trustpub_rc"' EXIT
  trap 'exit 1' HUP INT TERM
  # npm's key for a registry is its URL without the scheme, with the last slash.
  trustpub_key=${TRUSTPUB_REGISTRY#*:}
  printf '%s:_authToken=%s\n' "${trustpub_key%/}/" "\${NPM_READ_TOKEN}" >"$trustpub_rc"
  export NPM_CONFIG_USERCONFIG="$trustpub_rc"
  # Others (yarn berry, bun) may read no config file of npm's; npm warns of variables that it does not know.
  case $1 in
    npm | pnpm) ;;
    *)
      export YARN_NPM_AUTH_TOKEN="$NPM_READ_TOKEN" YARN_NPM_ALWAYS_AUTH=true
      export NPM_CONFIG_TOKEN="$NPM_READ_TOKEN"
      ;;
  esac
fi
"$@"
