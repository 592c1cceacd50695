// Hand-written pipelines in the house's shape: they prove the runners and the registry, whatever the generator does.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { single } from '../fixtures/index.mjs'
import { makeProject } from '../project.mjs'
import { PROVIDERS } from '../providers.mjs'
import { defaultRegistryHost } from '../registry/host.mjs'
import { seedPackage } from '../registry/seed.mjs'
import { startWorld } from '../registry/world.mjs'
import { inTurn, test } from '../suite.mjs'

Object.entries(PROVIDERS).forEach(([name, provider], column) => {
  if (!inTurn(0, column)) return
  const probe = (title, { ref, edit = (text) => text, expect }) => test(`probe: ${name}, ${title}`, async () => {
    const host = await defaultRegistryHost()
    const world = await startWorld({ host })
    const folder = mkdtempSync(join(tmpdir(), 'probe-'))
    try {
      const { files, packages } = single({ url: provider.url, version: '1.1.0' })
      const text = readFileSync(new URL(`../probes/${name}.yml`, import.meta.url), 'utf8').replaceAll('REGISTRY_AUDIENCE', `npm:${host}`)
      const project = makeProject(join(folder, 'repository'), { files: { ...files, [provider.file]: edit(text) }, origin: `${provider.url}.git` })
      project.commit('Release')
      project.tag('v1.1.0')
      await seedPackage(world, { 'package.json': JSON.stringify({ name: packages[0], version: '1.0.0' }) }, {
        publishers: [{ ...structuredClone(provider.publisher), permissions: ['createPackage'] }],
      })
      const outcome = await provider.run({ world, project, work: join(folder, 'run'), event: { ref }, settings: {} })
      await expect({ outcome, world }).catch((error) => { throw Object.assign(error, { log: outcome.output }) })
      assert.deepEqual(world.egress, [])
    } finally {
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
  probe('publishes', {
    ref: 'refs/tags/v1.1.0',
    expect: async ({ outcome, world }) => {
      assert.equal(outcome.status, 0)
      assert.deepEqual(world.publications.map((entry) => [entry.name, Boolean(entry.provenance)]), [['acme-demo', provider.provenance]])
    },
  })
  probe('a branch starts nothing', {
    ref: 'refs/heads/main',
    expect: async ({ outcome, world }) => assert.deepEqual([outcome.triggered, world.requests], [false, []]),
  })
  probe('without its grant the job gets no identity', {
    ref: 'refs/tags/v1.1.0',
    edit: (text) => text.replace('id-token: write', 'contents: read').replace('NPM_ID_TOKEN:', 'OTHER_TOKEN:').replace(/^ *context: .*\n/m, ''),
    expect: async ({ outcome, world }) => {
      assert.notEqual(outcome.status, 0)
      assert.deepEqual(world.publications, [])
      const exchanged = world.requests.filter((entry) => entry.path.includes('/oidc/token/exchange/'))
      assert.ok(exchanged.every(({ status, note }) => status === 404 && note === 'context-ids'))
    },
  })
})
