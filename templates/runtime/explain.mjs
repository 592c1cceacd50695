// What npm's error text means: [id, text, what happened, fix, kind]; the first match wins. `retry` passes by
// itself, `present` says that the registry has this version. Ids are those of facts/errors.toml.
const AGAIN = 'run the job again: it publishes what is missing and skips what is there';
const CAUSES = [
  ...OWN_CAUSES,
  ['permission-denied-for-action', /OIDC permission denied/i, 'the trusted publisher forbids this action',
    'allow "npm publish" in the trusted publisher, or set mode: stage'],
  ['version-already-staged', /over previously staged version|Cannot stage previously \w+ version/i,
    'this version is staged already', 'approve it, or `npm stage reject` it and run again', 'present'],
  ['version-already-published', /cannot publish over the previously published|EPUBLISHCONFLICT/i,
    'this version is published already', 'raise the version and tag again', 'present'],
  ['web-auth-failed', /Failed to generate Web Auth URLs/, 'the registry staged it and asks for a person',
    'allow "npm publish" in the trusted publisher, reject the staged version, and raise the version'],
  ['token-needs-bypass', /Two-factor authentication .* is required/, 'this token needs a second factor',
    'use a trusted publisher, or set mode: stage'],
  ['one-time-password', /EOTP|one-time password/i, 'the registry asks for a one-time password',
    'publish the first version by hand; then use a trusted publisher, or mode: stage'],
  ['stage-of-new-package', /404[^\n]*\/-\/stage\/package\//, 'it does not exist yet, or may not be staged',
    'publish the first version by hand, then add the trusted publisher'],
  ['no-credentials', /ENEEDAUTH/, 'npm had no credential, although the preflight got one',
    'run again; if it stays, the id token expired: shorten what runs before the publish step', 'retry'],
  ['masked-unauthorised', /404 Not Found - PUT|code E404|Access token expired or revoked/,
    'the registry refuses this write, as "not found"', 'check the trusted publisher of this very package'],
  ['token-invalid', /code E401|Unable to authenticate/, 'the registry does not know this credential',
    'with a trusted publisher run again; with a token make a new one'],
  ['payment-required', /code E402|Payment Required/i, 'the registry wants a paid plan for a private package',
    'set access: public in the spec'],
  ['unscoped-restricted', /EUNSCOPED|Can't restrict access to unscoped/, 'no scope, so it cannot be private',
    'remove access: restricted, or rename the package into a scope'],
  ['prerelease-without-tag', /must specify a tag using --tag when publishing a prerelease/,
    'a prerelease needs a dist-tag of its own', 'set prerelease_tag in the spec'],
  ['version-lower-than-latest', /Cannot implicitly apply the "latest" tag/,
    'a higher version is "latest" already', 'give this release line a tag of its own in the spec: v1-lts'],
  ['package-too-large', /code E413|Payload Too Large/i, 'the package is too large for the registry',
    'name what belongs into it in "files" of package.json'],
  ['forbidden', /code E403|403 Forbidden/, 'the registry forbids this publish',
    "compare the package's access and its trusted publisher with the registry's sentence"],
  ['rate-limited', /code E429|Too Many Requests/i, 'the registry asks to slow down', AGAIN, 'retry'],
  ['registry-unavailable', /code E5\d\d|\b50[0234] [A-Z][a-z]+/, 'the registry failed', AGAIN, 'retry'],
  ['network-failed', /ECONN(RESET|REFUSED)|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|FETCH_ERROR|ERR_SOCKET/,
    'the connection to the registry broke', AGAIN, 'retry'],
  ['npm-usage', /code EUSAGE/, 'npm refuses the call', 'if no option of the spec is named, report it'],
  ['unknown', /^/, 'npm failed for a reason that is not in our list', 'read its own lines above'],
];

// Only what npm says as an error counts: a file of the package could be called like one.
const ERROR_LINE = /^npm (?:error|ERR!|http fetch|notice Access token)/;

function explain(output, timedOut) {
  const lines = output.split('\n').filter((line) => ERROR_LINE.test(line));
  const text = timedOut ? [...lines, 'ETIMEDOUT'].join('\n') : lines.join('\n');
  const [id, match, title, fix, kind] = CAUSES.find(([, one]) => one.test(text));
  const line = id === 'unknown' ? '' : lines.find((one) => match.test(one));
  const detail = line?.replace(/^npm \S+ /, '') || "npm's own lines are above";
  return { id, title, detail, fix, retry: kind === 'retry', present: kind === 'present' };
}
