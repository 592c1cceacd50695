// Runs the cases: `node main.mjs [FILTER]`. `tests/e2e/run` sets everything up and calls this.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { runAll } from './suite.mjs'

// Pipelines get a /tmp of their own, so what they share with us stands elsewhere; not below this folder, whose
// package.json would count for the projects that are tested.
const work = mkdtempSync('/var/tmp/trustpub-e2e-')
process.env.TMPDIR = work
process.on('exit', () => {
  if (!process.env.E2E_KEEP) rmSync(work, { recursive: true, force: true })
})

if (!process.env.TRUSTPUB) throw new Error('TRUSTPUB must name the binary under test: start this by tests/e2e/run')
for (const name of ['probes', 'matrix', 'isolation', 'refusals', 'attacks', 'faults']) await import(`./cases/${name}.mjs`)
process.exitCode = await runAll({ filter: process.argv[2], workers: availableParallelism() + 1 }) === 0 ? 0 : 1
