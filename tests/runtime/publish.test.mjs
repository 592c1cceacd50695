// Publishing itself: in order, once, whatever the registry does in between.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { scenario, tool } from './support/sandbox.mjs';

// An npm that exchanges for dist-tags too; the end-to-end suite installs it.
const tagging = tool('npm-12.2.0', 'bin/npm-cli.js');
const tagsByIdentity = tagging ? false : 'needs tests/e2e/setup';

const THREE = ['@acme/base', '@acme/app', 'lonely'];
const three = [{ name: '@acme/base' }, { name: '@acme/app', needs: ['@acme/base'] }, { name: 'lonely' }];

function writes(box) {
  return Object.fromEntries([...box.registry.packages].map(([name, { writes }]) => [name, writes]));
}

function outputs(box) {
  const found = {};
  for (const [, name, , value] of box.read('output').matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm))
    found[name] = value;
  return found;
}

scenario('GitHub: all packages in order, with outputs and a summary', { packages: THREE }, async (box) => {
  box.seal([
    { name: '@acme/base', access: 'public' },
    { ...three[1], version: '2.0.0-beta.1', tag: 'beta' },
    three[2],
  ]);
  const { code, log } = await box.publish();
  assert.equal(code, 0, log);
  assert.deepEqual(writes(box), { '@acme/base': 1, '@acme/app': 1, lonely: 1 });
  const puts = box.registry.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);
  assert.deepEqual(puts, ['/@acme/base', '/@acme/app', '/lonely']);
  assert.deepEqual(box.registry.packages.get('@acme/app').tags, { beta: '2.0.0-beta.1' });
  assert.equal(box.registry.packages.get('@acme/base').versions['1.0.0'].access, 'public');
  const said = outputs(box);
  assert.equal(said.result, 'success');
  assert.equal(said['any-published'], 'true');
  assert.deepEqual(JSON.parse(said.published)[1], {
    name: '@acme/app',
    version: '2.0.0-beta.1',
    tag: 'beta',
    state: 'published',
  });
  assert.match(box.read('summary'), /\| @acme\/app \| 2\.0\.0-beta\.1 \| beta \| published \|/);
  for (const text of [log, box.read('output'), box.read('summary'), box.read('result.json')]) {
    assert.doesNotMatch(text, /npm_[0-9a-f]{36}|eyJ|request-token-of-the-job/);
  }
});

scenario('GitLab', {}, async (box) => {
  box.seal();
  const { code, log } = await box.publish(box.gitlabEnv(), {
    TRUSTPUB_EXPECT: JSON.stringify({
      server: 'https://gitlab.com',
      project: 'acme/sub/demo',
      config: '.gitlab-ci.yml',
      environment: 'npm',
      ref: 'refs/tags/v*',
      protected: true,
      runner: 'hosted',
    }),
  });
  assert.equal(code, 0, log);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
  assert.doesNotMatch(log, /eyJ/);
});

scenario('GitLab gives the read token to every job: it stops nothing', {}, async (box) => {
  box.seal();
  const { code, log } = await box.publish(box.gitlabEnv(), { NPM_READ_TOKEN: 'npm_read_only' });
  assert.equal(code, 0, log);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
});

scenario('CircleCI: the token reaches npm and nothing else', {}, async (box) => {
  box.seal();
  const bash = box.write('bash-env', '');
  const expected = {
    organization: 'org-1',
    project: 'project-1',
    pipeline: 'definition-1',
    origin: 'github.com/acme/demo',
  };
  const { code, log } = await box.publish(box.circleEnv(), {
    BASH_ENV: bash,
    TRUSTPUB_EXPECT: JSON.stringify({
      ...expected,
      contexts: ['context-1', 'context-2'],
      ref: 'refs/tags/v*',
    }),
  });
  assert.equal(code, 0, log);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
  assert.ok(!log.includes(box.circleToken));
  assert.equal(box.read('bash-env'), '');
});

scenario('nothing is left behind', {}, async (box) => {
  box.seal();
  await box.publish();
  assert.deepEqual(fs.readdirSync(box.path('temp')), []);
  assert.deepEqual(fs.readdirSync(box.path('home')), []);
  assert.deepEqual(fs.readdirSync(box.path('work')), []);
});

