// Runs the cases, or the mutations: `node main.mjs [--mutate] [FILTER]`. `tests/e2e/run` sets everything up and calls this.
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { join } from 'node:path'
import { mutateAll } from './mutate.mjs'
import { runAll, TURN } from './suite.mjs'

// Toolchains are written and thrown away all the time: in memory, where there is plenty, that takes half the effort.
function workFolder() {
  const needed = 8 * 2 ** 30
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' '))
  const options = mounts.find(([, place]) => place === '/dev/shm')?.[3].split(',') ?? ['noexec']
  if (options.includes('noexec') || freemem() < needed) return '/var/tmp'
  const { bavail, bsize } = statfsSync('/dev/shm')
  return bavail * bsize < needed ? '/var/tmp' : '/dev/shm'
}

// Pipelines get a /tmp of their own, so what they share with us stands elsewhere; not below this folder, whose
// package.json would count for the projects that are tested.
const work = mkdtempSync(join(workFolder(), 'trustpub-e2e-'))
process.env.TMPDIR = work
process.env.E2E_TOOLS = join(work, 'tools')
process.on('exit', () => {
  if (process.env.E2E_KEEP) process.stdout.write(`kept: ${work}\n`)
  else rmSync(work, { recursive: true, force: true })
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))

if (!process.env.TRUSTPUB) throw new Error('TRUSTPUB must name the binary under test: start this by tests/e2e/run')
for (const name of ['probes', 'matrix', 'isolation', 'refusals', 'trust', 'attacks', 'faults', 'bundle', 'thin']) await import(`./cases/${name}.mjs`)
const workers = availableParallelism() + 1
process.stdout.write(process.env.E2E_FULL ? 'all cases\n' : `turn ${TURN} (E2E_TURN)\n`)
const [first, second] = process.argv.slice(2)
const failed = first === '--mutate' ? await mutateAll({ filter: second, workers }) : await runAll({ filter: first, workers })
process.exitCode = failed === 0 ? 0 : 1
