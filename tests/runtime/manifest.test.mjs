// Between packing and publishing lies storage that others may touch: nothing but the sealed tarballs gets through.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import zlib from 'node:zlib';
import { scenario, tarball, tarEntry } from './support/sandbox.mjs';

function refused(title, problems, arrange, { packages = ['@acme/a'], env = () => ({}) } = {}) {
  scenario(title, { packages }, async (box) => {
    const sealed = box.seal();
    await arrange(box, sealed);
    const { code, log } = await box.publish(box.githubEnv, env(box));
    assert.equal(code, 1, log);
    assert.deepEqual(box.problems(), problems, log);
    assert.equal(box.registry.count('POST', /exchange/), 0);
    assert.equal(box.registry.count('PUT', /./), 0);
  });
}

// Replaces the tarball and seals it: what a hostile pack job could do.
function resealed(title, problems, files) {
  refused(title, problems, (box, [one]) => {
    const data = Buffer.isBuffer(files) ? files : tarball(files);
    fs.writeFileSync(box.path('dist', one.file), data);
    change(box, (list) => {
      list[0].integrity = `sha512-${crypto.createHash('sha512').update(data).digest('base64')}`;
    });
  });
}

function change(box, edit) {
  const manifest = JSON.parse(box.read('dist/manifest.json'));
  edit(manifest.packages, manifest);
  box.write('dist/manifest.json', manifest);
}

const json = (value) => JSON.stringify({ name: '@acme/a', version: '1.0.0', ...value });
const good = tarEntry('package/package.json', json());

refused('no manifest', ['manifest-missing'], (box) => fs.rmSync(box.path('dist/manifest.json')));
refused('a manifest that is a link', ['manifest-missing'], (box) => {
  fs.renameSync(box.path('dist/manifest.json'), box.path('moved.json'));
  fs.symlinkSync(box.path('moved.json'), box.path('dist/manifest.json'));
});
refused('a manifest of another digest', ['manifest-changed'], () => {}, {
  env: () => ({ TRUSTPUB_MANIFEST_SHA256: 'f'.repeat(64) }),
});
refused('no JSON', ['manifest-invalid'], (box) => box.write('dist/manifest.json', '{'));
refused('another schema', ['manifest-invalid'], (box) =>
  change(box, (_, manifest) => {
    manifest.schema = 2;
  }),
);
refused('a tarball that was rewritten after packing', ['tarball-changed'], (box, [one]) => {
  fs.writeFileSync(
    box.path('dist', one.file),
    tarball({ 'package/package.json': json({ description: 'evil' }) }),
  );
});
refused('a tarball that is a link', ['tarball-changed'], (box, [one]) => {
  fs.renameSync(box.path('dist', one.file), box.path('moved.tgz'));
  fs.symlinkSync(box.path('moved.tgz'), box.path('dist', one.file));
});
refused('a missing tarball', ['tarball-changed'], (box, [one]) => fs.rmSync(box.path('dist', one.file)));
refused('a file beside them', ['file-unexpected'], (box) => box.write('dist/extra.tgz', 'x'));
refused('a config beside them', ['file-unexpected'], (box) =>
  box.write('dist/.npmrc', '//x/:_authToken=y'),
);
refused('a package that is not of this pipeline', ['package-not-allowed', 'file-unexpected'], (box) => {
  fs.writeFileSync(box.path('dist/0002-p.tgz'), 'x');
  change(box, (list) => list.push({ ...list[0], name: 'other', file: '0002-p.tgz' }));
});
refused(
  'a package that is missing',
  ['manifest-incomplete'],
  (box) => {
    fs.rmSync(box.path('dist/0002-p.tgz'));
    change(box, (list) => list.pop());
  },
  { packages: ['@acme/a', 'b'] },
);
refused('a package twice', ['manifest-incomplete'], (box) =>
  change(box, (list) => list.push({ ...list[0] })),
);