scenario('a re-run skips what is there and finishes the rest', { packages: THREE }, async (box) => {
  box.seal(three);
  box.registry.fault('PUT', 500, { name: '@acme/base', times: 99 });
  const first = await box.publish();
  assert.equal(first.code, 1);
  assert.deepEqual(box.states(), { '@acme/base': 'failed', '@acme/app': 'not-tried', lonely: 'not-tried' });
  assert.equal(box.result().packages[0].cause, 'registry-unavailable');
  assert.match(box.read('summary'), /publish: failure/);
  box.registry.faults = [];
  box.registry.fault('PUT', 403, { name: 'lonely', times: 99 });
  await box.publish();
  assert.deepEqual(box.states(), { '@acme/base': 'published', '@acme/app': 'published', lonely: 'failed' });
  box.registry.faults = [];
  const third = await box.publish();
  assert.equal(third.code, 0, third.log);
  assert.deepEqual(box.states(), { '@acme/base': 'already', '@acme/app': 'already', lonely: 'published' });
  assert.deepEqual(writes(box), { '@acme/base': 1, '@acme/app': 1, lonely: 1 });
});

scenario('a failure that nobody needs keeps nobody', { packages: ['a', 'b'] }, async (box) => {
  box.seal();
  box.registry.fault('PUT', 403, { name: 'a', times: 99 });
  const { code } = await box.publish();
  assert.equal(code, 1);
  assert.deepEqual(box.states(), { a: 'failed', b: 'published' });
});

scenario('killed between two packages, a re-run finishes', { packages: ['a', 'b'] }, async (box) => {
  box.seal();
  const env = { ...box.githubEnv };
  const first = await box.run('publish', env, { kill: (log) => log.includes('+ a@1.0.0') });
  assert.notEqual(first.code, 0);
  assert.equal(box.registry.packages.get('b').writes, 0);
  const second = await box.publish();
  assert.equal(second.code, 0, second.log);
  assert.deepEqual(box.states(), { a: 'already', b: 'published' });
  assert.deepEqual(writes(box), { a: 1, b: 1 });
});

scenario('the same version with other content is an error, never a skip', {}, async (box) => {
  box.seal([{ name: '@acme/a', json: { description: 'one' } }]);
  assert.equal((await box.publish()).code, 0);
  box.seal([{ name: '@acme/a', json: { description: 'two' } }]);
  const { code } = await box.publish();
  assert.equal(code, 1);
  assert.equal(box.result().packages[0].cause, 'version-differs');
  assert.deepEqual(writes(box), { '@acme/a': 1 });
});

for (const how of [503, 'reset']) {
  scenario(`a passing fault (${how}) is tried again`, {}, async (box) => {
    box.seal();
    box.registry.fault('PUT', how, { times: 2 });
    const { code, log } = await box.publish();
    assert.equal(code, 0, log);
    assert.match(log, /attempt 3 of 4/);
    assert.deepEqual(writes(box), { '@acme/a': 1 });
  });

  scenario(`accepted, then the answer lost (${how}): published once, and said so`, {}, async (box) => {
    box.seal();
    box.registry.fault('PUT', how, { after: true });
    const { code, log } = await box.publish();
    assert.equal(code, 0, log);
    assert.deepEqual(box.states(), { '@acme/a': 'published' });
    assert.equal(box.registry.count('PUT', /./), 1);
  });
}

scenario('a registry that hangs is given up, and tried again', {}, async (box) => {
  box.seal();
  box.registry.fault('PUT', 'hang', { times: 1 });
  const { code, log } = await box.publish(box.githubEnv, { NPM_CONFIG_FETCH_TIMEOUT: '400' });
  assert.equal(code, 0, log);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
});

scenario('a lookup that fails does not stop a publish', {}, async (box) => {
  box.seal();
  box.registry.fault('GET', 500, { times: 1 });
  const { code, log } = await box.publish();
  assert.equal(code, 0, log);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
});

scenario('an exchange that fails passingly is tried again', {}, async (box) => {
  box.seal();
  box.registry.fault('exchange', 503, { times: 1 });
  box.registry.fault('exchange', 'reset', { times: 1 });
  const { code, log } = await box.publish();
  assert.equal(code, 0, log);
  assert.match(log, /exchange @acme\/a: no good answer/);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
});

scenario('an exchange that keeps failing is told before anything is sent', {}, async (box) => {
  box.seal();
  box.registry.fault('exchange', 500, { times: 9 });
  const { code, log } = await box.publish();
  assert.equal(code, 1);
  assert.deepEqual(box.problems(), ['exchange-rejected']);
  assert.match(log, /fetch POST 500/);
});

