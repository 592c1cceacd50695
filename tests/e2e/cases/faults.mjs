// Faults of the registry and of Sigstore, and a run that is killed: a re-run finishes the rest, nothing is published twice,
// and the summary says what happened to each package.
import assert from 'node:assert/strict'
import { pnpmMonorepo, single } from '../fixtures/index.mjs'
import { FULCIO, REKOR } from '../registry/sigstore.mjs'
import { scenario } from '../scenario.mjs'
import { test } from '../suite.mjs'

const EXCHANGE = /\/oidc\/token\/exchange\//
// npm's own retries take a minute each and its patience five; the program's own are what is tried here.
const IMPATIENT = { npm_config_fetch_retries: '0', npm_config_fetch_timeout: '3000' }

/** Passing faults: the pipeline gets over them by itself and publishes exactly once. */
function survives(name, provider, fault) {
  test(`fault: ${provider}, ${name}, passes`, () => scenario(provider, single, {}, async (s) => {
    s.world.faults.add(fault)
    const outcome = await s.run({ reuse: true, env: IMPATIENT })
    assert.equal(outcome.status, 0, 'the pipeline gets over it')
    assert.ok(s.world.requests.some((entry) => entry.fault !== undefined), 'the fault happened')
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
    assert.ok(['published', 'already'].includes(outcome.result.packages[0].state), 'the summary says so')
  }))
}

/** Lasting faults: the run fails and says why; once they are gone, a re-run publishes. */
function recovers(name, provider, fault, { says, state = 'failed', published = [] }) {
  test(`fault: ${provider}, ${name}, lasts`, () => scenario(provider, single, {}, async (s) => {
    s.world.faults.add({ ...fault, times: Infinity })
    const first = await s.run({ reuse: true, env: IMPATIENT })
    assert.notEqual(first.status, 0, 'the first run fails')
    assert.match(first.output, says)
    assert.match(first.output, /Fix: /)
    assert.deepEqual(s.published(), published)
    assert.equal(first.result.packages[0]?.state, state)
    s.world.faults.clear()
    const second = await s.run({ reuse: true, env: IMPATIENT })
    assert.equal(second.status, 0, 'the re-run succeeds')
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
  }))
}

for (const provider of ['github', 'gitlab', 'circleci']) {
  survives('503 at the PUT', provider, { method: 'PUT', then: { status: 503 } })
}
survives('500 at the PUT', 'github', { method: 'PUT', then: { status: 500 } })
survives('connection reset at the PUT', 'github', { method: 'PUT', then: 'reset' })
survives('no answer to the PUT', 'gitlab', { method: 'PUT', then: 'hang' })
survives('answer to the PUT lost', 'github', { method: 'PUT', then: 'lost' })
survives('answer to the PUT lost', 'circleci', { method: 'PUT', then: 'lost' })
survives('500 at the visibility', 'github', { path: /visibility$/, then: { status: 500 } })
survives('Rekor says 409', 'github', {
  host: REKOR, then: { status: 409, body: { code: 409, message: 'an equivalent entry already exists in the transparency log' } },
})
survives('Rekor says 503', 'gitlab', { host: REKOR, then: { status: 503 } })
survives('Fulcio resets the connection', 'github', { host: FULCIO, then: 'reset' })

recovers('503 at the PUT', 'github', { method: 'PUT', then: { status: 503 } }, { says: /503/ })
recovers('connection reset at the exchange', 'github', { path: EXCHANGE, then: 'reset' }, { says: /gives this run no token/, state: 'not-tried' })
recovers('503 at the exchange', 'gitlab', { path: EXCHANGE, then: { status: 503 } }, { says: /gives this run no token/, state: 'not-tried' })
recovers('Fulcio is down', 'github', { host: FULCIO, then: { status: 500 } }, { says: /certificate/i })

test('fault: github, a new version that is still scanned is not an error', () => scenario('github', single, {}, async (s) => {
  s.world.policy.scanMilliseconds = 60_000
  const outcome = await s.run({ reuse: true })
  assert.equal(outcome.status, 0)
  assert.equal(outcome.result.packages[0].state, 'pending')
  const again = await s.run({ reuse: true })
  assert.equal(again.status, 0, 'a re-run meanwhile is no error either')
  assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
}))

for (const provider of ['github', 'circleci']) {
  test(`fault: ${provider}, killed in the middle of a monorepo`, () => scenario(provider, pnpmMonorepo, {}, async (s) => {
    const first = await s.run({ reuse: true, until: () => s.world.publications.length >= 2 })
    assert.notEqual(first.status, 0)
    const done = s.published()
    assert.ok(done.length >= 2 && done.length < 5, `killed after ${done.length} of 5`)
    const second = await s.run({ reuse: true })
    assert.equal(second.status, 0, 'the re-run succeeds')
    assert.equal(new Set(s.published()).size, s.published().length, 'nothing is published twice')
    assert.equal(s.published().length, 5)
    const states = Object.fromEntries(second.result.packages.map((item) => [`${item.name}@${item.version}`, item.state]))
    for (const name of s.published()) assert.equal(states[name], done.includes(name) ? 'already' : 'published', name)
    for (const item of second.result.packages) assert.match(second.output, new RegExp(`${item.state} +${item.name} `))
  }))
}

test('fault: gitlab, one package of a monorepo fails: what needs it waits, a re-run publishes the rest', () =>
  scenario('gitlab', pnpmMonorepo, {}, async (s) => {
    s.world.faults.add({ method: 'PUT', path: /^\/@acme\/http$/, times: Infinity, then: { status: 503 } })
    const first = await s.run({ reuse: true, env: IMPATIENT })
    assert.notEqual(first.status, 0)
    const states = Object.fromEntries(first.result.packages.map(({ name, state }) => [name, state]))
    assert.deepEqual(states, {
      '@acme/core': 'published', '@acme/utils': 'published', '@acme/http': 'failed', '@acme/cli': 'not-tried', '@acme/web': 'not-tried',
    })
    s.world.faults.clear()
    const second = await s.run({ reuse: true, env: IMPATIENT })
    assert.equal(second.status, 0)
    assert.equal(s.published().length, 5)
    assert.equal(new Set(s.published()).size, 5)
  }))

test('fault: github, the same release run again publishes nothing and is green', () => scenario('github', single, {}, async (s) => {
  assert.equal((await s.run({ reuse: true })).status, 0)
  const again = await s.run({ reuse: true })
  assert.equal(again.status, 0)
  assert.equal(again.result.packages[0].state, 'already')
  assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
}))
