// What the generated pipelines keep apart, and what all three providers have in common.
import assert from 'node:assert/strict'
import { single } from '../fixtures/index.mjs'
import { scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

const PROVIDERS = ['github', 'gitlab', 'circleci']

PROVIDERS.forEach((provider, column) => {
  test(`isolation: ${provider}, a branch starts nothing`, () => scenario(provider, single, {}, async (s) => {
    const outcome = await s.run({ ref: 'refs/heads/main' })
    assert.deepEqual([outcome.triggered, s.world.requests], [false, []])
  }))

  if (!inTurn(0, column)) return
  // An empty token in a project's .npmrc spoils a good exchange with npm before 11.21: it must not get there.
  test(`isolation: ${provider}, the project's .npmrc never reaches the publish job`, async () => {
    const npmrc = ({ host }) => ({ files: { '.npmrc': `//${host}/:_authToken=\${NPM_TOKEN}\n` } })
    const fixture = (options) => single({ ...options, ...npmrc(options) })
    await scenario(provider, fixture, {}, async (s) => {
      const outcome = await s.run()
      assert.equal(outcome.status, 0)
      assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
    })
  })
})

for (const provider of ['github', 'gitlab']) {
  const restricted = (options) => single({ ...options, name: '@acme/demo', more: { publishConfig: { access: 'restricted' } } })
  test(`isolation: ${provider}, a restricted package of a public repository gets no provenance`, () =>
    scenario(provider, restricted, { restricted: true }, async (s) => {
      assert.equal((await s.run()).status, 0)
      assert.deepEqual(s.world.publications.map(({ name, access, provenance }) => [name, access, provenance]), [['@acme/demo', 'restricted', null]])
    }))
}

test('isolation: all three providers publish the very same tarball of one repository', async () => {
  const published = []
  for (const provider of PROVIDERS) {
    // One repository URL in package.json; a private project makes no provenance, so nothing compares it.
    const options = { url: 'https://github.com/acme/demo', visibility: 'private' }
    await scenario(provider, single, options, async (s) => {
      assert.equal((await s.run()).status, 0)
      assert.deepEqual(s.world.publications.map((entry) => entry.provenance), [null], 'a private project makes no provenance')
      published.push(s.world.publications[0].integrity)
    })
  }
  assert.deepEqual(published, Array(PROVIDERS.length).fill(published[0]))
})
