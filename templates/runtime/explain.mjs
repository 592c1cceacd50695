// What npm's error text means: cause and fix, first match wins. `retry` marks what passes by itself;
// `present` marks that the registry says it has this version. Ids are those of facts/errors.toml,
// where it knows the cause.
const FINGERPRINTS = [
  {
    id: 'permission-denied-for-action',
    match: /OIDC permission denied/i,
    title: 'the trusted publisher does not allow this action',
    cause:
      'The exchange worked; the publisher on the registry lacks the permission for what this job does.',
    fix: 'allow "npm publish" in the trusted publisher, or set mode: stage, which it always allows',
  },
  {
    id: 'provenance-repository-missing',
    match: /"repository\.url" is ""/,
    title: 'package.json names no repository',
    cause: "Provenance needs it in this package's own package.json; the workspace root's is not inherited.",
    fix: 'write "repository": { "type": "git", "url": ... } with the URL that the message expects',
  },
  {
    id: 'provenance-repository-mismatch',
    match: /Failed to validate repository information|"repository\.url" is/i,
    title: 'package.json names another repository than the provenance',
    cause: 'repository.url must be the repository that this pipeline runs in, letter case included.',
    fix: "write the expected URL, as git+https://HOST/OWNER/REPO.git, in this package's package.json",
  },
  {
    id: 'provenance-self-hosted-runner',
    match: /Unsupported .* runner environment|runner environment: "self-hosted"/i,
    title: 'the registry refuses provenance from this runner',
    cause: "Provenance is accepted from the provider's own hosted runners only.",
    fix: 'run the publish job on a hosted runner, or turn provenance off in the spec',
  },
  {
    id: 'provenance-private-repository',
    match: /Unsupported .* source repository visibility/i,
    title: 'provenance needs a public repository',
    cause: 'The repository is not public, and provenance was asked for.',
    fix: 'set provenance: auto or false in the spec',
  },
  {
    id: 'provenance-source-ref-missing',
    match: /Missing SourceRepositoryRef/,
    title: 'the signing certificate does not name the source',
    cause: 'An old version of the checkout action is known for it.',
    fix: 'update the checkout action, and run again',
  },
  {
    id: 'provenance-rejected',
    match: /Error verifying sigstore provenance/i,
    title: 'the registry could not verify the provenance',
    cause: 'The signing certificate does not say what the registry needs.',
    fix: "read the registry's sentence above; run again; update the workflow's actions if it stays",
  },
  {
    id: 'provenance-permission-missing',
    match: /requires "write" access to the "id-token" permission/,
    title: 'no permission to sign provenance',
    cause: 'The job lacks id-token: write.',
    fix: 'give the publish job, and every caller of a reusable workflow, permissions: id-token: write',
  },
  {
    id: 'sigstore-token-malformed',
    match: /IDENTITY_TOKEN_PARSE_ERROR/,
    title: 'the id token to sign provenance with is malformed',
    cause: 'What is in SIGSTORE_ID_TOKEN is no id token.',
    fix: 'let the provider issue it: id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore',
  },
  {
    id: 'sigstore-token-missing',
    match: /requires "SIGSTORE_ID_TOKEN"/,
    title: 'no id token to sign provenance with',
    cause: 'GitLab signs with a second id token, SIGSTORE_ID_TOKEN, audience sigstore.',
    fix: 'declare it under id_tokens of the publish job, or turn provenance off in the spec',
  },
  {
    id: 'provenance-unsupported-provider',
    match: /Automatic provenance generation not supported for provider/,
    title: 'this provider cannot make provenance',
    cause: 'Provenance was asked for by a flag, a config or publishConfig.provenance.',
    fix: 'remove publishConfig.provenance and provenance: true; trusted publishing works without',
  },
  {
    id: 'provenance-private-package',
    match: /Can't generate provenance for new or private package/,
    title: 'provenance needs public access',
    cause: 'npm signs only for a package that it knows to be public.',
    fix: 'set access: public in the spec, or provenance: false',
  },
  {
    id: 'transparency-log-conflict',
    match: /TLOG_CREATE_ENTRY_ERROR/,
    retry: true,
    title: 'the transparency log answered with a conflict',
    cause: 'A known race of the log; nothing was uploaded to the registry yet.',
    fix: 'run the job again: it publishes what is missing',
  },
  {
    id: 'signing-certificate-failed',
    match: /CA_CREATE_SIGNING_CERTIFICATE_ERROR|TLOG_FETCH_ENTRY_ERROR|TSA_CREATE_TIMESTAMP_ERROR/,
    retry: true,
    title: 'the provenance signing service cannot be reached',
    cause: 'The certificate authority or the log of sigstore did not answer.',
    fix: 'run the job again later: it publishes what is missing',
  },
  {
    id: 'version-already-staged',
    match: /over previously staged version|Cannot stage previously (?:published|staged) version/i,
    present: true,
    title: 'this version is staged or published already',
    cause: 'An earlier run staged it, or the registry still scans it.',
    fix: 'approve it, or `npm stage reject` it and run again',
  },
  {
    id: 'version-already-published',
    match: /cannot publish over the previously published|EPUBLISHCONFLICT/i,
    present: true,
    title: 'this version is published already',
    cause: 'A version can be published once.',
    fix: 'raise the version and tag again',
  },
  {
    id: 'web-auth-failed',
    match: /Failed to generate Web Auth URLs/,
    title: 'the registry asks for a person',
    cause: 'Seen where the trusted publisher lacks direct publish: the registry staged the version.',
    fix: 'allow "npm publish" in the trusted publisher, reject the staged version, and raise the version',
  },
  {
    id: 'token-needs-bypass',
    match: /Two-factor authentication .* is required/,
    title: 'this token may not publish without a second factor',
    cause: 'Direct publishing needs a person, or an identity.',
    fix: 'use a trusted publisher, or set mode: stage',
  },
  {
    id: 'one-time-password',
    match: /EOTP|one-time password/i,
    title: 'the registry asks for a one-time password',
    cause: 'This credential may not publish by itself; a new package always needs a person.',
    fix: 'publish the first version by hand; then a trusted publisher, or mode: stage',
  },
  {
    id: 'stage-of-new-package',
    match: /404[^\n]*\/-\/stage\/package\//,
    title: 'the package cannot be staged',
    cause: 'It does not exist yet, or this identity may not stage it.',
    fix: 'publish the first version by hand, then add the trusted publisher',
  },
  {
    id: 'no-credentials',
    match: /ENEEDAUTH/,
    title: 'npm had no credential',
    cause: 'The exchange of the id token gave nothing, although it worked in the preflight.',
    fix: 'run again; if it stays, the id token expired: shorten what runs before the publish step',
  },
  {
    id: 'masked-unauthorised',
    match: /404 Not Found - PUT|code E404|Access token expired or revoked/,
    title: 'the registry refuses this write (it says "not found")',
    cause: 'An unauthorised write is answered as 404: the credential is expired or not for this package.',
    fix: 'check the trusted publisher of this very package',
  },
  {
    id: 'token-invalid',
    match: /code E401|Unable to authenticate/,
    title: 'the registry does not know this credential',
    cause: 'It is expired, revoked, or not for this registry.',
    fix: 'with a trusted publisher run again; with a token make a new one',
  },
  {
    id: 'payment-required',
    match: /code E402|Payment Required/i,
    title: 'the registry wants a paid plan for a private package',
    cause: 'A scoped package is private unless it says otherwise.',
    fix: 'set access: public in the spec',
  },
  {
    id: 'unscoped-restricted',
    match: /EUNSCOPED|Can't restrict access to unscoped/,
    title: 'a package without a scope cannot be private',
    cause: 'access is restricted, the name has no scope.',
    fix: 'remove access: restricted, or rename the package into a scope',
  },
  {
    id: 'prerelease-without-tag',
    match: /must specify a tag using --tag when publishing a prerelease/,
    title: 'a prerelease needs a dist-tag of its own',
    cause: 'Without one it would become what everybody installs.',
    fix: 'set prerelease_tag in the spec',
  },
  {
    id: 'version-lower-than-latest',
    match: /Cannot implicitly apply the "latest" tag/,
    title: 'a higher version is "latest" already',
    cause: 'Publishing this one as latest would take everybody back.',
    fix: 'give this release line a tag of its own in the spec, such as v1-lts',
  },
  {
    id: 'package-too-large',
    match: /code E413|Payload Too Large/i,
    title: 'the package is too large for the registry',
    cause: 'The tarball is over its limit.',
    fix: 'name what belongs into it in "files" of package.json',
  },
  {
    id: 'forbidden',
    match: /code E403|403 Forbidden/,
    title: 'the registry forbids this publish',
    cause: 'The credential is known and may not do this.',
    fix: "read the registry's sentence above; compare the package's access and its trusted publisher",
  },
  {
    id: 'rate-limited',
    match: /code E429|Too Many Requests/i,
    retry: true,
    title: 'the registry asks to slow down',
    cause: 'Too many requests in a short time.',
    fix: 'run the job again later: it publishes what is missing',
  },
  {
    id: 'registry-unavailable',
    match: /code E5\d\d|\b50[0234] [A-Z][a-z]+/,
    retry: true,
    title: 'the registry did not answer',
    cause: 'A server error; whether it took the package was asked afterwards.',
    fix: 'run the job again: it publishes what is missing and skips what is there',
  },
  {
    id: 'network-failed',
    match: /ECONN(?:RESET|REFUSED)|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|FETCH_ERROR|ERR_SOCKET/,
    retry: true,
    title: 'the connection to the registry broke',
    cause:
      'A reset, a time-out or a name that does not resolve; what the registry has was asked afterwards.',
    fix: 'run the job again: it publishes what is missing and skips what is there',
  },
  {
    id: 'npm-usage',
    match: /code EUSAGE/,
    title: 'npm refuses the call',
    cause: 'npm names the reason above.',
    fix: 'if it names no option of the spec, this is a fault of trustpub: please report it',
  },
];

// Only what npm says as an error counts: a file of the package could be called like one.
const ERROR_LINE = /^npm (?:error|ERR!|http fetch|notice Access token)/;

function explain(output, timedOut) {
  const text = output
    .split('\n')
    .filter((line) => ERROR_LINE.test(line))
    .join('\n');
  const known = FINGERPRINTS.find(({ match }) => match.test(text));
  if (timedOut && !known) return { ...FINGERPRINTS.find(({ id }) => id === 'network-failed') };
  return (
    known ?? {
      id: 'unknown',
      title: 'npm failed for a reason that is not in our list',
      cause: 'Its own lines are above.',
      fix: "read npm's lines; `trustpub diagnose` on this log may say more",
    }
  );
}
