# CircleCI puts a context's variables into every step: the read-only token, whatever its name, is dropped here.
unset "$TRUSTPUB_READ_TOKEN_NAME" NPM_READ_TOKEN
