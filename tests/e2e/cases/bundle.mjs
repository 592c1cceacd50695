// The bundle's three members, as a project that has no generator uses them: the Action by commit, the component by
// include, the orb inlined. The same positive, negative and attack cases as generated pipelines.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { HOSTILE_MESSAGE, HOSTILE_REF, lootOf, REWRITER, stealing } from '../fixtures/hostile.mjs'
import { pnpmWorkspace, prerelease, privateDependency, single } from '../fixtures/index.mjs'
import { seedPackage } from '../registry/seed.mjs'
import { root } from '../project.mjs'
import { scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

const committed = (path) => readFileSync(join(root, path), 'utf8')
const ACTION = `acme/npm-publish@${'c0ffee00'.repeat(5)}`
const [OWNER, COMMIT] = ACTION.split('@')
const CHECKOUT = { uses: /actions\/checkout@[0-9a-f]{40}/.exec(committed('action/README.md'))[0], with: { 'persist-credentials': false } }

/** `NAME FOLDER` lines of a fixture's packages. */
function lines(made) {
  const folders = Object.keys(made.files).filter((file) => file.endsWith('package.json')).map((file) => [JSON.parse(made.files[file]).name, dirname(file)])
  return made.packages.map((name) => `${name} ${Object.fromEntries(folders)[name]}`).join('\n')
}

const manager = (made) => ('pnpm-lock.yaml' in made.files ? 'pnpm' : 'npm')
const BUILD = { npm: 'npm run build\nnpm test', pnpm: 'pnpm run -r build\npnpm run -r test' }
const inputs = (made, more = {}) => ({
  packages: lines(made), 'package-manager': manager(made), 'build-command': BUILD[manager(made)], ...more,
})
const snake = (object) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key.replaceAll('-', '_'), value]))

const GITHUB_FILE = '.github/workflows/publish.yml'
const workflow = (jobs) => ({ [GITHUB_FILE]: stringify({ name: 'Publish', on: { push: { tags: ['v*'] } }, permissions: {}, jobs }) })
const readToken = { 'read-token': '${{ secrets.NPM_READ_TOKEN }}' }

const twoJobs = (made, { pack = {}, publish = {} } = {}) => workflow({
  pack: {
    name: 'pack', 'runs-on': 'ubuntu-24.04', permissions: { contents: 'read' },
    outputs: { 'manifest-sha256': '${{ steps.pack.outputs.manifest-sha256 }}' },
    steps: [CHECKOUT, { id: 'pack', uses: `${OWNER}/pack@${COMMIT}`, with: inputs(made, { ...readToken, ...pack }) }],
  },
  publish: {
    name: 'publish', needs: 'pack', 'runs-on': 'ubuntu-24.04', environment: 'npm', permissions: { 'id-token': 'write' },
    steps: [{
      uses: `${OWNER}/publish@${COMMIT}`,
      with: { packages: made.packages.join('\n'), workflow: 'publish.yml', 'manifest-sha256': '${{ needs.pack.outputs.manifest-sha256 }}', ...publish },
    }],
  },
})

const oneJob = (made, { pack = {}, publish = {} } = {}) => workflow({
  publish: {
    name: 'publish', 'runs-on': 'ubuntu-24.04', environment: 'npm', permissions: { contents: 'read', 'id-token': 'write' },
    steps: [CHECKOUT, { uses: ACTION, with: inputs(made, { ...readToken, ...pack, ...publish }) }],
  },
})

const component = (made, { pack = {}, publish = {} } = {}) => ({
  'templates/npm-publish/template.yml': committed('gitlab/templates/npm-publish/template.yml'),
  '.gitlab-ci.yml': stringify({ include: [{ local: 'templates/npm-publish/template.yml', inputs: inputs(made, { ...pack, ...publish }) }] }),
})

// An inline orb has no examples.
const { examples, ...ORB } = parse(committed('orb/orb.yml'))

const orb = (made, { pack = {}, publish = {} } = {}) => ({
  '.circleci/config.yml': stringify({
    version: 2.1, orbs: { 'npm-publish': ORB },
    workflows: { release: { jobs: [
      { 'npm-publish/pack': { ...snake(inputs(made, pack)), filters: 'pipeline.git.tag starts-with "v"' } },
      { 'npm-publish/publish': {
        packages: made.packages.join('\n'), ...snake(publish), requires: ['npm-publish/pack'], context: 'npm-publish',
        filters: 'pipeline.git.tag starts-with "v"',
      } },
    ] } },
  }, { lineWidth: 0 }),
})

