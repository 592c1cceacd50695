// Single functions of the programs: ranges, order, redaction, tarballs, fingerprints.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { functions, repository } from './support/programs.mjs';
import { node, npmCli, tarball, tarEntry } from './support/sandbox.mjs';

const pack = await functions('pack', ['inOrder', 'settle', 'repositoryUrl']);
const publish = await functions('publish', [
  'satisfies',
  'redact',
  'harmless',
  'cell',
  'explain',
  'CAUSES',
  'openTarball',
  'matches',
  'passedEnvironment',
]);

const gitlab = await functions('publish', ['CAUSES', 'explain'], 'gitlab');
const circleci = await functions('publish', ['CAUSES', 'explain'], 'circleci');

test('ranges of versions', () => {
  const floor = '>=11.21.0 <12.0.0 || >=12.2.0';
  for (const [version, range, good] of [
    ['11.21.0', floor, true],
    ['11.21.2', floor, true],
    ['11.20.0', floor, false],
    ['12.0.1', floor, false],
    ['12.1.0', floor, false],
    ['12.2.0', floor, true],
    ['24.19.0', '24.19.0', true],
    ['24.19.1', '24.19.0', false],
    ['11.9.0', '>=11.10.0', false],
    ['11.11.0', '>11.11', false],
  ]) {
    assert.equal(publish.satisfies(version, range), good, `${version} ${range}`);
  }
  assert.throws(() => publish.satisfies('1.0.0', 'latest'), /not a version range/);
});

test('order: needs first, then names; a circle is cut the same way each time', () => {
  const make = (needs) =>
    Object.entries(needs).map(([name, list]) => ({
      name,
      manifest: { dependencies: Object.fromEntries(list.map((one) => [one, '*'])) },
    }));
  const order = (needs) => pack.inOrder(make(needs)).map(({ name }) => name);
  assert.deepEqual(order({ z: [], b: ['z'], a: ['b'] }), ['z', 'b', 'a']);
  assert.deepEqual(order({ c: ['a'], b: [], a: [] }), ['a', 'b', 'c']);
  assert.deepEqual(order({ b: ['a'], a: ['b'], c: ['b'] }), order({ c: ['b'], a: ['b'], b: ['a'] }));
  assert.deepEqual(order({ a: ['a', 'elsewhere'] }), ['a']);
});

test('nothing that looks like a credential is printed', () => {
  const hidden = [
    'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl',
    'npm_abcdefghijklmnopqrstuvwxyz0123456789',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'glpat-abcdefghijklmnopqrst',
  ];
  for (const secret of hidden) assert.ok(!publish.redact(`x ${secret} y`).includes(secret), secret);
  assert.equal(publish.redact('Authorization: Bearer abc'), 'Authorization: Bearer [redacted]');
  assert.equal(publish.redact('//host/:_authToken=abc'), '//host/:_authToken=[redacted]');
  assert.equal(publish.redact('https://me:pass@host/'), 'https://[redacted]@host/');
});

