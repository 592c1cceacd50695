// What must fail, with a message in the job's log that names the cause and the fix, and nothing published.
import assert from 'node:assert/strict'
import { scoped, single } from '../fixtures/index.mjs'
import { CONTEXT, PROVIDERS } from '../providers.mjs'
import { seedPackage } from '../registry/seed.mjs'
import { scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

/**
 * A refusal: `says` are what the log must hold, `cause` the id in the result file (of a problem or of the package).
 * `before(s)` changes the registry; `run` are the run's settings.
 */
function refuses(name, provider, { options = {}, fixture = single, before, run = {}, cause, says, exchanges }) {
  test(`refused: ${provider}, ${name}`, () => scenario(provider, fixture, options, async (s) => {
    await before?.(s)
    const settings = typeof run === 'function' ? run(s) : run
    const outcome = await s.run({ reuse: true, ...settings })
    assert.notEqual(outcome.status, 0, 'the pipeline fails')
    assert.deepEqual(s.published(), [], 'nothing is published')
    assert.deepEqual(s.world.staged, [], 'nothing is staged')
    for (const text of [says].flat()) assert.match(outcome.output, text)
    if (cause) {
      const causes = [...outcome.result.problems.map(({ id }) => id), ...outcome.result.packages.map((item) => item.cause)]
      assert.ok(causes.includes(cause), `the cause is ${cause}, not ${causes}`)
      assert.match(outcome.output, /Fix: /)
    }
    if (exchanges !== undefined) assert.deepEqual(s.exchanges().map(({ status }) => status), exchanges)
  }))
}

const claims = (change) => (s) => { for (const name of s.packages) change(s.world.packages.get(name).publishers[0].claims) }
const removed = (text, pattern) => text.replace(pattern, '')
/** A change of the text from the publish job on. */
const inPublish = (text, change) => {
  const at = text.search(/^ *(npm-)?publish:\n/m)
  return text.slice(0, at) + change(text.slice(at))
}
const inExpect = (key) => (text) => removed(text, new RegExp(`,?"${key}":(?:"[^"]*"|true)`))

for (const [provider, field] of [['github', 'workflow_ref'], ['gitlab', 'ci_config_ref_uri']]) {
  refuses('another workflow file is trusted', provider, {
    before: claims((wanted) => { wanted[field].file = 'other.yml' }), cause: 'exchange-rejected', exchanges: [404],
    says: [/gives this run no token for acme-demo/, /package not found/, /npm trust \w+ acme-demo .*publish/],
  })
  refuses('another environment is trusted', provider, {
    before: claims((wanted) => { wanted.environment = 'release' }), cause: 'exchange-rejected', exchanges: [404],
    says: [/environment differ/, /--env npm/],
  })
  refuses('repository.url names another repository', provider, {
    options: { url: 'https://github.com/acme/elsewhere' }, exchanges: [], says: [/repository/, /Fix: /],
  })
  refuses('repository.url names another repository, seen by the registry alone', provider, {
    options: { url: 'https://github.com/acme/elsewhere', edit: (text) => removed(text, / *TRUSTPUB_REPOSITORY: auto\n/) },
    cause: 'provenance-repository-mismatch', says: [/expected to match "https:\/\/git(hub|lab)\.com\/acme\/demo"/],
  })
  refuses('a self-hosted runner', provider, {
    run: { runner: 'self-hosted' }, cause: 'provenance-self-hosted-runner', exchanges: [], says: [/does not run on a hosted runner/],
  })
}
refuses('the job may not ask for an id token', 'github', {
  options: { edit: (text) => text.replace(/id-token: write/, 'contents: read') }, cause: 'id-token-permission-missing', exchanges: [],
  says: [/permissions: id-token: write/],
})
refuses('the id token has another name', 'gitlab', {
  options: { edit: (text) => text.replace('NPM_ID_TOKEN:', 'NPM_TOKEN_OF_ID:') }, cause: 'id-token-variable-missing', exchanges: [],
  says: [/id_tokens: NPM_ID_TOKEN/],
})
refuses('the id token has another audience', 'gitlab', {
  options: { edit: (text) => text.replace(/(\n +NPM_ID_TOKEN:\n +aud: )\S+/, '$1https://example.com') }, cause: 'wrong-audience', exchanges: [],
  says: [/it says https:\/\/example\.com/],
})
refuses('the id token has another audience', 'circleci', {
  options: { edit: (text) => text.replace(/(TRUSTPUB_AUDIENCE: )\S+/, '$1npm:example.com') }, cause: 'exchange-rejected', exchanges: [401],
  says: [/gives this run no token/],
})
refuses('a self-hosted runner, seen by the registry alone', 'github', {
  options: { edit: inExpect('runner') }, run: { runner: 'self-hosted' }, cause: 'provenance-self-hosted-runner',
  says: [/Unsupported GitHub Actions runner environment/],
})
refuses('a self-hosted runner, at the exchange', 'github', {
  options: { edit: inExpect('runner') }, run: { runner: 'self-hosted' }, before: (s) => { s.world.policy.selfHosted = 'refuse' },
  cause: 'exchange-rejected', exchanges: [404], says: [/package not found/],
})

// What the publish program or the registry alone decides is the same for all three: one provider in turn.
Object.keys(PROVIDERS).forEach((provider, column) => {
  const turn = (row) => (inTurn(row, column) ? refuses : () => {})
  turn(0)('npm is too old', provider, {
    options: { edit: (text) => inPublish(text, (job) => job.replace(/24\.1\d\.0(?=["\n -])/, '22.14.0')) }, cause: 'npm-version', exchanges: [],
    says: [/npm 10\.9\.2 is not what this pipeline was made for/],
  })
  turn(1)('CI is "false"', provider, {
    options: { edit: (text) => text.replace(/^( *)TRUSTPUB_PROVIDER: /m, '$1CI: "false"\n$&') }, cause: 'ci-false', exchanges: [], says: [/remove CI=false/],
  })
  turn(2)('the package does not exist yet', provider, {
    options: { publish: false }, cause: 'exchange-rejected', exchanges: [404], says: [/does not exist yet/],
  })
  turn(3)('direct publish is not allowed', provider, {
    options: { permissions: [] }, cause: 'permission-denied-for-action', says: [/the trusted publisher forbids this action/, /mode: stage/],
  })
  turn(4)('the version is there with other content', provider, {
    before: (s) => seedPackage(s.world, { 'package.json': JSON.stringify({ name: 'acme-demo', version: s.version }) }),
    cause: 'version-differs', says: [/raise the version/],
  })
  turn(5)('a stored token would mask a broken exchange', provider, {
    before: (s) => { s.world.packages.get('acme-demo').publishers = [] },
    run: (s) => ({ env: { NODE_AUTH_TOKEN: s.world.credentials.granular('leftover', 'write') } }), cause: 'token-reachable', exchanges: [],
    says: [/within reach of this job: NODE_AUTH_TOKEN/],
  })
})

// The generated publish job has no checkout; someone who adds one brings the project's .npmrc beside the identity.
const CHECKOUT = {
  github: (text) => text.replace('      - name: Take the tarballs', '      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n$&'),
  gitlab: (text) => removed(text, /^ *GIT_STRATEGY: .*\n/m),
  circleci: (text) => inPublish(text, (job) => job.replace(/^( +)- attach_workspace:/m, '$1- checkout\n$&')),
}
Object.entries(CHECKOUT).forEach(([provider, edit], column) => {
  const turn = (row) => (inTurn(row, column) ? refuses : () => {})
  turn(0)("the project's .npmrc has an empty token", provider, {
    options: { edit, fixture: { files: { '.npmrc': '//registry.example/:_authToken=${NPM_TOKEN}\n' } } }, cause: 'token-reachable',
    exchanges: [], says: [/\.npmrc:1/],
  })
  turn(1)('the scope is mapped to another registry', provider, {
    // Written after `generate`, which refuses such a repository itself.
    fixture: scoped, before: (s) => s.project.commit('A registry', { '.npmrc': '@acme:registry=https://npm.other.example/\n' }), exchanges: [],
    says: [/sends @acme to another registry/, /Fix: .*publishConfig/],
  })
})
refuses('another context is trusted', 'circleci', {
  before: claims((wanted) => { wanted['oidc.circleci.com/context-ids'] = ['88888888-8888-4888-8888-888888888888'] }), cause: 'exchange-rejected', exchanges: [404],
  says: [/the context that the publisher names is not attached/, new RegExp(`--context-id ${CONTEXT.id}`)],
})
refuses('another pipeline definition is trusted', 'circleci', {
  before: claims((wanted) => { wanted['oidc.circleci.com/pipeline-definition-id'] = '12121212-1212-4212-8212-121212121212' }), cause: 'exchange-rejected', exchanges: [404],
  says: [/pipeline definition/, /npm trust circleci acme-demo .*--pipeline-definition-id/],
})
const FEATURE = { ref: 'refs/heads/feature' }
refuses('a branch whose config has neither filter nor context', 'circleci', {
  options: { edit: (text) => removed(removed(text, /^ *filters: .*\n/gm), /^ *context: .*\n/gm) }, run: FEATURE, cause: 'claim-context', exchanges: [],
  says: [/attach the context to the publish job/, /another ref than the spec/],
})
refuses('a branch, with the filter deleted', 'circleci', {
  options: { edit: (text) => removed(text, /^ *filters: .*\n/gm) }, run: FEATURE, exchanges: [], says: [/npm-publish: Unauthorized/],
})
refuses('a rerun with SSH, where the restriction lets it through', 'circleci', {
  run: { event: { sshRerun: true }, contexts: { 'npm-publish': { id: CONTEXT.id } } }, cause: 'ssh-rerun', exchanges: [],
  says: [/rerun the workflow without SSH/],
})
refuses('a rerun with SSH', 'circleci', { run: { event: { sshRerun: true } }, exchanges: [], says: [/npm-publish: Unauthorized/] })
refuses('a protected environment that does not allow it', 'gitlab', {
  run: { protectedEnvironments: { npm: false } }, exchanges: [], says: [/protected environment/],
})