const MEMBERS = {
  'the Action in two jobs': ['github', twoJobs], 'the Action in one job': ['github', oneJob],
  'the component': ['gitlab', component], 'the orb': ['circleci', orb],
}

/** A scenario of one member. `given`: inputs of the pack and publish halves. */
const using = (member, fixture, { given, ...options }, body) => {
  const [provider, pipeline] = MEMBERS[member]
  return scenario(provider, fixture, { ...options, pipeline: (made) => pipeline(made, given) }, (s) =>
    body({ ...s, run: (settings = {}) => s.run({ actions: { [ACTION]: join(root, 'action') }, ...settings }) }))
}

const KINDS = { single, 'pnpm monorepo': pnpmWorkspace, prerelease, 'private dependency': privateDependency }

Object.keys(MEMBERS).forEach((member, column) => {
  // Each member publishes; of all else one member takes its turn in a run.
  const turn = (row) => (inTurn(row, column, 4) ? test : () => {})
  Object.entries(KINDS).forEach(([kind, fixture], row) => {
    if (kind !== 'single' && !inTurn(row, column, 4)) return
    const given = { publish: kind === 'prerelease' ? { mode: 'direct' } : {} }
    test(`bundle: ${member} publishes, ${kind}`, () => using(member, fixture, { given }, async (s) => {
      const token = kind === 'private dependency' ? s.world.credentials.granular('reader', 'read') : undefined
      const outcome = await s.run(token ? { secrets: { NPM_READ_TOKEN: token } } : {})
      assert.equal(outcome.status, 0, 'the pipeline succeeds')
      assert.match(outcome.output, /TESTS RAN/)
      assert.deepEqual(s.published().toSorted(), s.packages.map((name) => `${name}@${s.version}`).toSorted())
      for (const entry of s.world.publications) {
        assert.equal(entry.by, 'oidc')
        assert.equal(entry.tag, kind === 'prerelease' ? 'beta' : 'latest')
        assert.equal(Boolean(entry.provenance), s.provider.provenance)
      }
      if (token) {
        const used = s.world.requests.filter((entry) => entry.credential === 'token:reader' && !entry.path.includes('/security/'))
        assert.ok(used.length > 0 && used.every(({ method }) => method === 'GET'))
        assert.ok(!outcome.output.includes(token))
      }
    }))
  })

  turn(0)(`bundle: ${member} stages`, () => using(member, single, { given: { publish: { mode: 'stage' } } }, async (s) => {
    assert.equal((await s.run({ reuse: true })).status, 0)
    assert.deepEqual([s.published(), s.world.staged.map(({ name }) => name)], [[], ['acme-demo']])
  }))

  turn(1)(`bundle: ${member} rehearses with the real exchange`, () => using(member, single, { given: { publish: { 'dry-run': true } } }, async (s) => {
    assert.equal((await s.run({ reuse: true })).status, 0)
    assert.deepEqual(s.published(), [])
    assert.deepEqual(s.exchanges().map(({ status }) => status), [201])
  }))

  turn(2)(`bundle: ${member} refuses where no publisher matches`, () => using(member, single, {}, async (s) => {
    for (const name of s.packages) s.world.packages.get(name).publishers = []
    const outcome = await s.run({ reuse: true })
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, /gives this run no token for acme-demo/)
    assert.match(outcome.output, /Fix: /)
    assert.deepEqual(s.published(), [])
  }))

  turn(3)(`bundle: ${member} refuses beside a stored token`, () => using(member, single, {}, async (s) => {
    const outcome = await s.run({ reuse: true, env: { NODE_AUTH_TOKEN: s.world.credentials.granular('leftover', 'write') } })
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, /within reach of this job: NODE_AUTH_TOKEN/)
    assert.deepEqual([s.published(), s.exchanges()], [[], []])
  }))

  test(`bundle: ${member}, a branch starts nothing`, () => using(member, single, {}, async (s) => {
    const outcome = await s.run({ ref: 'refs/heads/main' })
    assert.deepEqual([outcome.triggered, s.world.requests], [false, []])
  }))

  // In one job with the identity install scripts do not run at all.
  turn(0)(`bundle: ${member}, a dependency's postinstall gets nothing`, () => using(member, stealing, {}, async (s) => {
    const outcome = await s.run()
    const found = lootOf(s, outcome)
    assert.equal(found.includes('done'), member !== 'the Action in one job')
    assert.deepEqual(found.filter((text) => /^(works|credential|exchange: 2)|replaced|planted/.test(text)), [])
    assert.equal(outcome.status, 0)
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
  }))

  turn(1)(`bundle: ${member}, a test script rewrites the tarball after packing`, () =>
    using(member, single, { files: { 'test.mjs': REWRITER } }, async (s) => {
      const outcome = await s.run()
      assert.notEqual(outcome.status, 0)
      assert.match(outcome.output, /the tarball is not the one that was packed/)
      assert.deepEqual([s.published(), s.exchanges()], [[], []])
    }))

  turn(2)(`bundle: ${member}, a hostile tag name and commit message`, () => using(member, single, { message: HOSTILE_MESSAGE }, async (s) => {
    const hostile = await s.run({ ref: `refs/tags/${HOSTILE_REF}` })
    assert.equal(hostile.triggered, true)
    await s.run()
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'], 'what the commit says, once')
    assert.deepEqual(s.files('pwned'), [])
  }))
})