test('text of others cannot command a runner or a terminal', () => {
  assert.equal(publish.harmless('::error::x'), ': :error::x');
  assert.equal(publish.harmless('a\n  ::add-mask::x'), 'a\n  : :add-mask::x');
  assert.equal(publish.harmless('##[error]x'), '## [error]x');
  assert.equal(publish.harmless('\u001b[31mred\u001b[0m\u202e\rx'), 'red  x');
  assert.doesNotMatch(publish.cell('<img src=x> | `a` [b](c)\n'), /[<>|`[\n]/);
});

test('patterns of refs', () => {
  assert.ok(publish.matches('refs/tags/v*', 'refs/tags/v1.0.0'));
  assert.ok(!publish.matches('refs/tags/v1.0', 'refs/tags/v1x0'));
  assert.ok(!publish.matches('refs/heads/main', 'refs/heads/main2'));
});

test('every cause that the fingerprints of facts/errors.toml share has its id', () => {
  const facts = fs.readFileSync(path.join(repository, 'facts', 'errors.toml'), 'utf8');
  const causes = new Set([...facts.matchAll(/^cause = "([\w-]+)"$/gm)].map(([, id]) => id));
  // What a log alone cannot show, or what facts lump together.
  const own = new Set([
    'provenance-rejected',
    'payment-required',
    'version-lower-than-latest',
    'package-too-large',
    'forbidden',
    'rate-limited',
    'registry-unavailable',
    'network-failed',
    'npm-usage',
    'unknown',
  ]);
  const all = [publish, gitlab, circleci].flatMap(({ CAUSES }) => CAUSES);
  for (const [id] of all) assert.ok(causes.has(id) !== own.has(id), id);
});

test("npm's own error texts are recognised", () => {
  const E = 'npm error ';
  for (const [text, id, provider] of [
    [
      `${E}code E403\n${E}403 403 Forbidden - PUT http://x/y - OIDC permission denied for this action`,
      'permission-denied-for-action',
    ],
    [
      `${E}code ENEEDAUTH\n${E}need auth This command requires you to be logged in to http://x/`,
      'no-credentials',
    ],
    [`${E}code E404\n${E}404 Not Found - PUT https://x/@acme%2freal - Not found`, 'masked-unauthorised'],
    [`${E}code EOTP\n${E}This operation requires a one-time password.`, 'one-time-password'],
    [`${E}You cannot publish over the previously published versions: 1.0.1.`, 'version-already-published'],
    [
      `${E}code E409\n${E}409 Conflict - Cannot publish over previously staged version "1.0.0"`,
      'version-already-staged',
    ],
    [
      `${E}Cannot implicitly apply the "latest" tag because previously published version 2.0.0 is higher`,
      'version-lower-than-latest',
    ],
    [
      `${E}You must specify a tag using --tag when publishing a prerelease version.`,
      'prerelease-without-tag',
    ],
    [
      `${E}code EUSAGE\n${E}Automatic provenance generation not supported for provider: CircleCI`,
      'provenance-unsupported-provider',
      'circleci',
    ],
    [
      `${E}code EUSAGE\n${E}Provenance generation in GitLab CI requires "SIGSTORE_ID_TOKEN" with "sigstore"`,
      'sigstore-token-missing',
      'gitlab',
    ],
    [
      `${E}code EUSAGE\n${E}Can't generate provenance for new or private package, you must set \`access\` to public.`,
      'provenance-private-package',
    ],
    [
      `${E}code TLOG_CREATE_ENTRY_ERROR\n${E}error creating tlog entry - (409) an equivalent entry already exists`,
      'transparency-log-conflict',
    ],
    [
      `${E}code CA_CREATE_SIGNING_CERTIFICATE_ERROR\n${E}error creating signing certificate`,
      'signing-certificate-failed',
    ],
    [
      `${E}422 Unsupported GitHub Actions runner environment: "self-hosted". Only "github-hosted"`,
      'provenance-self-hosted-runner',
    ],
    [
      `${E}422 Unsupported GitHub Actions source repository visibility: "private".`,
      'provenance-private-repository',
    ],
    [`${E}422 "repository.url" is "", expected to match "https://x"`, 'provenance-repository-missing'],
    [
      `${E}code E403\n${E}403 Two-factor authentication or granular access token with bypass 2fa enabled is required`,
      'token-needs-bypass',
    ],
    [`${E}code E402\n${E}402 Payment Required - PUT https://x/y`, 'payment-required'],
    [`${E}code E413\n${E}413 Payload Too Large`, 'package-too-large'],
    [`${E}code E429\n${E}429 Too Many Requests`, 'rate-limited'],
    [`${E}code E503\n${E}503 Service Unavailable - PUT https://x/y`, 'registry-unavailable'],
    [`${E}code ECONNRESET`, 'network-failed'],
    [`${E}code EUNSCOPED\n${E}Can't restrict access to unscoped packages.`, 'unscoped-restricted'],
    // A file of the package that is called like an error is none.
    [
      'npm notice 1B You cannot publish over the previously published versions.md\nnpm error code E418',
      'unknown',
    ],
  ]) {
    const { explain } = { gitlab, circleci }[provider] ?? publish;
    assert.equal(explain(text).id, id, text);
  }
  assert.equal(publish.explain('', true).id, 'network-failed');
});

test('of the environment npm gets the identity, the network and nothing secret', () => {
  const given = {
    PATH: '/bin',
    GITHUB_REPOSITORY: 'a/b',
    GITHUB_TOKEN: 'x',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'x',
    ACTIONS_RUNTIME_TOKEN: 'x',
    CI_PROJECT_PATH: 'a/b',
    CI_JOB_TOKEN: 'x',
    CI_REGISTRY_PASSWORD: 'x',
    CIRCLE_OIDC_TOKEN: 'x',
    NPM_ID_TOKEN: 'x',
    SIGSTORE_ID_TOKEN: 'x',
    https_proxy: 'http://p',
    NODE_EXTRA_CA_CERTS: '/ca',
    NODE_OPTIONS: '--require evil',
    npm_config_registry: 'http://evil',
    'npm_config_//x/:_authToken': 'x',
    HOME: '/root',
  };
  assert.deepEqual(Object.keys(publish.passedEnvironment(given)).sort(), [
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'CI_PROJECT_PATH',
    'GITHUB_REPOSITORY',
    'NODE_EXTRA_CA_CERTS',
    'NPM_ID_TOKEN',
    'PATH',
    'SIGSTORE_ID_TOKEN',
    'https_proxy',
  ]);
});

