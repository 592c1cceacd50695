// Where package managers come from in a pipeline: the registry (npm, pnpm) and yarn's own download host.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './process.mjs'
import { seedFile } from './registry/seed.mjs'
import { sharedDistribution } from './toolchain.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const modules = join(here, 'node_modules')
const seeds = join(here, '.work', 'seeds')

/** Puts a pinned package (`pnpm`, `npm-12.2.0`) into the registry, packed from node_modules. */
export async function seedInstalled(registry, folder) {
  const file = join(seeds, `${folder}.tgz`)
  if (!existsSync(file)) {
    mkdirSync(seeds, { recursive: true })
    const fresh = `${file}.${process.pid}`
    execFileSync('tar', ['-C', modules, '-czf', fresh, `--transform=s,^${folder},package,`, folder])
    renameSync(fresh, file)
  }
  return seedFile(registry, file)
}

/** Hosts that yarn and corepack use besides the default registry, read from their own code: `{aliases, others}`. */
export async function yarnHosts() {
  const yarn = join(modules, '@yarnpkg/cli-dist/bin/yarn.js')
  const node = join(sharedDistribution({ node: '24.19.0' }), 'bin/node')
  const { stdout } = await run(node, [yarn, 'config', 'get', 'npmRegistryServer'], { cwd: '/', env: { HOME: '/nonexistent', PATH: '/usr/bin:/bin' } })
  const corepack = readFileSync(join(modules, 'corepack/dist/lib/corepack.cjs'), 'utf8')
  const download = new URL(/https:\/\/[^"`\s]+\/packages\/yarnpkg-cli\/bin\/yarn\.js/.exec(corepack)[0])
  const serve = (request, response) => {
    const known = request.url === `/4.18.1${download.pathname.replace(/^\/\{\}|^\/%7B%7D/, '')}`
    response.writeHead(known ? 200 : 404).end(known ? readFileSync(yarn) : '')
  }
  return { aliases: [new URL(stdout.trim().split('\n').pop()).host], others: new Map([[download.host, serve]]) }
}
