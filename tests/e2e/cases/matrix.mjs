// Every provider with every kind of repository, each with one of three npm versions, turned so that all pairs of
// provider, repository and npm occur; `E2E_FULL=1` runs the whole product.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { pnpmMonorepo, prerelease, privateDependency, scoped, single, staged, yarnBerry } from '../fixtures/index.mjs'
import { PROVIDERS } from '../providers.mjs'
import { NPM, scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

const REPOSITORIES = { single, 'pnpm monorepo': pnpmMonorepo, 'yarn berry': yarnBerry, scoped, 'private dependency': privateDependency, staged, prerelease }

// The test script and the pack step run the project's code; the read token is for the install step alone.
const SPIES = {
  'private dependency': {
    'test.mjs': `import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
const seen = Object.entries(process.env).filter(([, value]) => /npm_[0-9a-f]{36}/.test(value))
appendFileSync(join(process.env.HOME, 'seen'), seen.map(([name]) => name).join(' ') + ';')
console.log('TESTS RAN')
`,
  },
}

Object.entries(REPOSITORIES).forEach(([kind, fixture], row) => {
  Object.keys(PROVIDERS).forEach((provider, column) => {
    Object.keys(NPM).filter((_, layer) => inTurn(row + layer, column)).forEach((npm) =>
      test(`matrix: ${provider}, ${kind}, npm ${npm}`, () => scenario(provider, fixture, { npm, files: SPIES[kind] }, (s) => publishes(s, kind))))
  })
})

async function publishes(s, kind) {
  const token = kind === 'private dependency' ? s.world.credentials.granular('reader', 'read') : undefined
  const outcome = await s.run(token ? { secrets: { NPM_READ_TOKEN: token } } : {})
  assert.equal(outcome.status, 0, 'the pipeline succeeds')
  assert.match(outcome.output, /TESTS RAN/, 'the project is tested before it is packed')

  if (s.npm) assert.match(outcome.output, new RegExp(`node [\\d.]+, npm ${s.npm}\\b`), 'the npm that the spec names')
  const expected = s.packages.map((name) => `${name}@${s.version}`).toSorted()
  const stage = kind === 'staged'
  const arrived = stage ? s.world.staged : s.world.publications
  assert.deepEqual(arrived.map((entry) => `${entry.name}@${entry.version}`).toSorted(), expected)
  assert.deepEqual(stage ? s.world.publications : s.world.staged, [])
  for (const entry of arrived) {
    assert.equal(entry.by, 'oidc', 'the identity publishes, no token')
    assert.equal(entry.tag, kind === 'prerelease' ? 'next' : 'latest')
    assert.equal(Boolean(entry.provenance), s.provider.provenance, 'provenance exactly where the provider has it')
  }
  sameBytes(kind, s.provider, arrived)
  // Whatever a package needs is there before it.
  const order = arrived.map((entry) => entry.name)
  for (const entry of arrived) {
    for (const [need, range] of Object.entries(entry.manifest.dependencies ?? {})) {
      if (order.includes(need)) {
        assert.ok(order.indexOf(need) < order.indexOf(entry.name), `${need} is published before ${entry.name}`)
        assert.equal(range, `^${s.version}`, 'workspace ranges are resolved')
      }
    }
  }
  if (token) {
    // npm's audit is a POST that reads.
    const used = s.world.requests.filter((entry) => entry.credential === 'token:reader' && !entry.path.includes('/security/'))
    assert.ok(used.length > 0 && used.every(({ method }) => method === 'GET'), 'the read token reads, and nothing else')
    assert.ok(!outcome.output.includes(token), 'the log does not show it')
    assert.deepEqual(s.files('seen').map((path) => readFileSync(path, 'utf8')), [';'], 'the tests ran once and saw no token')
  }
  assert.deepEqual(outcome.result?.packages.map(({ state }) => state), s.packages.map(() => (stage ? 'staged' : 'published')))
}

// What was published of each kind of repository, by whichever provider came first.
const first = new Map()

// The three providers publish the same bytes, but for the address of the repository in package.json: its host, as long for
// one as for the other, is made neutral in the tar, which is then compressed again.
function sameBytes(kind, { url }, arrived) {
  for (const { name, tarball } of arrived) {
    const tar = gunzipSync(tarball)
    assert.ok(compressed(tar).equals(tarball), `${name}: nothing of the machine in the compressed form`)
    const neutral = compressed(Buffer.from(tar.toString('latin1').replaceAll(new URL(url).host, 'host.local'), 'latin1'))
    const key = `${kind} ${name}`
    if (!first.has(key)) first.set(key, neutral)
    assert.ok(first.get(key).equals(neutral), `${name}: the bytes that another provider publishes`)
  }
}

function compressed(tar) {
  const data = gzipSync(tar, { level: 9 })
  data[9] = 255
  return data
}