test('repository in every form that npm rewrites', () => {
  for (const repository of [
    'o/R',
    'github:o/R',
    'https://github.com/o/R',
    'https://www.github.com/o/R/',
    'git+https://github.com/o/R.git',
    'git@github.com:o/R.git',
    'git+ssh://git@github.com/o/R.git',
    'http://github.com/o/R',
    'git://github.com/o/R.git',
    'https://github.com/o/R/tree/main/packages/x',
    'https://github.com/o/R.git#main',
    { type: 'git', url: 'https://github.com/o/R.git', directory: 'packages/x' },
  ]) {
    assert.equal(pack.repositoryUrl({ repository }), 'https://github.com/o/R', JSON.stringify(repository));
  }
  assert.equal(pack.repositoryUrl({ repository: 'gitlab:g/sub/p' }), 'https://gitlab.com/g/sub/p');
  for (const repository of [undefined, null, {}, { url: 7 }, 7]) {
    assert.equal(typeof pack.repositoryUrl({ repository }), 'string');
  }
});

test('a settled tarball does not say who made it, when, or with which umask', () => {
  const make = (mode, mtime) =>
    tarball([
      tarEntry('package/package.json', '{}', { mode, mtime }),
      tarEntry('package/bin.js', 'x', { mode: mode | 0o100, mtime }),
    ]);
  const [one, two] = [make(0o644, 1700000000), make(0o600, 1790000001)].map((made) => pack.settle(made).tarball);
  assert.deepEqual(one, two);
  assert.deepEqual(pack.settle(one).tarball, one);
  assert.equal(pack.settle(one).manifest, '{}');
  const names = [...publish.openTarball(one)].map(([name, data]) => [name, data.toString()]);
  assert.deepEqual(names, [
    ['package.json', '{}'],
    ['bin.js', 'x'],
  ]);
});

test('what npm packs is already settled', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-settled-'));
  try {
    const long = `${'a-rather-long-folder-name/'.repeat(6)}file.js`;
    fs.mkdirSync(path.dirname(path.join(folder, long)), { recursive: true });
    fs.writeFileSync(path.join(folder, long), 'x'.repeat(100000));
    fs.writeFileSync(path.join(folder, 'package.json'), '{"name":"one","version":"1.0.0"}');
    const done = spawnSync(node, [npmCli, 'pack'], { cwd: folder });
    assert.equal(done.status, 0, String(done.stderr));
    const made = fs.readFileSync(path.join(folder, 'one-1.0.0.tgz'));
    const unzipped = zlib.gunzipSync(made);
    assert.deepEqual(zlib.gunzipSync(pack.settle(made).tarball), unzipped);
    // The compressor is node's: the same bytes when npm runs on this node.
    if (node === process.execPath) assert.deepEqual(pack.settle(made).tarball, made);
    assert.ok(publish.openTarball(made).has(long));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('a tarball that two readers could read differently is refused', () => {
  const good = tarEntry('package/package.json', '{}');
  const pax = (key, value) => {
    const body = ` ${key}=${value}\n`;
    let length = body.length + 1;
    while (String(length).length + body.length !== length) length += 1;
    return `${length}${body}`;
  };
  for (const [title, data] of [
    [
      'goes on after its end',
      zlib.gzipSync(
        Buffer.concat([good, Buffer.alloc(512), tarEntry('package/x', ''), Buffer.alloc(1024)]),
      ),
    ],
    [
      'a global header with a path',
      tarball([tarEntry('g', pax('path', 'package/y'), { type: 'g' }), good]),
    ],
    [
      'an extended path that leaves',
      tarball([tarEntry('x', pax('path', 'package/../../y'), { type: 'x' }), good]),
    ],
    ['a damaged extended header', tarball([tarEntry('x', 'zz path=a\n', { type: 'x' }), good])],
    [
      'an extended size beyond the end',
      tarball([tarEntry('x', pax('size', '99999999'), { type: 'x' }), good]),
    ],
    ['a sum that is wrong', tarball([Buffer.from(good).fill(49, 100, 103)])],
    ['a device', tarball([good, tarEntry('package/tty', '', { type: '3' })])],
  ]) {
    assert.throws(() => publish.openTarball(data), { id: 'tarball-refused' }, title);
  }
  const fine = tarball([tarEntry('g', pax('comment', 'a'.repeat(40)), { type: 'g' }), good]);
  assert.equal(publish.openTarball(fine).size, 1);
});
