// Provenance: who may sign, and what npm says where signing fails.
const SIGNING_CAUSES = [
  ['provenance-repository-missing', /"repository\.url" is ""/, 'package.json names no repository',
    'write "repository" with the expected URL in this package.json: the workspace root\'s is not inherited'],
  ['provenance-repository-mismatch', /Failed to validate repository information|"repository\.url" is/i,
    'package.json names another repository than the provenance',
    'write the expected URL, git+https://HOST/OWNER/REPO.git, in its own package.json; letter case counts'],
  ['provenance-self-hosted-runner', /Unsupported .* runner environment|environment: "self-hosted"/i,
    'the registry refuses provenance from this runner', 'use a hosted runner, or provenance: false'],
  ['provenance-private-repository', /Unsupported .* source repository visibility/i,
    'provenance needs a public repository', 'set provenance: auto or false in the spec'],
  ['provenance-source-ref-missing', /Missing SourceRepositoryRef/, 'the certificate does not name the source',
    'update the checkout action, and run again'],
  ['provenance-rejected', /Error verifying sigstore provenance/i, 'the registry could not verify it',
    "read the registry's sentence; run again, or update the actions if it stays"],
  ['provenance-private-package', /Can't generate provenance for new or private package/,
    'provenance needs public access', 'set access: public in the spec, or provenance: false'],
  ['transparency-log-conflict', /TLOG_CREATE_ENTRY_ERROR/, 'the transparency log had a conflict',
    'run the job again: it publishes what is missing', 'retry'],
  ['signing-certificate-failed',
    /CA_CREATE_SIGNING_CERTIFICATE_ERROR|TLOG_FETCH_ENTRY_ERROR|TSA_CREATE_TIMESTAMP_ERROR/,
    'the signing service cannot be reached', 'run the job again later', 'retry'],
];

// True where npm should sign. `hosted` is what the id token says of the provider's own runners.
function checkSigning(claims, { expect, provenance }, hosted, { refuse, warn }) {
  const open = (claims.repository_visibility ?? claims.project_visibility) === 'public';
  const refused = open && provenance !== 'false';
  const wrong = expect.runner === 'hosted' && claims.runner_environment !== hosted;
  (refused ? refuse : warn)(wrong, 'provenance-self-hosted-runner',
    'the publish job does not run on a hosted runner',
    `the id token says ${claims.runner_environment}${refused ? '; provenance is answered with 422' : ''}`,
    'run the publish job on a hosted runner (the pack job can stay), or set provenance: false in the spec');
  return provenance === 'true' || refused;
}
