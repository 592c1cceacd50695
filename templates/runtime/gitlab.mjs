// GitLab's identity: the id tokens that the job declares; npm reads the same variables.
const PROVIDER = 'gitlab';
const MARK = 'GITLAB_CI';
const PROVENANCE = ['auto', 'true', 'false'];
const SECOND_TOKEN = 'declare it on the publish job: id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore';
const OWN_CAUSES = [
  ...SIGNING_CAUSES,
  ['sigstore-token-malformed', /IDENTITY_TOKEN_PARSE_ERROR/, 'it is no id token', SECOND_TOKEN],
  ['sigstore-token-missing', /requires "SIGSTORE_ID_TOKEN"/, 'no id token to sign provenance with',
    SECOND_TOKEN],
];
// Key of TRUSTPUB_EXPECT: what the token says, what to do about a difference.
const CLAIMS = {
  server: [(c) => c.iss, 'the registry trusts this issuer alone; another GitLab can stage by token'],
  project: [(c) => c.project_path, 'let the trusted publisher name this project; a fork has its own'],
  config: [(c) => /\/\/(.+)@[^@]*$/.exec(c.ci_config_ref_uri)?.[1],
    "let the trusted publisher name the project's top-level CI file"],
  environment: [(c) => c.environment, 'write environment: name: on the publish job, as in the publisher'],
  ref: [(c) => c.ref_path ?? (c.ref && `refs/${c.ref_type === 'tag' ? 'tags' : 'heads'}/${c.ref}`),
    'start the pipeline from a branch or tag that the spec allows'],
  protected: [(c) => String(c.ref_protected) === 'true', 'protect the branch or the tag pattern'],
};
const TRUST = { project: CLAIMS.project[0], file: CLAIMS.config[0], env: CLAIMS.environment[0] };
const LIKELY = [
  'namespace, project, CI file or environment differ, letter case included',
  'the CI file of the project lives in another project: its identity cannot match',
];

function idToken(audience) {
  if (env.NPM_ID_TOKEN) return env.NPM_ID_TOKEN;
  throw new Problem('id-token-variable-missing', 'the job has no NPM_ID_TOKEN',
    'npm reads the id token from that variable alone',
    `declare it on the publish job: id_tokens: NPM_ID_TOKEN: aud: "${audience}"`);
}

const passOn = () => ({});
function checkRun(claims, given, faults) {
  const signs = checkSigning(claims, given, 'gitlab-hosted', faults);
  (given.provenance === 'true' ? faults.refuse : faults.warn)(signs && !env.SIGSTORE_ID_TOKEN,
    'sigstore-token-missing', 'no SIGSTORE_ID_TOKEN', 'npm signs provenance with it', SECOND_TOKEN);
  return signs && Boolean(env.SIGSTORE_ID_TOKEN);
}
