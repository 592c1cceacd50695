// What must stop a publish before anything is sent, each with its name, its place and its fix.
import assert from 'node:assert/strict';
import { scenario } from './support/sandbox.mjs';

const TOKEN = 'npm_abcdefghijklmnopqrstuvwxyz0123456789';

// Runs with one thing wrong: exactly these problems, nothing sent, no value of a token in the log.
function refused(title, problems, arrange, says) {
  scenario(title, {}, async (box) => {
    box.seal();
    const env = (await arrange(box)) ?? {};
    const { code, log } = await box.publish({ ...(env.base ?? box.githubEnv), ...env.extra });
    assert.equal(code, 1, log);
    assert.deepEqual(box.problems(), problems, log);
    assert.equal(box.registry.count('PUT', /./), 0);
    assert.ok(!log.includes(TOKEN), log);
    assert.match(log, /Nothing was published/);
    for (const one of [says].flat().filter(Boolean)) assert.match(log, one);
  });
}

const extra = (extra) => () => ({ extra });
const expect = (expected) => extra({ TRUSTPUB_EXPECT: JSON.stringify(expected) });

refused(
  'node of another version',
  ['node-version'],
  extra({ TRUSTPUB_NODE: '1.2.3' }),
  /it needs node 1\.2\.3/,
);
refused(
  'npm too old',
  ['npm-version'],
  extra({ TRUSTPUB_NPM: '>=99.1.0 <100.0.0 || >=100.2.0' }),
  /99\.1\.0/,
);
refused(
  'several at once',
  ['node-version', 'npm-version', 'ci-false'],
  extra({
    TRUSTPUB_NODE: '1.2.3',
    TRUSTPUB_NPM: '1.2.3',
    CI: 'false',
  }),
);
refused('CI=false', ['ci-false'], extra({ CI: 'false' }), /remove CI=false/);
refused('not where the pipeline says', ['provider-unknown-to-npm'], extra({ GITHUB_ACTIONS: '' }));

refused('NPM_TOKEN', ['token-reachable'], extra({ NPM_TOKEN: TOKEN }), /NPM_TOKEN/);
refused('the read token, which GitHub gives to one step', ['token-reachable'], extra({ NPM_READ_TOKEN: TOKEN }));
refused('NODE_AUTH_TOKEN', ['token-reachable'], extra({ NODE_AUTH_TOKEN: TOKEN }), /NODE_AUTH_TOKEN/);
refused('YARN_NPM_AUTH_TOKEN', ['token-reachable'], extra({ YARN_NPM_AUTH_TOKEN: TOKEN }));
refused('a staging token beside an identity', ['token-reachable'], extra({ NPM_STAGE_TOKEN: TOKEN }));
refused(
  'a token in an npm_config variable',
  ['token-reachable'],
  (box) => ({
    extra: { [`npm_config_//${new URL(box.registry.url).host}/:_authToken`]: TOKEN },
  }),
  /environment variable/,
);
refused(
  'a token in the home folder',
  ['token-reachable'],
  (box) => {
    box.write('home/.npmrc', `; mine\n//127.0.0.1/:_authToken=${TOKEN}\n`);
  },
  /\.npmrc:2/,
);
refused(
  'a token in the config that the variable names',
  ['token-reachable'],
  (box) => ({
    extra: { NPM_CONFIG_USERCONFIG: box.write('rc', '//127.0.0.1/:_authToken=${OTHER}\n'), OTHER: TOKEN },
  }),
  /rc:1/,
);
refused(
  'an empty token in the project',
  ['token-reachable'],
  (box) => {
    box.write('work/.npmrc', '//127.0.0.1/:_authToken=${NOTHING}\n');
  },
  /work\/\.npmrc:1/,
);
refused(
  'a scope that goes elsewhere',
  ['scope-elsewhere'],
  (box) => {
    box.write('work/.npmrc', '@acme:registry=https://elsewhere.example/\n');
  },
  /elsewhere\.example/,
);