// What only the registry can say, and what is made of it.
for (const [title, refusal, cause, says] of [
  ['the action is not allowed', 'allows', 'permission-denied-for-action', /allow "npm publish"/],
  [
    'repository.url',
    [
      422,
      'Error verifying sigstore provenance bundle: Failed to validate repository information: package.json: ' +
        '"repository.url" is "git+https://github.com/a/b.git", expected to match "https://github.com/acme/demo"',
    ],
    'provenance-repository-mismatch',
    /expected to match/,
  ],
  ['a masked 404', [404, 'Not found'], 'masked-unauthorised', /this very package/],
  ['anything else', [403, 'because'], 'forbidden', /because/],
  ['the unheard of', [418, 'short and stout'], 'unknown', /short and stout/],
]) {
  scenario(`refused: ${title}`, {}, async (box) => {
    box.seal();
    if (refusal === 'allows') box.registry.allows.publish = false;
    else box.registry.refusePut = refusal;
    const { code, log } = await box.publish();
    assert.equal(code, 1);
    assert.deepEqual(box.states(), { '@acme/a': 'failed' });
    assert.equal(box.result().packages[0].cause, cause, log);
    assert.equal(box.registry.count('PUT', /./), 1, 'not tried twice');
    assert.match(log, /::error title=@acme\/a 1\.0\.0/);
    if (says) assert.match(log, says);
  });
}

scenario('"latest" is never taken back', {}, async (box) => {
  box.seal([{ name: '@acme/a', version: '2.0.0' }]);
  assert.equal((await box.publish()).code, 0);
  box.seal([{ name: '@acme/a', version: '1.9.0' }]);
  assert.equal((await box.publish()).code, 1);
  assert.equal(box.result().packages[0].cause, 'version-lower-than-latest');
  box.seal([{ name: '@acme/a', version: '1.9.0', tag: 'v1-lts' }]);
  assert.equal((await box.publish()).code, 0);
  assert.deepEqual(box.registry.packages.get('@acme/a').tags, { latest: '2.0.0', 'v1-lts': '1.9.0' });
});

scenario('a private package: presence is learnt from the refusal', {}, async (box) => {
  box.registry.add('@acme/a', { hidden: true });
  box.seal();
  const first = await box.publish(box.githubEnv, { TRUSTPUB_VERIFY_SECONDS: '60' });
  assert.equal(first.code, 0, first.log);
  assert.deepEqual(box.states(), { '@acme/a': 'published' });
  const second = await box.publish();
  assert.equal(second.code, 0, second.log);
  assert.deepEqual(box.states(), { '@acme/a': 'already' });
  assert.match(second.log, /was not compared/);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
});

scenario('a version that is not shown yet is waited for', {}, async (box) => {
  box.registry.add('@acme/a', { showAfter: 2 });
  box.seal();
  const { code, log } = await box.publish(box.githubEnv, { TRUSTPUB_VERIFY_SECONDS: '30' });
  assert.equal(code, 0, log);
  assert.deepEqual(box.states(), { '@acme/a': 'published' });
});

scenario('a version that stays unseen was accepted all the same', {}, async (box) => {
  box.registry.add('@acme/a', { showAfter: 99 });
  box.seal();
  const { code } = await box.publish();
  assert.equal(code, 0);
  assert.deepEqual(box.states(), { '@acme/a': 'pending' });
  assert.match(box.read('summary'), /scans new versions/);
});

scenario('an attestation that is there is reported', {}, async (box) => {
  box.registry.add('@acme/a', { attest: true });
  box.seal();
  await box.publish();
  assert.equal(outputs(box).provenance, '["@acme/a"]');
});

scenario('staging by identity', {}, async (box) => {
  box.seal();
  const { code, log } = await box.publish(box.githubEnv, { TRUSTPUB_MODE: 'stage' });
  assert.equal(code, 0, log);
  assert.deepEqual(box.states(), { '@acme/a': 'staged' });
  assert.deepEqual(
    box.registry.staged.map(({ name, version }) => `${name}@${version}`),
    ['@acme/a@1.0.0'],
  );
  assert.match(log, /npm stage approve/);
  const again = await box.publish(box.githubEnv, { TRUSTPUB_MODE: 'stage' });
  assert.equal(again.code, 0, again.log);
  assert.deepEqual(box.states(), { '@acme/a': 'already' });
  assert.match(again.log, /npm stage reject/);
});

