// Node distributions laid out like the real ones, from the pinned packages: bin/node, bin/npm, bin/corepack.
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
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
 * A Node of one's own with npm `npm` inside, at `folder`: npm's default prefix is the folder of its Node, so an
 * `npm install -g` in one case would otherwise change the toolchain of the next one. What is shared is linked: a package
 * manager replaces the links, it does not write through them.
 */
export function distribution(folder, { node, npm = BUNDLED[node] }, tools = toolsFolder()) {
  const own = join(modules, `node-${node}`)
  if (!existsSync(own)) throw new Error(`Node ${node} is not among the pinned ones: ${Object.keys(BUNDLED).join(', ')}`)
  if (!existsSync(join(modules, `npm-${npm}`))) throw new Error(`npm ${npm} is not among the pinned ones`)
  const library = join(folder, 'lib', 'node_modules')
  for (const path of [join(folder, 'bin'), library]) mkdirSync(path, { recursive: true })
  linkSync(nodeIn(tools, node), join(folder, 'bin', 'node'))
  symlinkSync(join(modules, `npm-${npm}`), join(library, 'npm'))
  symlinkSync(join(modules, 'corepack'), join(library, 'corepack'))
  for (const [tool, target] of Object.entries(TOOLS)) symlinkSync(join('..', 'lib', 'node_modules', target), join(folder, 'bin', tool))
  return folder
}

const TOOLS = { npm: 'npm/bin/npm-cli.js', npx: 'npm/bin/npx-cli.js', corepack: 'corepack/dist/corepack.js' }

/** A distribution that all share, for whatever never installs globally. */
export function sharedDistribution({ node, npm = BUNDLED[node] }, tools = toolsFolder()) {
  return made(join(tools, `node-${node}-npm-${npm}`), (fresh) => distribution(fresh, { node, npm }, tools))
}

// The program on the mount of the tools: a hard link to the installed one, or else a copy.
function nodeIn(tools, version) {
  const installed = join(modules, `node-${version}`, 'bin', 'node')
  return made(join(tools, `node-${version}`), (fresh) => {
    try {
      linkSync(installed, fresh)
    } catch (error) {
      if (error.code !== 'EXDEV') throw error
      copyFileSync(installed, fresh, constants.COPYFILE_FICLONE)
    }
  })
}

// Makes what is missing at `path`, whole or not at all: jobs run side by side.
function made(path, make) {
  if (existsSync(path)) return path
  const fresh = `${path}.${process.pid}`
  mkdirSync(dirname(path), { recursive: true })
  make(fresh)
  try {
    renameSync(fresh, path)
  } catch (error) {
    if (!existsSync(path)) throw error
    rmSync(fresh, { recursive: true, force: true })
  }
  return path
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
