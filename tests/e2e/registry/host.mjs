// The default registry's host, asked of a pinned npm that has no configuration: it is written nowhere in this suite.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../process.mjs'
import { bareEnvironment, sharedDistribution } from '../toolchain.mjs'

/** `E2E_REGISTRY_HOST` when it is set, else npm's own default. */
export async function defaultRegistryHost() {
  if (process.env.E2E_REGISTRY_HOST) return process.env.E2E_REGISTRY_HOST
  const home = mkdtempSync(join(tmpdir(), 'trustpub-home-'))
  const tools = sharedDistribution({ node: '24.19.0' })
  const { stdout } = await run(join(tools, 'bin/npm'), ['config', 'get', 'registry'], { cwd: home, env: bareEnvironment(home, tools) })
  rmSync(home, { recursive: true, force: true })
  return new URL(stdout.trim()).host
}