scenario('staging by token: it stands in no file and no log', {}, async (box) => {
  box.seal();
  const env = { ...box.baseEnv, ...box.publishEnv, TRUSTPUB_PROVIDER: 'token', TRUSTPUB_MODE: 'stage' };
  const none = await box.publish(env);
  assert.equal(none.code, 1);
  assert.deepEqual(box.problems(), ['stage-token-missing']);
  // The shim keeps what npm was given, to look into the config file that it read.
  const real = box.read('bin/npm').split('\n')[1].replace('exec ', '');
  box.tool('npm', '', `cat "$NPM_CONFIG_USERCONFIG" >> "${box.path('seen')}"; ${real}`);
  const { code, log } = await box.publish(env, { NPM_STAGE_TOKEN: 'staging-token-for-tests' });
  assert.equal(code, 0, log);
  assert.equal(box.registry.staged[0].bearer, 'staging-token-for-tests');
  assert.match(box.read('seen'), /:_authToken=\$\{NPM_STAGE_TOKEN\}/);
  for (const text of [log, box.read('seen'), box.read('result.json')])
    assert.doesNotMatch(text, /staging-token/);
  const [first] = box.registry.requests.filter(({ method }) => method === 'GET');
  assert.equal(first.authorization, undefined, 'a lookup carries no token');
  const direct = await box.publish(env, {
    NPM_STAGE_TOKEN: 'staging-token-for-tests',
    TRUSTPUB_MODE: 'direct',
  });
  assert.equal(direct.code, 2);
});

scenario('staging a package that does not exist', {}, async (box) => {
  box.seal();
  box.registry.packages.clear();
  const { code } = await box.publish({
    ...box.baseEnv,
    ...box.publishEnv,
    TRUSTPUB_PROVIDER: 'token',
    TRUSTPUB_MODE: 'stage',
    NPM_STAGE_TOKEN: 'staging-token-for-tests',
  });
  assert.equal(code, 1);
  assert.equal(box.result().packages[0].cause, 'stage-of-new-package');
});

scenario('what the registry says cannot command the runner, and shows no token', {}, async (box) => {
  box.seal();
  const token = 'npm_abcdefghijklmnopqrstuvwxyz0123456789';
  box.registry.refusePut = [
    400,
    `x\n::add-mask::y\n##[set-output name=a;]z\u001b[31m ${token} Bearer abc.def`,
  ];
  const { log } = await box.publish();
  assert.doesNotMatch(log, /^\s*::(?!error|warning)/m);
  assert.doesNotMatch(log, /##\[|\u001b|abc\.def/);
  assert.ok(!log.includes(token));
});

scenario('no leftover config reaches npm', {}, async (box) => {
  box.seal();
  // Above the working folder, in the home folder and in the environment: all of it is kept from npm.
  box.write('.npmrc', 'registry=https://elsewhere.example/\nprovenance=true\n');
  box.write('temp/package.json', { name: 'decoy', workspaces: ['x'] });
  const { code, log } = await box.publish(box.githubEnv, {
    npm_config_registry: 'https://elsewhere.example/',
    npm_config_provenance: 'true',
    npm_config_dry_run: 'true',
    NODE_OPTIONS: '--no-warnings',
  });
  assert.equal(code, 0, log);
  assert.deepEqual(writes(box), { '@acme/a': 1 });
});

scenario('the environment of npm holds the identity and no other credential', {}, async (box) => {
  box.seal();
  const real = box.read('bin/npm').split('\n')[1].replace('exec ', '');
  box.tool('npm', '', `env >> "${box.path('env')}"; ${real}`);
  await box.publish(box.githubEnv, {
    GITHUB_TOKEN: 'of-github',
    CI_JOB_TOKEN: 'of-gitlab',
    AWS_SECRET_ACCESS_KEY: 'of-aws',
    DEPLOY_PASSWORD: 'of-deploy',
    NODE_OPTIONS: '--no-warnings',
    https_proxy: '',
  });
  const seen = box.read('env');
  assert.match(seen, /ACTIONS_ID_TOKEN_REQUEST_TOKEN=/);
  assert.doesNotMatch(seen, /GITHUB_TOKEN|CI_JOB_TOKEN|AWS_|DEPLOY_|NODE_OPTIONS|TRUSTPUB_/);
});

scenario('more dist-tags are set by identity', { skip: tagsByIdentity }, async (box) => {
  box.tool('npm', tagging);
  box.seal();
  const { code, log } = await box.publish(box.githubEnv, { TRUSTPUB_EXTRA_TAGS: 'stable, v1-line' });
  assert.equal(code, 0, log);
  assert.deepEqual(box.registry.packages.get('@acme/a').tags, {
    latest: '1.0.0',
    stable: '1.0.0',
    'v1-line': '1.0.0',
  });
});

scenario('a dist-tag that may not be set fails the job, not the version', {}, async (box) => {
  box.registry.allows.tag = false;
  box.seal();
  const { code, log } = await box.publish(box.githubEnv, { TRUSTPUB_EXTRA_TAGS: 'stable' });
  assert.equal(code, 1, log);
  assert.deepEqual(box.states(), { '@acme/a': 'published' });
  assert.deepEqual(box.problems(), ['extra-tag-failed']);
});