for (const [field, values] of Object.entries({
  file: ['../0001-p.tgz', '/etc/passwd', '-rf.tgz', 'a b.tgz', 'manifest.json', 7],
  tag: ['--registry=http://evil', 'v1', 'x', '', 'a b'],
  version: ['1.0', '1.0.0 --tag x', '^1.0.0'],
  access: ['everyone'],
})) {
  for (const value of values) {
    refused(
      `${field} ${JSON.stringify(value)}`,
      ['manifest-invalid', 'manifest-incomplete', 'file-unexpected'],
      (box) =>
        change(box, (list) => {
          list[0][field] = value;
        }),
    );
  }
}

resealed('a tarball of another package', ['name-mismatch'], {
  'package/package.json': json({ name: '@acme/z' }),
});
resealed('a tarball of another version', ['tarball-changed'], {
  'package/package.json': json({ version: '6.6.6' }),
});
resealed('a private package', ['private-package'], { 'package/package.json': json({ private: true }) });
resealed('publishConfig that sends it elsewhere', ['registry-elsewhere', 'registry-elsewhere'], {
  'package/package.json': json({
    publishConfig: { registry: 'https://evil.example/', '@acme:registry': 'https://evil.example/' },
  }),
});
resealed('publishConfig with a credential', ['token-in-package'], {
  'package/package.json': json({ publishConfig: { '//127.0.0.1/:_authToken': 'x' } }),
});
resealed('a tag above every flag', ['tag-in-package'], { 'package/package.json': json({ tag: 'latest' }) });
resealed('a path that leaves', ['tarball-refused'], [good, tarEntry('package/../../evil', 'x')]);
resealed('an absolute path', ['tarball-refused'], [good, tarEntry('/package/evil', 'x')]);
resealed('a drive letter', ['tarball-refused'], [good, tarEntry('C:/package/evil', 'x')]);
resealed(
  'a link',
  ['tarball-refused'],
  [good, tarEntry('package/evil', '', { type: '2', link: '/etc/passwd' })],
);
resealed(
  'a hard link',
  ['tarball-refused'],
  [good, tarEntry('package/evil', '', { type: '1', link: 'package/package.json' })],
);
resealed('two package.json', ['tarball-refused'], [good, good]);
resealed(
  'package.json in other letters',
  ['tarball-refused'],
  [good, tarEntry('package/Package.json', '{}')],
);
resealed('two folders', ['tarball-refused'], [good, tarEntry('other/package.json', '{}')]);
resealed('no package.json', ['tarball-refused'], { 'package/index.js': '' });
resealed('package.json that is no object', ['tarball-refused'], { 'package/package.json': '[]' });
resealed('no gzip', ['tarball-refused'], Buffer.from('not a tarball'));
resealed('a gzip cut short', ['tarball-refused'], tarball([good]).subarray(0, 60));
resealed('a tar cut short', ['tarball-refused'], zlib.gzipSync(good.subarray(0, 512)));
resealed('a tar without its end', ['tarball-refused'], zlib.gzipSync(good));

scenario('the right digest passes, and the checked bytes are what is sent', {}, async (box) => {
  const [one] = box.seal();
  const digest = crypto
    .createHash('sha256')
    .update(fs.readFileSync(box.path('dist/manifest.json')))
    .digest('hex');
  // As soon as npm starts for the publish, the sealed tarball is swapped: npm has its own copy.
  const evil = box.write('evil.tgz', 'x');
  const real = box.read('bin/npm').split('\n')[1].replace('exec ', '');
  box.tool('npm', '', `case "$1" in publish) cp "${evil}" "${box.path('dist', one.file)}";; esac; ${real}`);
  const { code, log } = await box.publish(box.githubEnv, { TRUSTPUB_MANIFEST_SHA256: digest });
  assert.equal(code, 0, log);
  assert.equal(box.registry.packages.get('@acme/a').versions['1.0.0'].dist.integrity, one.integrity);
});
