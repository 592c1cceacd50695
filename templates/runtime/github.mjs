// GitHub's identity: npm asks for its own id token each time; ours is only read and compared.
const PROVIDER = 'github';
const MARK = 'GITHUB_ACTIONS';
const PROVENANCE = ['auto', 'true', 'false'];
const OWN_CAUSES = [
  ...SIGNING_CAUSES,
  ['provenance-permission-missing', /requires "write" access to the "id-token" permission/,
    'no permission to sign provenance', 'give the job, and every caller, permissions: id-token: write'],
];
// Key of TRUSTPUB_EXPECT: what the token says, what to do about a difference.
const CLAIMS = {
  repository: [(c) => c.repository, 'let the trusted publisher name this repository, letter case included'],
  workflow: [(c) => /\/\.github\/workflows\/([^@]+)@/.exec(c.workflow_ref)?.[1],
    'let the trusted publisher name the workflow that starts the run, not one that it calls'],
  environment: [(c) => c.environment, 'write environment: on the publish job, as in the trusted publisher'],
  ref: [(c) => c.ref, 'start the run from a branch or tag that the spec allows'],
  event: [(c) => c.event_name, 'start the run by an event that the spec allows'],
};
const TRUST = { repo: CLAIMS.repository[0], file: CLAIMS.workflow[0], env: CLAIMS.environment[0] };
const LIKELY = [
  'owner, repository, workflow file or environment differ, letter case and .yml or .yaml included',
  'the publisher names a workflow that this one calls: it must be the one that starts the run',
  'the repository is new: reports say that its immutable subject is refused',
];

async function idToken(audience, retry) {
  const [url, bearer] = [env.ACTIONS_ID_TOKEN_REQUEST_URL, env.ACTIONS_ID_TOKEN_REQUEST_TOKEN];
  if (!url || !bearer)
    throw new Problem('id-token-permission-missing', 'this job may not ask for an id token',
      'the permission is missing here or in a caller, or a fork started this run',
      'write permissions: id-token: write on the publish job, and on every job that calls it');
  const request = new URL(url);
  request.searchParams.append('audience', audience);
  const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` };
  let cause;
  for (let attempt = 0; attempt < 4; attempt += 1) {
    if (attempt > 0) await pause(retry * 2 ** (attempt - 1));
    const signal = AbortSignal.timeout(30000);
    const answer = await fetch(request, { headers, signal }).catch((error) => error);
    const { value } = answer.ok ? await answer.json().catch(() => ({})) : {};
    if (value) return value;
    cause = `it answered with status ${answer.status} and no token`;
    if (answer instanceof Error) cause = answer.cause?.message ?? answer.message;
    if (answer.status < 500 && answer.status !== 429) break;
  }
  const fix = 'run the job again; behind a proxy set NODE_USE_ENV_PROXY=1';
  throw new Problem('id-token-fetch-failed', 'GitHub gave no id token', cause, fix);
}

const passOn = () => ({});
const checkRun = (claims, given, faults) => checkSigning(claims, given, 'github-hosted', faults);
