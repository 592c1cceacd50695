// Packing: with each package manager that is there, in order, reproducibly, refusing what the registry would refuse.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import zlib from 'node:zlib';
import { scenario, tool } from './support/sandbox.mjs';

const managers = {
  npm: true,
  pnpm: tool('pnpm', 'bin/pnpm.mjs'),
  yarn: tool('@yarnpkg/cli-dist', 'bin/yarn.js'),
};

function env(box, packages, more = {}) {
  return {
    ...box.baseEnv,
    GITHUB_OUTPUT: box.path('output'),
    YARN_ENABLE_TELEMETRY: '0',
    TRUSTPUB_PACKAGES: JSON.stringify(packages),
    TRUSTPUB_MANAGER: 'npm',
    TRUSTPUB_OUT: 'out',
    ...more,
  };
}

function packed(box) {
  return JSON.parse(box.read('work/out/manifest.json')).packages;
}

function insideOf(box, { file }, name) {
  const tar = zlib.gunzipSync(fs.readFileSync(box.path('work/out', file)));
  const at = tar.indexOf(`package/${name}\0`);
  const size = parseInt(tar.subarray(at + 124, at + 136).toString(), 8);
  return tar.subarray(at + 512, at + 512 + size).toString();
}

// One package with one thing wrong: exactly this refusal, and no manifest.
function refused(title, id, json, { says, more = {}, arrange = () => {}, path = '.', name = 'one' } = {}) {
  scenario(`refused: ${title}`, {}, async (box) => {
    box.write('work/package.json', { name: 'one', version: '1.0.0', ...json });
    await arrange(box);
    const { code, log } = await box.run('pack', env(box, [{ name, path }], { GITHUB_OUTPUT: '', ...more }));
    assert.equal(code, 1, log);
    assert.match(log, id);
    if (says) assert.match(log, says);
    assert.equal(box.read('work/out/manifest.json'), '');
  });
}

