// The text of the programs: what it may hold, as it is inlined into other people's pipelines.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { part, program, programs, runtime, targets } from './support/programs.mjs';

const parts = fs.readdirSync(runtime).filter((name) => /\.(mjs|sh)$/.test(name));

test('every part belongs to a program, and the README names them in that order', () => {
  const listed = (list) => list.map((one) => one.part ?? one);
  const used = new Set(listed(Object.values(programs).flat()));
  assert.deepEqual([...used].sort(), parts.sort());
  const readme = fs.readFileSync(path.join(runtime, 'README.md'), 'utf8');
  for (const [name, list] of Object.entries(programs)) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    assert.deepEqual(
      [...row.split('|')[2].matchAll(/`([^`]+)`/g)].map(([, file]) => file),
      listed(list),
    );
  }
});

for (const name of parts) {
  test(`${name}: nothing that a provider, a shell or a heredoc would read`, () => {
    const text = part(name);
    assert.match(text, /^[\n\x20-\x7e]+\n$/, 'ASCII, final newline');
    assert.doesNotMatch(text, /\n\n$|[ \t]$/m);
    for (const line of text.split('\n')) {
      assert.ok(line.length <= 110, `${line.length} characters: ${line}`);
      assert.doesNotMatch(line, /^TRUSTPUB_(?:PACK|PUBLISH)$/);
    }
    assert.ok(text.split('\n').length <= 275, 'small enough to read');
    for (const opener of ['$' + '{{', '$' + '[[', '<' + '<', '{' + '%', '{' + '@']) {
      assert.ok(!text.includes(opener), opener);
    }
    assert.doesNotMatch(text, /npmjs|\bunsafe|\beval\b|new Function|require\(/);
  });
}

test('nothing talks to the network but npm, and one request for the id token', () => {
  for (const target of Object.keys(targets))
    for (const name of Object.keys(programs)) {
      const text = program(name, target);
      const asks = name === 'publish' && targets[target].includes('github-identity');
      assert.equal(text.match(/\bfetch\(/g)?.length ?? 0, asks ? 1 : 0);
      assert.doesNotMatch(text, /node:(?:http|https|net|tls|dns|vm|worker_threads)/);
      assert.equal(text.match(/\b(?:spawn|execFile)\(/g)?.length ?? 0, name === 'install' ? 0 : 1);
    }
});

test('the programs parse, as a heredoc gives them to node', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trustpub-text-'));
  try {
    for (const [name, target] of ['pack', 'publish'].flatMap((name) => Object.keys(targets).map((one) => [name, one]))) {
      const word = `TRUSTPUB_${name.toUpperCase()}`;
      const script = path.join(folder, `${name}.sh`);
      fs.writeFileSync(script, `node --input-type=module - <<'${word}'\n${program(name, target)}${word}\n`);
      // Without its variables each program stops at the first, with the exit code of a wrong call.
      const env = { PATH: process.env.PATH, HOME: folder };
      const done = spawnSync('sh', [script], { cwd: folder, env, encoding: 'utf8' });
      assert.equal(done.status, 2, done.stderr);
      assert.match(done.stdout, /TRUSTPUB_\w+ is not set/);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
