// The identity and what it says of this run. Only the payload of the id token is read: the registry
// verifies it. We compare, because the registry answers every mismatch with the same "package not found".

const HOSTED = { github: 'github-hosted', gitlab: 'gitlab-hosted' };
const CIRCLE = 'oidc.circleci.com/';

function payload(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8'));
  } catch {
    throw new Problem(
      'id-token-unreadable',
      'the id token is no JWT',
      'what the provider gave does not decode; it is not shown here',
      'let the provider issue it: id_tokens on GitLab, `circleci run oidc get` on CircleCI',
    );
  }
}

async function githubToken(audience) {
  const [url, bearer] = [env.ACTIONS_ID_TOKEN_REQUEST_URL, env.ACTIONS_ID_TOKEN_REQUEST_TOKEN];
  if (!url || !bearer) {
    throw new Problem(
      'id-token-permission-missing',
      'this job may not ask for an id token',
      'GitHub gave no ACTIONS_ID_TOKEN_REQUEST_URL: the job, or a caller of a reusable workflow, lacks the ' +
        'permission, or a fork started this run',
      'write permissions: id-token: write on the publish job, and on every job that calls it',
    );
  }
  const request = new URL(url);
  request.searchParams.append('audience', audience);
  let cause;
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` };
    const answer = await fetch(request, { headers, signal: AbortSignal.timeout(30000) });
    const { value } = answer.ok ? await answer.json() : {};
    if (value) return value;
    cause = `GitHub answered with status ${answer.status} and no token`;
  } catch (error) {
    cause = error.cause?.message ?? error.message;
  }
  throw new Problem(
    'id-token-fetch-failed',
    'GitHub gave no id token',
    cause,
    'run the job again; behind a proxy set NODE_USE_ENV_PROXY=1',
  );
}

// CircleCI does not mask its token: it goes from the tool's output into this process and npm's
// environment, and to no shell, file or log.
async function circleToken(audience) {
  const claims = JSON.stringify({ aud: audience });
  const made = await run('circleci', ['run', 'oidc', 'get', '--claims', claims], { limit: 60 });
  const token = made.stdout.trim();
  if (made.code === 0 && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return token;
  throw new Problem(
    'id-token-variable-missing',
    'CircleCI gave no id token',
    made.error
      ? `circleci did not start: ${made.error.message}`
      : `exit code ${made.code}; ${made.stderr.trim()}`,
    'run on CircleCI cloud, in a job with a context or a project, and not from a fork',
  );
}

function gitlabToken() {
  if (env.NPM_ID_TOKEN) return env.NPM_ID_TOKEN;
  throw new Problem(
    'id-token-variable-missing',
    'the job has no NPM_ID_TOKEN',
    'npm reads the id token from that variable alone',
    `declare it on the publish job: id_tokens: NPM_ID_TOKEN: aud: "${need('TRUSTPUB_AUDIENCE')}"`,
  );
}

async function identity(provider, audience) {
  const get = { github: githubToken, gitlab: gitlabToken, circleci: circleToken }[provider];
  const token = await get(audience);
  if (token.length > 7) secretValues.add(token);
  // On GitHub npm asks for its own token each time: they live a few minutes.
  return { token, claims: payload(token), extra: provider === 'circleci' ? { NPM_ID_TOKEN: token } : {} };
}

function gitlabRef(claims) {
  return (
    claims.ref_path ?? (claims.ref && `refs/${claims.ref_type === 'tag' ? 'tags' : 'heads'}/${claims.ref}`)
  );
}

// Key of TRUSTPUB_EXPECT: [what the token says, what to do about a difference].
const READ = {
  github: {
    repository: [
      (c) => c.repository,
      'the trusted publisher must name this repository, letter case included',
    ],
    workflow: [
      (c) => /\/\.github\/workflows\/([^@]+)@/.exec(c.workflow_ref ?? '')?.[1],
      'the trusted publisher must name the workflow that starts the run, not one that it calls',
    ],
    environment: [
      (c) => c.environment,
      'write environment: on the publish job, the same as in the trusted publisher',
    ],
    ref: [(c) => c.ref, 'start the run from a branch or tag that the spec allows'],
    event: [(c) => c.event_name, 'start the run by an event that the spec allows'],
  },
  gitlab: {
    server: [
      (c) => c.iss,
      'the registry trusts this issuer alone; a self-managed GitLab needs staging by token',
    ],
    project: [
      (c) => c.project_path,
      'the trusted publisher must name this project; a fork has its own identity',
    ],
    config: [
      (c) => /\/\/(.+)@[^@]*$/.exec(c.ci_config_ref_uri ?? '')?.[1],
      "the trusted publisher must name the project's top-level CI file",
    ],
    environment: [
      (c) => c.environment,
      'write environment: name: on the publish job, as in the trusted publisher',
    ],
    ref: [gitlabRef, 'start the pipeline from a branch or tag that the spec allows'],
    protected: [
      (c) => String(c.ref_protected) === 'true',
      'protect the branch, or the tag pattern, in the settings',
    ],
  },
  circleci: {
    organization: [(c) => c[`${CIRCLE}org-id`], 'the trusted publisher must name this organization id'],
    project: [(c) => c[`${CIRCLE}project-id`], 'the trusted publisher must name this project id'],
    pipeline: [
      (c) => c[`${CIRCLE}pipeline-definition-id`],
      'the trusted publisher must name this pipeline definition',
    ],
    origin: [(c) => c[`${CIRCLE}vcs-origin`], 'the trusted publisher must name this origin'],
    ref: [(c) => c[`${CIRCLE}vcs-ref`], 'start the pipeline from a branch or tag that the spec allows'],
  },
};

function matches(pattern, value) {
  const text = String(pattern)
    .replace(/[.+?^$()|[\]{}\\]/g, '\\$&')
    .replaceAll('*', '.*');
  return new RegExp(`^${text}$`).test(value);
}

function compareClaims(provider, claims, expect) {
  const found = [];
  for (const [key, [read, fix]] of Object.entries(READ[provider])) {
    const wanted = expect[key];
    if (wanted === undefined || wanted === null || wanted === '' || wanted === false) continue;
    const seen = read(claims);
    const list = [wanted].flat();
    const globbed = key === 'ref' || key === 'event';
    if (list.some((one) => (globbed ? matches(one, seen ?? '') : one === seen))) continue;
    const near = list.some((one) => String(one).toLowerCase() === String(seen).toLowerCase());
    const detail = `expected ${list.join(' or ')}, the id token says ${seen ?? 'nothing'}`;
    const cased = near && seen !== undefined ? '; they differ in letter case, which counts' : '';
    found.push(
      new Problem(`claim-${key}`, `this run has another ${key} than the spec`, detail + cased, fix),
    );
  }
  return found;
}

function checkContexts(claims, expected) {
  const present = [claims[`${CIRCLE}context-ids`] ?? []].flat();
  const wanted = expected === true ? present : [expected || []].flat();
  const asked = expected === true || wanted.length > 0;
  if (!asked || wanted.some((id) => present.includes(id))) return [];
  return [
    new Problem(
      'claim-context',
      'the job runs outside the context that the trusted publisher asks for',
      `expected ${expected === true ? 'any' : wanted.join(' or ')}, it has ${present.join(', ') || 'none'}`,
      'attach the context to the publish job, and run from a branch or tag that its restriction allows',
    ),
  ];
}

// What holds whatever the spec says: audience, lifetime, and what the registry or provenance is known to
// refuse.
function checkIdentity(provider, claims, audience, expect, provenance) {
  const found = compareClaims(provider, claims, expect);
  const warnings = [];
  const audiences = [claims.aud ?? []].flat();
  if (!audiences.includes(audience)) {
    found.push(
      new Problem(
        'wrong-audience',
        'the id token is for another audience',
        `expected ${audience}, the id token says ${audiences.join(', ') || 'nothing'}`,
        `write exactly ${audience}: no scheme, no slash`,
      ),
    );
  }
  if (claims.exp && claims.exp * 1000 < Date.now()) {
    found.push(
      new Problem(
        'id-token-expired',
        'the id token has expired',
        `it was good until ${new Date(claims.exp * 1000).toISOString()}`,
        "publish in a job of its own; on GitLab the token lives as long as the job's timeout",
      ),
    );
  }
  if (provider === 'circleci') {
    found.push(...checkContexts(claims, expect.contexts));
    if (String(claims[`${CIRCLE}ssh-rerun`]) === 'true') {
      found.push(
        new Problem(
          'ssh-rerun',
          'this is a rerun with SSH',
          'the registry refuses its identity, as someone could have changed the job by hand',
          'rerun the workflow without SSH',
        ),
      );
    }
  }
  const open = (claims.repository_visibility ?? claims.project_visibility) === 'public';
  const hosted = HOSTED[provider];
  if (expect.runner === 'hosted' && hosted && claims.runner_environment !== hosted) {
    const problem = new Problem(
      'provenance-self-hosted-runner',
      'the publish job does not run on a hosted runner',
      `the id token says ${claims.runner_environment ?? 'nothing'}. ` +
        (open && provenance !== 'false'
          ? 'npm adds provenance for a public repository, and the registry answers that with 422.'
          : 'Trusted publishing does not promise to work here; without provenance it is reported to.'),
      'run the publish job on a hosted runner (the pack job can stay), or set provenance: false in the spec',
    );
    (open && provenance !== 'false' ? found : warnings).push(problem);
  }
  if (provider === 'gitlab' && open && provenance !== 'false' && !env.SIGSTORE_ID_TOKEN) {
    const problem = new Problem(
      'sigstore-token-missing',
      'the job has no SIGSTORE_ID_TOKEN',
      'npm signs provenance on GitLab with that second id token; without it there is none',
      'declare it on the publish job: id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore',
    );
    (provenance === 'true' ? found : warnings).push(problem);
  }
  return { found, warnings, open };
}

// The values to enter on the registry, taken from this very run.
function publisherOf(provider, claims, mode) {
  const allow = mode === 'stage' ? '--allow-stage-publish' : '--allow-publish';
  const value = (key) => READ[provider][key]?.[0](claims);
  const quoted = (text) => (/^[\w.\/:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const option = (flag, text) => (text ? ` ${flag} ${quoted(String(text))}` : '');
  if (provider === 'github') {
    const flags = option('--repo', value('repository')) + option('--file', value('workflow'));
    return `github PACKAGE${flags}${option('--env', value('environment'))} ${allow}`;
  }
  if (provider === 'gitlab') {
    const flags = option('--project', value('project')) + option('--file', value('config'));
    return `gitlab PACKAGE${flags}${option('--env', value('environment'))} ${allow}`;
  }
  const contexts = [claims[`${CIRCLE}context-ids`] ?? []].flat().map((id) => ` --context-id ${id}`);
  const ids = ['org-id', 'project-id', 'pipeline-definition-id', 'vcs-origin'];
  const flags = ids.map((id) => option(`--${id}`, claims[CIRCLE + id])).join('');
  return `circleci PACKAGE${flags}${contexts.join('')} ${allow}`;
}
