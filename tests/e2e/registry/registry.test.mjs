// The registry's own tests: a real npm publishes against it, as each provider's job would.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { run } from '../process.mjs'
import { bareEnvironment, sharedDistribution } from '../toolchain.mjs'
import { defaultRegistryHost } from './host.mjs'
import { MOST_PUBLISHERS } from './publishers.mjs'
import { seedPackage } from './seed.mjs'
import { startWorld } from './world.mjs'

const NAME = '@acme/demo'
const PUBLISHER = {
  type: 'github', permissions: ['createPackage'],
  claims: { repository: 'acme/demo', workflow_ref: { file: 'release.yml' }, environment: 'npm' },
}
const CLAIMS = {
  sub: 'repo:acme/demo:environment:npm', repository: 'acme/demo', repository_owner: 'acme', repository_visibility: 'public',
  workflow_ref: 'acme/demo/.github/workflows/release.yml@refs/tags/v1.1.0', environment: 'npm', ref: 'refs/tags/v1.1.0',
  runner_environment: 'github-hosted', event_name: 'push', sha: '0'.repeat(40),
}
const GITHUB = {
  GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/demo',
  GITHUB_WORKFLOW_REF: CLAIMS.workflow_ref, GITHUB_REF: CLAIMS.ref, GITHUB_SHA: CLAIMS.sha, RUNNER_ENVIRONMENT: 'github-hosted',
}

let host
let world
let folder
before(async () => { host = await defaultRegistryHost() })
beforeEach(async () => {
  world = await startWorld({ host })
  folder = mkdtempSync(join(tmpdir(), 'trustpub-test-'))
  await seed(world, '1.0.0')
})
afterEach(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})
after(() => assert.ok(host))

const manifest = (version, more = {}) => ({
  name: NAME, version, repository: { type: 'git', url: 'git+https://github.com/acme/demo.git' }, ...more,
})
const seed = (to, version, options = { publishers: [PUBLISHER] }) =>
  seedPackage(to, { 'package.json': JSON.stringify(manifest(version)) }, options)

async function npm(args, { env = {}, npm: version, files = {} } = {}) {
  const home = join(folder, 'home')
  const project = join(folder, 'project')
  for (const path of [join(home, 'tmp'), project]) mkdirSync(path, { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest('1.1.0')))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text)
  const tools = sharedDistribution({ node: '24.19.0', npm: version })
  return run(join(tools, 'bin/npm'), args, {
    cwd: project, env: { ...bareEnvironment(home, tools), npm_config_fetch_retries: '0', ...world.environment(), ...env },
  })
}
const asGithub = (claims = {}) => ({ ...GITHUB, ...world.issuer.grantGithub({ ...CLAIMS, ...claims }, world.origin) })
const versions = async () => Object.keys((await world.packument(NAME)).versions)
const exchanges = () => world.requests.filter((entry) => entry.path.includes('/oidc/token/exchange/'))

test('a matching identity publishes with provenance, and nothing else is contacted', async () => {
  const { status, output } = await npm(['publish'], { env: asGithub() })
  assert.equal(status, 0, output)
  assert.deepEqual(await versions(), ['1.0.0', '1.1.0'])
  const [published] = world.publications
  assert.equal(published.by, 'oidc')
  assert.equal(published.provenance.predicateType, 'https://slsa.dev/provenance/v1')
  assert.deepEqual(world.egress, [])
})

test('the published version has its attestation, and installs', async () => {
  await npm(['publish'], { env: asGithub() })
  const view = await npm(['view', NAME, 'dist.attestations.provenance.predicateType'])
  assert.match(view.output, /slsa\.dev\/provenance\/v1/)
  const install = await npm(['install', '--no-save', '--force', `${NAME}@1.1.0`], {
    files: { 'package.json': '{"name":"consumer","version":"1.0.0"}' },
  })
  assert.equal(install.status, 0, install.output)
})

