# The caller's own commands between install and pack, in one shell that stops at the first failure.
set -eu
sh -ec "$TRUSTPUB_BUILD"
