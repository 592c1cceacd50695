// Thin pipelines (`runtime: bundle`): the generated file refers to the bundle by an exact pin, and the pin leads to this
// checkout's Action, component or orb.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lootOf, stealing } from '../fixtures/hostile.mjs'
import { pnpmWorkspace, prerelease, privateDependency, single, staged } from '../fixtures/index.mjs'
import { root } from '../project.mjs'
import { scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

const COMMIT = 'c0ffee00'.repeat(5)
const BUNDLE = {
  github: {
    pin: { action: 'acme-ci/npm-publish', commit: COMMIT, version: 'v1.0.0' },
    run: { actions: { [`acme-ci/npm-publish@${COMMIT}`]: join(root, 'action') } },
  },
  gitlab: {
    pin: { component: 'gitlab.com/acme-ci/npm-publish/npm-publish', version: '1.0.0' },
    run: { components: { 'gitlab.com/acme-ci/npm-publish@1.0.0': join(root, 'gitlab') } },
  },
  circleci: {
    pin: { orb: 'acme-ci/npm-publish@1.0.0' },
    run: { orbs: { 'acme-ci/npm-publish@1.0.0': readFileSync(join(root, 'orb/orb.yml'), 'utf8') } },
  },
}

const thin = (provider, fixture, options, body) => {
  const { pin, run } = BUNDLE[provider]
  return scenario(provider, fixture, { ...options, spec: { runtime: 'bundle', bundle: { [provider]: pin } } }, (s) =>
    body({ ...s, run: (settings = {}) => s.run({ ...run, ...settings }) }))
}

Object.keys(BUNDLE).forEach((provider, column) => {
  const kinds = { single, 'pnpm monorepo': pnpmWorkspace, 'private dependency': privateDependency, staged, prerelease }
  Object.entries(kinds).forEach(([kind, fixture], row) => {
    if (kind !== 'single' && !inTurn(row, column, 6)) return
    test(`thin: ${provider} publishes, ${kind}`, () => thin(provider, fixture, {}, async (s) => {
      const token = kind === 'private dependency' ? s.world.credentials.granular('reader', 'read') : undefined
      const outcome = await s.run(token ? { secrets: { NPM_READ_TOKEN: token } } : {})
      assert.equal(outcome.status, 0, 'the pipeline succeeds')
      assert.match(outcome.output, /TESTS RAN/)
      const [arrived, other] = kind === 'staged' ? [s.world.staged, s.world.publications] : [s.world.publications, s.world.staged]
      assert.deepEqual(arrived.map((entry) => `${entry.name}@${entry.version}`).toSorted(), s.packages.map((name) => `${name}@${s.version}`).toSorted())
      assert.deepEqual(other, [])
      for (const entry of arrived) {
        assert.equal(entry.by, 'oidc')
        assert.equal(entry.tag, kind === 'prerelease' ? 'next' : 'latest')
        assert.equal(Boolean(entry.provenance), s.provider.provenance)
      }
      if (token) assert.ok(!outcome.output.includes(token))
    }))
  })

  test(`thin: ${provider} refuses where another publisher is trusted`, () => thin(provider, single, {}, async (s) => {
    for (const name of s.packages) s.world.packages.get(name).publishers = []
    const outcome = await s.run({ reuse: true })
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, /gives this run no token for acme-demo/)
    assert.match(outcome.output, /Fix: /)
    assert.deepEqual([s.published(), s.exchanges().map(({ status }) => status)], [[], [404]])
  }))

  test(`thin: ${provider} refuses beside a stored token`, () => thin(provider, single, {}, async (s) => {
    const outcome = await s.run({ reuse: true, env: { NODE_AUTH_TOKEN: s.world.credentials.granular('leftover', 'write') } })
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, /within reach of this job: NODE_AUTH_TOKEN/)
    assert.deepEqual([s.published(), s.exchanges()], [[], []])
  }))

  test(`thin: ${provider}, a branch starts nothing`, () => thin(provider, single, {}, async (s) => {
    const outcome = await s.run({ ref: 'refs/heads/main' })
    assert.deepEqual([outcome.triggered, s.world.requests], [false, []])
  }))

  if (inTurn(0, column, 6)) {
    test(`thin: ${provider}, a dependency's postinstall gets nothing`, () => thin(provider, stealing, {}, async (s) => {
      const outcome = await s.run()
      const found = lootOf(s, outcome)
      assert.ok(found.includes('done'), 'the script ran')
      assert.deepEqual(found.filter((text) => /^(works|credential|exchange: 2)|replaced|planted/.test(text)), [])
      assert.equal(outcome.status, 0)
      assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
    }))
  }
})
