// What the bundle's scripts make of a caller's inputs, and how they install.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { program, repository } from './support/programs.mjs';

const scripts = path.join(repository, 'templates', 'bundle', 'scripts');
const read = (name) => fs.readFileSync(path.join(scripts, name), 'utf8');

function inputs(env) {
  const text = `${read('inputs.mjs')}\nconsole.log(JSON.stringify(process.env));\n`;
  const options = { input: text, encoding: 'utf8', env: { PATH: process.env.PATH, ...env } };
  const done = spawnSync(process.execPath, ['--input-type=module', '-'], options);
  return done.status === 0 ? JSON.parse(done.stdout) : `${done.status} ${done.stdout}`;
}

const packages = (text) => JSON.parse(inputs({ TRUSTPUB_PACKAGES: text }).TRUSTPUB_PACKAGES);
const expected = (env) => JSON.parse(inputs(env).TRUSTPUB_EXPECT);

test('packages are lines of a name, a folder and settings', () => {
  assert.deepEqual(packages('my-package'), [{ name: 'my-package', path: '.' }]);
  assert.deepEqual(packages('\n  @acme/a packages/a tag=next\n# not this\n\n @acme/b access=restricted \r\n'), [
    { name: '@acme/a', path: 'packages/a', tag: 'next' },
    { name: '@acme/b', path: '.', access: 'restricted' },
  ]);
});

test('packages as JSON are left as they are', () => {
  assert.deepEqual(packages('[{"name": "a", "path": "b"}]'), [{ name: 'a', path: 'b' }]);
});

test('a setting that nothing knows is refused', () => {
  const packages = { TRUSTPUB_PACKAGES: 'a taag=next' };
  assert.match(inputs(packages), /^2 ERROR: packages: a has an unknown setting taag. Fix: write NAME/);
  assert.match(inputs({ ...packages, GITHUB_ACTIONS: 'true' }), /^2 ::error title=[^:]*::a has an unknown/);
});

test('what the identity must say is put together per provider, and nothing is for the pack program', () => {
  const env = { TRUSTPUB_EXPECT_ENVIRONMENT: 'npm', TRUSTPUB_EXPECT_WORKFLOW: '', TRUSTPUB_EXPECT_REF: 'refs/tags/v* refs/heads/main' };
  assert.deepEqual(expected({ ...env, TRUSTPUB_PROVIDER: 'github' }), {
    runner: 'hosted',
    environment: 'npm',
    ref: ['refs/tags/v*', 'refs/heads/main'],
  });
  assert.deepEqual(expected({ TRUSTPUB_PROVIDER: 'gitlab' }), { runner: 'hosted', protected: true });
  assert.deepEqual(expected({ TRUSTPUB_PROVIDER: 'circleci' }), { runner: 'hosted', contexts: true });
  const id = { TRUSTPUB_PROVIDER: 'circleci', TRUSTPUB_EXPECT_CONTEXT: 'c-1', TRUSTPUB_EXPECT_ORIGIN: 'github.com/a/b' };
  assert.deepEqual(expected(id), { runner: 'hosted', origin: 'github.com/a/b', contexts: ['c-1'] });
  assert.equal(inputs(env).TRUSTPUB_EXPECT, undefined);
});

test('a true of CircleCI is a true', () => {
  assert.equal(inputs({ TRUSTPUB_DRY_RUN: '1' }).TRUSTPUB_DRY_RUN, 'true');
  assert.equal(inputs({ TRUSTPUB_DRY_RUN: '0' }).TRUSTPUB_DRY_RUN, '0');
});