for (const [what, claims, reason] of [
  ['another workflow file', { workflow_ref: 'acme/demo/.github/workflows/other.yml@refs/heads/main' }, 'workflow file'],
  ['another environment', { environment: 'staging' }, 'environment'],
  ['another owner case', { repository: 'Acme/demo' }, 'repository'],
]) {
  test(`${what} is refused at the exchange as "package not found"`, async () => {
    const { status, output } = await npm(['publish', '--loglevel', 'verbose'], { env: asGithub(claims) })
    assert.notEqual(status, 0)
    assert.match(output, /OIDC token exchange error - package not found/)
    assert.deepEqual([exchanges()[0].status, exchanges()[0].note], [404, reason])
    assert.deepEqual(await versions(), ['1.0.0'])
  })
}

test('any one of several publishers may match; the eleventh is refused', async () => {
  const session = world.credentials.granular('owner', 'session')
  const env = { [`npm_config_//${host}/:_authToken`]: session }
  const add = (file) => npm(['trust', 'github', NAME, '--file', file, '--repo', 'acme/demo', '--allow-publish', '--yes'], { env })
  for (let i = 1; i < MOST_PUBLISHERS; i += 1) {
    world.packages.get(NAME).publishers.push({ ...PUBLISHER, claims: { ...PUBLISHER.claims, workflow_ref: { file: `w${i}.yml` } } })
  }
  assert.notEqual((await add('eleventh.yml')).status, 0)
  world.packages.get(NAME).publishers.splice(0, 1)
  const added = await add('tenth.yml')
  assert.equal(added.status, 0, added.output)
  const claims = { workflow_ref: 'acme/demo/.github/workflows/tenth.yml@refs/heads/main', environment: undefined }
  assert.equal((await npm(['publish'], { env: asGithub(claims) })).status, 0)
})

test('a publisher without direct publish answers 403 at the PUT, yet may stage', async () => {
  world.packages.get(NAME).publishers = [{ ...PUBLISHER, permissions: [] }]
  const direct = await npm(['publish'], { env: asGithub() })
  assert.match(direct.output, /OIDC permission denied for this action/)
  const staged = await npm(['stage', 'publish'], { env: asGithub() })
  assert.equal(staged.status, 0, staged.output)
  assert.deepEqual(world.staged.map(({ name, version }) => `${name}@${version}`), [`${NAME}@1.1.0`])
  assert.deepEqual(await versions(), ['1.0.0'])
})

test('repository.url must match the provenance, case and all', async () => {
  const files = { 'package.json': JSON.stringify(manifest('1.1.0', { repository: 'https://github.com/Acme/demo' })) }
  const { output } = await npm(['publish'], { env: asGithub(), files })
  assert.match(output, /422.*"repository\.url" is "git\+https:\/\/github\.com\/Acme\/demo\.git", expected to match "https:\/\/github\.com\/acme\/demo"/)
})

test('a self-hosted runner passes the exchange and fails at the provenance; in the other mode, at the exchange', async () => {
  const env = () => asGithub({ runner_environment: 'self-hosted' })
  const first = await npm(['publish'], { env: env() })
  assert.match(first.output, /422.*Unsupported GitHub Actions runner environment: "self-hosted"/)
  assert.equal(exchanges()[0].status, 201)
  world.policy.selfHosted = 'refuse'
  await npm(['publish'], { env: env() })
  assert.equal(exchanges()[1].status, 404)
})

test('"disallow tokens" refuses a static token and lets the identity through', async () => {
  world.packages.get(NAME).disallowTokens = true
  const env = { [`npm_config_//${host}/:_authToken`]: world.credentials.granular('ci', 'write') }
  assert.match((await npm(['publish'], { env })).output, /E403/)
  assert.equal((await npm(['publish'], { env: asGithub() })).status, 0)
})

test('a read token reads a private package and publishes nothing; the identity reads nothing', async () => {
  world.packages.get(NAME).visibility = 'private'
  const reader = { [`npm_config_//${host}/:_authToken`]: world.credentials.granular('reader', 'read') }
  assert.equal((await npm(['view', NAME, 'version'], { env: reader })).status, 0)
  assert.match((await npm(['view', NAME, 'version'])).output, /E404/)
  assert.match((await npm(['publish'], { env: reader })).output, /E403/)
  assert.equal((await npm(['publish'], { env: asGithub() })).status, 0)
  assert.equal(world.publications[0].provenance, null)
})