// What else must fail.
const REFUSED = {
  'the package does not exist yet': { options: { publish: false }, says: /does not exist yet/ },
  'direct publish is not allowed': { options: { permissions: [] }, says: /the trusted publisher forbids this action/ },
  'the version is there with other content': {
    before: (s) => seedPackage(s.world, { 'package.json': JSON.stringify({ name: 'acme-demo', version: s.version }) }), says: /raise the version/,
  },
  'a self-hosted runner': { run: { runner: 'self-hosted' }, says: /does not run on a hosted runner/, but: 'the orb' },
  'another environment is trusted': {
    before: (s) => { s.world.packages.get('acme-demo').publishers[0].claims.environment = 'release' }, says: /environment differ/, but: 'the orb',
  },
}
Object.entries(REFUSED).forEach(([what, { run, options = {}, before, says, but }], row) => Object.keys(MEMBERS).forEach((member, column) => {
  if (member === but || !inTurn(row, column, 4)) return
  test(`bundle: ${member} refuses, ${what}`, () => using(member, single, options, async (s) => {
    await before?.(s)
    const outcome = await s.run({ reuse: true, ...run })
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, says)
    assert.match(outcome.output, /Fix: /)
    assert.deepEqual(s.published(), [])
  }))
}))

test('bundle: the component refuses, CI is "false"', () => using('the component', single, {
  edit: (text) => `${text}npm-publish:\n  variables: { CI: "false" }\n`,
}, async (s) => {
  const outcome = await s.run({ reuse: true })
  assert.notEqual(outcome.status, 0)
  assert.match(outcome.output, /remove CI=false/)
  assert.deepEqual([s.published(), s.exchanges()], [[], []])
}))

for (const [member, [provider]] of Object.entries(MEMBERS)) {
  if (provider !== 'github') continue
  test(`bundle: ${member}, a fork's pull request that rewrites the workflow gets nothing`, () => using(member, single, {
    edit: (text) => text.replace(/push:\n {4}tags:\n.*\n/, 'pull_request:\n').replace(/^ *environment: .*\n/m, ''),
  }, async (s) => {
    const outcome = await s.run({ ref: 'refs/pull/1/merge', event: { name: 'pull_request', fork: true } })
    assert.equal(outcome.triggered, true)
    assert.notEqual(outcome.status, 0)
    assert.deepEqual([s.published(), s.exchanges()], [[], []])
  }))
}

test('bundle: the pack half refuses a job that has an identity', () => {
  const pipeline = (made) => {
    const [[file, text]] = Object.entries(twoJobs(made))
    return { [file]: text.replace('contents: read', 'contents: read\n      id-token: write') }
  }
  return scenario('github', single, { pipeline }, async (s) => {
    const outcome = await s.run({ actions: { [ACTION]: join(root, 'action') } })
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, /remove id-token: write from this job/)
    assert.deepEqual(s.world.requests, [])
  })
})

test('bundle: the orb without its context publishes nothing and says why', () => {
  const pipeline = (made) => {
    const [[file, text]] = Object.entries(orb(made))
    return { [file]: text.replace(/^ *context: npm-publish\n/m, '') }
  }
  return scenario('circleci', single, { pipeline }, async (s) => {
    const outcome = await s.run()
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.output, /attach the context to the publish job/)
    assert.deepEqual(s.published(), [])
  })
})

test("bundle: every script of the orb's sources is the one that is packed", () => {
  const commands = JSON.stringify(parse(committed('orb/orb.yml')).commands)
  for (const name of readdirSync(join(root, 'orb/src/scripts'))) {
    const text = committed(`orb/src/scripts/${name}`).replaceAll('<<', '\\<<')
    assert.ok(commands.includes(JSON.stringify(text).slice(1, -1)), name)
  }
})
