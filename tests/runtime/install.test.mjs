// The read-only token: seen by the install command, and by nothing after it.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { program } from './support/programs.mjs';
import { scenario } from './support/sandbox.mjs';

const TOKEN = 'read-only-token-for-tests';

// As it is inlined: the command becomes the arguments, then the fragment.
function install(box, command, env) {
  const script = `set -- ${command}\n${program('install')}`;
  const options = {
    cwd: box.path('work'),
    env: { ...box.baseEnv, ...env },
    encoding: 'utf8',
    input: script,
  };
  return spawnSync('sh', [], options);
}

scenario('npm reads the token from a file that is gone afterwards', {}, async (box) => {
  const look =
    'cp "$NPM_CONFIG_USERCONFIG" seen; stat -c %a "$NPM_CONFIG_USERCONFIG"; npm config get userconfig';
  box.tool('probe', '', look);
  const done = install(box, 'probe', { NPM_READ_TOKEN: TOKEN });
  assert.equal(done.status, 0, done.stderr);
  const [mode, file] = done.stdout.trim().split('\n');
  assert.equal(mode, '600');
  assert.ok(!fs.existsSync(file));
  const { host } = new URL(box.registry.url);
  assert.equal(box.read('work/seen'), `//${host}/:_authToken=\${NPM_READ_TOKEN}\n`);
  const left = fs.readdirSync(box.path('temp')).filter((one) => one !== 'node-compile-cache');
  assert.deepEqual(left, []);
});

scenario('real npm sends it', {}, async (box) => {
  box.write('run.sh', `set -- npm view @acme/a name --registry=${box.registry.url}\n${program('install')}`);
  const options = { cwd: box.path('work'), env: { ...box.baseEnv, NPM_READ_TOKEN: TOKEN } };
  // Not spawnSync: the registry answers from this process.
  await new Promise((resolve) => execFile('sh', [box.path('run.sh')], options, resolve));
  assert.equal(box.registry.requests[0].authorization, `Bearer ${TOKEN}`);
});

scenario('without a token the command just runs', {}, async (box) => {
  const done = install(
    box,
    'sh -c \'echo "${NPM_CONFIG_USERCONFIG:-none} ${YARN_NPM_AUTH_TOKEN:-none}"\'',
    {},
  );
  assert.equal(done.stdout.trim(), 'none none');
});

scenario("the exit code is the command's, and the file goes even then", {}, async (box) => {
  const done = install(box, 'sh -c "exit 7"', { NPM_READ_TOKEN: TOKEN });
  assert.equal(done.status, 7);
  assert.deepEqual(fs.readdirSync(box.path('temp')), []);
});

scenario('yarn and bun get it by their own variables', {}, async (box) => {
  box.tool('yarn', '', 'echo "$YARN_NPM_AUTH_TOKEN $YARN_NPM_ALWAYS_AUTH"');
  box.tool('bun', '', 'echo "$NPM_CONFIG_TOKEN"');
  assert.equal(install(box, 'yarn install', { NPM_READ_TOKEN: TOKEN }).stdout.trim(), `${TOKEN} true`);
  assert.equal(install(box, 'bun install', { NPM_READ_TOKEN: TOKEN }).stdout.trim(), TOKEN);
});