// Runs the install script with tools that say how they are called.
function install(env, tools = ['npm', 'pnpm', 'yarn', 'bun']) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-bundle-'));
  try {
    for (const tool of tools) {
      const text = `#!/bin/sh\n[ "$1" = --version ] && { echo "$YARN_SAYS"; exit; }\necho "${tool} $* ignore=$npm_config_ignore_scripts"\n`;
      fs.writeFileSync(path.join(folder, tool), text, { mode: 0o755 });
    }
    const base = { PATH: `${folder}:/bin:/usr/bin`, TRUSTPUB_INSTALL: 'auto', TRUSTPUB_IGNORE_SCRIPTS: 'false', TRUSTPUB_REGISTRY: 'http://127.0.0.1/' };
    const done = spawnSync('sh', ['-c', `${read('install.sh')}${program('install')}`], { encoding: 'utf8', cwd: folder, env: { ...base, ...env } });
    return `${done.stdout}${done.stderr}`.trim();
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('every manager installs what its lockfile says', () => {
  assert.equal(install({ TRUSTPUB_MANAGER: 'npm' }), 'npm ci ignore=');
  assert.equal(install({ TRUSTPUB_MANAGER: 'pnpm' }), 'pnpm install --frozen-lockfile ignore=');
  assert.equal(install({ TRUSTPUB_MANAGER: 'yarn', YARN_SAYS: '1.22.22' }), 'yarn install --frozen-lockfile ignore=');
  assert.equal(install({ TRUSTPUB_MANAGER: 'yarn', YARN_SAYS: '4.14.0' }), 'yarn install --immutable ignore=');
  assert.equal(install({ TRUSTPUB_MANAGER: 'bun' }), 'bun install --frozen-lockfile ignore=');
});

test('install scripts are ignored where that is asked for', () => {
  assert.equal(install({ TRUSTPUB_MANAGER: 'npm', TRUSTPUB_IGNORE_SCRIPTS: 'true' }), 'npm ci ignore=true');
  const bun = install({ TRUSTPUB_MANAGER: 'bun', TRUSTPUB_IGNORE_SCRIPTS: '1' });
  assert.equal(bun, 'bun install --frozen-lockfile --ignore-scripts ignore=true');
});

test('a command of the caller runs as it is written', () => {
  assert.equal(install({ TRUSTPUB_MANAGER: 'npm', TRUSTPUB_INSTALL: 'pnpm install --filter @acme/a' }), 'pnpm install --filter @acme/a ignore=');
  assert.equal(install({ TRUSTPUB_MANAGER: 'npm', TRUSTPUB_INSTALL: 'echo "a  b" && echo $((1 + 1))' }), 'a  b\n2');
  assert.match(install({ TRUSTPUB_MANAGER: 'npm', TRUSTPUB_INSTALL: 'none' }), /^Nothing is installed/);
});

test('a manager that is not there is named', () => {
  assert.match(install({ TRUSTPUB_MANAGER: 'bun', PATH: '/bin:/usr/bin' }, []), /bun is not on PATH. Fix:/);
});

async function upload(answer) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-sarif-'));
  const file = path.join(folder, 'report.sarif');
  fs.writeFileSync(file, '{"version": "2.1.0"}');
  const seen = {};
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      Object.assign(seen, { url: request.url, auth: request.headers.authorization, ...JSON.parse(body) });
      response.writeHead(answer, { 'content-type': 'application/json' }).end('{"message": "Not\\nallowed"}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = {
    PATH: process.env.PATH,
    TRUSTPUB_SARIF_FILE: file,
    TRUSTPUB_GITHUB_TOKEN: 't',
    GITHUB_API_URL: `http://127.0.0.1:${server.address().port}`,
    GITHUB_REPOSITORY: 'acme/tools',
    GITHUB_SHA: 'abc',
    GITHUB_REF: 'refs/heads/main',
  };
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [path.join(scripts, 'sarif.mjs')], { env });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  server.close();
  fs.rmSync(folder, { recursive: true });
  return { seen, out, code };
}

test('a SARIF report is uploaded as GitHub asks for it', async () => {
  const { seen, out, code } = await upload(202);
  assert.equal(code, 0);
  assert.match(out, /uploaded/);
  assert.equal(seen.url, '/repos/acme/tools/code-scanning/sarifs');
  assert.equal(seen.auth, 'Bearer t');
  assert.deepEqual([seen.commit_sha, seen.ref], ['abc', 'refs/heads/main']);
  assert.equal(zlib.gunzipSync(Buffer.from(seen.sarif, 'base64')).toString(), '{"version": "2.1.0"}');
});

test('a refused upload is a warning on one line', async () => {
  const { out, code } = await upload(403);
  assert.equal(code, 0);
  assert.match(out, /^::warning title=.*403 Not%0Aallowed.*security-events: write.*\n$/);
});