for (const [manager, cli] of Object.entries(managers)) {
  const skip = cli ? false : 'needs tests/e2e/setup';
  scenario(`${manager}: a workspace, in order of need, twice the same bytes`, { skip }, async (box) => {
    if (cli !== true) box.tool(manager, cli);
    const workspace = manager === 'npm' ? '^1.0.0' : 'workspace:^';
    box.write('work/package.json', { name: 'root', private: true, workspaces: ['packages/*'] });
    box.write('work/pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
    const write = (name, json) => {
      box.write(`work/packages/${name}/package.json`, { name: `@acme/${name}`, version: '1.0.0', ...json });
      box.write(`work/packages/${name}/index.js`, `module.exports = '${name}';\n`);
      box.write(`work/packages/${name}/bin.js`, '#!/usr/bin/env node\n');
      fs.chmodSync(box.path(`work/packages/${name}/bin.js`), 0o755);
    };
    write('app', { dependencies: { '@acme/zebra': workspace }, bin: 'bin.js' });
    write('zebra', { peerDependencies: { '@acme/base': workspace } });
    write('base', { version: '2.0.0-rc.1' });
    if (manager !== 'npm') {
      if (manager === 'yarn') box.write('work/yarn.lock', '');
      const { spawnSync } = await import('node:child_process');
      const options = {
        cwd: box.path('work'),
        env: { ...box.baseEnv, YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', CI: '' },
      };
      const args = manager === 'pnpm' ? ['install', '--offline'] : ['install'];
      const done = spawnSync(box.path('bin', manager), args, options);
      assert.equal(done.status, 0, `${done.stdout}${done.stderr}`);
    }
    const list = ['app', 'base', 'zebra'].map((name) => ({
      name: `@acme/${name}`,
      path: `packages/${name}`,
    }));
    list[0].access = 'public';
    const runs = [];
    for (let run = 0; run < 2; run += 1) {
      const { code, log } = await box.run('pack', env(box, list, { TRUSTPUB_MANAGER: manager }));
      assert.equal(code, 0, log);
      runs.push(packed(box));
      if (run > 0) break;
      fs.rmSync(box.path('work/out'), { recursive: true });
      const later = new Date(Date.now() - 86400000);
      for (const name of ['app', 'base', 'zebra'])
        fs.utimesSync(box.path(`work/packages/${name}/index.js`), later, later);
      fs.chmodSync(box.path('work/packages/app/index.js'), 0o600);
    }
    assert.deepEqual(runs[1], runs[0]);
    assert.deepEqual(
      runs[0].map(({ name, order, tag, access }) => [name, order, tag, access]),
      [
        ['@acme/base', 1, 'rc', null],
        ['@acme/zebra', 2, 'latest', null],
        ['@acme/app', 3, 'latest', 'public'],
      ],
    );
    assert.deepEqual(
      runs[0].map(({ needs }) => needs),
      [[], ['@acme/base'], ['@acme/zebra']],
    );
    assert.doesNotMatch(insideOf(box, runs[0][2], 'package.json'), /workspace:/);
    assert.match(box.read('output'), /^manifest-sha256<<.*\n[0-9a-f]{64}$/m);
  });
}

scenario('what packing makes, publishing takes', {}, async (box) => {
  box.write('work/package.json', { name: '@acme/a', version: '1.0.0', files: ['index.js'] });
  box.write('work/index.js', '');
  const list = [{ name: '@acme/a', path: '.' }];
  const first = await box.run('pack', env(box, list, { TRUSTPUB_OUT: 'out' }));
  assert.equal(first.code, 0, first.log);
  const sha256 = /[0-9a-f]{64}/.exec(box.read('output'))[0];
  const second = await box.publish(box.githubEnv, {
    TRUSTPUB_PACKAGES: JSON.stringify(list),
    TRUSTPUB_DIR: box.path('work/out'),
    TRUSTPUB_MANIFEST_SHA256: sha256,
  });
  assert.equal(second.code, 0, second.log);
  assert.equal(box.registry.packages.get('@acme/a').writes, 1);
});

scenario('prepublishOnly runs, as npm publish would run it', {}, async (box) => {
  const scripts = { prepublishOnly: 'echo built > built.txt' };
  box.write('work/package.json', { name: 'one', version: '1.0.0', scripts });
  const { code, log } = await box.run('pack', env(box, [{ name: 'one', path: '.' }]));
  assert.equal(code, 0, log);
  assert.equal(insideOf(box, packed(box)[0], 'built.txt'), 'built\n');
});

for (const [version, more, tag] of [
  ['1.0.0', {}, 'latest'],
  ['1.0.0', { TRUSTPUB_TAG: 'lts' }, 'lts'],
  ['1.0.0-beta.2', {}, 'beta'],
  ['1.0.0-0', {}, 'next'],
  ['1.0.0-x', {}, 'next'],
  ['1.0.0-latest.1', {}, 'next'],
  ['1.0.0-beta.2', { TRUSTPUB_PRERELEASE_TAG: 'edge' }, 'edge'],
  ['1.0.0+build-7', {}, 'latest'],
]) {
  scenario(`dist-tag of ${version} ${JSON.stringify(more)}`, {}, async (box) => {
    box.write('work/package.json', { name: 'one', version });
    const { code, log } = await box.run('pack', env(box, [{ name: 'one', path: '.' }], more));
    assert.equal(code, 0, log);
    assert.equal(packed(box)[0].tag, tag);
  });
}

refused('private', /marked as private/, { private: true });
refused('another name', /another name/, { name: 'two' });
refused(
  'no version',
  /no valid version/,
  { version: 'one' },
  {
    arrange: (box) => {
      // npm itself refuses such a version; a manager that does not is caught by us.
      const bad = JSON.stringify({ name: 'one', version: 'one' });
      const node = `const fs=require("fs");fs.writeFileSync("package.json",${JSON.stringify(bad)})`;
      box.write('fake.cjs', node);
      box.tool(
        'npm',
        '',
        `case "$1" in --version) echo 1.0.0;; config) :;; pack) tar -czf "$3/x.tgz" --transform 's,^,package/,' package.json;; esac`,
      );
    },
  },
);
refused('another registry', /names another registry/, {
  publishConfig: { registry: 'https://elsewhere.example/' },
});
refused('a credential inside', /holds a credential/, { publishConfig: { _authToken: 'x' } });
refused('an unresolved workspace', /still says workspace:\*/, { dependencies: { two: 'workspace:*' } });
refused('a link to a folder', /still says file:/, { dependencies: { two: 'file:../two' } });
refused(
  'a scope that goes elsewhere',
  /sends @acme to another registry/,
  { name: '@acme/one' },
  {
    name: '@acme/one',
    arrange: (box) => box.write('work/.npmrc', '@acme:registry=https://elsewhere.example/\n'),
  },
);
refused(
  'a tag of another version',
  /the git tag says 2\.0\.0, package\.json says 1\.0\.0/,
  {},
  {
    more: { TRUSTPUB_REF_TAG: 'v2.0.0' },
  },
);
refused(
  "the provider's tag of another version",
  /the git tag says 2\.0\.0/,
  {},
  { more: { CI_COMMIT_TAG: 'one@2.0.0' } },
);
refused(
  'a repository in other letters',
  /letter case alone/,
  { repository: 'Acme/demo' },
  {
    more: { TRUSTPUB_REPOSITORY: 'https://github.com/acme/demo' },
    says: /"url": "git\+https:\/\/github\.com\/acme\/demo\.git"/,
  },
);
refused(
  'no repository',
  /another repository/,
  {},
  {
    more: {
      TRUSTPUB_REPOSITORY: 'auto',
      CI_PROJECT_VISIBILITY: 'public',
      CI_PROJECT_URL: 'https://gitlab.com/a/b/c',
    },
    says: /gitlab\.com\/a\/b\/c/,
  },
);
refused(
  'a file in the output folder',
  /is not empty/,
  {},
  { arrange: (box) => box.write('work/out/evil.tgz', 'x') },
);
refused('a folder without package', /cannot be read/, {}, { path: 'nowhere' });
refused(
  'a script that fails',
  /prepublishOnly failed/,
  { scripts: { prepublishOnly: 'exit 3' } },
  { says: /exit code 3/ },
);
refused(
  'a script that swaps the tarball for a link',
  /not a plain file/,
  {},
  {
    arrange: (box) => {
      box.tool('npm', '', 'case "$1" in --version) echo 1.0.0;; pack) ln -s /etc/passwd "$3/x.tgz";; esac');
    },
  },
);
refused('a manager that is not there', /yarn does not run/, {}, { more: { TRUSTPUB_MANAGER: 'yarn' } });

scenario('a tag that is no version, and a repository in short form, pass', {}, async (box) => {
  box.write('work/package.json', { name: 'one', version: '1.0.0', repository: 'github:acme/demo' });
  const { code, log } = await box.run(
    'pack',
    env(box, [{ name: 'one', path: '.' }], {
      GITHUB_REF_TYPE: 'tag',
      GITHUB_REF_NAME: 'release-candidate',
      TRUSTPUB_REPOSITORY: 'https://github.com/acme/demo',
    }),
  );
  assert.equal(code, 0, log);
});

scenario('hostile text stays text', {}, async (box) => {
  box.write('work/package.json', { name: 'one', version: '1.0.0' });
  const tag = 'v1.0.0$(touch pwned)\n::add-mask::x';
  const first = await box.run('pack', env(box, [{ name: 'one', path: '.' }], { TRUSTPUB_REF_TAG: tag }));
  assert.equal(fs.existsSync(box.path('work/pwned')), false);
  assert.doesNotMatch(first.log, /^::add-mask/m);
  for (const list of [
    [{ name: 'one;id', path: '.' }],
    [{ name: '--evil', path: '.' }],
    [{ name: 'one', path: '../..' }],
    [{ name: 'one', path: '/etc' }],
    [{ name: 'one', path: '.', access: 'everyone' }],
    [],
  ]) {
    fs.rmSync(box.path('work/out'), { recursive: true, force: true });
    const { code, log } = await box.run('pack', env(box, list));
    assert.equal(code, 2, log);
  }
});
