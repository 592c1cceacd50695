# The read-only token, by the name of the variable that holds it; CircleCI admits nothing but a name.
eval "NPM_READ_TOKEN=\${$TRUSTPUB_READ_TOKEN_NAME:-}"
export NPM_READ_TOKEN