test('a published version is not replaced', async () => {
  await npm(['publish'], { env: asGithub() })
  const again = await npm(['publish', '--force'], { env: asGithub() })
  assert.match(again.output, /E403.*previously published versions/s)
  assert.equal(world.publications.length, 1)
})

test('wrong audience and expired tokens are 401', async () => {
  for (const options of [{ audience: 'npm:elsewhere' }, { audience: world.audience, lifetime: -5 }]) {
    const NPM_ID_TOKEN = world.issuer.issue('github', CLAIMS, options)
    await npm(['publish'], { env: { ...GITHUB, NPM_ID_TOKEN } })
    assert.equal(exchanges().at(-1).status, 401)
  }
})

test('a maintainer closes a package to tokens; the identity still publishes', async () => {
  const session = { [`npm_config_//${host}/:_authToken`]: world.credentials.granular('ada', 'session') }
  const writer = { [`npm_config_//${host}/:_authToken`]: world.credentials.granular('leftover', 'write') }
  assert.notEqual((await npm(['access', 'set', 'mfa=publish', NAME], { env: writer })).status, 0)
  assert.equal((await npm(['access', 'set', 'mfa=publish', NAME], { env: session })).status, 0)
  assert.match((await npm(['publish'], { env: writer })).output, /E403.*tokens are disallowed/s)
  assert.equal((await npm(['publish'], { env: asGithub() })).status, 0)
})

test('a fault can wait for a later request', async () => {
  world.faults.add({ path: /exchange/, skip: 1, then: { status: 503 } })
  assert.equal((await npm(['publish', '--dry-run'], { env: asGithub() })).status, 0)
  assert.match((await npm(['publish'], { env: asGithub() })).output, /ENEEDAUTH/)
  assert.deepEqual(exchanges().map(({ status }) => status), [201, 503])
})

test('a dist-tag needs its own permission', async () => {
  const set = () => npm(['dist-tag', 'add', `${NAME}@1.0.0`, 'stable'], { env: asGithub(), npm: '12.2.0' })
  assert.match((await set()).output, /OIDC permission denied/)
  world.packages.get(NAME).publishers = [{ ...PUBLISHER, permissions: ['distTag'] }]
  assert.equal((await set()).status, 0)
  assert.equal((await world.packument(NAME))['dist-tags'].stable, '1.0.0')
})

test('faults: a status, a broken connection, and an answer that is lost after the deed', async () => {
  world.faults.add({ method: 'PUT', then: { status: 503 } })
  assert.match((await npm(['publish'], { env: asGithub() })).output, /E503/)
  world.faults.add({ method: 'PUT', then: 'reset' })
  assert.match((await npm(['publish'], { env: asGithub() })).output, /ECONNRESET|socket hang up/)
  assert.deepEqual(await versions(), ['1.0.0'])
  world.faults.add({ method: 'PUT', then: 'lost' })
  assert.notEqual((await npm(['publish'], { env: asGithub() })).status, 0)
  assert.deepEqual(await versions(), ['1.0.0', '1.1.0'])
})

test('Rekor can answer that an equivalent entry exists', async () => {
  world.faults.add({ host: 'rekor.sigstore.dev', then: { status: 409, body: { code: 409, message: 'an equivalent entry already exists in the transparency log' } } })
  const { output } = await npm(['publish'], { env: asGithub() })
  assert.match(output, /TLOG_CREATE_ENTRY_ERROR|409/)
  assert.deepEqual(await versions(), ['1.0.0'])
})

test('every other host is refused and recorded', async () => {
  const { status } = await npm(['view', 'anything', '--registry', 'https://registry.elsewhere.example/'])
  assert.notEqual(status, 0)
  assert.deepEqual([...new Set(world.egress)], ['registry.elsewhere.example:443'])
})
