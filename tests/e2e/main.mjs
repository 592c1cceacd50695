// Runs the cases, or the mutations: `node main.mjs [--mutate] [FILTER]`. `tests/e2e/run` sets everything up and calls this.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { mutateAll } from './mutate.mjs'
import { runAll } from './suite.mjs'

// Pipelines get a /tmp of their own, so what they share with us stands elsewhere; not below this folder, whose
// package.json would count for the projects that are tested.
const work = mkdtempSync('/var/tmp/trustpub-e2e-')
process.env.TMPDIR = work
process.env.E2E_TOOLS = join(work, 'tools')
process.on('exit', () => {
  if (!process.env.E2E_KEEP) rmSync(work, { recursive: true, force: true })
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))

if (!process.env.TRUSTPUB) throw new Error('TRUSTPUB must name the binary under test: start this by tests/e2e/run')
for (const name of ['probes', 'matrix', 'isolation', 'refusals', 'trust', 'attacks', 'faults', 'bundle']) await import(`./cases/${name}.mjs`)
const workers = availableParallelism() + 1
const [first, second] = process.argv.slice(2)
const failed = first === '--mutate' ? await mutateAll({ filter: second, workers }) : await runAll({ filter: first, workers })
process.exitCode = failed === 0 ? 0 : 1
