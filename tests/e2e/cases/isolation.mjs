// What the generated pipelines keep apart, and what all three providers have in common.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { privateDependency, single } from '../fixtures/index.mjs'
import { scenario } from '../scenario.mjs'
import { test } from '../suite.mjs'

const PROVIDERS = ['github', 'gitlab', 'circleci']

for (const provider of PROVIDERS) {
  test(`isolation: ${provider}, a branch starts nothing`, () => scenario(provider, single, {}, async (s) => {
    const outcome = await s.run({ ref: 'refs/heads/main' })
    assert.deepEqual([outcome.triggered, s.world.requests], [false, []])
  }))

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

  // The test script and the pack step run the project's code; the read token is for the install step alone.
  const spy = `import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
const seen = Object.entries(process.env).filter(([, value]) => /npm_[0-9a-f]{36}/.test(value))
appendFileSync(join(process.env.HOME, 'seen'), seen.map(([name]) => name).join(' ') + ';')
console.log('TESTS RAN')
`
  test(`isolation: ${provider}, the read token is seen by the install step alone`, () =>
    scenario(provider, privateDependency, { files: { 'test.mjs': spy } }, async (s) => {
      const token = s.world.credentials.granular('reader', 'read')
      const outcome = await s.run({ secrets: { NPM_READ_TOKEN: token } })
      assert.equal(outcome.status, 0)
      assert.ok(!outcome.output.includes(token), 'the log does not show it')
      const seen = s.files('seen').map((path) => readFileSync(path, 'utf8'))
      assert.deepEqual(seen, [';'], 'the tests ran once and saw no token')
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
