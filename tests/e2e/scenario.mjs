// One case's world: a registry, a fixture repository with the pipeline that `trustpub generate` wrote for it, and the
// means to run it.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { maintainer } from './maintainer.mjs'
import { seedInstalled, yarnHosts } from './managers.mjs'
import { run } from './process.mjs'
import { makeProject, writeFiles } from './project.mjs'
import { PROVIDERS } from './providers.mjs'
import { defaultRegistryHost } from './registry/host.mjs'
import { seedPackage, seedTarball } from './registry/seed.mjs'
import { startWorld } from './registry/world.mjs'

/** The binary under test for whatever runs within `subject.run(path, …)`; else `TRUSTPUB` names it. */
export const subject = new AsyncLocalStorage()

const LATEST = '12.2.0'
const NEWER = '11.17.0'

/** npm for the publish job: the provider's floor, the one that the solver's Node bundles, or npm 12. */
export const NPM = {
  floor: (provider, spec) => (spec.publish?.mode === 'stage' ? { ...provider.floor, npm: '11.15.0' } : provider.floor),
  bundled: () => ({}),
  twelve: () => ({ npm: LATEST }),
}

/**
 * Opens a scenario, hands it to `body`, and closes it. `options`: `version` (default 1.1.0), `npm` (a key of `NPM`),
 * `visibility` of the repository, `permissions` of the publishers, `publish: false` = the packages do not exist yet, `restricted: true` = only their owners can read them, `publishers: false` = they have none,
 * `url` when package.json shall name another repository, `edit(text)` = change the generated file as an attacker or a
 * careless person would, `spec` merged over the fixture's, `pipeline(made)` = the files to use instead of generated ones. A run that contacts any unexpected host fails the case.
 */
export async function scenario(providerName, fixture, options, body) {
  const provider = PROVIDERS[providerName]
  const host = await defaultRegistryHost()
  const made = fixture({ url: options.url ?? provider.url, version: options.version ?? '1.1.0', host, ...options.fixture })
  const { version } = made
  const yarn = 'yarn.lock' in made.files ? await yarnHosts() : {}
  const world = await startWorld({ host, ...yarn })
  const folder = mkdtempSync(join(tmpdir(), 'case-'))
  const logs = []
  try {
    await fill(world, provider, made, options)
    const publish = NPM[options.npm ?? 'bundled'](provider, made.spec)
    if (publish.npm) {
      await seedInstalled(world, `npm-${publish.npm}`)
      // What an install without a version would bring.
      if (publish.npm !== LATEST) await seedInstalled(world, `npm-${NEWER}`)
    }
    if ('pnpm-lock.yaml' in made.files) await seedInstalled(world, 'pnpm')
    const spec = {
      version: 1, providers: { [providerName]: options.provider ?? {} }, ...made.spec, ...options.spec,
      ...(publish.npm ? { publish: { ...made.spec.publish, ...publish } } : {}),
    }
    const project = makeProject(join(folder, 'repository'), {
      files: { ...made.files, ...options.files, 'trustpub.yml': stringify(spec) }, origin: `${provider.url}.git`,
    })
    if (options.pipeline) writeFiles(project.path, options.pipeline(made))
    const checklist = options.pipeline ? null : await generate(project)
    if (options.edit) edit(project, provider.file, options.edit)
    project.commit(options.message ?? 'Release')
    let runs = 0
    await body({
      world, project, provider, packages: made.packages, version, host, checklist, npm: publish.npm,
      /** A person's machine with the project on it: see `maintainer.mjs`. */
      maintainer: () => maintainer(world, join(folder, 'maintainer'), project.path),
      /** Runs the pipeline for `refs/tags/v<version>`, or for `ref`. */
      async run({ ref = `refs/tags/v${version}`, event = {}, ...settings } = {}) {
        if (ref.startsWith('refs/tags/')) project.tag(ref.slice('refs/tags/'.length))
        runs += 1
        const work = join(folder, `run-${runs}`)
        const resultFile = join(work, 'result.json')
        mkdirSync(work, { recursive: true })
        const result = await provider.run({
          world, project, work, event: { ref, ...event },
          settings: {
            visibility: options.visibility ?? 'public', ...settings,
            env: { TRUSTPUB_RETRY_SECONDS: '0.1', TRUSTPUB_VERIFY_SECONDS: '3', TRUSTPUB_RESULT: resultFile, ...settings.env },
          },
        })
        logs.push(result.output)
        return { ...result, result: readJson(resultFile) }
      },
      folder: (name) => join(folder, name),
      /** Files of this name on the machines of all runs. */
      files: (name) => execFileSync('find', [folder, '-name', name], { encoding: 'utf8' }).split('\n').filter(Boolean),
      published: () => world.publications.map((entry) => `${entry.name}@${entry.version}`),
      exchanges: () => world.requests.filter((entry) => entry.path.includes('/oidc/token/exchange/')),
    })
    assert.deepEqual(world.egress, [], 'hosts that the pipeline tried to reach')
  } catch (error) {
    error.log = `${logs.join('\n')}\n--- requests\n${world.requests.map(line).join('\n')}\n--- egress ${world.egress}`
    throw error
  } finally {
    await world.close()
    if (!process.env.E2E_KEEP) rmSync(folder, { recursive: true, force: true })
  }
}

const line = ({ method, host, path, credential, status, note }) => `${method} ${host}${path} ${credential} ${status} ${note?.split('\n')[0] ?? ''}`

// What stands in the registry before the release: every package at 1.0.0 with its publisher, and the dependencies.
async function fill(world, provider, made, { permissions = ['createPackage'], publish = true, restricted = false, published = '1.0.0', publishers = true }) {
  for (const { tarball, ...settings } of made.seeds ?? []) await seedTarball(world, tarball, settings)
  if (!publish) return
  for (const name of made.packages) {
    await seedPackage(world, { 'package.json': JSON.stringify({ name, version: published }) }, {
      publishers: publishers ? [{ ...structuredClone(provider.publisher), permissions }] : [],
      visibility: restricted ? 'private' : 'public',
    })
  }
}

// Writes the pipeline; resolves to the checklist of what a person must do.
async function generate(project) {
  const args = ['--repo', project.path, 'generate', '--format', 'json']
  const { status, stdout, output } = await run(subject.getStore() ?? process.env.TRUSTPUB, args, { cwd: project.path, env: { PATH: process.env.PATH } })
  if (status !== 0) throw Object.assign(new Error('trustpub generate failed'), { log: output })
  return JSON.parse(stdout).checklist
}

// An edit that changes nothing is a fault of the case, not a passed one.
function edit(project, file, change) {
  const path = join(project.path, file)
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  if (after === before) throw Object.assign(new Error(`the edit did not find its place in ${file}`), { misplaced: true })
  writeFileSync(path, after)
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}