refused(
  'no id-token permission',
  ['id-token-permission-missing'],
  extra({
    ACTIONS_ID_TOKEN_REQUEST_URL: '',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: '',
  }),
  /id-token: write/,
);
refused(
  'a request token that GitHub refuses',
  ['id-token-fetch-failed'],
  extra({
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'another-request-token',
  }),
  /status 401/,
);
refused('another workflow file', ['claim-workflow'], expect({ workflow: 'publish.yml' }), /release\.yml/);
refused('another environment', ['claim-environment'], expect({ environment: 'production' }));
refused(
  'a repository in other letters',
  ['claim-repository'],
  expect({ repository: 'Acme/demo' }),
  /letter case/,
);
refused('another ref', ['claim-ref'], expect({ ref: ['refs/heads/main', 'refs/tags/release-*'] }));
refused('another event', ['claim-event'], expect({ event: ['release', 'workflow_dispatch'] }));
refused(
  'no environment at all',
  ['claim-environment'],
  (box) => {
    delete box.registry.githubClaims.environment;
    return { extra: { TRUSTPUB_EXPECT: '{"environment":"npm"}' } };
  },
  /says nothing/,
);
refused(
  'a self-hosted runner of a public repository',
  ['provenance-self-hosted-runner'],
  (box) => {
    Object.assign(box.registry.githubClaims, {
      runner_environment: 'self-hosted',
      repository_visibility: 'public',
    });
    return { extra: { TRUSTPUB_EXPECT: '{"runner":"hosted"}' } };
  },
  /422/,
);

const gitlab = (claims, more) => (box) => ({ base: box.gitlabEnv(claims), extra: more });
const gitlabExpect = (expected, claims) => gitlab(claims, { TRUSTPUB_EXPECT: JSON.stringify(expected) });
refused(
  'GitLab: no NPM_ID_TOKEN',
  ['id-token-variable-missing'],
  gitlab({}, { NPM_ID_TOKEN: '' }),
  /id_tokens/,
);
refused('GitLab: no JWT', ['id-token-unreadable'], gitlab({}, { NPM_ID_TOKEN: 'not-a-jwt-at-all' }));
refused(
  'GitLab: wrong audience',
  ['wrong-audience'],
  gitlab({ aud: 'https://127.0.0.1' }),
  /npm:127\.0\.0\.1/,
);
refused('GitLab: expired', ['id-token-expired'], gitlab({ exp: 1700000000 }), /2023-11-14/);
refused('GitLab: another project', ['claim-project'], gitlabExpect({ project: 'acme/demo' }));
refused('GitLab: another CI file', ['claim-config'], gitlabExpect({ config: 'ci/npm.yml' }));
refused(
  'GitLab: another issuer',
  ['claim-server'],
  gitlabExpect({ server: 'https://gitlab.com' }, { iss: 'https://git.acme.example' }),
);
refused(
  'GitLab: unprotected',
  ['claim-protected'],
  gitlabExpect({ protected: true }, { ref_protected: 'false' }),
);
refused(
  'GitLab: a branch',
  ['claim-ref'],
  gitlabExpect({ ref: 'refs/tags/v*' }, { ref_type: 'branch', ref: 'v1' }),
  /refs\/heads\/v1/,
);
refused(
  'GitLab: provenance asked for, no second token',
  ['sigstore-token-missing'],
  gitlab({ project_visibility: 'public' }, { TRUSTPUB_PROVENANCE: 'true' }),
);

const circle = (claims, expected, shim) => (box) => ({
  base: box.circleEnv(claims, shim),
  extra: { TRUSTPUB_EXPECT: JSON.stringify(expected ?? {}) },
});
const key = (name) => `oidc.circleci.com/${name}`;
refused('CircleCI: a rerun with SSH', ['ssh-rerun'], circle({ [key('ssh-rerun')]: true }), /without SSH/);
refused(
  'CircleCI: no context',
  ['claim-context'],
  circle({ [key('context-ids')]: [] }, { contexts: ['context-1'] }),
);
refused(
  'CircleCI: not even any',
  ['claim-context'],
  circle({ [key('context-ids')]: [] }, { contexts: true }),
);
refused(
  'CircleCI: another context',
  ['claim-context'],
  circle({}, { contexts: ['context-9'] }),
  /context-9/,
);
refused(
  'CircleCI: a branch',
  ['claim-ref'],
  circle({ [key('vcs-ref')]: 'refs/heads/evil' }, { ref: 'refs/tags/*' }),
);
refused('CircleCI: another project', ['claim-project'], circle({}, { project: 'project-2' }));
refused('CircleCI: the tool fails', ['id-token-variable-missing'], circle({}, {}, { code: 1 }));
refused(
  'CircleCI: the tool says something else',
  ['id-token-variable-missing'],
  circle({}, {}, { says: 'sorry' }),
);

