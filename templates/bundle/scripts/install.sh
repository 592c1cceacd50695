# Chooses the install command, fetches pnpm or yarn by corepack where they are missing, then installs.
set -eu
case $TRUSTPUB_IGNORE_SCRIPTS in
  true | 1)
    export npm_config_ignore_scripts=true pnpm_config_ignore_scripts=true YARN_ENABLE_SCRIPTS=false
    trustpub_bun=--ignore-scripts
    ;;
  *) trustpub_bun= ;;
esac
if ! command -v "$TRUSTPUB_MANAGER" >/dev/null 2>&1; then
  case $TRUSTPUB_MANAGER in
    pnpm | yarn) corepack enable "$TRUSTPUB_MANAGER" || sudo "$(command -v corepack)" enable "$TRUSTPUB_MANAGER" ;;
    *)
      if [ "$TRUSTPUB_INSTALL" = auto ]; then
        echo "ERROR: $TRUSTPUB_MANAGER is not on PATH. Fix: set it up in an earlier step of this job, or in the install command." >&2
        exit 1
      fi
      ;;
  esac
fi
case $TRUSTPUB_INSTALL in
  none)
    echo 'Nothing is installed: install-command is none.'
    exit 0
    ;;
  auto)
    case $TRUSTPUB_MANAGER in
      pnpm) set -- pnpm install --frozen-lockfile ;;
      yarn)
        case $(yarn --version) in
          1.*) set -- yarn install --frozen-lockfile ;;
          *) set -- yarn install --immutable ;;
        esac
        ;;
      bun) set -- bun install --frozen-lockfile ${trustpub_bun:+"$trustpub_bun"} ;;
      *) set -- npm ci ;;
    esac
    ;;
  *[!A-Za-z0-9\ @%+:,./_-]*) set -- sh -ec "$TRUSTPUB_INSTALL" ;;
  *)
    # shellcheck disable=SC2086 # a plain call, without a character that a shell would read: its words
    set -- $TRUSTPUB_INSTALL
    ;;
esac
