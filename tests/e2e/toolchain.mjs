// Node distributions laid out like the real ones, from the pinned packages: bin/node, bin/npm, bin/corepack.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const modules = join(here, 'node_modules')

/** Compiled code of npm and its like, shared by all cases: starting them is most of the suite's work. */
export const compileCache = join(here, '.work', 'compile-cache')

/** The Nodes that are installed, with the npm that each bundles (facts/node-npm). */
export const BUNDLED = { '22.14.0': '10.9.2', '24.18.0': '11.16.0', '24.19.0': '11.17.0' }

/**
 * Where the shared distributions stand: `E2E_TOOLS`, on the same mount as the run's folders so that files can be linked,
 * or a folder here.
 */
export const toolsFolder = () => process.env.E2E_TOOLS ?? join(here, '.work', 'distributions')

/**
 * A private copy of Node `node` with npm `npm` inside, at `folder`: npm's default prefix is the folder of its
 * Node, so an `npm install -g` in one case would otherwise change the toolchain of the next one.
 * Folders are the copy's own, files are shared: a package manager replaces files, it does not rewrite them.
 */
export function distribution(folder, versions, tools = toolsFolder()) {
  const shared = sharedDistribution(versions, tools)
  mkdirSync(dirname(folder), { recursive: true })
  execFileSync('cp', ['-alT', shared, folder])
  return folder
}

/** The distribution that all share, for whatever never installs globally. */
export function sharedDistribution({ node, npm = BUNDLED[node] }, tools = toolsFolder()) {
  const folder = join(tools, `node-${node}-npm-${npm}`)
  if (existsSync(folder)) return folder
  if (!existsSync(join(modules, `node-${node}`))) throw new Error(`Node ${node} is not among the pinned ones: ${Object.keys(BUNDLED).join(', ')}`)
  if (!existsSync(join(modules, `npm-${npm}`))) throw new Error(`npm ${npm} is not among the pinned ones`)
  const fresh = `${folder}.${process.pid}`
  mkdirSync(join(fresh, 'bin'), { recursive: true })
  mkdirSync(join(fresh, 'lib', 'node_modules'), { recursive: true })
  link(join(modules, `node-${node}`, 'bin', 'node'), join(fresh, 'bin', 'node'))
  link(join(modules, `npm-${npm}`), join(fresh, 'lib', 'node_modules', 'npm'))
  link(join(modules, 'corepack'), join(fresh, 'lib', 'node_modules', 'corepack'))
  for (const tool of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${tool}-cli.js`, join(fresh, 'bin', tool))
  }
  symlinkSync('../lib/node_modules/corepack/dist/corepack.js', join(fresh, 'bin', 'corepack'))
  try {
    renameSync(fresh, folder)
  } catch (error) {
    // Another process made it meanwhile.
    if (!existsSync(folder)) throw error
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}

function link(from, to) {
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'pipe' })
  } catch {
    // Another file system or mount.
    execFileSync('cp', ['-a', '--reflink=auto', from, to])
  }
}

/** The newest pinned Node that a version, a prefix of one (`24`, `v22.14`) or a range `>=x` allows; throws when none does. */
export function resolveNode(wanted) {
  const text = String(wanted).trim().replace(/^v/, '')
  const known = Object.keys(BUNDLED).toReversed()
  const found = text.startsWith('>=')
    ? known.find((version) => compare(version, text.slice(2)) >= 0)
    : known.find((version) => version === text || version.startsWith(`${text.replace(/\.x$/, '')}.`))
  if (!found) throw new Error(`Node ${wanted} is not among the pinned ones: ${known.join(', ')}`)
  return found
}

function compare(left, right) {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number))
  return a[0] - b[0] || a[1] - (b[1] ?? 0) || a[2] - (b[2] ?? 0)
}

/** An environment with nothing of the machine's own in it but the basic tools. */
export function bareEnvironment(home, distributionFolder) {
  return {
    HOME: home, PATH: `${distributionFolder}/bin:/usr/local/bin:/usr/bin:/bin`, LANG: 'C.UTF-8', TMPDIR: join(home, 'tmp'),
    npm_config_cache: join(home, '.npm'), npm_config_update_notifier: 'false',
  }
}