refused(
  'the exchange says no',
  ['exchange-rejected'],
  (box) => {
    box.registry.trusts = () => false;
  },
  [
    /package not found/,
    /npm trust github @acme\/a --repo acme\/demo --file release\.yml --env npm --allow-publish/,
  ],
);
refused(
  'GitLab: the exchange says no',
  ['exchange-rejected'],
  (box) => {
    box.registry.trusts = () => false;
    return { base: box.gitlabEnv() };
  },
  /npm trust gitlab @acme\/a --project acme\/sub\/demo --file \.gitlab-ci\.yml --env npm/,
);
refused(
  'CircleCI: the exchange says no',
  ['exchange-rejected'],
  (box) => {
    box.registry.trusts = () => false;
    return { base: box.circleEnv() };
  },
  [/--org-id org-1 --project-id project-1/, /--context-id context-1/],
);
refused(
  'the package does not exist',
  ['exchange-rejected'],
  (box) => {
    box.registry.packages.clear();
  },
  /does not exist yet/,
);

scenario(
  'one refusal among several packages publishes none',
  { packages: ['@acme/a', '@acme/b', 'c'] },
  async (box) => {
    box.seal();
    box.registry.trusts = (name) => name !== '@acme/b';
    const { code, log } = await box.publish();
    assert.equal(code, 1);
    assert.deepEqual(box.states(), { '@acme/a': 'not-tried', '@acme/b': 'not-tried', c: 'not-tried' });
    assert.equal(box.registry.count('PUT', /./), 0);
    assert.match(log, /no token for @acme\/b/);
  },
);

scenario('an npm that does not exchange is told from a refusal', {}, async (box) => {
  box.seal();
  const real = box.read('bin/npm').split('\n')[1].replace('exec ', '');
  // What an npm without trusted publishing does: everything but the exchange.
  box.tool('npm', '', `GITHUB_ACTIONS= ; unset GITHUB_ACTIONS; ${real}`);
  const { log } = await box.publish();
  assert.deepEqual(box.problems(), ['exchange-rejected']);
  assert.match(log, /npm did not try/);
});

scenario('the placeholder of setup-node is no token', {}, async (box) => {
  box.seal();
  const rc = box.write(
    'rc',
    '//127.0.0.1/:_authToken=${NODE_AUTH_TOKEN}\nregistry=https://elsewhere.example/\n',
  );
  const { code, log } = await box.publish(box.githubEnv, {
    NODE_AUTH_TOKEN: 'XXXXX-XXXXX-XXXXX-XXXXX',
    NPM_CONFIG_USERCONFIG: rc,
  });
  assert.equal(code, 0, log);
});

scenario('everything as expected passes, and a dry run sends nothing', {}, async (box) => {
  box.seal();
  const { code, log } = await box.publish(box.githubEnv, {
    TRUSTPUB_NODE: '>=18.0.0',
    TRUSTPUB_NPM: '>=11.11.0',
    TRUSTPUB_DRY_RUN: 'true',
    TRUSTPUB_EXPECT: JSON.stringify({
      repository: 'acme/demo',
      workflow: 'release.yml',
      environment: 'npm',
      ref: ['refs/heads/main', 'refs/tags/v*'],
      event: 'push',
      runner: 'hosted',
    }),
  });
  assert.equal(code, 0, log);
  assert.equal(box.registry.count('POST', /exchange/), 1);
  assert.equal(box.registry.count('PUT', /./), 0);
  assert.deepEqual(box.states(), { '@acme/a': 'not-tried' });
  assert.match(box.read('summary'), /dry run, success/);
});

scenario('a self-hosted runner of a private repository is a warning', {}, async (box) => {
  box.seal();
  box.registry.githubClaims.runner_environment = 'self-hosted';
  const { code, log } = await box.publish(box.githubEnv, { TRUSTPUB_EXPECT: '{"runner":"hosted"}' });
  assert.equal(code, 0, log);
  assert.match(log, /::warning title=the publish job does not run on a hosted runner/);
});

scenario('a wrong call is exit 2', {}, async (box) => {
  box.seal();
  for (const [name, value] of [
    ['TRUSTPUB_PROVIDER', 'jenkins'],
    ['TRUSTPUB_MODE', ''],
    ['TRUSTPUB_PACKAGES', '[1]'],
    ['TRUSTPUB_PACKAGES', 'nonsense'],
    ['TRUSTPUB_AUDIENCE', ''],
    ['TRUSTPUB_EXTRA_TAGS', '--evil'],
    ['TRUSTPUB_NPM', 'latest'],
    ['TRUSTPUB_RETRY_SECONDS', 'soon'],
  ]) {
    const { code, log } = await box.publish(box.githubEnv, { [name]: value });
    assert.equal(code, 2, `${name}=${value}: ${log}`);
  }
  const { code } = await box.publish(box.circleEnv(), { TRUSTPUB_PROVENANCE: 'true' });
  assert.equal(code, 2);
});
