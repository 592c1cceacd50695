// CircleCI's identity. Its token is not masked: it goes from the tool's output into this process and npm's
// environment, and to no shell, file or log.
const PROVIDER = 'circleci';
const MARK = 'CIRCLECI';
const PROVENANCE = ['auto', 'false'];
const OWN_CAUSES = [
  ['provenance-unsupported-provider', /Automatic provenance generation not supported for provider/,
    'this provider cannot make provenance', 'remove publishConfig.provenance and provenance: true'],
];
const claim = (name) => (claims) => claims[`oidc.circleci.com/${name}`];
// Key of TRUSTPUB_EXPECT: what the token says, what to do about a difference.
const CLAIMS = {
  organization: [claim('org-id'), 'let the trusted publisher name this organization id'],
  project: [claim('project-id'), 'let the trusted publisher name this project id'],
  pipeline: [claim('pipeline-definition-id'), 'let the trusted publisher name this pipeline definition'],
  origin: [claim('vcs-origin'), 'let the trusted publisher name this origin'],
  ref: [claim('vcs-ref'), 'start the pipeline from a branch or tag that the spec allows'],
};
const FLAGS = ['org-id', 'project-id', 'pipeline-definition-id', 'vcs-origin'];
const TRUST = Object.fromEntries(FLAGS.map((one) => [one, claim(one)]));
TRUST['context-id'] = claim('context-ids');
const LIKELY = [
  'organization, project, pipeline definition or origin differ (the origin has no https://)',
  'the context that the publisher names is not attached to this job, or its restriction kept it away',
  'this is a rerun with SSH, which the registry refuses',
];

async function idToken(audience) {
  const args = ['run', 'oidc', 'get', '--claims', JSON.stringify({ aud: audience })];
  const made = await run('circleci', args, { limit: 60 });
  const token = made.stdout.trim();
  if (made.code === 0 && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return token;
  throw new Problem('id-token-variable-missing', 'CircleCI gave no id token',
    made.unstarted || `exit code ${made.code}; ${made.stderr.trim()}`,
    'run on CircleCI cloud, in a job with a context or a project, and not from a fork');
}

const passOn = (token) => ({ NPM_ID_TOKEN: token });
function checkRun(claims, { expect }, { refuse }) {
  const present = [claim('context-ids')(claims) ?? []].flat();
  const wanted = expect.contexts === true ? ['any'] : [expect.contexts || []].flat();
  const good = expect.contexts === true ? present.length > 0 : wanted.some((id) => present.includes(id));
  refuse(wanted.length > 0 && !good, 'claim-context', 'the job lacks the context of the trusted publisher',
    `expected ${wanted.join(' or ')}, it has ${present.join(', ') || 'none'}`,
    'attach the context to the publish job, and run from a branch or tag that its restriction allows');
  refuse(String(claim('ssh-rerun')(claims)) === 'true', 'ssh-rerun', 'this is a rerun with SSH',
    'the registry refuses it: someone could have changed the job', 'rerun the workflow without SSH');
  return false;
}
