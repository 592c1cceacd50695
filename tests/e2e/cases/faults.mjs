// Faults of the registry and of Sigstore, and a run that is killed: a re-run finishes the rest, nothing is published twice,
// and the summary says what happened to each package.
import assert from 'node:assert/strict'
import { hostileDependency, pnpmWorkspace, single, staged } from '../fixtures/index.mjs'
import { FULCIO, REKOR } from '../registry/sigstore.mjs'
import { scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

const EXCHANGE = { path: /\/oidc\/token\/exchange\// }
const PUT = { method: 'PUT' }
const LOOKUP = { method: 'GET', path: /^\/acme-demo$/ }
const PROVIDERS = ['github', 'gitlab', 'circleci']
// npm's patience is minutes; what it does when that ends is tried here.
const IMPATIENT = { npm_config_fetch_timeout: '2000' }

/** Passing faults: the pipeline gets over all of them by itself and publishes exactly once. */
function survives(provider, title, faults, { fixture = single, options = {}, env = IMPATIENT, arrived = 'publications', reuse = true, then } = {}) {
  test(`fault: ${provider}, ${title}, passes`, () => scenario(provider, fixture, options, async (s) => {
    for (const fault of faults) s.world.faults.add({ ...fault })
    const outcome = await s.run({ reuse, env })
    assert.equal(outcome.status, 0, 'the pipeline gets over it')
    assert.equal(s.world.requests.filter((entry) => entry.fault !== undefined).length, faults.length, 'each fault happened')
    assert.deepEqual(s.world[arrived].map((entry) => `${entry.name}@${entry.version}`), ['acme-demo@1.1.0'])
    assert.ok(['published', 'already', 'staged', 'pending'].includes(outcome.result.packages[0].state), 'the summary says so')
    if (then) then(outcome, s)
    else if (arrived === 'publications') assert.equal(Boolean(s.world.publications[0].provenance), s.provider.provenance)
  }))
}

// Every step, in two runs: up to the upload, and from there. The second exchange is the publish's own.
const WAYS = { 500: { status: 500 }, 503: { status: 503 }, 'no answer': 'hang', 'a broken connection': 'reset' }
const STEPS = {
  'every step up to the upload': (provider) => [
    ...(provider === 'github' ? [{ path: /^\/gha\/idtoken/ }] : []), EXCHANGE, { ...EXCHANGE, skip: 1 }, LOOKUP,
  ],
  'the upload and what follows': (provider) => [
    ...(provider !== 'circleci' ? [{ host: FULCIO }, { host: REKOR }] : []), PUT, { ...LOOKUP, skip: 4 },
  ],
}
Object.entries(WAYS).forEach(([what, then], row) => Object.entries(STEPS).forEach(([step, faults], column) => {
  // Every pair of way and step, on one provider in turn.
  PROVIDERS.filter((_, layer) => inTurn(row + column, layer)).forEach((provider) =>
    survives(provider, `${what} at ${step}`, faults(provider).map((fault) => ({ ...fault, then }))))
}))
PROVIDERS.filter((_, column) => inTurn(1, column)).forEach((provider) =>
  survives(provider, 'an answer to the PUT that is lost', [{ ...PUT, then: 'lost' }], {
    then: (outcome, s) => {
      assert.equal(outcome.result.packages[0].state, 'published', 'it looks whether the version is there, and whether it is this one')
      assert.equal(s.world.requests.filter(({ method }) => method === 'PUT').length, 1, 'and sends it once')
    },
  }))
survives('gitlab', '429 at the exchange', [{ ...EXCHANGE, then: { status: 429 } }])
survives('github', 'an equivalent entry (409) at Rekor', [{
  host: REKOR, then: { status: 409, body: { code: 409, message: 'an equivalent entry already exists in the transparency log' } },
}])
survives('github', '500 at the visibility', [{ path: /visibility$/, skip: 1, then: { status: 500 } }], {
  then: (outcome) => assert.match(outcome.output, /no provenance/, 'npm publishes without, and the summary says so'),
})
const STAGING = { method: 'POST', path: /^\/-\/stage\// }
survives('github', '503 at the staging', [{ ...STAGING, then: { status: 503 } }], { fixture: staged, arrived: 'staged' })
survives('gitlab', 'an answer to the staging that is lost', [{ ...STAGING, then: 'lost' }], {
  fixture: staged, arrived: 'staged', then: (outcome) => assert.match(outcome.output, /staged already/),
})
const dependent = (options) => hostileDependency({ ...options, script: '' })
const INSTALL = { path: /left-padding.*tgz$/ }
survives('circleci', '503 and a broken connection at the install', [{ ...INSTALL, then: { status: 503 } }, { ...INSTALL, then: 'reset' }], {
  fixture: dependent, reuse: false, env: { npm_config_fetch_retry_mintimeout: '50' },
})

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

recovers('503 at the PUT', 'github', { ...PUT, then: { status: 503 } }, { says: /503/ })
recovers('no answer to the PUT', 'circleci', { ...PUT, then: 'hang' }, { says: /the connection to the registry broke/ })
recovers('a broken connection at the exchange', 'github', { ...EXCHANGE, then: 'reset' }, { says: /gives this run no token/, state: 'not-tried' })
recovers('503 at the exchange', 'gitlab', { ...EXCHANGE, then: { status: 503 } }, { says: /gives this run no token/, state: 'not-tried' })
recovers('Fulcio is down', 'github', { host: FULCIO, then: { status: 500 } }, { says: /certificate/i })
recovers('Rekor is down', 'gitlab', { host: REKOR, then: { status: 503 } }, { says: /transparency log/i })

test('fault: github, a new version that is still scanned is not an error', () => scenario('github', single, {}, async (s) => {
  s.world.policy.scanMilliseconds = 60_000
  const outcome = await s.run({ reuse: true })
  assert.equal(outcome.status, 0)
  assert.equal(outcome.result.packages[0].state, 'pending')
  const again = await s.run({ reuse: true })
  assert.equal(again.status, 0, 'a re-run meanwhile is no error either')
  assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
}))

for (const provider of PROVIDERS.filter((_, column) => inTurn(2, column))) {
  test(`fault: ${provider}, killed in the middle of a monorepo`, () => scenario(provider, pnpmWorkspace, {}, async (s) => {
    const first = await s.run({ reuse: true, until: () => s.world.publications.length >= 1 })
    assert.notEqual(first.status, 0)
    const done = s.published()
    assert.ok(done.length >= 1 && done.length < 3, `killed after ${done.length} of 3`)
    const second = await s.run({ reuse: true })
    assert.equal(second.status, 0, 'the re-run succeeds')
    assert.equal(new Set(s.published()).size, s.published().length, 'nothing is published twice')
    assert.equal(s.published().length, 3)
    const states = Object.fromEntries(second.result.packages.map((item) => [`${item.name}@${item.version}`, item.state]))
    for (const name of s.published()) assert.equal(states[name], done.includes(name) ? 'already' : 'published', name)
    for (const item of second.result.packages) assert.match(second.output, new RegExp(`${item.state} +${item.name} `))
  }))
}

test('fault: gitlab, one package of a monorepo fails: what needs it waits, a re-run publishes the rest', () =>
  scenario('gitlab', pnpmWorkspace, {}, async (s) => {
    s.world.faults.add({ method: 'PUT', path: /^\/@acme\/http$/, times: Infinity, then: { status: 503 } })
    const first = await s.run({ reuse: true, env: IMPATIENT })
    assert.notEqual(first.status, 0)
    const states = Object.fromEntries(first.result.packages.map(({ name, state }) => [name, state]))
    assert.deepEqual(states, { '@acme/core': 'published', '@acme/http': 'failed', '@acme/cli': 'not-tried' })
    s.world.faults.clear()
    const second = await s.run({ reuse: true, env: IMPATIENT })
    assert.equal(second.status, 0)
    assert.equal(s.published().length, 3)
    assert.equal(new Set(s.published()).size, 3)
  }))

test('fault: github, the same release run again publishes nothing and is green', () => scenario('github', single, {}, async (s) => {
  assert.equal((await s.run({ reuse: true })).status, 0)
  const again = await s.run({ reuse: true })
  assert.equal(again.status, 0)
  assert.equal(again.result.packages[0].state, 'already')
  assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
}))
