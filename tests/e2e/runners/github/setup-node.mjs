// What the setup-node stand-in runs: lays out the asked Node below the runner's temp folder and puts it on the path.
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { distribution, resolveNode } from '../../toolchain.mjs'

const { env } = process
const [, , tools, cache] = process.argv
let wanted = env.INPUT_NODE_VERSION
const file = env.INPUT_NODE_VERSION_FILE
if (!wanted && file) {
  if (!existsSync(file)) fail(`The specified node version file at: ${file} does not exist`)
  const text = readFileSync(file, 'utf8')
  wanted = file.endsWith('package.json') ? JSON.parse(text).engines?.node : text.trim().split('\n')[0]
}
try {
  if (wanted) {
    const folder = distribution(join(mkdtempSync(join(env.RUNNER_TEMP, 'node-')), 'node'), { node: resolveNode(wanted) }, tools)
    appendFileSync(env.GITHUB_PATH, `${join(folder, 'bin')}\n`)
  }
} catch (error) {
  fail(error.message)
}
// A cache that an earlier run left, a pull request's perhaps; v7.0.0 restores it unasked when package.json names npm.
const manager = existsSync('package.json') ? JSON.parse(readFileSync('package.json', 'utf8')).packageManager ?? '' : ''
if (cache && (env.INPUT_CACHE || (env.INPUT_PACKAGE_MANAGER_CACHE !== 'false' && manager.startsWith('npm@')))) {
  cpSync(cache, join(env.HOME, '.npm'), { recursive: true })
}
if (env.INPUT_REGISTRY_URL) {
  // As v7.0.0 does: the npmrc is written, a dummy token is not exported.
  const npmrc = join(env.RUNNER_TEMP, '.npmrc')
  const { host, pathname } = new URL(env.INPUT_REGISTRY_URL)
  writeFileSync(npmrc, `//${host}${pathname}:_authToken=\${NODE_AUTH_TOKEN}\nregistry=${env.INPUT_REGISTRY_URL}\n`)
  appendFileSync(env.GITHUB_ENV, `NPM_CONFIG_USERCONFIG=${npmrc}\n`)
}

function fail(message) {
  process.stdout.write(`::error::${message}\n`)
  process.exit(1)
}
